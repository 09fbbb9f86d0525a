"""gcc, run once for each run in a box of its own: from a source to a program, or to complaints."""

import os
import select
import time
from dataclasses import dataclass
from typing import Literal

from grader.exceptions import SandboxUnavailable
from grader.harness import threads
from grader.sandbox import Box, Excess, Limits, Profile, exceeded, start
from iomodels.record import Compilation, Outcome

# -std=gnu17: what Debian 12's gcc takes for C by default, said so that a newer one takes the same.
# -g: where the program sleeps is told by line. -O1: warnings about variables that are not set need
# the optimizer's analysis, while -O2 would move lines apart. -fno-optimize-sibling-calls: what ends
# in `return recv(...)` stays on the stack, so that its line can be told. Frame pointers are not
# needed: nothing is read of the program's own frames but the innermost one's address.
# -U_FORTIFY_SOURCE: some systems switch it on, and the calls are made in the C library's headers
# then. -ffile-prefix-map: __FILE__ and the line table say server.c. -fuse-ld=bfd: elsewhere `ld` is
# a link into /etc/alternatives, which the box does not have.
OPTIONS = (
    "-std=gnu17",
    "-Wall",
    "-Wextra",
    "-g",
    "-O1",
    "-fno-optimize-sibling-calls",
    "-U_FORTIFY_SOURCE",
    "-ffile-prefix-map=/w/=",
    "-fmax-errors=20",
    "-fuse-ld=bfd",
    "-pthread",
)
MADE = "server"
MIB = 1 << 20
# A server of a thousand lines takes 0.2 s and 40 MiB; what takes many times that is a mistake or
# an attack. The address space is larger than the memory, so that it is the watch that ends a
# compiler which fills it, and can say why; only what grows in a moment meets the kernel's limit.
LIMITS = Limits(
    wall_ns=30 * 10**9,
    cpu_s=10,
    memory_bytes=512 * MIB,
    address_space_bytes=2048 * MIB,
    processes=16,
    open_files=64,
    file_bytes=8 * MIB,
    tmp_bytes=32 * MIB,
    tmp_inodes=64,
)
OUTPUT_KEPT = 64 * 1024
LOOK_EVERY_MS = 5
# Only a compiler's own parts can wake each other. If all of them sleep, and none has run for so
# long, then the source has it read what never comes, such as its own output.
ASLEEP_NS = 2 * 10**9
PLAIN = b'#include <stdio.h>\n#include <pthread.h>\nint main(void) { return puts("") == EOF; }\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the compiler said, and the program if there is one."""

    compilation: Compilation
    binary: bytes | None


def compile_source(file_name: str, source: bytes) -> Made:
    """Compile a C program. Raise SandboxUnavailable if this machine cannot compile at all.

    The binary is as little to be trusted as its source: it has only been taken out of the box.
    """
    made = _compile(file_name, source)
    if made.compilation.outcome is Outcome.FAILED and not made.compilation.stopped:
        _check_that_it_works(file_name)
    return made


def _compile(file_name: str, source: bytes) -> Made:
    started_ns = time.monotonic_ns()
    box = start(
        ["gcc", *OPTIONS, "-o", f"/tmp/{MADE}", f"/w/{file_name}"],  # noqa: S108  (the box's own)
        files={file_name: source},
        environment={},
        limits=LIMITS,
        profile=Profile.COMPILER,
    )
    output, stopped = _follow(box)
    binary = None if stopped else box.take(MADE, most_bytes=LIMITS.file_bytes)
    ended = box.close(output=output)
    is_done = binary is not None and ended.code == 0
    outcome = Outcome.PASSED if is_done else Outcome.FAILED
    if stopped is Excess.WALL:
        outcome = Outcome.UNDECIDED
    words = output.decode("utf-8", "replace").replace(f"/w/{file_name}", file_name)
    compilation = Compilation(
        outcome=outcome,
        output=words,
        stopped=_reason(stopped),
        took_ns=time.monotonic_ns() - started_ns,
    )
    return Made(compilation=compilation, binary=binary if is_done else None)


class _Rest:
    """Notices that all in a box sleep, and that none has run for a while."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._last: tuple[threads.Thread, ...] = ()
        self._since_ns = 0

    def is_for_ever(self) -> bool:
        found = threads.look(self._box.processes()) if self._box.has_started() else ()
        now_ns = time.monotonic_ns()
        if not found or found != self._last or not all(thread.is_asleep for thread in found):
            self._last, self._since_ns = found, now_ns
        return now_ns - self._since_ns > ASLEEP_NS


def _follow(box: Box) -> tuple[bytes, Excess | Literal["asleep"] | None]:
    """Read what the compiler says until nobody is left, or until there is a reason to kill it."""
    output, rest = b"", _Rest(box)
    stopped: Excess | Literal["asleep"] | None = None
    poll = select.poll()
    poll.register(box.pidfd, select.POLLIN)
    poll.register(box.output_fd, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll(LOOK_EVERY_MS)}
        if box.output_fd in ready:
            part = os.read(box.output_fd, 1 << 16)
            output += part[: OUTPUT_KEPT - len(output)]
            if not part:
                poll.unregister(box.output_fd)
        elif box.pidfd in ready:
            # Of its last moments, too: the kernel may have killed it for the memory that it used.
            return output, stopped or exceeded(LIMITS, box.usage())
        if stopped is None:
            is_for_ever = rest.is_for_ever()
            stopped = exceeded(LIMITS, box.usage()) or ("asleep" if is_for_ever else None)
            if stopped:
                box.kill()


def _reason(stopped: Excess | Literal["asleep"] | None) -> str:
    match stopped:
        case None:
            return ""
        case "asleep":
            return "it waited for something that never came"
        case Excess.CPU:
            return f"it used {LIMITS.cpu_s} s of CPU time, its limit"
        case Excess.MEMORY:
            return f"it used {LIMITS.memory_bytes >> 20} MiB of memory, its limit"
        case Excess.WALL:
            return f"it took {LIMITS.wall_ns // 10**9} s"


def _check_that_it_works(file_name: str) -> None:
    """Compile the plainest program: where headers or a linker are missing, nobody's can be."""
    plain = _compile(file_name, PLAIN).compilation
    if plain.outcome is Outcome.FAILED:
        raise SandboxUnavailable(
            f"gcc cannot compile even a plain program here; it says: {plain.output.strip()} "
            "To mend it: install gcc and the C library's headers (apt-get install gcc libc6-dev)"
        )
