"""The rule about answers: the last resort, which says what came and what should have come."""

from iomodels import blame
from iomodels.explanation import WAITING, Seen, sentence
from iomodels.record import Activity, Failing, Failure
from iomodels.report import Finding
from iomodels.wording import agree, count, doing

NEWLINE = r"\n"  # As bytes are written in a failure.


class AnswersInOrder:
    """Answer each client's messages in the order in which they came."""

    name = "answers-in-order"

    def explain(self, seen: Seen) -> Finding | None:
        """Tell an answer that came too early from a wrong one: it is due at a later step."""
        step, failure = seen.step, seen.failure
        if failure.failing is not Failing.WRONG_BYTES or not failure.received:
            return None
        came = failure.received.strip('"')
        due = f'{failure.client} receives "'
        early = [
            later
            for later in seen.scenario.steps
            if later.line > step.line
            and later.text.startswith(due)
            and came.startswith(later.text.removeprefix(due).rstrip('"'))
        ]
        expected = failure.expected.strip('"')
        if sorted(came.split(NEWLINE)) == sorted(expected.split(NEWLINE)):
            why = "the right answers in another order"
        elif early:
            why = f"an answer that is due only at “{early[0].text}”"
        else:
            return None
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"{failure.client} received {failure.received} instead of {failure.expected}: "
            f"{why}.",
            client=failure.client,
            step=step.line,
        )


class Answers:
    """Answer exactly what the protocol says, to whom it says."""

    name = "answers"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure, moment = seen.step, seen.failure, seen.step.moment
        sleep = next(iter(moment.sleeps), None) if moment else None
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=_what_was_wrong(failure) + self._meanwhile(seen),
            client=failure.client,
            neglected=failure.client if failure.failing in WAITING else None,
            syscall=sleep.syscall if sleep else None,
            source_line=sleep.source_line if sleep else None,
            step=step.line,
        )

    def _meanwhile(self, seen: Seen) -> str:
        moment, failure = seen.step.moment, seen.failure
        if not moment or failure.failing not in (*WAITING, Failing.NOT_CONNECTED):
            return ""
        if moment.activity is Activity.BUSY:
            line = seen.place(moment.running_line)
            return f" It was still running when its time on the processor was used up{line}."
        if not moment.sleeps:
            return ""
        line = seen.place(moment.sleeps[0].source_line)
        end = blame.connection_of(moment, failure.client or "")
        watcher = blame.watcher(moment, failure.client or "")
        if end and end.unread and watcher and watcher.syscall.startswith("epoll"):
            lie = agree(end.unread, "lies", "lie")
            return (
                f" {count(end.unread, 'byte')} {lie} ready in the kernel, and the server is "
                f"{doing(moment)}{line}: it was told of them once and did not read them all "
                "(edge-triggered)."
            )
        if end and end.unread:
            lie = agree(end.unread, "lies", "lie")
            unread = f" {count(end.unread, 'byte')} {lie} ready in the kernel"
            return f"{unread}, and the server is {doing(moment)}{line}."
        return f" The server has read everything and is {doing(moment)}{line}."


def _what_was_wrong(failure: Failure) -> str:
    client = failure.client or "the server"
    match failure.failing:
        case Failing.WRONG_BYTES:
            return (
                f"{client} received other bytes than it should: {failure.received} instead of "
                f"{failure.expected}, first different at byte {failure.offset}."
            )
        case Failing.UNEXPECTED_BYTES:
            return f"{client} received {failure.received}, where nothing should come."
        case Failing.CLOSED:
            how = f" ({failure.detail})" if failure.detail else ""
            return f"The server ended {client}'s connection{how}.{_still_to_come(failure.missing)}"
        case Failing.NOT_CLOSED:
            return f"The server did not close {client}'s connection."
        case Failing.NOT_CONNECTED:
            return f"{client} could not connect ({failure.detail or 'nobody accepted'})."
        case Failing.NOT_EXITED:
            return f"The server did not exit with {failure.expected}."
        case Failing.EXITED:
            return f"The server exited with {failure.received}, not with {failure.expected}."
        case _:
            expected = failure.expected or "anything"
            got = f" after {count(failure.got, 'byte')}" if failure.got else ""
            return f"{client} did not receive {expected}{got}."


def _still_to_come(missing: int) -> str:
    were = agree(missing, "was", "were")
    return f" {count(missing, 'byte')} {were} still to come." if missing else ""
