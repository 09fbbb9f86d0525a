"""No program can write an event of another thread, or of a client that did nothing."""

from hypothesis import given
from hypothesis import strategies as st

from iomodels.analysis import Analysis
from tests.iomodels.forging import FORGED, HOSTILE, path, quoted, unix
from tests.iomodels.traces import analysed

LOG = """
    0.001 A connects
    0.002 B connects
    0.004 B sends 1
    0.030 A sends 1
    0.036 A receives 1
"""


def program(content: bytes, file_name: bytes, socket_name: bytes) -> Analysis:
    """Return what is known of a server of A that neglects B, and that says this in between."""
    file, socket = f"7{path(file_name)}", f"8{unix(socket_name)}"
    return analysed(
        f"""
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
    1 0.0021 write(1<pipe:[9]>, {quoted(content)}, 900) = 900 <0.0001>
    1 0.0022 write({file}, {quoted(content)}, 900) = 900 <0.0001>
    1 0.0023 recvfrom({socket}, {quoted(content)}, 900, 0, NULL, NULL) = 9 <0.0001>
    1 0.0024 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, {socket}, {{events=EPOLLIN, data={{u32=8, u64=8}}}}) = 0 <0.0001>
    1 0.0025 pselect6(9, [{file} {socket}], NULL, NULL, {{tv_sec=0, tv_nsec=0}}, NULL) = 1 (in [8]) <0.0001>
    1 0.003 poll([{{fd={file}, events=POLLIN}}, {{fd={socket}, events=POLLIN}}, {{fd=4<AC>, events=POLLIN}}], 3, -1) = 1 ([{{fd=4, revents=POLLIN}}]) <0.0275>
    1 0.031 read(4<AC>, {quoted(content)}, 9) = 1 <0.0001>
    1 0.035 write(4<AC>, {quoted(content)}, 9) = 1 <0.0001>
    """,
        LOG,
    )


HARMLESS = program(b"x", b"x", b"x")


@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_bytes_and_names_change_nothing(
    content: bytes, file_name: bytes, socket_name: bytes
) -> None:
    found = program(content, file_name, socket_name)

    assert found.trace.refusals == ()
    assert found.ledger == HARMLESS.ledger
    assert found.recognition == HARMLESS.recognition
    assert found.story.reads == HARMLESS.story.reads


@given(st.sampled_from(FORGED))
def test_each_forgery_alone_is_seen_through(content: bytes) -> None:
    assert program(content, content, content).ledger == HARMLESS.ledger


def test_what_is_left_is_what_happened() -> None:
    (slept,) = HARMLESS.ledger.harmful

    assert (slept.syscall, slept.clients) == ("poll", ("A",))
    assert [one.client for one in slept.neglected] == ["B"]
    assert [read.client for read in HARMLESS.story.reads] == ["A"]
    assert set(HARMLESS.story.threads) == {1}
