"""What a page may bring along, and that no page of ours needs more: the browser would drop it."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from django.test import Client

from courses.models import Attempt
from iomodels.figures.style import STYLE_SOURCE
from tests.courses import examples
from tests.courses.examples import School
from tests.iomodels.figures.samples import select_loop, sequential


class Inline(HTMLParser):
    """Collects what a policy looks at: style elements, and what is written into attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[str] = []
        self.refused: list[str] = []  # Nothing in a policy of ours could let these in.
        self._tag = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        names = [name for name, _ in attributes]
        self.refused += [
            name for name in names if name == "style" or name.startswith(("on", "hx-on"))
        ]
        if tag == "script" and "src" not in names:
            self.refused.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._tag = "" if tag == self._tag else self._tag

    def handle_data(self, text: str) -> None:
        if self._tag == "style":
            self.sheets.append(text)


def inline(html: bytes) -> Inline:
    found = Inline()
    found.feed(html.decode())
    return found


def source_of(sheet: str) -> str:
    """Return what names a style element in a policy: the hash of exactly what stands in it."""
    return f"'sha256-{b64encode(sha256(sheet.encode()).digest()).decode()}'"


@pytest.fixture
def pages(school: School, client: Client, make_attempt: Callable[..., Attempt]) -> list[str]:
    """Return the address of each kind of page, with a graded attempt and one that waits."""
    client.force_login(school.student)
    report = examples.traced(examples.failed_report())
    graded = make_attempt(report=report, ledgers=[select_loop(), sequential()])
    attempts = [f"/attempts/{one.pk}/" for one in (graded, make_attempt())]
    course = "/courses/io/"
    exercise = f"{course}multiplexing/echo/"
    timeline = f"{attempts[0]}scenarios/1/timeline/"
    return ["/", course, f"{course}multiplexing/", exercise, *attempts, timeline, "/nowhere/"]


def test_the_policy_lets_in_our_own_files_and_the_figures_sheet(
    pages: list[str], client: Client
) -> None:
    policies = {client.get(page)["Content-Security-Policy"] for page in pages}

    (policy,) = policies
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["style-src"] == f"'self' {STYLE_SOURCE}"
    assert directives["style-src-attr"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'none'"


def test_no_page_brings_what_the_policy_refuses(pages: list[str], client: Client) -> None:
    found = [inline(client.get(page).content) for page in pages]

    sheets = [[source_of(sheet) for sheet in one.sheets] for one in found]
    assert [one.refused for one in found] == [[]] * len(pages)
    assert [len(one) for one in sheets] == [0, 0, 0, 0, 1, 0, 1, 0]
    assert {sheet for one in sheets for sheet in one} == {STYLE_SOURCE}


def test_a_figure_that_is_fetched_later_needs_no_other_policy(
    pages: list[str], client: Client
) -> None:
    part = client.get(pages[-2], headers={"HX-Request": "true"})

    found = inline(part.content)
    assert found.refused == []
    assert [source_of(sheet) for sheet in found.sheets] == [STYLE_SOURCE]
