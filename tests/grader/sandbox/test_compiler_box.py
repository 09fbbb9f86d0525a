"""A box in which a program is made, and the next one in which it runs."""

import pytest

from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox

COMPILE = """
enter(slot=None)
def compile(source, *options):
    command = ["gcc", *options, "-o", "/tmp/server", "/w/server.c"]
    files = {"server.c": source.encode()}
    return start(command, files=files, environment={}, limits=Limits(), profile=Profile.COMPILER)
"""


def test_a_program_is_made_in_one_box_and_runs_in_another(driver: Driver) -> None:
    shown = driver.run(
        COMPILE
        + """
compiler = compile('#include <stdio.h>\\nint main(void) { puts("made"); return 0; }')
wait(compiler.pidfd)
made = compiler.take("server", most_bytes=1 << 20)
said = output_of(compiler)
compiler.close()
box = start(["/w/server"], files={"server": made}, environment={}, limits=Limits())
show(said=said, printed=output_of(box), code=box.close().code)
"""
    )

    assert shown == {"said": "", "printed": "made\n", "code": 0}


def test_what_the_compiler_can_read_is_the_boxs_own(driver: Driver) -> None:
    shown = driver.run(
        COMPILE
        + r"""
source = '''
#include <stdio.h>
__asm__(".pushsection .data\\npasswd: .incbin \\"/etc/passwd\\"\\n"
        "environ: .incbin \\"/proc/self/environ\\"\\n"
        "end: .byte 0\\n.popsection");
extern const char passwd[], end[];
int main(void) { fwrite(passwd, 1, end - passwd, stdout); return 0; }
'''
compiler = compile(source)
wait(compiler.pidfd)
made = compiler.take("server", most_bytes=1 << 20)
compiler.close()
box = start(["/w/server"], files={"server": made}, environment={}, limits=Limits())
show(printed=output_of(box).split("\\0")[0].splitlines())
""",
        environment={"SECRET_KEY": "a secret"},
    )

    assert shown["printed"] == [
        "root:x:0:0:root:/root:/usr/sbin/nologin",
        "student:x:1000:1000:student:/tmp:/bin/sh",
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
    ]


@pytest.mark.parametrize(
    "left",
    [
        "os.symlink('/etc/hostname', '/tmp/server')",
        "os.mkdir('/tmp/server')",
        "open('/tmp/server', 'w').truncate(1 << 20)",
        "socket.socket(socket.AF_UNIX).bind('/tmp/server')",
        "pass",
    ],
)
def test_only_a_file_of_a_fair_size_is_taken(driver: Driver, left: str) -> None:
    shown = driver.run(f"""
        enter(slot=None)
        box = box_of({f"import os, socket; {left}"!r})
        wait(box.pidfd)
        show(taken=box.take("server", most_bytes=(1 << 20) - 1) is not None)
        box.close()
    """)

    assert shown == {"taken": False}


def test_nothing_is_taken_while_somebody_could_change_it(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of("import signal; signal.pause()")
        try:
            box.take("server", most_bytes=1)
        except ValueError as error:
            show(error=str(error))
        box.close()
    """)

    assert shown == {"error": "'server' cannot be taken out of a box that still runs."}


def test_a_missing_compiler_is_named_with_what_installs_it(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        from grader.sandbox import view
        view.PATH = "/nowhere"
        try:
            start(["gcc"], files={}, environment={}, limits=Limits(), profile=Profile.COMPILER)
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    assert shown["error"].startswith("gcc is not in /nowhere. To mend it: ")
    assert shown["error"].endswith("gcc libc6-dev")
