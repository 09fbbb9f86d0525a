"""What the documents say of the product is what the product does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.harness.exercise import RULES, SWITCHES, parse
from iomodels.asking import asked
from iomodels.demands import MODELS, Demands
from iomodels.explanation import sentence
from iomodels.models import FAMILIES, Family, Model
from iomodels.rules import EXPLANATIONS

SCENARIOS = Path(__file__).parents[2] / "docs" / "scenarios.md"


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of the table under a heading, or after the paragraph that begins so."""
    _, found, rest = SCENARIOS.read_text().partition(f"\n{heading}")
    assert found, heading
    table = re.search(r"^\|[-|]+\|\n((?:\|.*\|\n)+)", rest, re.MULTILINE)
    assert table
    for line in table[1].splitlines():
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_rules_that_are_always_on_stand_there_in_the_order_in_which_they_explain() -> None:
    documented = list(rows("### Always on"))

    assert documented == [[f"`{rule.name}`", sentence(rule)] for rule in EXPLANATIONS]


def test_each_key_that_an_exercise_can_ask_with_stands_there_with_its_sentence() -> None:
    keys: dict[str, Any] = dict.fromkeys(RULES.values(), 1) | dict.fromkeys(SWITCHES.values(), True)
    told = asked(Demands(model="select", **keys))

    documented = {row[0]: row[-1] for row in rows("### What an exercise can ask for")}

    assert documented == {f"`{one.rule}`": one.sentence for one in told}
    assert set(documented) == {f"`{key}`" for key in ("model", *RULES, *SWITCHES)}


def test_each_model_stands_there_with_its_family() -> None:
    documented = {
        family.strip("`"): [name.strip("`") for name in models.split(", ")]
        for family, models in rows("These are the models, each with its family.")
    }

    known = [family for family in Family if family.value in MODELS]
    assert documented == {
        family.value: [model.value for model in Model if FAMILIES[model] is family]
        for family in known
    }


def test_the_exercise_that_is_shown_can_be_loaded() -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```", SCENARIOS.read_text(), re.MULTILINE | re.DOTALL)

    files = {"exercise.toml": shown, "statement.md": "", "starter.py": "", "starter.c": ""}

    assert parse(files).demands == Demands(
        model="select", at_most_threads=1, waits_for_everyone=True
    )
