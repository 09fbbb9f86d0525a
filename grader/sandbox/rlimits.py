"""The limits that the kernel keeps for each process of a box: setrlimit(2).

They are set from outside, on bubblewrap's child while it waits at --block-fd: it stands in the
box's own user namespace already, to which a count of processes belongs, and has started nobody yet.
So bubblewrap's pid 1 has them as well, and no helper has to run in the box.
"""

import resource
from collections.abc import Mapping

from grader.sandbox import remedies
from grader.sandbox.limits import Limits

# Of the processes that count in the box's namespace, this one is bubblewrap's.
_PID_1 = 1
# One second after SIGXCPU, which can be caught, comes SIGKILL.
_GRACE_S = 1
# What no server needs. Not 0 for core, which only forbids files: a handler named in core_pattern
# would run on the host for each crash. With 1 the kernel takes the program for such a handler,
# whose crash starts no other one (fs/coredump.c), and a file of one byte is none.
_CEILINGS = {
    "core": 1,
    "stack": 8 << 20,
    "memlock": 64 << 10,
    "msgqueue": 0,
    "sigpending": 256,
    "nice": 0,
    "rtprio": 0,
}


def of(limits: Limits) -> Mapping[str, tuple[int, int]]:
    """Return the soft and the hard limit by name, as prlimit(1) calls it.

    Raises SandboxUnavailable if this process may not even use that much itself.
    """
    needed = {
        "nproc": limits.processes + _PID_1,
        "as": limits.address_space_bytes,
        "fsize": limits.file_bytes,
        "nofile": limits.open_files,
        "cpu": limits.cpu_s + _GRACE_S,
    }
    for name, value in needed.items():
        hard = _hard(name)
        if hard < value:
            problem = f"The limit {name} is {hard} here, but programs are to have {value}."
            raise remedies.unavailable(problem, f"prlimit --pid $PPID --{name}={value}")
    # What is taken away anyway may be less here.
    taken = {name: int(min(value, _hard(name))) for name, value in _CEILINGS.items()}
    found = {name: (value, value) for name, value in (needed | taken).items()}
    return found | {"cpu": (limits.cpu_s, limits.cpu_s + _GRACE_S)}


def impose(pid: int, limits: Mapping[str, tuple[int, int]]) -> None:
    """Set limits of a process of this user; whatever it starts from now on has them, too.

    Raises OSError as prlimit(2) does.
    """
    for name, bounds in limits.items():
        resource.prlimit(pid, _number(name), bounds)


def _hard(name: str) -> float:
    hard = resource.getrlimit(_number(name))[1]
    return float("inf") if hard == resource.RLIM_INFINITY else hard


def _number(name: str) -> int:
    number: int = getattr(resource, f"RLIMIT_{name.upper()}")
    return number
