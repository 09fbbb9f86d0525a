"""What calls do to descriptors and to the flags of what stands behind them."""

from collections.abc import Callable

from iomodels.replay.files import LISTENER, File, World
from iomodels.replay.story import Story, Teller
from iomodels.replay.tables import Tables
from iomodels.trace import Call


class Books:
    """The handlers of those calls, by name."""

    def __init__(self, world: World, story: Story, tables: Tables) -> None:
        self._world, self.story, self.tables = world, story, tables
        self.handlers: dict[str, Callable[[Call, Teller], None]] = {
            **dict.fromkeys(("socket", "signalfd4"), self._socket),
            **dict.fromkeys(("epoll_create", "epoll_create1"), self._socket),
            **dict.fromkeys(("dup", "dup2", "dup3"), self._dup),
            **dict.fromkeys(("io_uring_setup", "io_setup"), self._ring),
            "fcntl": self._fcntl,
            "setsockopt": self._setsockopt,
            "ioctl": self._ioctl,
        }

    def _socket(self, call_: Call, teller: Teller) -> None:
        if call_.result is not None and call_.result >= 0 and call_.detail:
            file = self.tables.open(teller, call_.result, call_.detail.strip("<>"))
            file.is_nonblocking = "NONBLOCK" in call_.arguments

    def _dup(self, call_: Call, teller: Teller) -> None:
        file = self.tables.first(call_)
        if file and call_.result is not None and call_.result >= 0:
            self.tables.alias(teller, call_.result, file)

    def _fcntl(self, call_: Call, teller: Teller) -> None:
        file = self.tables.first(call_)
        if file is None or call_.error:
            return
        if ", F_SETFL, " in call_.arguments:
            file.is_nonblocking = "O_NONBLOCK" in call_.arguments
            self._set_asynchronous(file, is_on="ASYNC" in call_.arguments)
        elif ", F_DUPFD" in call_.arguments and call_.result is not None:
            self.tables.alias(teller, call_.result, file)

    def _setsockopt(self, call_: Call, teller: Teller) -> None:
        del teller
        if ", TCP_DEFER_ACCEPT, " in call_.arguments and not call_.error:
            file = self.tables.first(call_)
            is_on = "TCP_DEFER_ACCEPT, [0]" not in call_.arguments
            self.story.defers |= is_on and file is not None and file.whose in (None, LISTENER)

    def _ioctl(self, call_: Call, teller: Teller) -> None:
        del teller
        file = self.tables.first(call_)
        if file is None or call_.error:
            return
        is_on = "[0]" not in call_.arguments
        if ", FIONBIO," in call_.arguments:
            file.is_nonblocking = is_on
        elif ", FIOASYNC," in call_.arguments:
            self._set_asynchronous(file, is_on=is_on)

    def _set_asynchronous(self, file: File, *, is_on: bool) -> None:
        file.is_asynchronous = is_on
        if is_on and file.whose:
            self.story.asynchronous.add(file.whose)
        elif is_on and file.whose == LISTENER and file.is_udp:
            self.story.asynchronous.update(self._world.clients.values())

    def _ring(self, call_: Call, teller: Teller) -> None:
        del teller
        self.story.has_ring |= call_.result is not None and not call_.error
