"""What a server is recognised as when stamps are late, threads are reused, or helpers abound."""

from iomodels.models import Model
from tests.iomodels.traces import analysed


def test_a_wide_wait_counts_though_a_narrow_one_comes_before_the_read() -> None:
    """As PHP does: select over all, then poll of the one that is ready, which does not sleep."""
    found = analysed(
        """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
    1 0.005 pselect6(6, [4<AC> 5<BC>], [], [], NULL, NULL) = 1 (in [4]) <0.0055>
    1 0.012 poll([{fd=4<AC>, events=POLLIN}], 1, 60000) = 1 ([{fd=4, revents=POLLIN}]) <0.0001>
    1 0.013 recvfrom(4<AC>, "x", 9, MSG_DONTWAIT, NULL, NULL) = 1 <0.0001>
    1 0.014 pselect6(6, [4<AC> 5<BC>], [], [], NULL, NULL) = 1 (in [5]) <0.0065>
    1 0.022 poll([{fd=5<BC>, events=POLLIN}], 1, 60000) = 1 ([{fd=5, revents=POLLIN}]) <0.0001>
    1 0.023 recvfrom(5<BC>, "x", 9, MSG_DONTWAIT, NULL, NULL) = 1 <0.0001>
    """,
        """
    0.001 A connects
    0.002 B connects
    0.011 A sends 1
    0.021 B sends 1
    """,
    )

    assert found.recognition.model is Model.SELECT
    assert found.recognition.votes == {"multiplexed": 2}


POOL = """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>
    2 0.003 read(4<AC>, "x", 9) = 1 <0.0081>
    2 0.012 read(4<AC>, "x", 9) = 1 <0.0091>
    2 0.022 futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <0.0081>
    1 0.030 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
    2 0.031 read(5<BC>, "x", 9) = 1 <0.0001>
    1 0.041 recvfrom(4<AC>, "", 9, 0, NULL, NULL) = 0 <0.0001>
    1 0.043 recvfrom(5<BC>, "", 9, 0, NULL, NULL) = 0 <0.0001>
    """
POOLS_CLIENTS = """
    0.001 A connects
    0.011 A sends 1
    0.021 A sends 1
    0.030 B connects
    0.0305 B sends 1
    0.040 A closes
    0.042 B closes
    """


def test_a_thread_that_is_used_again_makes_a_pool() -> None:
    found = analysed(POOL, POOLS_CLIENTS)

    assert found.recognition.model is Model.THREAD_POOL


def test_a_ring_that_no_client_hears_of_is_no_asynchronous_io() -> None:
    found = analysed(
        """
    1 0.001 io_uring_setup(8, {flags=0}) = 9<anon_inode:[io_uring]> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    """,
        """
    0.001 A connects
    0.011 A sends 1
    0.021 A sends 1
    """,
    )

    assert found.recognition.votes == {}


def test_reasons_leave_out_what_had_ended_before_the_first_client() -> None:
    found = analysed(
        """
    1 0.001 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 7 <0.0001>
    7 0.002 +++ exited with 0 +++
    1 0.003 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0021>
    1 0.006 read(4<AC>, "x", 9) = 1 <0.0051>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0091>
    """,
        """
    0.005 A connects
    0.011 A sends 1
    0.021 A sends 1
    """,
    )

    assert found.recognition.reasons[2] == (
        "The program had 1 thread in 1 process while there were clients."
    )


def test_reasons_say_that_select_awaits_new_clients_and_not_accept() -> None:
    found = analysed(
        """
    1 0.001 pselect6(4, [3<LISTENER>], [], [], NULL, NULL) = 1 (in [3]) <0.0041>
    1 0.0055 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.006 read(4<AC>, "x", 9) = 1 <0.0051>
    1 0.012 read(4<AC>, "x", 9) = 1 <0.0091>
    """,
        """
    0.005 A connects
    0.011 A sends 1
    0.021 A sends 1
    """,
    )

    awaited = [reason for reason in found.recognition.reasons if reason.startswith("New clients")]
    assert awaited == [
        "New clients were awaited in select, which watched nobody else at those times."
    ]
