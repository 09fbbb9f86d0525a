"""Markdown and programs as HTML that is safe to show."""

from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Pygments' lexers are regular expressions, some of them slower than linear: a student's file of
# 256 KiB may not hold up the page. Real servers have a few KiB.
HIGHLIGHTED_CHARACTERS = 64 * 1024

_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "div", "section", "blockquote", "hr", "br", "pre"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "abbr", "code", "del", "em", "s", "span", "strong", "sub", "sup"),
    *("figure", "figcaption", "img"),
}
_ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
}
# What may be wider than the page scrolls by itself, and must be reachable by keyboard for that.
_REACHABLE = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}


@lru_cache(maxsize=256)
def render(markdown: str) -> SafeString:
    """Turn Markdown into HTML; whatever could run, load or restyle anything is gone."""
    html = nh3.clean(
        _parser().render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        set_tag_attribute_values=_REACHABLE,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it.


@lru_cache(maxsize=256)
def highlight_lines(program: str, *, language: str = "python") -> tuple[SafeString, ...]:
    """Turn a program into one piece of HTML per line."""
    program = program.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if len(program) > HIGHLIGHTED_CHARACTERS:
        return tuple(escape(line) for line in program.split("\n"))
    html = _highlight(program + "\n", language, "").removesuffix("\n")
    return tuple(mark_safe(line) for line in html.split("\n"))  # noqa: S308 - from Pygments.


def _highlight(code: str, language: str, _attributes: str) -> str:
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    html: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return html


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(admon_plugin)
    parser.use(anchors_plugin, max_level=4, slug_func=_anchor)
    parser.core.ruler.push("begin_at_h2", _begin_at_h2)
    parser.core.ruler.push("align_by_class", _align_by_class)
    parser.core.ruler.push("empty_corners", _empty_corners)
    return parser


def _begin_at_h2(state: StateCore) -> None:
    """Leave h1 to the page: where a text uses it, all its headings move down by one."""
    headings = [token for token in state.tokens if token.type.startswith("heading_")]
    if any(token.tag == "h1" for token in headings):
        for token in headings:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _align_by_class(state: StateCore) -> None:
    """Say a table's alignment in classes: the site's policy forbids style attributes."""
    for token in state.tokens:
        style = token.attrs.pop("style", None)
        if style is not None:
            token.attrJoin("class", str(style).replace("text-align:", "align-"))


def _anchor(heading: str) -> str:
    """Make an address that cannot collide with the page's own ids."""
    words = "".join(c if c.isalnum() else " " for c in heading.lower()).split()
    return "text-" + "-".join(words)


def _empty_corners(state: StateCore) -> None:
    """Let the empty cell above a table's first column head nothing."""
    for opening, content, closing in zip(
        state.tokens, state.tokens[1:], state.tokens[2:], strict=False
    ):
        if opening.type == "th_open" and not content.content:
            opening.tag = closing.tag = "td"


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    """Let images come only from this site: an outside one would tell others who reads what."""
    is_foreign = value.startswith("//") or ":" in value.split("/", 1)[0]
    return None if (tag, attribute) == ("img", "src") and is_foreign else value
