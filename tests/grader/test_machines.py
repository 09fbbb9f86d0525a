import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from grader import machines
from grader.sandbox import Check, State

pytestmark = pytest.mark.django_db

FINE = Check(name="kernel", state=State.OK, detail="Linux 6.1")
HOLE = Check(name="control group", state=State.WARNING, detail="none", mend="Delegate=yes")
MISSING = Check(name="bwrap", state=State.FAILED, detail="not on PATH", mend="apt-get install <b>")


def test_the_last_self_test_of_a_machine_is_kept() -> None:
    machines.note("one", [FINE, MISSING])
    machines.note("one", [FINE, HOLE])
    machines.note("two", [MISSING])

    found = machines.conditions()

    assert [(one.name, one.is_sound, one.checks) for one in found] == [
        ("two", False, (MISSING,)),
        ("one", True, (FINE, HOLE)),
    ]
    assert found[1].troubles == (HOLE,)


def test_the_page_tells_staff_what_mends_a_machine(admin_client: Client) -> None:
    machines.note("grader-1.example", [FINE, MISSING])

    page = admin_client.get("/grading/")

    assertContains(page, "grader-1.example")
    assertContains(page, "It takes no work")
    assertContains(page, "apt-get install &lt;b&gt;")


def test_the_page_says_so_if_no_worker_was_ever_there(admin_client: Client) -> None:
    assertContains(admin_client.get("/grading/"), "No worker has started on any machine yet")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_many_machines(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        machines.note(f"grader-{number}", [FINE, HOLE])

    # Session, user; lanes, workers (2), sweep, stalled, throughput, tries (2), broken, machines.
    with django_assert_num_queries(12):
        admin_client.get("/grading/")


def test_students_do_not_see_the_page(client: Client, django_user_model: type) -> None:
    client.force_login(django_user_model.objects.create_user("student"))  # type: ignore[attr-defined]

    assert client.get("/grading/").status_code == 403
    assertNotContains(client.get("/"), "/grading/")
