"""The rules about a program's own conduct: it lives, listens and rests."""

from iomodels.explanation import Seen, sentence
from iomodels.record import UNKNOWN_NS, Failing, ScenarioRecord
from iomodels.report import Finding
from iomodels.tracebacks import last_words
from iomodels.wording import asleep, doing

ADVICE = {
    False: "Sleep without a time-out in a call that watches everybody",
    True: "Set no alarm or timer that nobody asked for",
}


class Listens:
    """Listen on the port that you are told."""

    name = "listens"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure, moment = seen.step, seen.failure, seen.step.moment
        if failure.failing is not Failing.NOT_LISTENING or seen.has_ended:
            return None
        sleep = moment.sleeps[0] if moment and moment.sleeps else None
        line = sleep.source_line if sleep else moment.running_line if moment else None
        if failure.expected and failure.expected in failure.detail.split(", "):
            what = f"It listens on port {failure.expected}, but at another address than 127.0.0.1"
        elif failure.detail:
            what = f"It listens on port {failure.detail} instead"
        else:
            what = f"It listens on no port at all; it is {doing(moment) or 'running'}"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=(
                f"The server never listened on its port. {what}{seen.place(line)}. The port is in "
                "the environment variable PORT and in the first argument."
            ),
            syscall=sleep.syscall if sleep else None,
            source_line=line,
            step=step.line,
        )


class StaysUp:
    """Keep running while clients need you."""

    name = "stays-up"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure = seen.step, seen.failure
        if not seen.has_ended or (failure.failing is Failing.EXITED and failure.expected):
            return None
        # A program that ends without an error may have printed one that it had dealt with.
        output = seen.scenario.output if seen.scenario.exit_code != 0 else ""
        words = last_words(output)
        how = ending(seen.scenario)
        said = f": {words.error}" if words.error else ""
        when = "before it listened on its port" if step.line == 0 else f"at “{step.text}”"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"The program ended {when}, {how}{said}{seen.place(words.line)}.",
            client=failure.client,
            source_line=words.line,
            step=step.line,
        )


class Rests:
    """Fall asleep when nobody has anything to say."""

    name = "rests"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure, moment = seen.step, seen.failure, seen.step.moment
        if failure.failing is not Failing.NOT_RESTING or not moment:
            return None
        sleep = next((sleep for sleep in moment.sleeps if sleep.timeout_ns is not None), None)
        if sleep:
            line = sleep.source_line
            what = (
                f"wakes up by itself again and again: it is {asleep(sleep)}{seen.place(line)}. "
                + ADVICE[sleep.timeout_ns == UNKNOWN_NS]
            )
        else:
            line = moment.running_line
            what = f"runs without ever falling asleep: it is spinning{seen.place(line)}"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"Nobody has anything to say, and the server {what}.",
            syscall=sleep.syscall if sleep else None,
            source_line=line,
            step=step.line,
        )


def ending(scenario: ScenarioRecord) -> str:
    """Return how a program ended, in words."""
    if scenario.exit_signal:
        return f"killed by {scenario.exit_signal}"
    return f"with status {scenario.exit_code}"
