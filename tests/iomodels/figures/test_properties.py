from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iomodels.figures import comparison, phases, timeline
from iomodels.ledger import Ledger
from iomodels.phases import Phases
from tests.iomodels.figures.reading import troubles
from tests.iomodels.figures.strategies import NAMES, ledgers, messages

MOST_BYTES = 250_000
PATIENT = settings(
    max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@PATIENT
@given(ledgers(), NAMES)
def test_every_timeline_can_be_read(ledger: Ledger, title: str) -> None:
    drawn = timeline.timeline(ledger, title=title)

    assert troubles(drawn) == []
    assert drawn == timeline.timeline(ledger, title=title)
    assert len(drawn.encode()) < MOST_BYTES
    assert len(timeline.table(ledger).rows) <= timeline.MOST_ROWS


@PATIENT
@given(messages(), NAMES)
def test_every_message_can_be_read(message: Phases, title: str) -> None:
    drawn = phases.phases(message, title=title)

    assert troubles(drawn) == []
    assert drawn == phases.phases(message, title=title)
    assert len(drawn.encode()) < MOST_BYTES


@PATIENT
@given(st.lists(st.tuples(NAMES, messages()), max_size=7), NAMES)
def test_every_comparison_can_be_read(models: list[tuple[str, Phases]], title: str) -> None:
    drawn = comparison.comparison(models, title=title)

    assert troubles(drawn) == []
    assert drawn == comparison.comparison(models, title=title)
    assert len(drawn.encode()) < MOST_BYTES
