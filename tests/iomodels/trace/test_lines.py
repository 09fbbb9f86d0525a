"""Every kind of line that strace 6.1 writes with our options; all were cut from its output."""

import pytest

from iomodels.trace import Call, End, Signal, read

HEAD = "7 1.000000000 "
STARTED, SECOND = 10**9, 10**9
A_CLIENT = "TCP:[127.0.0.1:80->127.0.0.1:4001]"


@pytest.mark.parametrize(
    ("line", "result", "error", "detail"),
    [
        ('read(4<TCP:[1]>, "x", 9) = 1 <0.000001000>', 1, None, None),
        ("read(4<TCP:[1]>, 0x7f, 9) = -1 EAGAIN (Try again) <0.000001000>", -1, "EAGAIN", "(Try again)"),
        ("read(4<TCP:[1]>, 0x7f, 9) = ? ERESTARTSYS (To be restarted) <0.000001000>", None, "ERESTARTSYS", "(To be restarted)"),
        ("poll(0x7f, 1, 0) = 0 (Timeout) <0.000001000>", 0, None, "(Timeout)"),
        ("poll(0x7f, 1, 9) = 1 ([{fd=3, revents=POLLIN}]) <0.000001000>", 1, None, "([{fd=3, revents=POLLIN}])"),
        ("pselect6(6, [3], NULL, NULL, NULL, NULL) = 2 (in [3 4], left {tv_sec=0}) <0.000001000>", 2, None, "(in [3 4], left {tv_sec=0})"),
        ("accept(3<TCP:[127.0.0.1:80]>, NULL, NULL) = 4<TCP:[127.0.0.1:80->127.0.0.1:4001]> <0.000001000>", 4, None, f"<{A_CLIENT}>"),
        ("accept(3<TCPv6:[[::]:80]>, NULL, NULL) = 4<TCPv6:[[::ffff:127.0.0.1]:80->[::ffff:127.0.0.1]:4001]> <0.000001000>", 4, None, "<TCPv6:[[::ffff:127.0.0.1]:80->[::ffff:127.0.0.1]:4001]>"),
        ("fcntl(4<TCP:[1]>, F_GETFL) = 0x2 (flags O_RDWR) <0.000001000>", None, None, "(flags O_RDWR)"),
        (r'fcntl(5</memfd:a\74b\76\n\"c>(deleted), F_DUPFD_CLOEXEC, 0) = 6</memfd:a\74b\76\n\"c>(deleted) <0.000001000>', 6, None, r'</memfd:a\74b\76\n\"c>'),
        ("rt_sigtimedwait([IO], {si_signo=SIGIO}, NULL, 8) = 29 (SIGIO) <0.000001000>", 29, None, "(SIGIO)"),
        ("clone(child_stack=NULL, flags=SIGCHLD) = 5 /* 43 in strace's PID NS */ <0.000001000>", 43, None, None),
        ("wait4(5 /* 43 in strace's PID NS */, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], 0, NULL) = 5 /* 43 in strace's PID NS */ <0.000001000>", 43, None, None),
        ("clone3({flags=CLONE_VM} => {parent_tid=[43]}, 88) = 43 <0.000001000>", 43, None, None),
        ("exit_group(0) = ?", None, None, None),
        ("syscall_0x1ff(0x1, 0x2, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented) <0.000001000>", -1, "ENOSYS", "(Function not implemented)"),
        ("restart_syscall(<... resuming interrupted nanosleep ...>) = 0 <0.000001000>", 0, None, None),
        ("read(4<TCP:[1]>, <unavailable>, 9) = ? <unavailable>", None, None, None),
    ],
)  # fmt: skip
def test_call_has_its_result(
    line: str, result: int | None, error: str | None, detail: str | None
) -> None:
    trace = read(HEAD + line + "\n")

    (call,) = trace.events
    assert isinstance(call, Call)
    assert (trace.refusals, call.thread_id, call.started_ns) == ((), 7, STARTED)
    assert (call.result, call.error, call.detail) == (result, error, detail)


@pytest.mark.parametrize(
    "arguments",
    [
        f'4<{A_CLIENT}>, "x", 1',
        '4<UDP:[127.0.0.1:80]>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(4001), sin_addr=inet_addr("127.0.0.1")}, [16]',
        r'4<UNIX-STREAM:[1->2,"/tmp/a<b>->\"c\\"]>, "x", 1',
        '4<UNIX:[1,@"a<b>c(["]>, "x", 1',
        '4<NETLINK:[ROUTE:77]>, "x", 1',
        '4<PACKET:[77]>, "x", 1',
        '4<pipe:[77]>, "x", 1',
        '4<anon_inode:[eventpoll]>, "x", 1',
        '4<signalfd:[INT TERM]>, "x", 1',
        '4<pid:77>, "x", 1',
        '4<net:[4026531833]>, "x", 1',
        '4</dev/null<char 1:3>>, "x", 1',
        '4</tmp/x->, "x", 1',
        '4</tmp/"x>, 5</tmp/"y>, 1',
        '4</tmp/->->, "x", 1',
        '4</tmp/gone>(deleted), "x", 1',
        '4</tmp/here (deleted)>, "x", 1',
        r'4</tmp/\74\76\n\"(>, "x", 1',
        r'4<TCP:[1]>, "\") = 0 <0.1>"..., 84',
        '4<TCP:[1]>, "<unfinished ...>", 84',
        '4<TCP:[1]>, "+++ exited with 0", 84',
        r'4<TCP:[1]>, "\n7 1.0 read(4"..., 84',
        r'4<TCP:[1]>, "\\", 84',
        '4<TCP:[1]>, [{iov_base="a", iov_len=1}, ...], 65',
        '4<TCP:[1]>, [{msg_hdr={msg_name=NULL, msg_iov=[{iov_base=[{nlmsg_len=20}, 0], iov_len=1}, ...]}, msg_len=1}], 1',
        '4<UNIX:[1->2]>, {msg_iov=[{iov_base="x", iov_len=1}], msg_control=[{cmsg_type=SCM_RIGHTS, cmsg_data=[16<UNIX:[2->1]>]}]}, 0',
        "4<TCP:[1]>, _IOC(_IOC_READ|_IOC_WRITE, 0x62, 0x1, 0x8), 0x7f",
        "4<TCP:[1]>, {len=1, filter=[BPF_STMT(BPF_RET|BPF_K, 0x1 << 2)]}, 16",
        "4<TCP:[1]>, {ifc_len=24 * sizeof(struct ifreq) => 1 * sizeof(struct ifreq)}",
        "",
    ],
)  # fmt: skip
def test_arguments_are_kept_but_for_the_strings_in_them(arguments: str) -> None:
    line = f"{HEAD}read({arguments}) = 1 <0.000001000>\n"
    kept = _without_strings(arguments)

    trace = read(line + line)  # The second time it is known.

    assert trace.refusals == ()
    assert trace.events == (
        Call(7, "read", kept, 1, None, None, STARTED, STARTED + 1000),
    ) * 2  # fmt: skip


def _without_strings(arguments: str) -> str:
    """Go through them character by character."""
    kept, is_quoted, is_escaped, in_path = "", False, False, False
    for before, character in zip(f" {arguments}", arguments, strict=False):
        if not is_quoted:
            in_path = (in_path or (before == "<" and character == "/")) and character != ">"
            is_quoted = character == '"' and not in_path
            kept += character
        elif is_escaped:
            is_escaped = False
        elif character == '"':
            is_quoted = False
            kept += character
        else:
            is_escaped = character == "\\"
    return kept


def test_call_that_was_interrupted_by_other_lines_is_one_call() -> None:
    trace = read(
        '7 1.000000000 read(4<pipe:[5]>,  <unfinished ...>\n'
        '8 1.100000000 write(5<pipe:[5]>, "x", 1) = 1 <0.000001000>\n'
        '7 1.200000000 <... read resumed>"x", 9) = 1 <0.200000500>\n'
    )  # fmt: skip

    assert trace.refusals == ()
    assert trace.events == (
        Call(7, "read", '4<pipe:[5]>,  "", 9', 1, None, None, STARTED, STARTED + 200_000_500),
        Call(8, "write", '5<pipe:[5]>, "", 1', 1, None, None, 1_100_000_000, 1_100_001_000),
    )


@pytest.mark.parametrize(
    "lines",
    [
        ("read(4<TCP:[1]>,  <unfinished ...>) = ?",),
        ("read(4<TCP:[1]>,  <unfinished ...>",),
        ("read(4<TCP:[1]>,  <unfinished ...>", "<... read resumed> <unfinished ...>) = ?"),
        ("read(4<TCP:[1]>,  <detached ...>",),
    ],
)
def test_call_that_never_returned_has_no_end(lines: tuple[str, ...]) -> None:
    trace = read("".join(f"{HEAD}{line}\n" for line in lines))

    (call,) = trace.events
    assert isinstance(call, Call)
    assert trace.refusals == ()
    assert (call.name, call.result, call.started_ns, call.ended_ns) == ("read", None, STARTED, None)


def test_thread_that_was_killed_before_strace_knew_its_call_costs_no_line() -> None:
    trace = read(f"{HEAD}???( <unfinished ...>\n{HEAD}<... ??? resumed>) = ?\n")

    assert (trace.refusals, len(trace.events)) == ((), 1)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("--- SIGCHLD {si_signo=SIGCHLD, si_stime=1 /* 0.01 s */} ---", Signal(7, "SIGCHLD", STARTED)),
        ("--- SIGIO {si_signo=SIGIO, si_code=POLL_IN, si_band=65} ---", Signal(7, "SIGIO", STARTED)),
        ("--- SIGRT_3 {si_signo=SIGRT_3, si_pid=1 /* 5 in strace's PID NS */, si_ptr=NULL} ---", Signal(7, "SIGRT_3", STARTED)),
        ("--- stopped by SIGSTOP ---", Signal(7, "stopped by SIGSTOP", STARTED)),
        ("+++ exited with 0 +++", End(7, "exited with 0", STARTED)),
        ("+++ killed by SIGKILL +++", End(7, "killed by SIGKILL", STARTED)),
        ("+++ killed by SIGSEGV (core dumped) +++", End(7, "killed by SIGSEGV (core dumped)", STARTED)),
        ("+++ superseded by execve in pid 9 +++", None),
    ],
)  # fmt: skip
def test_other_lines(line: str, event: Signal | End | None) -> None:
    trace = read(HEAD + line + "\n")

    assert (trace.events, trace.refusals) == ((event,) if event else (), ())
