"""A battery that cannot fail proves nothing: with a hole opened, its attack is seen to work."""

from typing import Any

import pytest

from tests.end_to_end.attacks.crew import Crew
from tests.end_to_end.attacks.header import programs
from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox

ATTACKS = {attack.file: attack for attack in programs()}
HOLES = {
    "16_uncounted_memory.py": """
        from grader.sandbox import policy
        policy.DENIED = {}
    """,
    "20_sockets_of_other_families.py": """
        from grader.sandbox import policy
        policy.SOCKET_DOMAINS["AF_NETLINK"] = 16
    """,
    "22_typing_into_the_terminal.py": """
        from grader.sandbox import policy
        policy.IOCTLS["TIOCSTI"] = 0x5412
    """,
    "10_new_namespaces.py": """
        from grader.sandbox import policy
        policy.CLONE_REFUSED = {"CLONE_NEWUSER": 0x10000000}
    """,
    "09_moves_into_pid_1.py": r"""
        from grader.sandbox import view
        options, cover = view.options, b"--tmpfs\0/proc/1\0--remount-ro\0/proc/1\0"
        view.options = lambda *a, **k: options(*a, **k).replace(cover, b"")
    """,
    "02_writing_outside.py": r"""
        from grader.sandbox import view
        options, last = view.options, b"--remount-ro\0/\0"
        view.options = lambda *a, **k: options(*a, **k).replace(last, b"")
    """,
    "01_files_of_the_host.py": r"""
        from grader.sandbox import view
        options, proc = view.options, b"--proc\0/proc\0"
        more = b"--ro-bind\0/var\0/var\0" + proc
        view.options = lambda *a, **k: options(*a, **k).replace(proc, more)
    """,
    "05_environment.py": r"""
        from grader.sandbox import view
        options = view.options
        view.options = lambda *a, **k: options(*a, **k) + b"--setenv\0SECRET_KEY\0x\0"
    """,
    "06_inherited_descriptors.py": """
        import os, subprocess
        popen = subprocess.Popen.__init__
        subprocess.Popen.__init__ = lambda *a, pass_fds=(), **k: popen(
            *a, pass_fds=(*pass_fds, os.dup(77)), **k)
    """,
    "27_raising_limits.py": """
        from grader.sandbox import rlimits
        rlimits.impose = lambda pid, limits: None
    """,
    "28_files_without_end.py": """
        from grader.sandbox import kernel
        mount = kernel.mount
        kernel.mount = lambda kind, target, *, flags, options="": mount(
            kind, target, flags=flags, options=options.replace("=33554432", "=99m"))
    """,
    "25_services_of_the_host.py": """
        from grader.sandbox import kernel, namespaces
        kernel.CLONE_NEWNET, namespaces._NETWORK_SETTINGS = 0, {}
        namespaces._renew_network = kernel.bring_loopback_up = lambda: None
    """,
}


@pytest.mark.parametrize("driver", ["ordinary"], indirect=True)
@pytest.mark.parametrize("file", HOLES)
def test_a_hole_is_noticed(driver: Driver, host: dict[str, Any], file: str) -> None:
    crew = Crew(driver, host, hole="\n".join(line[8:] for line in HOLES[file].splitlines()))

    seen = crew.run(ATTACKS[file], is_traced=False)
    crew.close()

    assert [what[:9] for what in seen.what] == ["ESCAPED: "], seen
