"""The I/O models by their names, and the families that Stevens' figure 6.6 puts side by side."""

from enum import StrEnum


class Model(StrEnum):
    """How a server waits for its clients, as it is recognised from its system calls."""

    BLOCKING = "blocking"  # One client at a time.
    THREAD_PER_CLIENT = "thread-per-client"
    PROCESS_PER_CLIENT = "process-per-client"
    THREAD_POOL = "thread-pool"
    PROCESS_POOL = "process-pool"
    NON_BLOCKING = "non-blocking"
    SELECT = "select"
    POLL = "poll"
    EPOLL = "epoll"
    SIGNAL_DRIVEN = "signal-driven"
    IO_URING = "io_uring"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class Family(StrEnum):
    """Stevens, UNIX Network Programming volume 1, section 6.2."""

    BLOCKING = "blocking"
    NON_BLOCKING = "non-blocking"
    MULTIPLEXING = "multiplexing"
    SIGNAL_DRIVEN = "signal-driven"
    ASYNCHRONOUS = "asynchronous"
    MIXED = "mixed"
    UNKNOWN = "unknown"


FAMILIES: dict[Model, Family] = {
    Model.BLOCKING: Family.BLOCKING,
    Model.THREAD_PER_CLIENT: Family.BLOCKING,
    Model.PROCESS_PER_CLIENT: Family.BLOCKING,
    Model.THREAD_POOL: Family.BLOCKING,
    Model.PROCESS_POOL: Family.BLOCKING,
    Model.NON_BLOCKING: Family.NON_BLOCKING,
    Model.SELECT: Family.MULTIPLEXING,
    Model.POLL: Family.MULTIPLEXING,
    Model.EPOLL: Family.MULTIPLEXING,
    Model.SIGNAL_DRIVEN: Family.SIGNAL_DRIVEN,
    Model.IO_URING: Family.ASYNCHRONOUS,
    Model.MIXED: Family.MIXED,
    Model.UNKNOWN: Family.UNKNOWN,
}

IN_WORDS: dict[Model, str] = {
    Model.BLOCKING: "blocking, one client at a time",
    Model.THREAD_PER_CLIENT: "blocking, a thread for each client",
    Model.PROCESS_PER_CLIENT: "blocking, a process for each client",
    Model.THREAD_POOL: "blocking, a pool of threads",
    Model.PROCESS_POOL: "blocking, a pool of processes",
    Model.NON_BLOCKING: "non-blocking, asking again and again",
    Model.SELECT: "multiplexing with select",
    Model.POLL: "multiplexing with poll",
    Model.EPOLL: "multiplexing with epoll",
    Model.SIGNAL_DRIVEN: "signal-driven",
    Model.IO_URING: "asynchronous with io_uring",
    Model.MIXED: "a mixture",
    Model.UNKNOWN: "cannot tell",
}

# An exercise may ask for a family: then each of its models will do.
_FAMILIES_IN_WORDS: dict[str, str] = {
    Family.BLOCKING: "blocking, one client at a time or with a thread or process for each",
    Family.NON_BLOCKING: "non-blocking, asking again and again",
    Family.MULTIPLEXING: "multiplexing with select, poll or epoll",
    Family.SIGNAL_DRIVEN: "signal-driven",
    Family.ASYNCHRONOUS: "asynchronous with io_uring",
}


def in_words(name: str) -> str:
    """Put what an exercise asks for into words: where a name is both, it means the family."""
    return _FAMILIES_IN_WORDS.get(name) or IN_WORDS[Model(name)]
