"""Which clients a wait covers, when descriptors stand in each other or are no client's."""

from iomodels.models import Model
from tests.iomodels.traces import analysed

TWO_COME_AND_SPEAK = """
    0.001 A connects
    0.002 B connects
    0.011 A sends 1
    0.021 B sends 1
"""
ACCEPTS = """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
"""


def test_epoll_covers_who_is_on_its_list_and_nobody_is_neglected() -> None:
    found = analysed(
        ACCEPTS
        + """
    1 0.003 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {events=EPOLLIN, data={u32=4, u64=4}}) = 0 <0.0001>
    1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 5<BC>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.0001>
    1 0.005 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1 <0.0061>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0001>
    1 0.013 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=5, u64=5}}], 9, -1) = 1 <0.0081>
    1 0.022 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        TWO_COME_AND_SPEAK,
    )

    assert found.recognition.model is Model.EPOLL
    assert found.ledger.harmful == ()


def test_poll_of_an_epoll_descriptor_covers_its_list() -> None:
    found = analysed(
        ACCEPTS
        + """
    1 0.003 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {events=EPOLLIN, data={u32=4, u64=4}}) = 0 <0.0001>
    1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 5<BC>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.0001>
    1 0.005 ppoll([{fd=9<EPOLL>, events=POLLIN|POLLPRI}], 1, NULL, NULL, 8) = 1 <0.0061>
    1 0.0115 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, 0) = 1 <0.0001>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0001>
    1 0.013 ppoll([{fd=9<EPOLL>, events=POLLIN|POLLPRI}], 1, NULL, NULL, 8) = 1 <0.0081>
    1 0.0215 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=5, u64=5}}], 9, 0) = 1 <0.0001>
    1 0.022 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        TWO_COME_AND_SPEAK,
    )

    assert found.recognition.model is Model.EPOLL
    assert found.recognition.votes == {"multiplexed": 2}


def test_epoll_on_another_epolls_list_brings_its_own_list() -> None:
    found = analysed(
        ACCEPTS
        + """
    1 0.003 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {events=EPOLLIN, data={u32=4, u64=4}}) = 0 <0.0001>
    1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 5<BC>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.0001>
    1 0.0041 epoll_ctl(8<EPOLL>, EPOLL_CTL_ADD, 9<EPOLL>, {events=EPOLLIN, data={u32=9, u64=9}}) = 0 <0.0001>
    1 0.005 epoll_wait(8<EPOLL>, [{events=EPOLLIN, data={u32=9, u64=9}}], 9, -1) = 1 <0.0061>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0001>
    1 0.013 epoll_wait(8<EPOLL>, [{events=EPOLLIN, data={u32=9, u64=9}}], 9, -1) = 1 <0.0081>
    1 0.022 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        TWO_COME_AND_SPEAK,
    )

    assert found.recognition.votes == {"multiplexed": 2}


def test_devices_among_the_descriptors_hide_nobody() -> None:
    found = analysed(
        ACCEPTS
        + """
    1 0.005 pselect6(6, [0</dev/null<char 1:3>> 4<AC> 5<BC>], [], [], NULL, NULL) = 1 (in [4]) <0.0061>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0001>
    1 0.013 pselect6(6, [0</dev/null<char 1:3>> 4<AC> 5<BC>], [], [], NULL, NULL) = 1 (in [5]) <0.0081>
    1 0.022 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        TWO_COME_AND_SPEAK,
    )

    assert found.recognition.model is Model.SELECT


def test_everybody_speaks_over_the_one_socket_of_datagrams_that_epoll_watches() -> None:
    found = analysed(
        """
    1 0.001 socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_IP) = 4<UDP:[77]> <0.0001>
    1 0.002 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<DATAGRAMS>, {events=EPOLLIN, data={u32=4, u64=4}}) = 0 <0.0001>
    1 0.003 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1 <0.0081>
    1 0.012 recvfrom(4<DATAGRAMS>, "x", 9, 0, {sa_family=AF_INET, sin_port=htons(4001)}, [16]) = 1 <0.0001>
    1 0.013 recvfrom(4<DATAGRAMS>, 0x7f, 9, 0, 0x7f, [16]) = -1 EAGAIN (Not now) <0.0001>
    1 0.014 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1 <0.0071>
    1 0.022 recvfrom(4<DATAGRAMS>, "x", 9, 0, {sa_family=AF_INET, sin_port=htons(4002)}, [16]) = 1 <0.0001>
    """,
        """
    0.011 A sends 1
    0.021 B sends 1
    """,
    )

    assert found.recognition.model is Model.EPOLL


def test_a_timed_wait_that_the_kernel_takes_up_again_is_the_same_wait() -> None:
    found = analysed(
        ACCEPTS
        + """
    1 0.005 poll([{fd=4<AC>, events=POLLIN}, {fd=5<BC>, events=POLLIN}], 2, 9000) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.001>
    1 0.007 restart_syscall(<... resuming interrupted poll ...> <unfinished ...>
    1 0.0111 <... restart_syscall resumed>) = 1 <0.0041>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0001>
    1 0.013 poll([{fd=4<AC>, events=POLLIN}, {fd=5<BC>, events=POLLIN}], 2, 9000) = 1 <0.0081>
    1 0.022 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        TWO_COME_AND_SPEAK,
    )

    assert found.trace.refusals == ()
    assert found.recognition.votes == {"multiplexed": 2}


def test_a_time_that_strace_does_not_know_is_no_reason_to_refuse_a_line() -> None:
    found = analysed(
        """
    1 0.001 futex(0x7f, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
    1 0.002 <... futex resumed>) = ? <unavailable>
    """,
        "0.001 A connects",
    )

    assert found.trace.refusals == ()
