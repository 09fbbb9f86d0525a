"""A sentence of the scenario language, cut into words that know their column."""

import re
from dataclasses import dataclass
from enum import StrEnum

SHOWN_TABS = str.maketrans("\t", " ")

WORD = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<range>[A-Z][A-Za-z0-9]*\.\.[A-Z][A-Za-z0-9]*)
      | (?P<name>[A-Z][0-9]*(?![A-Za-z0-9]))
      | (?P<number>[0-9][0-9,_]*)
      | (?P<word>[A-Za-z]+)
      | (?P<comment>\#.*)
    )""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"'}


class ScenarioError(ValueError):
    """A sentence that the scenario language does not have: where, and what would be right."""

    def __init__(self, message: str, *, line: int, column: int, text: str) -> None:
        self.message, self.line, self.column, self.text = message, line, column, text
        caret = " " * column + "^"
        shown = text.translate(SHOWN_TABS)
        super().__init__(f"line {line}: {message}\n    {shown}\n    {caret}")


class Kind(StrEnum):
    STRING = "string"
    RANGE = "range"
    NAME = "name"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    kind: Kind
    text: str
    column: int  # From 0.


class Sentence:
    """A cursor over the words of one line; every complaint points at a column."""

    def __init__(self, text: str, *, line: int) -> None:
        self.text, self.line = text, line
        self.words = self._cut()
        self._next = 0

    def peek(self) -> Word | None:
        return self.words[self._next] if self._next < len(self.words) else None

    def take(self) -> Word | None:
        word = self.peek()
        self._next += word is not None
        return word

    def take_words(self, *texts: str) -> bool:
        """Consume these words if they come next, all of them or none."""
        coming = [word.text for word in self.words[self._next : self._next + len(texts)]]
        if coming != list(texts):
            return False
        self._next += len(texts)
        return True

    def complaint(self, message: str, *, at: Word | None = None) -> ScenarioError:
        """Return the error that points at a word; by default at the next one, or at the end."""
        word = at or self.peek()
        column = word.column if word else len(self.text.rstrip())
        return ScenarioError(message, line=self.line, column=column, text=self.text)

    def end(self) -> None:
        if word := self.peek():
            raise self.complaint(f"'{word.text}' is too much here: the sentence ends before it.")

    def string(self, word: Word) -> bytes:
        """Return the bytes that a quoted word means."""
        return ESCAPE.sub(lambda match: self._escaped(match, word), word.text[1:-1]).encode(
            "utf-8", "surrogateescape"
        )

    def _escaped(self, match: re.Match[str], word: Word) -> str:
        code = match[1]
        if code[0] == "x" and len(code) == len("xNN"):
            return bytes.fromhex(code[1:]).decode("utf-8", "surrogateescape")
        if code not in ESCAPES:
            column = word.column + 1 + match.start()
            message = f"'\\{code}' is no escape. There are \\n \\r \\t \\0 \\\\ \\\" and \\xNN."
            raise ScenarioError(message, line=self.line, column=column, text=self.text)
        return ESCAPES[code].decode()

    def _cut(self) -> list[Word]:
        words, at = [], 0
        while self.text[at:].strip():
            match = WORD.match(self.text, at)
            if not match:
                raise self._strange(at)
            kind = match.lastgroup or ""
            if kind != "comment":
                words.append(
                    Word(kind=Kind(kind), text=match[kind], column=match.start(kind)),
                )
            at = match.end()
        return words

    def _strange(self, at: int) -> ScenarioError:
        column = at + len(self.text[at:]) - len(self.text[at:].lstrip())
        message = (
            'This text has no closing quotation mark. Write it as "...".'
            if self.text[column] == '"'
            else f"'{self.text[column]}' means nothing here."
        )
        return ScenarioError(message, line=self.line, column=column, text=self.text)
