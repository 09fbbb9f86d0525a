"""The kernel's books: descriptors that are copied and shared, flags, and who a label is."""

import pytest

from iomodels.replay import Story, Watch
from tests.iomodels.traces import analysed

TWO = """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
"""
LOG = """
    0.001 A connects
    0.002 B connects
    0.003 C connects
    0.011 A sends 1
"""
THREAD = "1 0.003 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>\n"
PROCESS = "1 0.003 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 2 <0.0001>\n"
READS = '0.010 read(4<AC>, "x", 9) = 1 <0.0021>\n'


def told(trace: str) -> Story:
    return analysed(trace, LOG).story


def last(trace: str, *, thread: int = 1) -> Watch:
    """Return the last thing that a thread looked for or waited for."""
    return told(trace).threads[thread].watches[-1]


def test_dup_is_the_same_connection_with_the_same_flags() -> None:
    for made in (
        "dup(4<AC>) = 8<AC>",
        "dup2(4<AC>, 8) = 8<AC>",
        "dup3(4<AC>, 8, O_CLOEXEC) = 8<AC>",
        "fcntl(4<AC>, F_DUPFD, 8) = 8<AC>",
        "fcntl(4<AC>, F_DUPFD_CLOEXEC, 8) = 8<AC>",
    ):
        trace = f"""{TWO}
        1 0.003 {made} <0.0001>
        1 0.004 fcntl(8<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
        1 0.010 read(4<AC>, "x", 9) = 1 <0.0021>
        """

        watch = last(trace)

        assert (watch.clients, watch.may_sleep) == (("A",), False), made


@pytest.mark.parametrize(
    ("how", "may_sleep"),
    [
        ("fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0", False),
        ("fcntl(4<AC>, F_SETFL, O_RDWR) = 0", True),
        ("fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = -1 EBADF (Bad file descriptor)", True),
        ("fcntl(4<AC>, F_SETFD, FD_CLOEXEC) = 0", True),
        ("ioctl(4<AC>, FIONBIO, [1]) = 0", False),
        ("ioctl(4<AC>, FIONBIO, [0]) = 0", True),
        ("ioctl(4<AC>, FIONREAD, [1]) = 0", True),
    ],
)
def test_non_blocking_mode_is_the_descriptions(how: str, *, may_sleep: bool) -> None:
    assert last(f"{TWO} 1 0.004 {how} <0.0001>\n 1 {READS}").may_sleep is may_sleep


@pytest.mark.parametrize(
    ("accept", "may_sleep"),
    [
        ("accept4(3<LISTENER>, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 4<AC>", False),
        ("accept4(3<LISTENER>, NULL, NULL, SOCK_CLOEXEC) = 4<AC>", True),
    ],
)
def test_accept4_makes_it_non_blocking(accept: str, *, may_sleep: bool) -> None:
    assert last(f"1 0.001 {accept} <0.0001>\n 1 {READS}").may_sleep is may_sleep


def test_accepted_connection_does_not_inherit_the_listeners_mode() -> None:
    """accept(2): on Linux the new socket does not inherit file status flags."""
    trace = f"""
    1 0.0001 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3<TCP:[7]> <0.0001>
    1 0.0003 bind(3<TCP:[7]>, {{sa_family=AF_INET, sin_port=htons(80)}}, 16) = 0 <0.0001>
    {TWO}
    1 {READS}"""

    story = told(trace)

    assert [watch.may_sleep for watch in story.threads[1].watches] == [False, False, True]


def test_a_single_call_may_refuse_to_wait() -> None:
    trace = f'{TWO} 1 0.010 recvfrom(4<AC>, "x", 9, MSG_DONTWAIT, NULL, NULL) = 1 <0.0021>'

    assert last(trace).may_sleep is False


def test_threads_share_a_table_and_its_flags() -> None:
    trace = (
        f"{TWO}{THREAD} 2 0.004 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>\n 1 {READS}"
    )

    story = told(trace)

    assert story.threads[1].watches[-1].may_sleep is False
    assert {thread: teller.process_id for thread, teller in story.threads.items()} == {1: 1, 2: 1}
    assert story.threads[2].made_by == 1


def test_a_process_has_a_table_of_its_own_over_the_same_descriptions() -> None:
    trace = f"""{TWO}{PROCESS}
    2 0.004 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
    2 0.005 dup2(5<BC>, 4<AC>) = 4<BC> <0.0001>
    1 {READS}
    2 0.011 read(4<BC>, "x", 9) = 1 <0.0021>
    """

    story = told(trace)

    assert story.threads[1].watches[-1].clients == ("A",)
    assert story.threads[1].watches[-1].may_sleep is False
    assert story.threads[2].watches[-1].clients == ("B",)
    assert story.threads[2].watches[-1].may_sleep is True
    assert story.processes == {1, 2}


LISTENS = """
    1 0.0001 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3<TCP:[7]> <0.0001>
    1 0.0003 bind(3<TCP:[7]>, {sa_family=AF_INET, sin_port=htons(80)}, 16) = 0 <0.0001>
    1 0.0005 listen(3<LISTENER>, 128) = 0 <0.0001>
"""


def test_a_listener_that_was_inherited_keeps_its_mode() -> None:
    trace = f"{LISTENS}{PROCESS} 2 0.010 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0021>"

    assert last(trace, thread=2).may_sleep is False


def test_a_listener_that_was_duplicated_keeps_its_mode() -> None:
    trace = f"""{LISTENS}
    1 0.003 dup(3<LISTENER>) = 8<LISTENER> <0.0001>
    1 0.010 accept(8<LISTENER>, NULL, NULL) = 4<AC> <0.0021>
    """

    assert last(trace).may_sleep is False


def test_a_number_that_was_given_out_again_is_somebody_else() -> None:
    trace = f"""{TWO}
    1 0.003 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
    1 0.004 accept(3<LISTENER>, NULL, NULL) = 4<CC> <0.0001>
    1 0.010 read(4<CC>, "x", 9) = 1 <0.0021>
    """

    watch = last(trace)

    assert (watch.clients, watch.may_sleep) == (("C",), True)


def test_descriptors_from_before_the_trace_are_known_by_their_labels() -> None:
    assert last(f"7 {READS}", thread=7).clients == ("A",)


@pytest.mark.parametrize(
    "label",
    [
        "TCP:[127.0.0.1:80->127.0.0.1:4001]",
        "TCPv6:[[::1]:80->[::1]:4001]",
        "TCPv6:[[::ffff:127.0.0.1]:80->[::ffff:127.0.0.1]:4001]",
    ],
)
def test_a_client_is_known_by_its_port(label: str) -> None:
    assert last(f'1 0.010 read(4<{label}>, "x", 9) = 1 <0.0021>').clients == ("A",)


@pytest.mark.parametrize(
    "label",
    [
        "TCP:[127.0.0.1:4001->127.0.0.1:80]",
        "TCP:[127.0.0.1:81->127.0.0.1:4001]",
        "TCP:[127.0.0.1:80->127.0.0.1:4009]",
        "TCP:[4001]",
        "UNIX-STREAM:[80->4001]",
        "/tmp/TCP:[127.0.0.1:80->127.0.0.1:4001]",
    ],
)
def test_what_is_no_end_of_a_clients_connection_is_nobodys(label: str) -> None:
    story = told(f'1 0.010 read(4<{label}>, "x", 9) = 1 <0.0021>')

    assert (story.reads, story.calls) == ([], 0)


def test_peeking_takes_nothing() -> None:
    trace = f"""{TWO}
    1 0.010 recvfrom(4<AC>, "x", 9, MSG_PEEK, NULL, NULL) = 1 <0.0021>
    1 0.013 recvfrom(4<AC>, "x", 9, 0, NULL, NULL) = 1 <0.0001>
    """

    assert [(read.client, read.size) for read in told(trace).reads] == [("A", 1)]


def test_answers_are_counted_by_client() -> None:
    trace = f"""{TWO}
    1 0.010 write(4<AC>, "xyz", 3) = 3 <0.0001>
    1 0.011 sendto(5<BC>, "xy", 2, 0, NULL, 0) = 2 <0.0001>
    1 0.012 sendto(4<AC>, "xy", 2, 0, NULL, 0) = -1 EAGAIN (Not now) <0.0001>
    1 0.013 write(1<pipe:[5]>, "xy", 2) = 2 <0.0001>
    """

    assert told(trace).answers == {"A": 3, "B": 2}


def test_datagrams_are_told_apart_by_their_senders_ports() -> None:
    trace = """
    1 0.010 recvfrom(4<DATAGRAMS>, "x", 9, 0, {sa_family=AF_INET, sin_port=htons(4002), sin_addr=inet_addr("127.0.0.1")}, [16]) = 1 <0.0021>
    1 0.013 recvfrom(4<DATAGRAMS>, "x", 9, 0, {sa_family=AF_INET6, sin6_port=htons(4001)}, [16]) = 1 <0.0021>
    1 0.016 sendto(4<DATAGRAMS>, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(4001)}, 16) = 1 <0.0021>
    1 0.019 recvfrom(4<DATAGRAMS>, "x", 9, 0, NULL, NULL) = 1 <0.0021>
    """

    story = told(trace)

    assert [read.client for read in story.reads] == ["B", "A"]
    assert story.answers == {"A": 1}
    assert story.threads[1].watches[0].clients == ("A", "B", "C")


def test_a_table_outlives_each_thread_but_the_last() -> None:
    trace = f"""{TWO} {THREAD}
    1 0.004 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
    2 0.005 +++ exited with 0 +++
    1 {READS}"""

    assert last(trace).may_sleep is False
