"""Who is neglected, and who only seems to be: hung up on, refused, or kept back by the kernel."""

from tests.iomodels.traces import analysed

SLEEPS_ON_A = """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.003 read(4<AC>, "x", 9) = 1 <0.0181>
    1 0.050 exit_group(0) = ?
    """


def test_a_client_in_the_queue_is_neglected_by_a_sleep_on_another() -> None:
    found = analysed(SLEEPS_ON_A, "0.001 A connects\n0.011 B connects\n0.021 A sends 1")

    assert [(slept.syscall, slept.neglected[0].client) for slept in found.ledger.harmful] == [
        ("read", "B")
    ]


def test_a_client_that_was_refused_is_not_waiting() -> None:
    log = "0.001 A connects\n0.011 B connects\n0.012 B receives end\n0.021 A sends 1"

    assert analysed(SLEEPS_ON_A, log).ledger.harmful == ()


def test_a_deferred_client_waits_only_once_it_has_spoken() -> None:
    trace = (
        "1 0.0005 setsockopt(3<LISTENER>, SOL_TCP, TCP_DEFER_ACCEPT, [30], 4) = 0 <0.0001>\n"
        + SLEEPS_ON_A
    )

    found = analysed(trace, "0.001 A connects\n0.011 B connects\n0.021 A sends 1")

    assert found.ledger.harmful == ()


def test_bytes_sent_after_the_server_hung_up_lie_ready_for_nobody() -> None:
    found = analysed(
        """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.003 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0281>
    """,
        """
    0.001 A connects
    0.002 A receives end
    0.011 A sends 1
    0.031 B connects
    """,
    )

    assert found.ledger.harmful == ()
    assert [one.size for one in found.ledger.pending] == [0, 0]


def test_a_look_that_does_not_wait_is_no_sleep_on_whatever_it_looks_at() -> None:
    found = analysed(
        """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.010 recvfrom(6<UNIX:[1->2]>, 0x7f, 9, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Not now) <0.005>
    1 0.016 read(4<AC>, "x", 9) = 1 <0.0001>
    """,
        "0.001 A connects\n0.011 A sends 1",
        rests=(0.0105, 0.012),
    )

    assert found.ledger.harmful == ()


def test_a_call_that_only_the_programs_end_ended_had_slept_until_then() -> None:
    found = analysed(
        """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.003 poll([{fd=0</dev/null<char 1:3>>, events=0}, {fd=4<AC>, events=POLLIN}], 2, -1 <unfinished ...>) = ?
    1 0.050 +++ killed by SIGKILL +++
    """,
        "0.001 A connects\n0.011 B connects",
    )

    (slept,) = found.ledger.harmful
    assert slept.clients == ("A",)
    assert [one.client for one in slept.neglected] == ["B"]
