"""What was once seen is judged as its server's first lines claim; nothing is run."""

from pathlib import Path

import pytest

from iomodels.analysis import analyse
from iomodels.demands import Demands
from iomodels.models import Model
from iomodels.rules import findings
from tests.traces.recording import FOLDER, NAMES, Recording, recordings

MOST_BYTES = 60_000
# Nobody can be served in their order here, or nothing is to be told from so few messages.
TOO_SHORT = {"sequential.py silent", "poll-last-first.c burst", "select-spins.py brief"}
NEGLECT = ("waits-for-everyone", "accepts-everybody")


@pytest.mark.parametrize("one", list(recordings()), ids=lambda one: one.name)
def test_recording_is_judged_as_its_server_claims(one: Recording) -> None:
    record = one.load()
    analysis = analyse(record)
    asked = one.server.demands()

    model = Model.UNKNOWN.value if one.name in TOO_SHORT else one.server.model
    assert analysis.recognition.model.value == model
    assert analysis.trace.refusals == ()
    # One that serves one after the other neglects the others, whatever they ask; one that naps too.
    is_harmful = one.server.wrong in NEGLECT or one.server.model == "non-blocking"
    is_harmful = is_harmful and one.name != "select-spins.py brief"
    assert bool(analysis.ledger.harmful) is is_harmful
    if one.server.wrong == "rests":
        asked = Demands(rests=True)
    wrong = {one.server.wrong} if one.is_of_the_claim else set()
    assert {finding.rule for finding in findings(record, asked, analysis)} == wrong


def test_every_recording_is_small_and_has_a_name() -> None:
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir() if path.is_file()}
    kept = {name: size for name, size in files.items() if Path(name).suffix in (".trace", ".json")}

    expected = {f"{name.replace(' ', '.')}.{kind}" for name in NAMES for kind in ("trace", "json")}
    assert set(kept) == expected
    assert {name: size for name, size in kept.items() if size > MOST_BYTES} == {}


def test_every_model_was_recorded() -> None:
    seen = {one.server.model for one in recordings()}

    assert seen == {model.value for model in Model} - {"unknown"}
