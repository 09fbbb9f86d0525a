import pytest

from iomodels.figures.style import STYLE, STYLE_SOURCE
from iomodels.figures.svg import clean, document, element, number, prefix
from tests.iomodels.figures.reading import parse


def test_element_escapes_text_and_attributes() -> None:
    drawn = str(element("text", '<script>&"', class_='a" onload="b'))

    assert drawn == '<text class="a&quot; onload=&quot;b">&lt;script&gt;&amp;"</text>'


@pytest.mark.parametrize(
    ("value", "written"),
    [(1, "1"), (1.0, "1"), (1.25, "1.2"), (0.04, "0"), (-0.04, "0"), (-1.5, "-1.5"), ("a", "a")],
)
def test_number_is_short(value: float | str, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize("name", ["script", "a b", "", "a:href", "g>"])
def test_element_refuses_names_that_could_do_harm(name: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        element(name)


@pytest.mark.parametrize("attribute", ["onload", "href"])
def test_element_refuses_attributes_that_could_do_harm(attribute: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        element("g", **{attribute: "x"})


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\nb\tc", "a b c"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\u202eevil", "\ufffdevil"),
        ("\x1b[31m", "\ufffd[31m"),
    ],
)
def test_clean_leaves_one_line_that_xml_can_hold(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_prefix_is_the_same_for_the_same_contents_only() -> None:
    assert prefix("a", 1, "x") == prefix("a", 1, "x")
    assert prefix("a", 1, "x") != prefix("a", 1, "y")


def test_document_is_an_image_with_a_name_and_a_description() -> None:
    drawn = document(prefix="p", title="<T>", description="D & d", width=10, height=20)

    root = parse(drawn)
    names = {part.get("id"): part.text for part in root if part.get("id")}
    assert root.get("role") == "img"
    assert names[root.get("aria-labelledby")] == "<T>"
    assert names[root.get("aria-describedby")] == "D & d"


def test_style_needs_no_escaping_and_has_a_source_for_a_policy() -> None:
    assert not set("<&>") & set(STYLE)
    assert STYLE_SOURCE.startswith("'sha256-")
