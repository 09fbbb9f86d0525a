"""The rules about neglect: who had to wait, and for what the server was waiting meanwhile."""

from iomodels import blame
from iomodels.explanation import WAITING, Seen, sentence
from iomodels.record import Activity, Failing, Failure, Moment, Wait
from iomodels.report import Finding
from iomodels.wording import agree, asleep, count, duration, names

# A send is cut short only when the send buffer is full, and that holds 4,096 bytes at least
# (tcp_wmem in tcp(7)): what is missing of a shorter reply was never handed to the kernel.
SMALLEST_SEND_BUFFER = 4096


class AcceptsEverybody:
    """Accept every client, whatever the others do."""

    name = "accepts-everybody"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure, moment = seen.step, seen.failure, seen.step.moment
        client = failure.client
        if not moment or not client or failure.failing not in (*WAITING, Failing.NOT_CONNECTED):
            return None
        end = blame.connection_of(moment, client)
        is_waiting = failure.failing is Failing.NOT_CONNECTED or (end and not end.is_accepted)
        sleep = blame.culprit(moment, client)
        if not is_waiting or not sleep or failure.detail:
            return None  # `detail` is the kernel's refusal: nobody listens any more.
        # A sleep that a new client can end is no reason, unless it was told of him once, has not
        # taken him, and is not told again: an edge-triggered epoll.
        if sleep.accepts and not sleep.syscall.startswith("epoll"):
            return None
        # A server that naps may be about to accept; what it neglects meanwhile is the next rule's.
        if moment.activity is not Activity.RESTING:
            return None
        queue = [found.client for found in moment.connections if not found.is_accepted]
        stand = agree(len(queue), "stands", "stand")
        standing = (
            f"{client} cannot even connect: {count(len(queue), 'client')} {stand} in the queue"
            if failure.failing is Failing.NOT_CONNECTED
            else f"{client} has connected and nobody has accepted the connection"
        )
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"The server is {asleep(sleep)}{seen.place(sleep.source_line)}. {standing}."
            + _who_can_wake(moment, sleep.waits_for),
            client=next(iter(sleep.waits_for), None),
            neglected=client,
            syscall=sleep.syscall,
            source_line=sleep.source_line,
            step=step.line,
        )


class WaitsForEveryone:
    """Never sleep on one client while another client's bytes are ready."""

    name = "waits-for-everyone"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure, moment = seen.step, seen.failure, seen.step.moment
        client = failure.client
        if not moment or not client or failure.failing not in WAITING:
            return None
        end = blame.connection_of(moment, client)
        sleep = blame.culprit(moment, client)
        if not end or not sleep:
            return None
        ready = self._what_is_ready(moment, end.client, failure)
        if not ready:
            return None
        line = seen.place(sleep.source_line)
        if moment.activity is Activity.TIMED and sleep.timeout_ns is not None:
            message = (
                f"The server is {asleep(sleep)}{line}, and {ready}. While {client} waited it asked "
                f"to sleep for {duration(moment.slept_ns)} in all."
            )
        else:
            message = f"The server is {asleep(sleep)}{line}. {_capital(ready)}."
            message += _who_can_wake(moment, sleep.waits_for)
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=message,
            client=next(iter(sleep.waits_for), None),
            neglected=client,
            syscall=sleep.syscall,
            source_line=sleep.source_line,
            step=step.line,
        )

    def _what_is_ready(self, moment: Moment, client: str, failure: Failure) -> str:
        end = blame.connection_of(moment, client)
        if end and end.unread:
            lie = agree(end.unread, "lies", "lie")
            return f"{client}'s {count(end.unread, 'byte')} {lie} ready in the kernel, unread"
        sleep = blame.culprit(moment, client)
        is_on_another = bool(sleep and sleep.wait in (Wait.READ, Wait.WRITE) and sleep.waits_for)
        if is_on_another or (
            moment.activity is Activity.TIMED and not blame.watcher(moment, client)
        ):
            what = "an end of file" if failure.failing is Failing.NOT_CLOSED else "an answer"
            return f"{client} waits for {what}"
        return ""


class KeepsTheRest:
    """Keep what could not be written, and go on when there is room."""

    name = "keeps-the-rest"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure, moment = seen.step, seen.failure, seen.step.moment
        client = failure.client
        if not moment or not client or failure.failing is not Failing.NOT_ANSWERED:
            return None
        end = blame.connection_of(moment, client)
        if not failure.got or not end or end.unread or not moment.sleeps:
            return None
        if failure.got + failure.missing < SMALLEST_SEND_BUFFER:
            return None
        sleep = moment.sleeps[0]
        are = agree(failure.missing, "is", "are")
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=(
                f"{client} has got {count(failure.got, 'byte')}; {count(failure.missing, 'byte')} "
                f"{are} missing. The server has read all that {client} sent, has room to write, "
                f"and is {asleep(sleep)}{seen.place(sleep.source_line)}: the rest is lost. Either "
                "a send took fewer bytes than it was given, or something was read and never "
                "written."
            ),
            client=client,
            neglected=client,
            syscall=sleep.syscall,
            source_line=sleep.source_line,
            step=step.line,
        )


def _who_can_wake(moment: Moment, clients: tuple[str, ...]) -> str:
    if moment.activity is not Activity.RESTING or not clients:
        return ""
    return f" Only {names(clients)} can wake it."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
