"""A trace as a stream: text in as it comes, events out as soon as they are whole."""

from dataclasses import dataclass
from operator import attrgetter

from iomodels.trace import tokens
from iomodels.trace.events import Call, End, Event, Signal

# Of refused lines these many are kept to be shown; all are counted.
REFUSALS_KEPT = 20
LONGEST_SHOWN = 200
MOST_REMEMBERED = 20_000  # Lines, without times and strings.
# The name of a call, its arguments, result, error and detail; whether it was resumed.
_Said = tuple[str, str, int | None, str | None, str | None, bool]
_WHEN = attrgetter("started_ns", "thread_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line that is no line of strace, where it goes wrong, and what was due there."""

    line: int  # Of the trace, from 1.
    column: int  # In that line, from 1.
    due: str
    text: str  # Cut short.

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.due} was expected: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All events of one run by the time of their start, and what was lost."""

    events: tuple[Event, ...]
    lines: int = 0
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()  # The first of them.


class Reader:
    """Reads a trace piece by piece. A line that it refuses costs that line only.

    Most lines are like an earlier one but for their times and strings. So what a line says of its
    call and the result is remembered under its text without those, once the grammar took it; a line
    with the same text is of that grammar, too.
    """

    def __init__(self) -> None:
        self.lines = self.refused = 0
        self.refusals: list[Refusal] = []
        self._rest = ""
        self._begun: dict[int, tuple[str, str, int]] = {}
        self._known: dict[str, _Said] = {}

    def feed(self, text: str) -> list[Event]:
        """Take some more of the trace; return the events that are whole by now."""
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        return [event for line in lines if (event := self._line(line))]

    def finish(self) -> list[Event]:
        """Take it that nothing more comes: return what is left, with the calls that never ended."""
        found = self.feed("\n") if self._rest else []
        return found + [self._cut_off(thread_id) for thread_id in sorted(self._begun)]

    def _line(self, line: str) -> Event | None:
        self.lines += 1
        # PID SECONDS.NANOSECONDS CALL) = RESULT <SECONDS.NANOSECONDS>; partition() would copy more.
        space, point, cut = line.find(" "), line.find("."), line.rfind(" <")
        said = self._known.get(tokens.without_strings(line[point + 11 : cut]))
        if said is None or line[-11:-10] != "." or line[-1:] != ">":
            return self._unknown(line)
        pid, seconds, whole = line[:space], line[space:point].lstrip(" "), line[cut + 2 : -11]
        moment, length = seconds + line[point + 1 : point + 10], whole + line[-10:-1]
        are_numbers = pid.isdecimal() and moment.isdecimal() and length.isdecimal()
        are_short = len(pid) < 11 and len(moment) < 20 and len(length) < 20 and line.isascii()
        if not (are_numbers and are_short and seconds and whole and line[point + 10] == " "):
            return self._unknown(line)
        name, arguments, result, error, detail, resumed = said
        thread_id, started_ns, took_ns = int(pid), int(moment), int(length)
        if resumed:
            return self._resumed(line, thread_id, said, took_ns)
        ended_ns = started_ns + took_ns
        return Call(thread_id, name, arguments, result, error, detail, started_ns, ended_ns)

    def _unknown(self, line: str) -> Event | None:
        found = tokens.CALL.match(line)
        if not found:
            return self._other(line)
        groups = found.groups()
        pid, seconds, fraction, name, resumed, arguments, result, made, outer, error, *end = groups
        detail, took, took_ns = end
        thread_id, started_ns = int(pid), int(seconds + fraction)
        arguments = tokens.without_strings(arguments)
        if name and line.endswith((tokens.UNFINISHED, tokens.DETACHED)):
            self._begun[thread_id] = (name, arguments, started_ns)
            return None
        value = int(outer or result) if result else None
        said = (name or resumed, arguments, value, error, made or detail, bool(resumed))
        lasted_ns = int(took + took_ns) if took else None
        if took:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            call = line[found.end(tokens.FRACTION) + 1 : found.start(tokens.TOOK) - len(" <")]
            self._known[tokens.without_strings(call)] = said
        if resumed:
            return self._resumed(line, thread_id, said, lasted_ns)
        ended_ns = None if lasted_ns is None else started_ns + lasted_ns
        return Call(thread_id, *said[:5], started_ns, ended_ns)

    def _resumed(self, line: str, thread_id: int, said: _Said, took_ns: int | None) -> Call | None:
        name, arguments, result, error, detail, _ = said
        begun = self._begun.pop(thread_id, None)
        if not begun or begun[0] != name:
            self._refuse(line, 1, f"an unfinished {name} of this thread before it")
            return None
        arguments, started_ns = begun[1] + arguments, begun[2]
        ended_ns = None if took_ns is None else started_ns + took_ns
        return Call(thread_id, name, arguments, result, error, detail, started_ns, ended_ns)

    def _other(self, line: str) -> Event | None:
        if found := tokens.SIGNAL.match(line):
            return Signal(int(found[1]), found[4], tokens.moment_ns(found))
        if found := tokens.END.match(line):
            return End(int(found[1]), found[4], tokens.moment_ns(found))
        if found := tokens.KILLED.match(line):
            return self._killed(int(found[1]), found[4], found[6], tokens.moment_ns(found))
        if tokens.SUPERSEDED.match(line):
            return None
        column, due = tokens.misfit(line)
        self._refuse(line, column, due)
        return None

    def _killed(self, thread_id: int, name: str | None, arguments: str, at_ns: int) -> Call:
        if thread_id not in self._begun:
            self._begun[thread_id] = (name or "", arguments, at_ns)
        return self._cut_off(thread_id)

    def _cut_off(self, thread_id: int) -> Call:
        name, arguments, started_ns = self._begun.pop(thread_id)
        return Call(thread_id, name, arguments, None, "", "", started_ns, None)

    def _refuse(self, line: str, column: int, due: str) -> None:
        self.refused += 1
        if len(self.refusals) < REFUSALS_KEPT:
            shown = line[:LONGEST_SHOWN]
            self.refusals.append(Refusal(line=self.lines, column=column, due=due, text=shown))


def read(text: str) -> Trace:
    """Return a whole trace, its events in the order in which they began.

    strace writes a call when it returns, so the order of its lines is not that of the events, and
    depends on how it is scheduled; the order by time does not.
    """
    reader = Reader()
    events = [*reader.feed(text), *reader.finish()]
    events.sort(key=_WHEN)
    return Trace(
        events=tuple(events),
        lines=reader.lines,
        refused=reader.refused,
        refusals=tuple(reader.refusals),
    )
