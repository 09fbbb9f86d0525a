"""The table in the battery's README, made of what the attacks say of themselves."""

from pathlib import Path

from tests.end_to_end.attacks.header import Attack, of_tests, programs

HERE = Path(__file__).parent
README = HERE / "README.md"
BEGINNING = "| # | attack | tries | meets | seen as | file |\n|---|---|---|---|---|---|\n"


def renewed(readme: str) -> str:
    """Return the README with its table, which is the last thing in it, made anew."""
    attacks = sorted(programs() + of_tests(HERE), key=lambda one: (one.number, one.file))
    return readme.partition(BEGINNING)[0] + BEGINNING + "".join(map(_row, attacks))


def _row(attack: Attack) -> str:
    title = f"{attack.title} ({attack.source})" if attack.source else attack.title
    expect = " or ".join(attack.expect) or "the test"
    cells = (str(attack.number), title, attack.tries, attack.meets, expect, f"`{attack.file}`")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"
