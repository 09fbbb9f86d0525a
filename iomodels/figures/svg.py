"""SVG as values: elements that escape what they hold and always come out in the same bytes."""

import re
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from iomodels.figures.style import STYLE

_NAME = re.compile(r"[a-zA-Z][a-zA-Z-]*")
# What XML 1.0 cannot hold, what ends a line, and what turns the direction of writing: a name must
# neither break the file nor rearrange the sentence around it.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f]")
_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Value = str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element; strings among the children are text."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple["Element | str", ...]

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{_quoted(value)}"' for name, value in self.attributes)
        inner = "".join(
            child if self.name == "style" and isinstance(child, str) else _markup(child)
            for child in self.children
        )
        return (
            f"<{self.name}{attributes}>{inner}</{self.name}>"
            if inner
            else (f"<{self.name}{attributes}/>")
        )


def element(name: str, *children: Element | str, **attributes: Value) -> Element:
    """Return an element: `class_` and `stroke_width` stand for `class` and `stroke-width`.

    Numbers are rounded to a tenth of a pixel; an attribute that is None is left out. What could
    run a program or load a file is refused: such a name is a mistake of ours.
    """
    kept = [
        (key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None
    ]
    for key in (name, *(key for key, _ in kept)):
        if not _NAME.fullmatch(key) or key.startswith("on") or key in ("script", "href"):
            raise ValueError(f"{key} has no place in a figure.")
    return Element(
        name=name,
        attributes=tuple((key, number(value)) for key, value in kept),
        children=children,
    )


def number(value: str | float) -> str:
    """Return a number as short as a tenth of a pixel allows, and a string as it is."""
    if isinstance(value, str):
        return value
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # Adding 0.0 makes -0.0 plain.


def legible(text: str) -> str:
    """Return text with a sign in place of each character that XML and HTML do not have."""
    return _UNFIT.sub("\ufffd", text)


def clean(text: str) -> str:
    """Return text on one line, with a sign in place of what XML or a reader cannot bear."""
    return " ".join(_TURNS.sub("\ufffd", legible(text)).split())


def prefix(kind: str, *contents: object) -> str:
    """Return what an id in this figure begins with: the same for the same contents."""
    digest = sha256(repr(contents).encode(errors="surrogatepass")).hexdigest()
    return f"{kind}-{digest[:10]}"


def document(
    *body: Element, prefix: str, title: str, description: str, width: int, height: float
) -> str:
    """Return a whole figure, named and described for those who do not see it."""
    root = element(
        "svg",
        element("title", clean(title), id=f"{prefix}-title"),
        element("desc", clean(description), id=f"{prefix}-description"),
        element("style", STYLE),
        element("rect", class_="iof-paper", width=width, height=height),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        class_="iof",
        role="img",
        aria_labelledby=f"{prefix}-title",
        aria_describedby=f"{prefix}-description",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {number(height)}",
    )
    return f"{root}\n"


def _markup(child: Element | str) -> str:
    return str(child) if isinstance(child, Element) else escape(clean(child), quote=False)


def _quoted(value: str) -> str:
    return escape(clean(value), quote=True)
