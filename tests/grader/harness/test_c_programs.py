"""C programs examined for real: compiled in a box, run in others, and asked for their lines."""

import os

import pytest

from iomodels.record import Outcome
from iomodels.report import Finding
from tests.grader.harness.conftest import C_HEADER_LINES, run_c

pytestmark = pytest.mark.sandbox

ECHO = """
int main(int argc, char **argv)
{
    (void)argc;
    int listener = listener_on(argv[1]);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        char piece[4096];
        ssize_t size;
        while ((size = recv(client, piece, sizeof piece, 0)) > 0)
            send(client, piece, size, 0);
        close(client);
    }
}
"""
ONE_LINE = 'connect A\nA sends "x\\n"\nA receives "x\\n"\n'
NEGLECT = 'connect A B\nA sends "hel"\nB sends "ping\\n"\nB receives "ping\\n"\n'
RESTS = "the server rests\n"


def finding(program: str, script: str) -> Finding:
    """Return the one finding on a program that compiles without a warning."""
    report = run_c(program, script)
    assert report.compiler == ""
    (found,) = report.scenarios[0].findings
    return found


def line_of(program: str, text: str) -> int:
    """Return the line of the whole file on which a text stands."""
    before = program.lstrip("\n").partition(text)[0]
    return C_HEADER_LINES + before.count("\n") + 1


def test_a_right_server_passes() -> None:
    report = run_c(ECHO, ONE_LINE)

    assert (report.outcome, report.points, report.compiler) == (Outcome.PASSED, 1, "")


def test_a_server_is_told_the_line_of_its_own_file_on_which_it_sleeps() -> None:
    found = finding(ECHO, NEGLECT)

    line = line_of(ECHO, "recv(client")
    assert (found.rule, found.client, found.neglected) == ("accepts-everybody", "A", "B")
    assert (found.syscall, found.source_line) == ("recvfrom", line)
    assert f"asleep in recvfrom on A's connection (server.c, line {line})" in found.message


# Where each of these sleeps is marked; A says nothing and B waits.
SILENCE = 'connect A B\nB sends "ping\\n"\nB receives "ping\\n"\n'
HERE = "/* here */"
SLEEPER = """
static ssize_t __attribute__((noinline)) take(int client, void *to, size_t size)
{
    return recv(client, to, size, 0); /* there */
}

static void *serve(void *client)
{
    char piece[10];
    take(*(int *)client, piece, sizeof piece);
    return NULL;
}

int main(int argc, char **argv)
{
    int client = accept(listener_on(argv[argc - 1]), NULL, NULL);
    char piece[4096] = "";
    (void)serve;
    %s
    return piece[0];
}
"""
SLEEPERS = {
    "recv": "recv(client, piece, 9, 0); /* here */",
    "a helper's last call": "take(client, piece, 9);",
    "read": "while (read(client, piece, 9) > 0) /* here */\n;",
    "select": "fd_set set; FD_ZERO(&set); FD_SET(client, &set);\n"
    "select(client + 1, &set, 0, 0, 0); /* here */",
    "poll": "struct pollfd one = {client, POLLIN, 0};\npoll(&one, 1, -1); /* here */",
    "sleep": "sleep(3600); /* here */",
    "pause": "pause(); /* here */",
    "another process": "if (!fork())\npause(); /* here */\nwait(NULL);",
    "a condition": "pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock(&m);\n"
    "pthread_cond_t c = PTHREAD_COND_INITIALIZER;\npthread_cond_wait(&c, &m); /* here */",
    "a stream": 'FILE *f = fdopen(client, "r");\nif (!fgets(piece, 9, f)) /* here */\nabort();',
    "another thread": "pthread_t other; pthread_create(&other, NULL, serve, &client);\n"
    "pthread_join(other, NULL);",
    "an inlined system call": "for (long call = SYS_pause;;)\n"
    '__asm__ volatile("syscall" : "+a"(call) : : "rcx", "r11"); /* here */',
}
ON_X86_64 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="written for that machine")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=ON_X86_64) if "inlined" in name else name for name in SLEEPERS],
)
def test_the_line_is_found_however_deep_in_the_c_library(name: str) -> None:
    program = SLEEPER % SLEEPERS[name]
    wanted = line_of(program, HERE if HERE in program else "/* there */")

    found = run_c(program, SILENCE).scenarios[0].findings[0]

    assert found.source_line == wanted, found


SYNTAX = "int main(void)\n{\n    int unused;\n    return 0\n}\n"


def test_what_does_not_compile_fails_everything_at_its_line() -> None:
    report = run_c(SYNTAX, ONE_LINE)

    (scenario,) = report.scenarios
    line = C_HEADER_LINES + 4
    assert (report.outcome, report.points, scenario.points) == (Outcome.FAILED, 0, 0)
    assert [(step.line, step.text, step.outcome) for step in scenario.steps] == [
        (0, "the program compiles", Outcome.FAILED),
        (1, "connect A", Outcome.SKIPPED),
        (2, 'A sends "x\\n"', Outcome.SKIPPED),
        (3, 'A receives "x\\n"', Outcome.SKIPPED),
    ]
    (found,) = scenario.findings
    assert (found.rule, found.source_line, found.step) == ("compiles", line, 0)
    assert found.message.startswith("The compiler refused the program: expected ")
    assert found.message.endswith(f" (server.c, line {line}).")
    assert f"server.c:{line}:13: error: expected" in report.compiler
    assert report.output == ""


def test_warnings_are_told_of_a_program_that_passes() -> None:
    report = run_c(ECHO.replace("for (;;) {", "int spare;\n    for (;;) {"), ONE_LINE)

    assert report.outcome is Outcome.PASSED
    assert "warning: unused variable" in report.compiler


def test_a_crash_is_named_by_its_signal() -> None:
    found = finding(ECHO.replace("send(client,", "*(volatile int *)8 = 1;\nsend(client,"), ONE_LINE)

    assert (found.rule, "killed by SIGSEGV" in found.message) == ("stays-up", True)


BOMBS = {
    "#define A0 x,x\n"
    + "".join(f"#define A{n} A{n - 1},A{n - 1}\n" for n in range(1, 40))
    + "int all[] = {A39};\n": "was stopped: it used 512 MiB of memory, its limit.",
    '#include "/dev/zero"\n': "was stopped: it used 512 MiB of memory, its limit.",
    "char all[1L << 31] = {1};\n": "File size limit exceeded signal terminated program as.",
    '__asm__(".rept 1000000000\\nnop\\n.endr");\n': "as: out of memory allocating",
    '#include "/w/server.c"\n': "redefinition of",
}


@pytest.mark.parametrize("program", BOMBS)
def test_a_compiler_that_is_made_to_grow_ends_and_says_why(program: str) -> None:
    report = run_c(program + "int main(void) { return listener_on(0); }\n", ONE_LINE)

    (found,) = report.scenarios[0].findings
    assert (report.outcome, found.rule) == (Outcome.FAILED, "compiles")
    assert BOMBS[program] in found.message


STEALING = """
__asm__(".pushsection .rodata\\nstolen: .incbin \\"%s\\"\\nend: .byte 0\\n.popsection");
extern __attribute__((visibility("hidden"))) const char stolen[], end[];
int main(int argc, char **argv)
{
    int client = accept(listener_on(argv[argc - 1]), NULL, NULL);
    write(1, stolen, end - stolen);
    pause();
    return client;
}
"""


@pytest.mark.parametrize("path", ["/proc/self/environ", "/etc/passwd", "/etc/shadow", __file__])
def test_a_program_takes_nothing_of_the_host_along(path: str) -> None:
    report = run_c(STEALING % path, ONE_LINE)

    said = report.output + report.compiler
    assert report.outcome is Outcome.FAILED
    assert "root:x:0:0:root:/root:/bin/bash" not in said
    assert "VIRTUAL_ENV" not in said
    assert "pytestmark" not in said


def test_a_source_that_has_the_compiler_wait_for_ever_is_at_fault() -> None:
    report = run_c('#include "/proc/self/fd/1"\n', ONE_LINE)

    (found,) = report.scenarios[0].findings
    assert (report.outcome, found.rule) == (Outcome.FAILED, "compiles")
    assert "it waited for something that never came" in found.message
