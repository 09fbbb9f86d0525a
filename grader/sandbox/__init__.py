"""Runs a program where it can harm nobody, and sees what it uses.

THEORY OF OPERATION

    worker ── outer ── driver ── bubblewrap ── pid 1 ── the program
              └ pid namespace ─┘               └ the box's own ───┘

The worker starts a fresh process for each grading and never enters anything itself. That process
calls `enter()`: as root it becomes the unprivileged uid of its slot; it makes its own user,
network, mount, ipc and pid namespaces; and it forks. The *outer* process only holds the slot and
waits. Its child, the *driver*, is pid 1 of the new pid namespace: it mounts its own /proc and a
capped scratch space, brings loopback up, and goes on as the caller. In that network there is
nothing but the driver and what it starts, so a program that broke out of its box would still find
neither database nor broker.

`start()` puts one program into one box: bubblewrap makes a second set of namespaces (not the
network) in which the program is uid 1000 without capabilities, sees /usr read-only, a staged /etc,
its files in /w, and a /tmp with a cap on bytes and inodes, and a seccomp filter refuses what a
server has no use for. bubblewrap is given its options, the filter and two pipes as descriptors,
none of which the program inherits. On one it tells the pid of its child; the other holds this child
back, furnished but without a program yet, until it has its limits and stands in its control group.
The program has stdin empty, stdout and stderr in one pipe, which the driver reads. The box's pid 1
has the program's uid, and nobody counts or traces it; /proc/1 is covered, so that the program
cannot move in there.

A program's source is compiled in such a box as well, under a filter without sockets. What the
compiler leaves in its /tmp is taken from outside once nobody is left in the box, and is a file in
the /w of the next one: `take()` follows no link, opens no device and has a cap.

Who ends when who dies:

- the worker's thread that started the outer process: the outer process is killed (parent-death
  signal, set after the last change of credentials, which clears it; a parent that died before is
  noticed).
- the outer process: the driver is killed the same way. Its slot is free again: it alone holds the
  lock.
- the driver: being pid 1, it takes everybody in its pid namespace along. Nothing is left on disk
  either, because the mounts belonged to its mount namespace.
- bubblewrap, or the program's first process: the box's pid 1 is killed, and everybody in the box.
- the box's pid 1: the kernel kills everybody in its pid namespace. This is how `Box.kill()` works,
  and why a pidfd of it is readable only when nobody is left, daemons and fork bombs included.
- anybody in the box stopped or traced: makes no difference; SIGKILL from outside ends them.

Nobody waits without an end: the driver polls the output and the pidfd in its own loop, asks
`usage()` and `exceeded()`, and kills. There are no threads here, and nothing runs in the
background.

Whatever is missing raises SandboxUnavailable, with the command that mends it. There is no way to
run a program without all of this.
"""

from grader.sandbox.bare import Attached, Bare
from grader.sandbox.box import Box, Exit
from grader.sandbox.cgroups import sweep
from grader.sandbox.choices import ALLOW_NO_CGROUP, environment
from grader.sandbox.delegation import has_cgroup
from grader.sandbox.doctor.checks import Check, State, as_json, from_json, is_sound
from grader.sandbox.doctor.report import report
from grader.sandbox.doctor.self_test import self_test
from grader.sandbox.launch import start
from grader.sandbox.limits import Excess, Limits, Space, Usage, exceeded
from grader.sandbox.namespaces import enter, enter_network, join_network
from grader.sandbox.policy import Profile

__all__ = [
    "ALLOW_NO_CGROUP",
    "Attached",
    "Bare",
    "Box",
    "Check",
    "Excess",
    "Exit",
    "Limits",
    "Profile",
    "Space",
    "State",
    "Usage",
    "as_json",
    "enter",
    "enter_network",
    "environment",
    "exceeded",
    "from_json",
    "has_cgroup",
    "is_sound",
    "join_network",
    "report",
    "self_test",
    "start",
    "sweep",
]
