"""All that can be known of a recorded scenario, from the record alone."""

from dataclasses import dataclass

from iomodels.accounting import account
from iomodels.ledger import Ledger
from iomodels.measuring import measure
from iomodels.phases import Phases
from iomodels.recognition import Electorate, Recognition, count_votes, messages
from iomodels.record import ScenarioRecord
from iomodels.replay import Story, replay
from iomodels.replay.replay import clients_of
from iomodels.trace import Trace, read
from iomodels.trace.sifting import unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A scenario's trace, read, told and accounted for."""

    trace: Trace
    story: Story
    ledger: Ledger
    recognition: Recognition
    phases: tuple[Phases, ...]  # Of each message whose reader was seen waiting.


def analyse(scenario: ScenarioRecord) -> Analysis:
    """Return the analysis of a record: the same record, the same analysis."""
    trace = read(unpack(scenario.trace))
    clients = clients_of(scenario)
    story = replay(trace, port=scenario.port, clients=clients)
    found = messages(scenario.events, clients, story)
    electorate = Electorate(story, found)
    return Analysis(
        trace=trace,
        story=story,
        ledger=account(scenario, story, found, clients),
        recognition=count_votes(electorate),
        phases=measure(electorate),
    )
