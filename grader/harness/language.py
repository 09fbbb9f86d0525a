r"""The scenario language: from a script to steps, or to an error that says what would be right.

A script is one sentence a line; `#` begins a comment. The sentences:

    connect A B                        connect C1..C100
    A sends "hel"                      A B send "x\n"
    A sends 1 MiB in lines of 100      A sends 64 KiB in one line
    A receives "hello\n"               A receives what it sent
    A receives anything                A receives nothing            A receives end
    A stops reading                    A reads again
    A shuts down                       A closes                      A resets
    the server rests                   the server exits with 0
    repeat 50                          end
"""

from grader.harness import continuity
from grader.harness.scenario import (
    Act,
    Connect,
    Exit,
    Receive,
    Repeat,
    Rest,
    Send,
    Special,
    Step,
    Text,
    Traffic,
    Verb,
)
from grader.harness.words import Kind, ScenarioError, Sentence

MOST_CLIENTS = 1_000
MOST_REPEATS = 1_000
MOST_BYTES = 16 * 1024 * 1024  # Of one `sends`; more teaches nothing new and costs seconds.
UNITS = {"bytes": 1, "byte": 1, "KiB": 1024, "MiB": 1024 * 1024}
WHAT_IS_SAID = (
    'A sentence begins with "connect", "the server", "repeat", "end" or clients (A, C1..C9).'
)
WHAT_CLIENTS_DO = (
    "Clients can: "
    + ", ".join(
        ["send", "receive", *(f"'{verb}'" for verb in Verb)],
    )
    + "."
)
PLURALS = {"send": "sends", "receive": "receives", "stop": "stops", "read": "reads"} | {
    "shut": "shuts",
    "close": "closes",
    "reset": "resets",
}


def parse(script: str, *, transport: str = "tcp") -> tuple[Step, ...]:
    """Return the script's steps. Raise ScenarioError with line, column and what would be right."""
    open_blocks: list[tuple[Sentence, int, list[Step]]] = []
    steps: list[Step] = []
    for number, text in enumerate(script.split("\n"), start=1):
        sentence = Sentence(text.rstrip("\r"), line=number)
        if not sentence.words:
            continue
        if sentence.take_words("repeat"):
            open_blocks.append((sentence, _times(sentence), steps))
            steps = []
        elif sentence.take_words("end"):
            steps = _close_block(sentence, open_blocks, steps)
        else:
            steps.append(Step(line=number, text=text.strip(), says=_say(sentence)))
        sentence.end()
    if open_blocks:
        sentence = open_blocks[-1][0]
        raise sentence.complaint("This 'repeat' has no 'end'.", at=sentence.words[0])
    if not steps:
        message = "This scenario is empty. Begin with 'connect A'."
        raise ScenarioError(message, line=1, column=0, text=script.split("\n", maxsplit=1)[0])
    continuity.check(tuple(steps), transport=transport)
    return tuple(steps)


def _close_block(
    sentence: Sentence,
    open_blocks: list[tuple[Sentence, int, list[Step]]],
    body: list[Step],
) -> list[Step]:
    if not open_blocks:
        raise sentence.complaint("There is no 'repeat' for this 'end'.", at=sentence.words[0])
    opening, times, outer = open_blocks.pop()
    if not body:
        raise opening.complaint("Nothing stands in this 'repeat'.", at=opening.words[0])
    says = Repeat(times=times, steps=tuple(body))
    return [*outer, Step(line=opening.line, text=opening.text.strip(), says=says)]


def _times(sentence: Sentence) -> int:
    times = _number(sentence, "How many times? Write 'repeat 50'.")
    if not 1 <= times <= MOST_REPEATS:
        message = f"Repeat between 1 and {MOST_REPEATS} times."
        raise sentence.complaint(message, at=sentence.words[1])
    return times


def _say(sentence: Sentence) -> Connect | Send | Receive | Act | Rest | Exit:
    first = sentence.words[0]
    if sentence.take_words("connect"):
        return Connect(clients=_clients(sentence))
    if sentence.take_words("the", "server"):
        return _server(sentence)
    if first.kind in (Kind.NAME, Kind.RANGE):
        return _act(sentence)
    raise sentence.complaint(f"'{first.text}' begins no sentence. {WHAT_IS_SAID}", at=first)


def _server(sentence: Sentence) -> Rest | Exit:
    if sentence.take_words("rests"):
        return Rest()
    if sentence.take_words("exits", "with"):
        return Exit(code=_number(sentence, "With which status? Write 'the server exits with 0'."))
    raise sentence.complaint("The server can 'rest' or 'exit': write 'the server rests'.")


def _act(sentence: Sentence) -> Send | Receive | Act:
    clients = _clients(sentence)
    if not (word := sentence.take()):
        raise sentence.complaint(f"What do they do? {WHAT_CLIENTS_DO}")
    verb = PLURALS.get(word.text, word.text)
    if verb == "sends":
        return Send(clients=clients, payload=_payload(sentence))
    if verb == "receives":
        return Receive(clients=clients, what=_expected(sentence))
    for act in Verb:
        head, *tail = act.value.split()
        if verb == head and sentence.take_words(*tail):
            return Act(clients=clients, verb=act)
    raise sentence.complaint(f"No client can '{word.text}'. {WHAT_CLIENTS_DO}", at=word)


def _clients(sentence: Sentence) -> tuple[str, ...]:
    names: list[str] = []
    while (word := sentence.peek()) and word.kind in (Kind.NAME, Kind.RANGE):
        sentence.take()
        names += _range(sentence, word.text) if word.kind is Kind.RANGE else [word.text]
        if len(set(names)) < len(names):
            raise sentence.complaint("A client stands twice in this list.", at=word)
    if not names:
        raise sentence.complaint("Which clients? Names are A, B, C1 or a range such as C1..C100.")
    if len(names) > MOST_CLIENTS:
        raise sentence.complaint(f"At most {MOST_CLIENTS} clients.", at=sentence.words[0])
    return tuple(names)


def _range(sentence: Sentence, text: str) -> list[str]:
    first, last = text.split("..")
    if first[0] != last[0] or not (first[1:].isdigit() and last[1:].isdigit()):
        message = f"'{text}' is no range. Write the same letter with two numbers: C1..C100."
        raise sentence.complaint(message, at=sentence.words[0])
    low, high = int(first[1:]), int(last[1:])
    if abs(high - low) >= MOST_CLIENTS:
        raise sentence.complaint(f"At most {MOST_CLIENTS} clients.", at=sentence.words[0])
    step = 1 if low <= high else -1
    return [f"{first[0]}{number}" for number in range(low, high + step, step)]


def _payload(sentence: Sentence) -> Text | Traffic:
    word = sentence.peek()
    if word and word.kind is Kind.STRING:
        sentence.take()
        return Text(content=_not_empty(sentence, word.text, sentence.string(word)))
    if word and word.kind is Kind.NUMBER:
        return _traffic(sentence)
    raise sentence.complaint("Sends what? Write a text, \"ping\\n\", or '1 MiB in lines of 100'.")


def _not_empty(sentence: Sentence, text: str, content: bytes) -> bytes:
    if not content:
        raise sentence.complaint(f"{text} has no bytes; nothing would be sent or received.")
    return content


def _traffic(sentence: Sentence) -> Traffic:
    start = sentence.peek()
    amount = _number(sentence, "How much?")
    unit = sentence.take()
    if not unit or unit.text not in UNITS:
        raise sentence.complaint("Which unit? Write bytes, KiB or MiB.", at=unit)
    size = amount * UNITS[unit.text]
    if not 1 <= size <= MOST_BYTES:
        raise sentence.complaint(f"Between 1 byte and {MOST_BYTES >> 20} MiB.", at=start)
    if sentence.take_words("in", "one", "line"):
        return Traffic(size=size, line_length=size)
    if sentence.take_words("in", "lines", "of"):
        length = _number(sentence, "Lines of how many bytes? Write 'in lines of 100'.")
        if not 1 <= length <= size:
            raise sentence.complaint(f"A line has between 1 and {size} bytes.")
        return Traffic(size=size, line_length=length)
    raise sentence.complaint("In which lines? Write 'in lines of 100' or 'in one line'.")


def _expected(sentence: Sentence) -> Text | Special:
    word = sentence.peek()
    if word and word.kind is Kind.STRING:
        sentence.take()
        return Text(content=_not_empty(sentence, word.text, sentence.string(word)))
    if sentence.take_words("what", "they", "sent"):
        return Special.ECHO
    for special in Special:
        if sentence.take_words(*special.value.split()):
            return special
    raise sentence.complaint(
        'Receives what? Write a text, "ping\\n", or one of: '
        + ", ".join(f"'{special}'" for special in Special)
        + ".",
    )


def _number(sentence: Sentence, question: str) -> int:
    word = sentence.peek()
    if not word or word.kind is not Kind.NUMBER:
        raise sentence.complaint(question)
    sentence.take()
    return int(word.text.replace(",", "").replace("_", ""))
