"""A trace as a stream: text in as it comes, events out as soon as they are whole."""

from dataclasses import dataclass
from operator import attrgetter
from re import Match

from iomodels.trace import tokens
from iomodels.trace.events import Call, End, Event, Signal

# Of refused lines these many are kept to be shown; all are counted.
REFUSALS_KEPT = 20
LONGEST_SHOWN = 200
MOST_REMEMBERED = 10_000  # Halves of lines.
_EQUALS = ") = "
_Known = tuple[str, str, str]  # The name of a call, or that of the one resumed, and its arguments.
_Outcome = tuple[int | None, str | None, str | None]  # Result, error, detail.
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

    Most lines are like an earlier one but for their times and strings. So both halves of a line
    that the grammar took, before and after its last `) = `, are remembered without those, and a
    line of two halves that are known needs no grammar: each half is whole in itself, its strings
    closed and its brackets paired, and that `) = ` is strace's own, for a string that held it would
    have to be closed behind it.
    """

    def __init__(self) -> None:
        self.lines = self.refused = 0
        self.refusals: list[Refusal] = []
        self._rest = ""
        self._begun: dict[int, tuple[str, str, int]] = {}
        # By `read(3<pipe:[1]>, "", 9` or `<... read resumed>"", 9`.
        self._calls: dict[str, _Known] = {}
        # By `-1 EAGAIN (Resource temporarily unavailable)`.
        self._results: dict[str, _Outcome] = {}

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
        space, point = line.find(" "), line.find(".")
        at, cut = line.rfind(_EQUALS), line.rfind(" <")
        known = self._calls.get(tokens.without_strings(line[point + 11 : at]))
        outcome = self._results.get(line[at + 4 : cut])
        if known is None or outcome is None or line[-11:-10] != "." or line[-1:] != ">":
            return self._unknown(line)
        pid, seconds, whole = line[:space], line[space:point].lstrip(" "), line[cut + 2 : -11]
        moment, length = seconds + line[point + 1 : point + 10], whole + line[-10:-1]
        are_numbers = pid.isdecimal() and moment.isdecimal() and length.isdecimal()
        if not (are_numbers and seconds and whole and line[point + 10 : point + 11] == " "):
            return self._unknown(line)
        thread_id, started_ns, took_ns = int(pid), int(moment), int(length)
        name, resumed, arguments = known
        if resumed:
            return self._call(line, thread_id, (started_ns, took_ns), known, outcome)
        ended_ns = started_ns + took_ns
        return Call(thread_id, name, arguments, *outcome, started_ns, ended_ns)

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
        known = (name or "", resumed or "", arguments)
        outcome = (int(outer or result) if result else None, error, made or detail)
        self._remember(line, found, known, outcome)
        times = started_ns, int(took + took_ns) if took else None
        return self._call(line, thread_id, times, known, outcome)

    def _call(
        self,
        line: str,
        thread_id: int,
        times: tuple[int, int | None],
        known: _Known,
        outcome: _Outcome,
    ) -> Call | None:
        started_ns, took_ns = times
        name, resumed, arguments = known
        if resumed:
            begun = self._begun.pop(thread_id, None)
            if not begun or begun[0] != resumed:
                self._refuse(line, 1, f"an unfinished {resumed} of this thread before it")
                return None
            name, started_ns, arguments = resumed, begun[2], begun[1] + arguments
        ended_ns = None if took_ns is None else started_ns + took_ns
        return Call(thread_id, name, arguments, *outcome, started_ns, ended_ns)

    def _remember(
        self,
        line: str,
        found: Match[str],
        known: _Known,
        outcome: _Outcome,
    ) -> None:
        at, end = found.end(tokens.ARGUMENTS_GROUP), line.rfind(" <")
        if at != line.rfind(_EQUALS) or end < at:
            return
        for memory in (self._calls, self._results):
            if len(memory) > MOST_REMEMBERED:
                memory.clear()
        self._calls[tokens.without_strings(line[found.end(3) + 1 : at])] = known
        self._results[line[at + len(_EQUALS) : end]] = outcome

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
