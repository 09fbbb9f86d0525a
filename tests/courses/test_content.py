import pytest

from courses.content import HIGHLIGHTED_CHARACTERS, highlight_lines, render


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        "<style>body { display: none }</style>",
        '<a href="/" onclick="alert(1)">x</a>',
        "<iframe src=/></iframe>",
        "```python\n</code><script>alert(1)</script>\n```",
        "```<script>alert(1)</script>\nx\n```",
    ],
)
def test_nothing_that_runs_survives(attack: str) -> None:
    html = render(attack)

    for tag in ("<script", "<style", "<iframe", "<img src=x", '<a href="/" on'):
        assert tag not in html
    assert 'href="javascript:' not in html
    assert 'href="data:' not in html
    assert 'src="javascript:' not in html


def test_html_is_shown_and_not_used() -> None:
    assert render("<b>loud</b>") == "<p>&lt;b&gt;loud&lt;/b&gt;</p>\n"


def test_images_of_other_sites_are_not_loaded() -> None:
    assert render("![a](https://example.org/a.png)") == '<p><img alt="a"></p>\n'
    assert render("![a](//example.org/a.png)") == '<p><img alt="a"></p>\n'
    assert render("![a](figure.svg)") == '<p><img src="figure.svg" alt="a"></p>\n'


def test_no_style_attribute_is_left_for_the_policy_to_refuse() -> None:
    html = render("| n |\n|--:|\n| 1 |\n")

    assert "style=" not in html
    assert '<td class="align-right">1</td>' in html


def test_a_texts_headings_begin_below_the_pages_title() -> None:
    assert render("# A\n\n## B\n") == '<h2 id="text-a">A</h2>\n<h3 id="text-b">B</h3>\n'
    assert render("## B\n") == '<h2 id="text-b">B</h2>\n'


def test_programs_are_coloured_by_classes() -> None:
    assert '<span class="k">def</span>' in render("```python\ndef f(): ...\n```")


def test_an_unknown_language_is_shown_as_it_is() -> None:
    assert '<code class="language-scenario">A sends "&lt;"\n</code>' in render(
        '```scenario\nA sends "<"\n```'
    )


def test_footnotes_definitions_and_admonitions_are_there() -> None:
    html = render('Text[^1]\n\n[^1]: Note\n\nTerm\n: Meaning\n\n!!! note "Mind"\n    This.\n')

    assert 'class="footnotes"' in html
    assert "<dt>Term</dt>" in html
    assert '<p class="admonition-title">Mind</p>' in html


@pytest.mark.parametrize(
    ("program", "lines"),
    [("", 1), ("a", 1), ("a\n", 1), ("a\n\n\n", 3), ("a\r\nb\r\n", 2), ('"""\na\n"""\n', 3)],
)
def test_highlighted_lines_are_the_programs_lines(program: str, lines: int) -> None:
    assert len(highlight_lines(program)) == lines


def test_a_string_over_several_lines_is_closed_on_each() -> None:
    for line in highlight_lines('x = """a\nb"""\n'):
        assert line.count("<span") == line.count("</span>")


def test_programs_are_escaped_highlighted_or_not() -> None:
    small, large = "# <b>\n", "# <b>\n" + "#" * HIGHLIGHTED_CHARACTERS

    assert highlight_lines(small) == ('<span class="c1"># &lt;b&gt;</span>',)
    assert highlight_lines(large)[0] == "# &lt;b&gt;"


def test_what_scrolls_can_be_reached_by_keyboard() -> None:
    assert '<pre tabindex="0">' in render("```text\nwide\n```")
    assert '<table tabindex="0">' in render("| n |\n|--:|\n| 1 |\n")


def test_an_empty_corner_of_a_table_heads_nothing() -> None:
    html = render("|  | n |\n|--|--|\n| a | 1 |\n")

    assert "<td></td>\n<th>n</th>" in html
