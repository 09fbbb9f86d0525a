from pathlib import Path

import pytest

from tests.end_to_end.attacks.header import Attack, HeaderError, of_tests, program, without_header
from tests.end_to_end.attacks.table import README, renewed

RIGHT = """\
# Attack: 7, a thing
# Source: CVE-2000-1
# Tries: to.
# Meets: a wall.
# Expect: ended by memory or wall time or killed by SIGSYS
# Limits: wall_ns=2000000000 processes=8
# Needs: cgroup x86_64
import os
"""
GRADED = """\
// Attack: 53, a forger
// Tries: to.
// Meets: judgement.
// Expect: verdict failed (waits-for-everyone)
// Script: connect A
// Script: A sends "x"
int main(void) { return 0; }
"""


def test_a_header_is_read_into_a_value() -> None:
    assert program("07_thing.py", RIGHT) == Attack(
        file="07_thing.py",
        number=7,
        title="a thing",
        source="CVE-2000-1",
        tries="to.",
        meets="a wall.",
        expect=("ended by memory", "ended by wall time", "killed by SIGSYS"),
        limits={"wall_ns": 2_000_000_000, "processes": 8},
        needs=("cgroup", "x86_64"),
    )


def test_a_graded_program_has_a_script() -> None:
    attack = program("53_forger.c", GRADED)

    assert attack.script == 'connect A\nA sends "x"\n'
    assert attack.expect == ("verdict failed (waits-for-everyone)",)
    assert attack.is_graded


def test_a_graded_program_is_not_told_its_script() -> None:
    assert without_header("53_forger.c", GRADED) == "\n" * 6 + "int main(void) { return 0; }\n"


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("# Attack: 7, a thing\n", "", "the first line must be '# Attack: NUMBER, TITLE'"),
        ("# Attack", "\n# Attack", "the first line must be"),
        ("7, a thing", "7 a thing", "write 'Attack: NUMBER, TITLE', not '7 a thing'"),
        ("7, a thing", "8, a thing", "its header says that this is attack 8"),
        ("# Meets: a wall.\n", "", "'Meets: ...' is missing"),
        ("Meets: a wall.", "Meets:", "'Meets: ...' is missing"),
        ("# Source", "# Found", "'Found' is not known; there are Attack, Tries, Meets"),
        ("ended by memory or wall time or killed by SIGSYS", "", "'# Expect:' is missing"),
        ("SIGSYS", "SIGNO", "'killed by SIGNO' cannot be understood"),
        ("by memory", "by magic", "'ended by magic' cannot be understood"),
        ("processes=8", "processes=many", "'processes=many' cannot be understood"),
        ("processes=8", "threads=8", "'threads=8' cannot be understood"),
        ("Needs: cgroup", "Needs: luck", "'luck' cannot be understood"),
        ("import os", "# Script: connect A", "belong to 'verdict ...', and to that alone"),
        ("memory or", "memory or verdict failed or", "belong to 'verdict ...', and to that alone"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(right: str, wrong: str, message: str) -> None:
    assert right in RIGHT

    with pytest.raises(HeaderError, match=r"^07_thing\.py: ") as caught:
        program("07_thing.py", RIGHT.replace(right, wrong, 1))

    assert message in str(caught.value)


def test_a_test_has_such_a_comment_as_well(tmp_path: Path) -> None:
    text = "import os\n\n\n# Attack: 49, an end\n# Tries: to.\n# Meets: an end.\ndef test(): ...\n"
    (tmp_path / "test_ends.py").write_text(text)

    assert of_tests(tmp_path) == [
        Attack(file="test_ends.py", number=49, title="an end", tries="to.", meets="an end.")
    ]


def test_the_readme_holds_every_attack_as_it_describes_itself() -> None:
    text = README.read_text()

    assert text == renewed(text), "python -m tests.end_to_end.attacks"
