"""What the operator of this machine has chosen, by environment variables.

SANDBOX_CGROUP           the control group in which gradings get theirs, as a path in the tree of
                         groups, such as /iomodels (the process's own, if that may be used)
SANDBOX_ALLOW_NO_CGROUP  1: grade without control groups; programs can then use up the machine's
                         memory (0)
SANDBOX_THROW_AWAY       1: this machine is thrown away after use, so that programs may use
                         io_uring, which no filter of system calls sees through (0)
"""

import os
from collections.abc import Mapping

CGROUP = "SANDBOX_CGROUP"
ALLOW_NO_CGROUP = "SANDBOX_ALLOW_NO_CGROUP"
THROW_AWAY = "SANDBOX_THROW_AWAY"


def cgroup() -> str:
    """Return the group that the operator names; empty if none is."""
    return os.environ.get(CGROUP, "")


def allows_no_cgroup() -> bool:
    return os.environ.get(ALLOW_NO_CGROUP) == "1"


def is_thrown_away() -> bool:
    return os.environ.get(THROW_AWAY) == "1"


def environment() -> Mapping[str, str]:
    """Return the choices for the environment of a process that starts programs."""
    names = (CGROUP, ALLOW_NO_CGROUP, THROW_AWAY)
    return {name: os.environ[name] for name in names if name in os.environ}
