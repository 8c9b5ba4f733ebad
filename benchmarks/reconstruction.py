"""How well cut answers become whole again: ``python -m benchmarks.reconstruction``.

Invented answers go through what ChatGPT and WhatsApp do to them (cut at 1,300 characters at the last line
break before, without closing a fence; minutes instead of seconds), the chat is read back by the parser, and
what :func:`wamigrate.rejoin.rejoin` makes of it is compared with the answers.
"""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from benchmarks.dice import Dice
from benchmarks.talk import Speaker
from wamigrate.bots import assign_roles
from wamigrate.fences import count_fences
from wamigrate.formats import find_parser
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.rejoin import rejoin
from wamigrate.source import open_source

LIMIT: Final = 1300
Trim = Literal["nothing", "indent", "ends"]
"""What a part loses: nothing; the blanks before its first line; also blank lines at both ends."""
TRIMS: Final[tuple[Trim, ...]] = ("nothing", "indent", "ends")

_FIRST_DAY: Final = datetime(2025, 2, 3, 8)  # noqa: DTZ001 - phones export wall clocks without a zone
_PERSON: Final = "Ana Lima"
_FUNCTIONS: Final = (
    "def {name}(rows):\n    total = 0\n    for row in rows:\n        if row['paid']:\n            total += 1",
    'class {name}:\n    """Keep things."""\n\n    def __init__(self, size):\n        self.size = size',
    "const {name} = items => {\n  const a = [];\n  items.forEach((item) => {\n    a.push(item);\n  });\n}",
    '{name}() {\n  local size="$1"\n  if [ -z "$size" ]; then\n    return 1\n  fi\n}',
)
_LANGUAGES: Final = ("python", "python", "js", "bash")


class Answer(Struct, frozen=True):
    """An answer and how it was sent."""

    text: str
    parts: tuple[str, ...]


class Chat(Struct, frozen=True):
    """A chat file and the truth about it."""

    data: bytes
    answers: list[Answer]
    questions: list[str]


class Score(Struct, frozen=True):
    """Shares of all answers, between 0 and 1, and counts."""

    answers: int
    cut: int
    exact: float
    """Equal to the last character."""
    but_indent: float
    """Equal but for the indentation of the lines at which they were cut."""
    but_blanks: float
    """Equal but for blank lines there, too."""
    open_fences: int
    """Answers with a fence that nothing closes."""
    questions: float
    """Lines of the person that are still alone and unchanged."""


def make_chat(seed: int, answers: int, trim: Trim, *, crowded: int = 0) -> Chat:
    """Make up a chat.

    Args:
        seed: another number gives another chat.
        answers: how many, about half of them longer than the limit.
        trim: what the parts lose.
        crowded: in how many of a thousand turns two questions get two answers in a row.

    """
    dice = Dice("reconstruction", seed, trim)
    speaker = Speaker(dice)
    lines: list[str] = []
    told: list[Answer] = []
    asked: list[str] = []
    time = _FIRST_DAY
    while len(told) < answers:
        time += timedelta(minutes=dice.between(2, 400))
        count = 1 + dice.chance(crowded)
        for _ in range(count):
            asked.append(f"{speaker.question().strip()} ({len(asked)})")
            lines.append(f"{time:%d/%m/%Y, %H:%M} - {_PERSON}: {asked[-1]}\n")
        for _ in range(count):
            text = _answer(dice, speaker)
            told.append(Answer(text, tuple(cut(text, trim))))
            for part in told[-1].parts:
                time += timedelta(minutes=dice.chance(80))
                lines.append(f"{time:%d/%m/%Y, %H:%M} - ChatGPT: {part}\n")
    return Chat("".join(lines).encode(), told, asked)


def cut(text: str, trim: Trim) -> Iterator[str]:
    """Yield the parts of an answer: cut at the last line break before the limit, or else between words."""
    while len(text) > LIMIT:
        at = text.rfind("\n", 0, LIMIT + 1)
        if at <= 0:
            at = text.rfind(" ", 0, LIMIT + 1)
        part, text = text[:at], text[at + 1 :]
        if trim != "nothing":
            text = text.lstrip(" \t") if trim == "indent" else text.lstrip()
        yield part.rstrip() if trim == "ends" else part
    yield text


def _answer(dice: Dice, speaker: Speaker) -> str:
    blocks = [speaker.answer().strip()]
    for _ in range(dice.between(0, 3)):
        if dice.chance(500):
            blocks.append(_code(dice))
        blocks.append(speaker.answer().strip())
    return re.sub(r"[ \t]+\n", "\n", "\n\n".join(blocks))


def _code(dice: Dice) -> str:
    kind = dice.below(len(_FUNCTIONS))
    pieces = [_FUNCTIONS[kind].replace("{name}", f"step_{number}") for number in range(dice.between(1, 9))]
    between = dice.pick(("\n", "\n\n", "\n\n"))
    return f"```{_LANGUAGES[kind]}\n{between.join(pieces)}\n```"


def read_back(chat: Chat) -> Conversation:
    """Read the chat with the parser for phone exports, and put its answers together."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "WhatsApp Chat with ChatGPT.txt")
        path.write_bytes(chat.data)
        source = open_source(path)
        try:
            (found,) = find_parser("whatsapp").parse(source, Notes())
        finally:
            source.close()
    return rejoin(assign_roles(found))


def measure(chat: Chat) -> Score:
    """Compare what is read back with the truth."""
    found = read_back(chat)
    answers = [message.text for message in found.messages if message.role == "assistant"]
    questions = Counter(message.text for message in found.messages if message.role == "user")
    total = len(chat.answers)
    truths = [answer.text for answer in chat.answers]
    return Score(
        total,
        sum(len(answer.parts) > 1 for answer in chat.answers),
        _matches(truths, answers) / total,
        _matches(map(_without_indents, truths), map(_without_indents, answers)) / total,
        _matches(map(_without_blanks, truths), map(_without_blanks, answers)) / total,
        sum(count_fences(text) % 2 for text in answers),
        sum(questions[text] == 1 for text in chat.questions) / len(chat.questions),
    )


def _matches(truths: "Iterator[str] | list[str]", found: "Iterator[str] | list[str]") -> int:
    return (Counter(truths) & Counter(found)).total()


def _without_indents(text: str) -> str:
    return re.sub(r"\n[ \t]+", "\n", text)


def _without_blanks(text: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", text)


def main() -> int:
    """Print the scores of 2,000 answers for each way to trim parts; 1 where one is too low."""
    status = 0
    print("trimmed   crowded  answers   cut    exact  but indents  but blanks  open fences  questions")
    for crowded in (0, 100):
        for trim in TRIMS:
            score = measure(make_chat(1, 2000, trim, crowded=crowded))
            print(
                f"{trim:9} {crowded / 1000:7.0%} {score.answers:8,} {score.cut:5,} {score.exact:8.2%}"
                f" {score.but_indent:12.2%} {score.but_blanks:11.2%} {score.open_fences:12}"
                f" {score.questions:10.2%}"
            )
            wanted = 0.97 if crowded else 0.99
            status |= score.but_blanks < wanted or score.open_fences > 0 or score.questions < 1
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
