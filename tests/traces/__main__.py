"""Records the zoo's servers again, and says what changed in how they are judged.

python -m tests.traces                         all
python -m tests.traces "sequential.py silent"  this one; any number of names
"""

import sys
from collections.abc import Iterable

from iomodels.analysis import analyse
from iomodels.record import ScenarioRecord
from iomodels.rules import findings
from tests.traces.recording import NAMES, Recording, recording

UNKNOWN_NAME = "There is no recording {!r}; there are:\n  {}"


def main(names: Iterable[str]) -> None:
    """Record what is named."""
    for name in names:
        if name not in NAMES:
            sys.exit(UNKNOWN_NAME.format(name, "\n  ".join(NAMES)))
    for name in names:
        _renew(recording(name))


def _renew(one: Recording) -> None:
    try:
        before = judged(one, one.load())
    except FileNotFoundError:
        before = "nothing"
    record = one.play()
    one.save(record)
    after = judged(one, record)
    print(f"{one.name}: {after}" if before == after else f"{one.name}: {before} -> {after}")


def judged(one: Recording, record: ScenarioRecord) -> str:
    """Return the verdict in a few words."""
    analysis = analyse(record)
    rules = [finding.rule for finding in findings(record, one.server.demands(), analysis)]
    harm = "harmful" if analysis.ledger.harmful else "harmless"
    return f"{analysis.recognition.model.value}, {harm}, {', '.join(rules) or 'no findings'}"


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES)
