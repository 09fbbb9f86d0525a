"""What a program may use, and what it has used."""

from dataclasses import dataclass
from enum import StrEnum

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
SECOND_NS = 1_000_000_000


# A program that spins writes 1 MiB of trace in a second of its own time; what it did is plain by
# then.
TRACE_BYTES = 16 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bound one program. The defaults are generous for a small server and cheap for the host.

    The kernel enforces `address_space_bytes`, `open_files`, `file_bytes` and `cpu_s` for each
    process, and `processes`, `tmp_bytes`, `tmp_inodes` and, with a control group, `memory_bytes`
    for the whole box. The box's owner enforces `wall_ns`, `memory_bytes` and, for all processes
    together, `cpu_s` by asking `exceeded()` and killing; and `output_bytes`, because it reads the
    output; of a trace the first `trace_bytes` are kept.
    """

    wall_ns: int = 60 * SECOND_NS
    cpu_s: int = 10
    memory_bytes: int = 256 * MIB
    # A thread reserves 8 MiB of stack and 64 MiB of malloc arena: at 1 GiB only 14 threads start.
    address_space_bytes: int = 4 * GIB
    processes: int = 64  # Threads count too (RLIMIT_NPROC).
    open_files: int = 1024  # Room for a thousand clients.
    file_bytes: int = 16 * MIB
    tmp_bytes: int = 32 * MIB
    # A tmpfs inode costs kernel memory that size= does not count: 700,000 fit into five seconds.
    tmp_inodes: int = 2048
    output_bytes: int = 1 * MIB
    trace_bytes: int = TRACE_BYTES  # More is read, so that nobody waits, and let go.


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What is left in a box's /tmp."""

    bytes: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the processes of a box have used up to now."""

    memory_bytes: int  # Anonymous memory resident now; shared pages would count once per process.
    cpu_ns: int  # Of all processes, and of those that were waited for.
    processes: int
    wall_ns: int  # Since the box was started.
    oom_kills: int = 0  # Processes that the kernel has killed because the memory was used up.


class Excess(StrEnum):
    """The limit that a program went over."""

    WALL = "wall time"
    CPU = "CPU time"
    MEMORY = "memory"


def exceeded(limits: Limits, usage: Usage) -> Excess | None:
    """Return the first limit that `usage` is over, or None."""
    if usage.memory_bytes > limits.memory_bytes or usage.oom_kills:
        return Excess.MEMORY
    if usage.cpu_ns > limits.cpu_s * SECOND_NS:
        return Excess.CPU
    if usage.wall_ns > limits.wall_ns:
        return Excess.WALL
    return None
