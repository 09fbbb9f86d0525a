"""One short trace for each model, and the reasons that are given."""

import pytest

from iomodels.models import FAMILIES, IN_WORDS, Model
from iomodels.recognition import Recognition
from tests.iomodels.traces import analysed

CALLS = {"select", "poll", "epoll_wait"}
# Two clients that come, and speak twice each in turns.
LOG = """
    0.0010 A connects
    0.0020 B connects
    0.0110 A sends 1
    0.0210 B sends 1
    0.0310 A sends 1
    0.0410 B sends 1
"""
BOTH = """
    1 0.0010 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.0020 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
"""
THREAD = "clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD)"
PROCESS = "clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD)"


def waited(call: str, *, thread: int = 1) -> str:
    """Return a server's run that is in this call whenever somebody speaks, and then reads."""
    turns = ((0.0050, 0.0111, "4<AC>"), (0.0130, 0.0211, "5<BC>"), (0.0230, 0.0311, "4<AC>"),
             (0.0330, 0.0411, "5<BC>"))  # fmt: skip
    return "".join(
        f"{thread} {begin} {call} <{end - begin:.6f}>\n"
        f'{thread} {end + 0.0002} read({who}, "x", 9) = 1 <0.0001>\n'
        for begin, end, who in turns
    )


def own(thread: int, who: str, *times: tuple[float, float]) -> str:
    """Return reads of one client in which a thread sleeps until he speaks."""
    return "".join(
        f'{thread} {begin} read({who}, "x", 9) = 1 <{end - begin:.6f}>\n' for begin, end in times
    )


A_SPEAKS = ((0.0050, 0.0111), (0.0130, 0.0311))
B_SPEAKS = ((0.0051, 0.0211), (0.0230, 0.0411))
EACH_BY_ITS_OWN = own(2, "4<AC>", *A_SPEAKS) + own(3, "5<BC>", *B_SPEAKS)
EPOLL = """
    1 0.003 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {events=EPOLLIN, data={u32=4, u64=4}}) = 0 <0.0001>
    1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 5<BC>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.0001>
"""
NON_BLOCKING = """
    1 0.003 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
    1 0.004 fcntl(5<BC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
"""
TURN = """
    1 {0} read(4<AC>, 0x7f, 9) = -1 EAGAIN (Not now) <0.0001>
    1 {1} read(5<BC>, 0x7f, 9) = -1 EAGAIN (Not now) <0.0001>
    1 {2} read({3}, "x", 9) = 1 <0.0001>
"""
ASKING = "".join(
    TURN.format(at - 0.0003, at - 0.0002, at + 0.0003, who)
    for at, who in ((0.0110, "4<AC>"), (0.0210, "5<BC>"), (0.0310, "4<AC>"), (0.0410, "5<BC>"))
)
SIGNALS = """
    1 0.003 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK|O_ASYNC) = 0 <0.0001>
    1 0.004 fcntl(5<BC>, F_SETFL, O_RDWR|O_NONBLOCK|O_ASYNC) = 0 <0.0001>
"""
ONE_CLIENT = """
    0.001 A connects
    0.011 A sends 1
    0.031 A sends 1
"""
TRACES = {
    Model.SELECT: BOTH + waited("pselect6(6, [3<LISTENER> 4<AC> 5<BC>], [], [], NULL, NULL) = 1 (in [4])"),
    Model.POLL: BOTH + waited("poll([{fd=4<AC>, events=POLLIN}, {fd=5<BC>, events=POLLIN}], 2, -1) = 1"),
    Model.EPOLL: BOTH + EPOLL + waited("epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1"),
    Model.NON_BLOCKING: BOTH + NON_BLOCKING + ASKING,
    Model.SIGNAL_DRIVEN: BOTH + SIGNALS + waited("rt_sigtimedwait([IO], {si_signo=SIGIO}, NULL, 8) = 29 (SIGIO)"),
    Model.THREAD_PER_CLIENT: BOTH
    + f"1 0.0030 {THREAD} = 2 <0.0001>\n1 0.0040 {THREAD} = 3 <0.0001>\n"
    + EACH_BY_ITS_OWN,
    Model.PROCESS_PER_CLIENT: BOTH
    + f"1 0.0030 {PROCESS} = 2 <0.0001>\n1 0.0040 {PROCESS} = 3 <0.0001>\n"
    + EACH_BY_ITS_OWN,
    Model.THREAD_POOL: f"1 0.0003 {THREAD} = 2 <0.0001>\n1 0.0005 {THREAD} = 3 <0.0001>\n"
    + BOTH
    + EACH_BY_ITS_OWN,
    Model.PROCESS_POOL: f"""
    1 0.0003 {PROCESS} = 2 <0.0001>
    1 0.0005 {PROCESS} = 3 <0.0001>
    2 0.0010 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    3 0.0020 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
    """
    + EACH_BY_ITS_OWN,
    Model.MIXED: BOTH
    + f"1 0.0030 {THREAD} = 2 <0.0001>\n"
    + own(2, "4<AC>", *A_SPEAKS)
    + """
    1 0.0051 poll([{fd=3<LISTENER>, events=POLLIN}, {fd=5<BC>, events=POLLIN}], 2, -1) = 1 <0.0160>
    1 0.0212 read(5<BC>, "x", 9) = 1 <0.0001>
    1 0.0230 poll([{fd=3<LISTENER>, events=POLLIN}, {fd=5<BC>, events=POLLIN}], 2, -1) = 1 <0.0181>
    1 0.0412 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
}  # fmt: skip


def recognised(trace: str, log: str = LOG) -> Recognition:
    return analysed(trace, log).recognition


@pytest.mark.parametrize("model", TRACES)
def test_model_is_recognised(model: Model) -> None:
    found = recognised(TRACES[model])

    assert (found.model, found.family) == (model, FAMILIES[model])
    assert sum(found.votes.values()) == 4


@pytest.mark.parametrize("model", TRACES)
def test_reasons_are_whole_sentences(model: Model) -> None:
    reasons = recognised(TRACES[model]).reasons

    assert len(reasons) >= 3
    for reason in reasons:
        # The name of a call is written as it is, at the beginning too.
        assert reason[0].isupper() or reason[0].isdigit() or reason.split()[0] in CALLS
        assert reason.endswith(".")
        assert "{" not in reason
        assert "pselect6" not in reason  # Nobody has written that.
    assert len(set(reasons)) == len(reasons)


def test_blocking_is_one_client_at_a_time() -> None:
    trace = BOTH + own(1, "4<AC>", *A_SPEAKS)

    found = recognised(trace, ONE_CLIENT)

    assert (found.model, found.title) == (Model.BLOCKING, IN_WORDS[Model.BLOCKING])
    assert (found.votes, found.syscall) == ({"blocked": 2}, "read")
    assert (
        found.reasons[0]
        == "2 of 2 messages: its reader had gone to sleep in read on that client alone."
    )


def test_answers_without_any_read_are_a_rings_work() -> None:
    trace = """
    1 0.0005 io_uring_setup(8, {flags=0}) = 9<anon_inode:[io_uring]> <0.0001>
    1 0.0010 io_uring_enter(9<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) = 1 <0.0101>
    1 0.0120 io_uring_enter(9<anon_inode:[io_uring]>, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) = 1 <0.0201>
    """
    log = """
    0.001 A connects
    0.002 B connects
    0.011 A sends 1
    0.012 A receives 1
    0.031 B sends 1
    0.032 B receives 1
    """

    found = recognised(trace, log)

    assert (found.model, found.votes) == (Model.IO_URING, {"completed": 2})


def test_a_loop_that_hands_its_clients_over_is_known_by_its_loop() -> None:
    trace = f"""{BOTH}
    1 0.0030 {THREAD} = 2 <0.0001>
    2 0.0040 futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <0.0075>
    1 0.0050 poll([{{fd=4<AC>, events=POLLIN}}, {{fd=5<BC>, events=POLLIN}}], 2, -1) = 1 <0.0061>
    2 0.0118 read(4<AC>, "x", 9) = 1 <0.0001>
    2 0.0120 futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <0.0095>
    1 0.0130 poll([{{fd=4<AC>, events=POLLIN}}, {{fd=5<BC>, events=POLLIN}}], 2, -1) = 1 <0.0081>
    2 0.0218 read(5<BC>, "x", 9) = 1 <0.0001>
    """
    log = "\n".join(LOG.strip().splitlines()[:4])

    found = recognised(trace, log)

    assert (found.model, found.votes) == (Model.POLL, {"handed": 2})
    assert found.reasons[0] == (
        "2 of 2 messages: another thread slept in poll, which watched that client, and handed it over."
    )


def test_too_few_messages_are_said_to_be() -> None:
    found = recognised(BOTH + own(1, "4<AC>", A_SPEAKS[0]), "0.001 A connects\n0.011 A sends 1")

    assert (found.model, found.title) == (Model.UNKNOWN, "cannot tell")
    assert found.reasons == (
        "Only 1 message came to a thread that had been waiting: too few to tell.",
        "The program had 1 thread in 1 process while there were clients.",
    )


def test_a_mixture_names_its_parts() -> None:
    assert recognised(TRACES[Model.MIXED]).title == (
        f"{IN_WORDS[Model.THREAD_PER_CLIENT]} and {IN_WORDS[Model.POLL]}"
    )


def test_one_vote_in_five_makes_no_mixture() -> None:
    """A majority of three quarters decides."""
    log = LOG + "0.051 A sends 1"
    trace = TRACES[Model.POLL] + '1 0.0430 read(4<AC>, "x", 9) = 1 <0.0081>\n'

    found = recognised(trace, log)

    assert (found.model, found.votes) == (Model.POLL, {"multiplexed": 4, "blocked": 1})


def test_a_read_that_seems_to_end_before_its_message_was_sent_slept_for_it() -> None:
    trace = """
    1 0.0005 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0009>
    1 0.0015 recvfrom(4<AC>, "x", 9, 0, NULL, NULL) = 1 <0.0094>
    1 0.0120 sendto(4<AC>, "x", 1, 0, NULL, 0) = 1 <0.0001>
    1 0.0125 recvfrom(4<AC>, "x", 9, 0, NULL, NULL) = 1 <0.0174>
    1 0.0310 sendto(4<AC>, "x", 1, 0, NULL, 0) = 1 <0.0001>
    """
    log = """
    0.001 A connects
    0.011 A sends 1
    0.012 A receives 1
    0.030 A sends 1
    0.031 A receives 1
    """

    assert recognised(trace, log).votes == {"blocked": 2}
