import os

import pytest

from tests.grader.sandbox.conftest import Driver

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root has slots"),
]


@pytest.fixture
def root(driver: Driver) -> Driver:
    if driver.user != "root":
        pytest.skip("only root has slots")
    return driver


def test_slots_give_each_driver_its_own_uid(root: Driver) -> None:
    script = "enter(slot=None); show(uid=os.getuid()); sys.stdin.read()"
    with root.holding(script) as first, root.holding(script) as second:
        assert first["uid"] != second["uid"]
        assert min(first["uid"], second["uid"]) >= 60800


def test_slot_is_taken_by_name_and_free_again_after_the_driver(root: Driver) -> None:
    uid = root.run("enter(slot=63); show(uid=os.getuid())")["uid"]

    again = root.run("enter(slot=63); show(uid=os.getuid())")["uid"]

    assert [uid, again] == [60863, 60863]


def test_slot_in_use_is_refused(root: Driver) -> None:
    with root.holding("enter(slot=62); show(uid=os.getuid()); sys.stdin.read()"):
        shown = root.run("""
            try:
                enter(slot=62)
            except SandboxUnavailable as error:
                show(error=str(error))
        """)

    assert shown == {"error": "Slot 62 is in use by other gradings on this machine."}


def test_slot_out_of_range_is_refused(root: Driver) -> None:
    shown = root.run("""
        try:
            enter(slot=64)
        except ValueError as error:
            show(error=str(error))
    """)

    assert shown == {"error": "There is no slot 64; slots are numbered from 0 to 63."}
