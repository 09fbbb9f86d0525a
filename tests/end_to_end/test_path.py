"""The main path, as a student walks it in a browser on a site started as `make run` starts it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from grader.harness.cli import shipped
from tests.end_to_end.processes import until
from tests.end_to_end.site_fixtures import Up, is_serving, passwords

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.queue]

EXERCISE = shipped()["echo-select"]
VERDICT_MS = 60_000  # A bound for a machine that is busy; a verdict takes a few seconds.
WRONG = "wrong/blocking-read.py"


@pytest.fixture
def site(up: Up, port: int, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Start the site; give its address, and the passwords that it printed."""
    up()
    until(lambda: is_serving(port), within_s=60, what="the site serves pages")
    return f"http://127.0.0.1:{port}", passwords(tmp_path / "log")


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Collect what the browser complains of: what a script throws, or the policy refuses."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_student_submits_a_server_and_learns_what_it_waited_for(
    page: Page,
    site: tuple[str, dict[str, str]],
    picture: Callable[[Page, str], None],
    artefacts: Path,
    complaints: list[str],
) -> None:
    address, known = site
    sign_in(page, address, "student", known["student"])
    picture(page, "path-1-home")

    page.get_by_role("link", name="How a program waits").first.click()
    picture(page, "path-2-course")
    page.get_by_role("link", name="multiplexing").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("multiplexing")
    picture(page, "path-3-lesson")
    page.get_by_role("link", name="Echo with select").last.click()
    picture(page, "path-4-exercise")

    # A wrong server, chosen as a file.
    page.locator("input[type=file]").set_input_files(EXERCISE / WRONG)
    page.get_by_role("button", name="Submit").click()
    verdict = page.locator(".verdict-failed")
    expect(verdict).to_be_visible(timeout=VERDICT_MS)
    picture(page, "path-5-failed")
    page.screenshot(path=artefacts / "pictures" / "path-5-failed-top.png")

    line = 1 + (EXERCISE / WRONG).read_text().split("\n").index(_sleeping_line())
    expect(verdict).to_contain_text(
        f"asleep in recvfrom on A's connection (server.py, line {line})"
    )
    expect(verdict).to_contain_text("B's 5 bytes lie ready in the kernel, unread.")
    expect(page.locator(".failing .step-failed .step-text")).to_have_text('B receives "ping\\n"')
    expect(page.locator(".failing .source .is-marked")).to_contain_text(_sleeping_line().strip())
    # It blocks as well: which half prevails is not the same each time.
    expect(page.locator(".conduct-title")).to_contain_text("multiplexing", ignore_case=True)
    expect(page.locator(".failing").get_by_role("img", name="A half line")).to_be_visible()
    _opens_by_keyboard(page.locator(".scenario-list > details").first)
    picture(page, "path-5-failed-timelines")

    # A right one, pasted.
    page.get_by_role("link", name="Change it and try again").click()
    page.locator("textarea").fill((EXERCISE / "solution.py").read_text())
    page.locator("textarea").press("Control+Enter")
    expect(page.locator(".verdict-passed")).to_be_visible(timeout=VERDICT_MS)
    expect(page.locator(".verdict-passed")).to_contain_text("100 of 100 points")
    expect(page.locator(".conduct-title")).to_have_text("Multiplexing with select")
    expect(page.locator(".history tbody tr")).to_have_count(2)
    picture(page, "path-6-passed")
    assert complaints == []


def test_student_submits_a_server_in_c(
    page: Page, site: tuple[str, dict[str, str]], picture: Callable[[Page, str], None]
) -> None:
    address, known = site
    sign_in(page, address, "student", known["student"])
    page.goto(f"{address}{_exercise_path(page)}")
    page.get_by_role("navigation", name="Language").get_by_role("link", name="C").click()
    expect(page.locator("textarea")).to_have_value((EXERCISE / "starter.c").read_text())
    picture(page, "path-8-exercise-in-c")

    # One that does not compile, pasted.
    page.locator("textarea").fill((EXERCISE / "wrong" / "does-not-compile.c").read_text())
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".verdict-failed")).to_be_visible(timeout=VERDICT_MS)
    expect(page.locator(".verdict-failed")).to_contain_text("The compiler refused the program")
    expect(page.locator(".failing .source .is-marked")).to_contain_text("select(FD_SETSIZE")
    picture(page, "path-9-not-compiled")

    # A right one, chosen as a file.
    page.get_by_role("link", name="Change it and try again").click()
    page.locator("input[type=file]").set_input_files(EXERCISE / "solution.c")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".verdict-passed")).to_be_visible(timeout=VERDICT_MS)
    expect(page.locator(".whole-program summary")).to_contain_text("server.c")


def test_ticks_appear_one_by_one_without_reloading(
    page: Page,
    site: tuple[str, dict[str, str]],
    picture: Callable[[Page, str], None],
) -> None:
    address, known = site
    sign_in(page, address, "student", known["student"])
    page.goto(f"{address}{_exercise_path(page)}")
    page.locator("textarea").fill((EXERCISE / "wrong" / "dies-on-reset.py").read_text())
    page.get_by_role("button", name="Submit").click()
    page.evaluate("window.wasLoadedOnce = true")

    expect(page.locator(".tick-passed").first).to_be_visible(timeout=VERDICT_MS)
    expect(page.locator(".tick-waiting").first).to_be_visible()
    picture(page, "path-7-running")
    expect(page.locator(".verdict-failed")).to_be_visible(timeout=VERDICT_MS)

    assert page.evaluate("window.wasLoadedOnce") is True


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"print('\xff')", "UTF-8"),
    ],
)
def test_what_cannot_be_a_program_is_refused_in_the_form(
    page: Page,
    site: tuple[str, dict[str, str]],
    tmp_path: Path,
    content: bytes,
    reason: str,
) -> None:
    address, known = site
    file = tmp_path / "server.py"
    file.write_bytes(content)
    sign_in(page, address, "student", known["student"])
    page.goto(f"{address}{_exercise_path(page)}")

    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("alert").first).to_contain_text(reason)
    expect(page.locator("textarea")).not_to_be_empty()


def test_a_file_that_is_too_large_does_not_leave_the_browser(
    page: Page, site: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    address, known = site
    file = tmp_path / "server.py"
    file.write_bytes(b"#" * (256 * 1024 + 1))
    sign_in(page, address, "student", known["student"])
    page.goto(f"{address}{_exercise_path(page)}")
    chooser = page.locator("input[type=file]")

    chooser.set_input_files(file)
    page.get_by_role("button", name="Submit").click()

    assert "at most 262144 are accepted" in chooser.evaluate("it => it.validationMessage")
    expect(page.get_by_role("button", name="Submit")).to_be_visible()


def _exercise_path(page: Page) -> str:
    page.get_by_role("link", name="How a program waits").first.click()
    link = page.get_by_role("link", name="Echo with select").last
    return link.get_attribute("href") or ""


def _opens_by_keyboard(scenario: Locator) -> None:
    """Unfold a scenario, and with it the timeline that is fetched only then."""
    expect(scenario.locator("figure")).to_have_count(0)

    scenario.locator("summary").press("Enter")

    expect(scenario.locator("figure svg")).to_be_visible()
    scenario.get_by_text("The same in numbers").press("Enter")
    expect(scenario.get_by_role("table")).to_be_visible()


def _sleeping_line() -> str:
    """Return the line on which the wrong server sleeps: the one that reads a whole line."""
    lines = (EXERCISE / WRONG).read_text().split("\n")
    return next(line for line in lines if ".readline()" in line)
