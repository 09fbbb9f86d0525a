"""What is refused before a program runs, and that it does not run then."""

import pytest

from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a\0b", ""])
def test_start_refuses_a_file_outside_of_the_box(driver: Driver, name: str) -> None:
    shown = driver.run(f"""
        enter(slot=None)
        try:
            start(["true"], files={{{name!r}: b""}}, environment={{}}, limits=Limits())
        except ValueError as error:
            show(error=str(error))
    """)

    assert shown == {"error": f"{name!r} is not a path inside of the box's /w."}


def test_start_refuses_a_command_that_is_not_there(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        try:
            start(["no-such-program"], files={}, environment={}, limits=Limits())
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    assert shown["error"].startswith("no-such-program is not in /usr/bin:/bin.")


RING = """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    made = libc.syscall(425, 4, ctypes.create_string_buffer(120))
    print("made" if made >= 0 else os.strerror(ctypes.get_errno()))
"""


@pytest.mark.parametrize(
    ("environment", "met"),
    [({}, "this machine is not one that is thrown away"), ({"SANDBOX_THROW_AWAY": "1"}, "made")],
)
def test_rings_are_for_machines_that_are_thrown_away(
    driver: Driver, environment: dict[str, str], met: str
) -> None:
    shown = driver.run(
        f"""
        enter(slot=None)
        files = {{"p.py": textwrap.dedent({RING!r}).encode()}}
        try:
            box = start(["python3", "/w/p.py"], files=files, environment={{}}, limits=Limits(),
                        profile=Profile.RING_SERVER)
            show(met=output_of(box))
        except SandboxUnavailable as error:
            show(met=str(error))
        """,
        environment=environment,
    )

    assert met in shown["met"]


@pytest.mark.parametrize("bounds", ["rlimits.impose", "cgroups.BoxGroup.add"])
@pytest.mark.parametrize("tracing", ["traced", "untraced"])
def test_start_lets_nobody_go_who_cannot_be_bounded(
    driver: Driver, bounds: str, tracing: str
) -> None:
    shown = driver.run(f"""
        from grader.sandbox import cgroups, launch, namespaces, rlimits
        def fail(*_):
            raise OSError(5, "no bounds today")
        {bounds} = fail
        enter(slot=None)
        if namespaces.group() is None:
            rlimits.impose = fail
        proof = Path("/run/iomodels-boxes/0/tmp/tmp/proof")
        try:
            start(["touch", "/tmp/proof"], files={{}}, environment={{}}, limits=Limits(),
                  is_traced={tracing == "traced"})
        except SandboxUnavailable as error:
            os.wait()  # Until bubblewrap has ended, and with it whatever it had started.
            show(error=str(error), ran=proof.exists())
    """)

    assert shown == {
        "error": "A program could not be bounded: [Errno 5] no bounds today",
        "ran": False,
    }


def test_driver_and_pid_1_have_short_turns_and_the_program_has_the_usual(driver: Driver) -> None:
    shown = driver.run("""
        import ctypes, platform, struct
        from iomodels import syscalls
        libc, number = ctypes.CDLL(None), syscalls.numbers(platform.machine())["sched_getattr"]
        def slice_of(pid):
            found = ctypes.create_string_buffer(56)
            assert libc.syscall(number, pid, found, 56, 0) == 0
            return struct.unpack_from("<IIQiIQ", found)[5]
        usual = slice_of(0)
        enter(slot=None)
        box = box_of("import signal; print(flush=True); signal.pause()")
        first_line_of(box)
        show(usual=usual, program=slice_of(box.processes()[0]), driver=slice_of(0),
             init=slice_of(box.init_pid))
    """)

    if shown["usual"] == 0:
        pytest.skip("a kernel before 6.12 knows no slices")
    assert (shown["driver"], shown["init"]) == (100_000, 100_000)
    assert shown["program"] == shown["usual"] > 100_000
