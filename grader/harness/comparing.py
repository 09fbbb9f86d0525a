"""`python -m grader compare`: how a message reached a server, or several side by side."""

import argparse
import json
from pathlib import Path
from typing import Any, TextIO

import msgspec

from iomodels.analysis import analyse
from iomodels.figures.comparison import comparison
from iomodels.figures.kinds import kind_of
from iomodels.figures.phases import median, phases, summary
from iomodels.phases import Phases
from iomodels.record import ScenarioRecord


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "compare",
        help="draw how messages reached observed servers",
        description="Takes what `observe --record FILE` wrote. Of one server it draws the phases "
        "of its median message, of several a column for each (Stevens, figure 6.6).",
    )
    parser.add_argument("--figure", type=Path, metavar="FILE", required=True, help="the SVG")
    parser.add_argument("records", type=Path, nargs="+", metavar="RECORD")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Do it; return the exit status."""
    found = [_measured(path) for path in options.records]
    for title, measured in found:
        print(f"  {title}: {summary(measured)}", file=out)
    if len(found) == 1:
        (title, measured) = found[0]
        text = phases(measured, title=f"How a message arrived: {title}")
    else:
        text = comparison(found, title="How a message arrived, in each model")
    options.figure.write_text(text, encoding="utf-8")
    return 0


def _measured(path: Path) -> tuple[str, Phases]:
    """Return the textbook's name of a recorded server's model, and its median message."""
    try:
        record = msgspec.convert(json.loads(path.read_text(encoding="utf-8")), ScenarioRecord)
    except (ValueError, msgspec.ValidationError) as error:
        message = f"{path} is no record; `observe --record FILE` writes one. {error}"
        raise ValueError(message) from error
    analysis = analyse(record)
    measured = [one for one in analysis.phases() if one.wait_ns]
    if not measured:
        message = f"In {path} no message came to a thread that was seen waiting for it."
        raise ValueError(message)
    chosen = median(measured)
    return kind_of(chosen).value, chosen
