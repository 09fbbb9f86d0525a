from iomodels.figures.comparison import comparison
from iomodels.figures.phases import phases
from iomodels.figures.style import STYLE
from iomodels.figures.timeline import timeline
from tests.iomodels.figures.reading import parse
from tests.iomodels.figures.samples import LEDGERS, MODELS


def _drawings() -> list[str]:
    messages = [(name, make()) for name, make in MODELS.items()]
    return [
        *(timeline(make(), title="T") for make in LEDGERS.values()),
        *(phases(message, title="T") for _, message in messages),
        comparison(messages, title="T"),
    ]


def test_every_class_in_use_has_a_rule() -> None:
    used = {
        kind
        for drawn in _drawings()
        for part in parse(drawn).iter()
        for kind in part.get("class", "").split()
    }

    assert [kind for kind in sorted(used) if f".{kind}{{" not in STYLE] == []


def test_no_colour_and_no_style_stands_outside_the_sheet() -> None:
    attributes = {
        (name, value.split("#")[0])
        for drawn in _drawings()
        for part in parse(drawn).iter()
        for name, value in part.attrib.items()
        if name in ("style", "fill", "stroke")
    }

    assert attributes == {("fill", "url(")}


def test_every_pattern_in_use_is_defined_in_its_figure() -> None:
    for drawn in _drawings():
        parts = list(parse(drawn).iter())
        ids = {part.get("id") for part in parts}
        used = {part.get("fill", "")[5:-1] for part in parts if part.get("fill")}
        assert used <= ids


def test_style_has_dark_light_and_print() -> None:
    for part in ("prefers-color-scheme:dark", '[data-theme="dark"]', "@media print"):
        assert part in STYLE
