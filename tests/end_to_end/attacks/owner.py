"""The owner of one box after another: it starts a program, watches it, and ends it over a limit.

A driver of its own, as the harness has one. It reads a JSON object a line and answers each with
one: what the program printed, how it ended, how long that took, and who or what is left of it.
"""

import base64
import json
import os
import select
import sys
import time
from pathlib import Path
from typing import Any

from grader.sandbox import Box, Limits, enter, exceeded, start

LOOK_EVERY_MS = 5
PATIENCE_NS = 10 * 10**9
OUTPUT_KEPT = 64 << 10
PIECE = 1 << 16


def main() -> None:
    """Answer requests until there are no more."""
    _plant(os.environ.pop("CANARY"))
    enter(slot=None)
    before = _surroundings()
    for line in sys.stdin:
        answer = _run(json.loads(line))
        print(json.dumps({**answer, "left": _left(before)}), flush=True)  # noqa: T201


def _plant(canary: str) -> None:
    """Hold what no program may find: in a variable, and behind a descriptor to be inherited."""
    os.environ["SECRET_KEY"] = canary
    descriptor = os.memfd_create("secret")
    os.write(descriptor, canary.encode())
    os.dup2(descriptor, 77, inheritable=True)
    os.close(descriptor)


def _run(request: dict[str, Any]) -> dict[str, Any]:
    limits = Limits(**request["limits"])
    started_ns = time.monotonic_ns()
    box = start(
        request["command"],
        files={name: base64.b64decode(text) for name, text in request["files"].items()},
        environment={"PORT": "9000"},
        limits=limits,
        is_traced=request["is_traced"],
    )
    watch = _Watch(box, limits)
    watch.follow()
    gone_ns = time.monotonic_ns()
    ended = box.close(output=bytes(watch.output))
    return {
        "output": watch.output.decode(errors="replace"),
        "excess": watch.excess,
        "code": ended.code,
        "signal": ended.signal,
        "is_gone": watch.is_gone,
        "most_processes": watch.most_processes,
        "took_ns": time.monotonic_ns() - started_ns,
        # From the look that found it over a limit; 0 if it ended by itself.
        "killing_ns": gone_ns - watch.killed_ns if watch.killed_ns else 0,
        "closing_ns": time.monotonic_ns() - gone_ns,
    }


class _Watch:
    """Follows one program to its end."""

    def __init__(self, box: Box, limits: Limits) -> None:
        self.box, self.limits = box, limits
        self.output, self.size = bytearray(), 0
        self.excess, self.killed_ns, self.most_processes = "", 0, 0
        self.is_gone = False
        self._poll = select.poll()
        self._poll.register(box.pidfd, select.POLLIN)
        self._poll.register(box.output_fd, select.POLLIN)
        self._has_output = True

    def follow(self) -> None:
        """Return once nobody is left and all is read, or nobody would end although killed."""
        while not self.is_gone or self._has_output:
            ready = {descriptor for descriptor, _ in self._poll.poll(LOOK_EVERY_MS)}
            if self.box.tracer:
                self.box.tracer.drain()
            if self.box.output_fd in ready:
                self._read()
            if self.box.pidfd in ready:
                self.is_gone = True
                self._poll.unregister(self.box.pidfd)
            if not self.excess and not self.is_gone:
                self._look()
            elif self.killed_ns and time.monotonic_ns() - self.killed_ns > PATIENCE_NS:
                return

    def _read(self) -> None:
        piece = os.read(self.box.output_fd, PIECE)
        self.size += len(piece)
        self.output += piece[: max(0, OUTPUT_KEPT - len(self.output))]
        if not piece:
            self._has_output = False
            self._poll.unregister(self.box.output_fd)

    def _look(self) -> None:
        found_ns = time.monotonic_ns()
        usage = self.box.usage()
        self.most_processes = max(self.most_processes, usage.processes)
        is_flood = self.size > self.limits.output_bytes
        self.excess = "output" if is_flood else exceeded(self.limits, usage) or ""
        if self.excess:
            self.killed_ns = found_ns
            self.box.kill()


def _left(before: dict[str, int]) -> dict[str, int]:
    """Return what there is more than before, once the kernel has collected what it may.

    Sockets that are held by nobody but each other are collected by a worker of the kernel, later.
    """
    ends_at_ns = time.monotonic_ns() + PATIENCE_NS
    while True:
        after = _surroundings()
        left = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        if set(left) != {"unix sockets"} or time.monotonic_ns() > ends_at_ns:
            return left
        select.poll().poll(LOOK_EVERY_MS)


def _surroundings() -> dict[str, int]:
    """Count what a program could leave behind in the driver's world."""
    return {
        "processes": sum(path.name.isdigit() for path in Path("/proc").iterdir()),
        "mounts": len(Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()),
        "boxes": len(list(Path("/run/iomodels-boxes").iterdir())),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "unix sockets": len(Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()),
    }


if __name__ == "__main__":
    main()
