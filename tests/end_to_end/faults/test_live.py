"""What a student sees, without touching the page, while everything behind it dies."""

import os
import signal

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.faults.site import Site, holder
from tests.end_to_end.faults.students import SLOW, Student
from tests.end_to_end.processes import until

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]

PATIENCE_MS = 60_000


@pytest.fixture
def student(site: Site, page: Page) -> Student:
    """Sign a student in, in the browser too."""
    [ada] = site.students(1)
    origin = f"http://127.0.0.1:{site.port}"
    page.context.add_cookies([{"name": "sessionid", "value": ada.session, "url": origin}])
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return ada


def test_a_page_follows_its_run_through_every_death(
    site: Site, page: Page, student: Student
) -> None:
    attempt = student.submit(SLOW)
    page.goto(f"http://127.0.0.1:{site.port}/attempts/{attempt}/")
    sentence = page.locator(".verdict-sentence")

    expect(sentence).to_contain_text("Running scenario 1 of 4")
    expect(page.locator("[aria-current=step]")).to_contain_text("Running scenario 1 of 4")
    os.kill(holder(site.run_of(attempt)), signal.SIGKILL)
    expect(page.get_by_text("It was begun before and had to be stopped")).to_be_visible()
    expect(page.locator(".tick-failed")).to_have_count(1)
    page.reload()
    expect(page.locator(".tick-failed")).not_to_have_count(0)
    for part in ("web", "broker"):
        os.kill(site.pid_of(part), signal.SIGKILL)
    give_back = site.database.take_away()
    give_back()

    expect(page.locator(".verdict-failed")).to_be_visible()
    expect(page).to_have_title("Failed · Echo, briefly")


def test_a_run_is_taken_back_from_its_page(site: Site, page: Page, student: Student) -> None:
    attempt = student.submit(SLOW)
    until(lambda: site.is_running(attempt), within_s=60, what="it is being graded")
    page.goto(f"http://127.0.0.1:{site.port}/attempts/{attempt}/")

    page.get_by_role("button", name="Stop it").click()

    expect(page.locator(".verdict-sentence")).to_contain_text("cancelled before it was decided")
    page.get_by_role("link", name="How it was graded").click()
    expect(page.get_by_role("row", name="it was cancelled")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="server.py").click()
    assert download.value.path().read_text() == SLOW
