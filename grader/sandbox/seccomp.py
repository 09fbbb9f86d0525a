"""The policy as a program for the kernel: classic BPF over `struct seccomp_data`.

See seccomp(2) and linux/filter.h. The kernel runs the program at every system call, but remembers
which calls it always allows (since 5.11), so its length costs nothing that could be measured.
"""

import errno
import functools
import platform
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from grader.sandbox import policy
from grader.sandbox.policy import Profile
from iomodels import syscalls

# linux/audit.h
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# asm/unistd.h: the x32 calls of an x86_64 kernel start here, under the same architecture.
_X32_BIT = 0x40000000

# linux/bpf_common.h: load a word, and it with a constant, jump, return.
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_JUMP_EQUAL, _JUMP_GREATER, _JUMP_NOT_LESS, _JUMP_ANY_BIT = 0x15, 0x25, 0x35, 0x45
# linux/seccomp.h
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# Offsets in struct seccomp_data; both machines are little-endian, so the low word comes first.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16


class Instruction(NamedTuple):
    """One `struct sock_filter`; the jumps count the instructions to skip."""

    code: int
    constant: int
    if_true: int = 0
    if_false: int = 0


def machine() -> str:
    """Name the machine that this runs on, as `uname -m` does."""
    return platform.machine()


@functools.cache
def program(profile: Profile, machine: str) -> bytes:
    """Assemble the filter for bubblewrap's --seccomp: an array of `struct sock_filter`.

    Raises ValueError for a machine other than x86_64 and aarch64.
    """
    numbers = syscalls.numbers(machine)
    instructions = [
        *_only_native(machine),
        Instruction(_LOAD, _NUMBER),
        *_looking_at_arguments(profile, numbers),
        *_by_number(_decisions(profile, numbers)),
        Instruction(_RETURN, _refuse(errno.ENOSYS)),
    ]
    return b"".join(
        struct.pack("<HBBI", each.code, each.if_true, each.if_false, each.constant)
        for each in instructions
    )


def _only_native(machine: str) -> list[Instruction]:
    """Kill whoever calls through another machine's numbers, which the rest would misread."""
    check = [
        Instruction(_LOAD, _ARCHITECTURE),
        Instruction(_JUMP_EQUAL, _ARCHITECTURES[machine], if_true=1),
        Instruction(_RETURN, _KILL_PROCESS),
    ]
    if machine == "x86_64":
        check += [
            Instruction(_LOAD, _NUMBER),
            Instruction(_JUMP_NOT_LESS, _X32_BIT, if_false=1),
            Instruction(_RETURN, _KILL_PROCESS),
        ]
    return check


def _looking_at_arguments(profile: Profile, numbers: Mapping[str, int]) -> list[Instruction]:
    bodies: dict[str, Callable[[], list[Instruction]]] = {
        "socket": _socket,
        "socketpair": _socket,
        "clone": _clone,
        "ioctl": _ioctl,
        "prctl": _prctl,
        "setsockopt": lambda: _socket_option(policy.SETSOCKOPT_REFUSED.values()),
        "getsockopt": lambda: _socket_option(policy.GETSOCKOPT_REFUSED.values()),
    }
    found = []
    for name, make_body in bodies.items():
        if name in policy.denied(profile):
            continue
        body = make_body()
        found += [Instruction(_JUMP_EQUAL, numbers[name], if_false=len(body)), *body]
    return found


def _socket() -> list[Instruction]:
    """Allow the three kinds of values one after the other; each refusal says which one it was."""
    return [
        *_must_be_one_of(0, policy.SOCKET_DOMAINS.values(), errno.EAFNOSUPPORT),
        *_must_be_one_of(
            1, policy.SOCKET_TYPES.values(), errno.EPERM, mask=policy.SOCKET_TYPE_MASK
        ),
        *_must_be_one_of(2, policy.SOCKET_PROTOCOLS.values(), errno.EPROTONOSUPPORT),
        Instruction(_RETURN, _ALLOW),
    ]


def _clone() -> list[Instruction]:
    # The flags are the first argument on both machines; clone() uses their low 32 bits only.
    return [
        *_load_low(0),
        Instruction(_JUMP_ANY_BIT, sum(policy.CLONE_REFUSED.values()), if_false=1),
        Instruction(_RETURN, _refuse(errno.EPERM)),
        Instruction(_RETURN, _ALLOW),
    ]


def _ioctl() -> list[Instruction]:
    return [
        *_must_be_one_of(1, policy.IOCTLS.values(), errno.ENOTTY),
        Instruction(_RETURN, _ALLOW),
    ]


def _prctl() -> list[Instruction]:
    # The kernel reads an int, so a refusal must ignore the high word, which could hide the value.
    refuse = [
        part
        for option in policy.PRCTL_REFUSED.values()
        for part in (
            Instruction(_JUMP_EQUAL, option, if_false=1),
            Instruction(_RETURN, _refuse(errno.EPERM)),
        )
    ]
    return [*_load_low(0), *refuse, Instruction(_RETURN, _ALLOW)]


def _socket_option(refused: Iterable[tuple[int, int]]) -> list[Instruction]:
    # As for prctl: level and option are ints.
    found = []
    for level, option in refused:
        found += [
            *_load_low(1),
            Instruction(_JUMP_EQUAL, level, if_false=3),
            *_load_low(2),
            Instruction(_JUMP_EQUAL, option, if_false=1),
            Instruction(_RETURN, _refuse(errno.EPERM)),
        ]
    return [*found, Instruction(_RETURN, _ALLOW)]


def _must_be_one_of(
    index: int, values: Iterable[int], error: int, *, mask: int | None = None
) -> list[Instruction]:
    """Fall through if a whole 64-bit argument (under `mask`) is one of `values`, else refuse."""
    accepted = list(values)
    masked = [] if mask is None else [Instruction(_AND, mask)]
    return [
        Instruction(_LOAD, _ARGUMENTS + 8 * index + 4),
        Instruction(_JUMP_EQUAL, 0, if_true=1),
        Instruction(_RETURN, _refuse(error)),
        *_load_low(index),
        *masked,
        *(
            Instruction(_JUMP_EQUAL, value, if_true=len(accepted) - place)
            for place, value in enumerate(accepted)
        ),
        Instruction(_RETURN, _refuse(error)),
    ]


def _decisions(profile: Profile, numbers: Mapping[str, int]) -> dict[int, int]:
    """Decide by number alone; a name that the machine does not have is left out."""
    answers = dict.fromkeys(policy.allowed(profile), _ALLOW)
    answers |= dict.fromkeys(policy.denied(profile), _refuse(errno.EPERM))
    return {numbers[name]: answer for name, answer in answers.items() if name in numbers}


def _by_number(decisions: Mapping[int, int]) -> list[Instruction]:
    found = []
    for first, last, answer in _ranges(sorted(decisions.items())):
        if first == last:
            found.append(Instruction(_JUMP_EQUAL, first, if_false=1))
        else:
            found += [
                Instruction(_JUMP_NOT_LESS, first, if_false=2),
                Instruction(_JUMP_GREATER, last, if_true=1),
            ]
        found.append(Instruction(_RETURN, answer))
    return found


def _ranges(decisions: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Join neighbouring numbers of the same answer into (first, last, answer)."""
    joined: list[tuple[int, int, int]] = []
    for number, answer in decisions:
        if joined and joined[-1][1:] == (number - 1, answer):
            joined[-1] = (joined[-1][0], number, answer)
        else:
            joined.append((number, number, answer))
    return joined


def _load_low(index: int) -> list[Instruction]:
    return [Instruction(_LOAD, _ARGUMENTS + 8 * index)]


def _refuse(error: int) -> int:
    return _ERRNO | error
