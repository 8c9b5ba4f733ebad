"""Invented chats, and the copies that phones, WhatsApp Web, clipboards and databases hold of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final, Literal, NamedTuple

from wamigrate.bots import assign_roles
from wamigrate.ids import identify
from wamigrate.likeness import bare
from wamigrate.model import Attachment, Conversation, Kind, Message, Participant, Role, Span

Form = Literal["android", "ios", "web", "paste", "database"]
FORMS: Final[tuple[Form, ...]] = ("android", "ios", "web", "paste", "database")
SHORT: Final = ("ok", "ok", "ok", "Thanks!", "yes", "👍", "❤️", "no", "hm", "What is this?")
WORDS: Final = (
    "bread",
    "water",
    "salt",
    "flour",
    "time",
    "oven",
    "warm",
    "rest",
    "knead",
    "bowl",
    "towel",
    "rye",
)
NAMES: Final[dict[Form, tuple[str, str]]] = {
    "android": ("Mira", "ChatGPT"),
    "ios": ("Mira K.", "ChatGPT"),
    "web": ("You", "ChatGPT"),
    "paste": ("Mira", "+1 800 242 8478"),
    "database": ("Mira", "ChatGPT"),
}
HOURS: Final[dict[Form, tuple[float, ...]]] = {
    "android": (0, 1, 2, -5),
    "ios": (0, 1, 6, 5.5),
    "web": (1, 2),
    "paste": (0, 1, 8),
    "database": (0,),
}
"""By how much the clock of a form may be ahead of UTC."""
PAUSE: Final = timedelta(minutes=4)
"""Copies begin and end with a sitting; inside a minute nobody could tell which "ok" is missing."""


class Line(NamedTuple):
    """A message of an invented chat."""

    time: datetime
    """UTC, without saying so."""
    role: Role
    kind: Kind
    text: str


class Case(NamedTuple):
    """A chat and its copies."""

    lines: list[Line]
    held: dict[Form, list[int]]
    """Which lines each copy holds."""
    copies: list[Conversation]


def invent(dice: Random, length: int) -> list[Line]:
    """Make up a chat: short messages that come again and again, long answers, pictures, sittings."""
    minutes = dice.randrange(365 * 24 * 60)
    time = datetime(2024, 1, 1) + timedelta(minutes=minutes)  # noqa: DTZ001 - UTC, not said
    lines: list[Line] = []
    answers = False
    for _ in range(length):
        pauses = (1, 2, 5, 20, 40, 70, 300, 3600, 86400) if dice.random() < 0.5 else (1, 3, 9)
        time += timedelta(seconds=dice.choice(pauses))
        text = dice.choice(SHORT)
        if answers and dice.random() < 0.9:
            text = " ".join(dice.choice(WORDS) for _ in range(dice.randrange(4, 12)))
            if dice.random() < 0.3:
                text = f"*{text}*\n\n- a\n- `b` ❤️"
        picture = dice.random() < 0.04
        line = Line(time, "assistant" if answers else "user", "text", text)
        lines.append(line._replace(kind="media", text=dice.choice(("", "look"))) if picture else line)
        answers ^= dice.random() < 0.8
    return lines


def make_case(seed: int) -> Case:
    """Make a chat in five forms, each with another part missing, that together hold all of it."""
    dice = Random(seed)
    while True:
        lines = invent(dice, dice.choice((25, 40, 60)))
        parts = _parts(dice, lines)
        if parts is not None:
            break
    held = dict(zip(FORMS, parts, strict=True))
    hours = {form: dice.choice(HOURS[form]) for form in FORMS}
    copies = [copy_of(lines, form, held[form], hours[form]) for form in FORMS]
    dice.shuffle(copies)
    return Case(lines, held, copies)


def _parts(dice: Random, lines: Sequence[Line]) -> list[list[int]] | None:
    """Choose what each of five copies holds; None where the chat does not lend itself to it."""
    count = len(lines)
    cuts = [0, *(n for n in range(1, count) if lines[n].time - lines[n - 1].time >= PAUSE), count]
    for _ in range(50):
        parts = [_part(dice, count, cuts) for _ in FORMS]
        seen = {pair for part in parts for pair in pairwise(part)}
        if all((n, n + 1) in seen for n in range(count - 1)) and _hang_together(lines, parts):
            return parts
    return None


def _part(dice: Random, count: int, cuts: Sequence[int]) -> list[int]:
    start = dice.choice(cuts)
    stop = dice.choice([cut for cut in cuts if cut >= start])
    missing = dice.choice((range(start, stop), range(start, stop), range(start), range(stop, count)))
    return [number for number in range(count) if number not in missing]


def _hang_together(lines: Sequence[Line], parts: Sequence[Sequence[int]]) -> bool:
    """Say whether every copy has enough in common with the others to show that it is of the same chat."""
    long = [{n for n in part if lines[n].kind == "text" and len(bare(lines[n].text)) > 20} for part in parts]
    together = {0}
    for _ in parts:
        together |= {
            n for n in range(len(parts)) if any(len(long[n] & long[other]) > 2 for other in together)
        }
    return len(together) == len(parts)


def copy_of(lines: Sequence[Line], form: Form, held: Sequence[int], hours: float = 0) -> Conversation:
    """Make a copy as its parser and :func:`wamigrate.pipeline.settle` would return it.

    Args:
        lines: the chat.
        form: of the copy; ``line`` of each span is the number of the line, from 1.
        held: which lines it holds.
        hours: by how much its clock is ahead of UTC.

    """
    names = NAMES[form]
    messages = [_message(lines[number], form, number, names, timedelta(hours=hours)) for number in held]
    user, assistant = names
    people = (
        Participant(user, "user", reason="invented"),
        Participant(assistant, "assistant", "chatgpt", reason="invented"),
    )
    return identify(assign_roles(Conversation("", None, None, people, None, None, tuple(messages), form)))


def _message(line: Line, form: Form, number: int, names: tuple[str, str], ahead: timedelta) -> Message:
    time = line.time + ahead
    text, kind = line.text, line.kind
    if form in ("android", "paste"):
        time = time.replace(second=0)
    if form == "database":
        time = time.replace(tzinfo=UTC, microsecond=1000 * (number % 999))
    if form == "paste":
        kind = "empty" if kind == "media" else kind
        text = "" if kind == "empty" else text.replace("`", "").strip()
    if form == "ios":
        text = text.replace("\ufe0f", "")
    if form == "web" and number % 3 == 0:
        text = text.replace("\n", "\r\n")
    return Message(
        "",
        "other",
        names[line.role == "assistant"],
        time,
        kind,
        text,
        attachments=_attachments(form, number, text) if kind == "media" else (),
        spans=(Span(form, number + 1, 0, 0),),
    )


def _attachments(form: Form, number: int, text: str) -> tuple[Attachment, ...]:
    caption = text or None
    if form == "android":
        name = f"IMG-20240101-WA{number:04}.jpg"
        return (Attachment(name, "image/jpeg", 10, None, name, present=True, caption=caption),)
    return (Attachment(None, "image", caption=caption),)


def words(text: str) -> str:
    """Return a text as it is the same in all forms."""
    return bare(text)
