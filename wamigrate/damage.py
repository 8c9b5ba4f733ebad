"""Damage to answers that can be recognised: flagged always, undone only on request and where it is certain.

================  ==========================================================================
``lossy-math``    ChatGPT took dollar signs and braces out of code (:mod:`wamigrate.dollars`)
``placeholder``   the export holds a placeholder instead of an answer (rich answers of Meta AI)
``lost-fence``    a copy from WhatsApp for Windows, which drops backticks: bare code
``lost-indent``   an answer was cut inside code (:mod:`wamigrate.rejoin` sets it)
================  ==========================================================================
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from wamigrate.dollars import eats_dollars, has_lost_dollars, restore_dollars
from wamigrate.indents import restore_indents
from wamigrate.model import Conversation, Message, replace
from wamigrate.notes import Notes
from wamigrate.tables import read_table

_CODE_SHARE: Final = 0.6
_FEWEST: Final = 2
_CODE_LINE: Final = re.compile(
    r"[{};\\]\s*\Z|\w\(.*\)|^\s*[\w.\[\]]+\s*(?:[-+*/|]?=|:=)\s*\S|^\s*(?:</?\w|#!|//|#include|@\w)|=>|->|::"
    r"|^\s*(?:def|class|for|while|if|elif|else|return|import|from|let|const|var|func|fn|public|private|echo|sudo"
    r"|SELECT|FROM|WHERE|INSERT|UPDATE|pip|npm|git|cd|docker|curl)\b[^.?!]*\Z|^\s*\"[^\"]+\":"
)


def _answers(one: str, many: str, what: str) -> Callable[[int], str]:
    return lambda count: f"1 answer {one} {what}" if count == 1 else f"{count:,} answers {many} {what}"


_WORDS: Final[Mapping[str, Callable[[int], str]]] = {
    "lossy-math": _answers("shows", "show", "code that lost dollar signs"),
    "placeholder": _answers("is", "are", "a placeholder; what it said is not in the export"),
    "lost-fence": _answers("has", "have", "code that lost its backticks"),
}


class _Words(NamedTuple):
    placeholders: frozenset[str]
    longest: int
    language: re.Pattern[str]
    """The name of a language alone on a line, up to the line's end."""


@cache
def _words() -> _Words:
    table = read_table("damage.toml")
    placeholders = frozenset(map(str, table["placeholders"]))
    languages: list[str] = table["language_words"]
    language = re.compile(f"(?:{'|'.join(map(re.escape, languages))})[ \\t]*(?=\\n)", re.IGNORECASE)
    return _Words(placeholders, max(map(len, placeholders)), language)


def find_damage(message: Message, service: str | None) -> tuple[str, ...]:
    """Return the flags for the damage that an answer shows by itself.

    Args:
        message: with the text as WhatsApp has it; an answer in parts is put together.
        service: key of the assistant that wrote it.

    """
    if message.role != "assistant" or not message.text:
        return ()
    return _find(message.text, eats=eats_dollars(service), bare=True)


def _find(text: str, *, eats: bool, bare: bool) -> tuple[str, ...]:
    words = _words()
    if len(text) <= words.longest + 2 and text.strip() in words.placeholders:
        return ("placeholder",)
    if eats and ("```" in text or "\\" in text) and has_lost_dollars(text):
        return ("lossy-math",)
    if bare and "\n" in text and "`" not in text and _lost_fence(text, words.language):
        return ("lost-fence",)
    return ()


def _lost_fence(text: str, lone: re.Pattern[str]) -> bool:
    """Tell whether the name of a language stands alone on a line, and code below it."""
    if lone.match(text) and _is_code(_paragraph(text, text.index("\n"))):
        return True
    at = text.find("\n\n")
    while at >= 0:
        word = lone.match(text, at + 2)
        if word and _is_code(_paragraph(text, word.end())):
            return True
        at = text.find("\n\n", at + 1)
    return False


def _paragraph(text: str, start: int) -> list[str]:
    """Return the lines up to the next blank one; one blank line may stand before them."""
    return re.split(r"\n[ \t]*(?=\n|\Z)", text[start:].removeprefix("\n").removeprefix("\n"), maxsplit=1)[
        0
    ].split("\n")


def _is_code(lines: Sequence[str]) -> bool:
    if len(lines) < _FEWEST:
        return False
    return sum(_CODE_LINE.search(line) is not None for line in lines) >= _CODE_SHARE * len(lines)


def mark_damage(conversation: Conversation, notes: Notes | None = None) -> Conversation:
    """Flag the answers that show damage.

    A chat with a single backtick in some answer is no copy without backticks.

    Args:
        conversation: with final roles and whole answers, before the markup is read.
        notes: takes one finding for each kind of damage, with the line of the first.

    """
    eats = _eaters(conversation)
    answers = [
        (index, message)
        for index, message in enumerate(conversation.messages)
        if message.role == "assistant" and message.text and "placeholder" not in message.flags
    ]
    bare = not any("`" in message.text for _, message in answers)
    changed: dict[int, tuple[str, ...]] = {}
    for index, message in answers:
        if found := _find(message.text, eats=message.author in eats, bare=bare):
            changed[index] = found
    if not changed:
        return conversation
    messages = list(conversation.messages)
    for index, found in changed.items():
        flags = dict.fromkeys((*messages[index].flags, *found))
        messages[index] = replace(messages[index], flags=tuple(flags))
    if notes is not None:
        _report(conversation, changed, notes)
    return replace(conversation, messages=tuple(messages))


def _eaters(conversation: Conversation) -> frozenset[str]:
    return frozenset(one.name for one in conversation.participants if eats_dollars(one.service))


def _report(conversation: Conversation, changed: Mapping[int, Iterable[str]], notes: Notes) -> None:
    counts = Counter[str]()
    first: dict[str, Message] = {}
    for index, found in changed.items():
        counts.update(found)
        for flag in found:
            first.setdefault(flag, conversation.messages[index])
    for code, count in counts.items():
        notes.tally(code, _WORDS[code], count, source=conversation.source, line=_line(first[code]))


def _line(message: Message) -> int | None:
    return message.spans[0].line if message.spans else None


def repair(message: Message) -> Message:
    """Undo what is certain of an answer's damage; ``raw`` keeps the body as received.

    That is: dollar signs whose place the code shows (``lossy-math``), and the indentation of Python code of
    which only one makes it code (``lost-indent``). The answer keeps the flag of its damage, as more may be
    lost, and gets ``repaired``.

    Args:
        message: flagged by :func:`mark_damage` and :func:`wamigrate.rejoin.rejoin`.

    """
    text = message.text
    if "lost-indent" in message.flags and message.raw is None:
        text = restore_indents(text, [part.start for part in message.parts[1:]])
    if "lossy-math" in message.flags:
        text, _ = restore_dollars(text)
    if text == message.text:
        return message
    flags = tuple(dict.fromkeys((*message.flags, "repaired")))
    raw = message.text if message.raw is None else message.raw
    return replace(message, text=text, raw=raw, flags=flags)


def repair_damage(conversation: Conversation, notes: Notes | None = None) -> Conversation:
    """Repair every answer of a conversation.

    Args:
        conversation: as :func:`mark_damage` returns it.
        notes: takes a finding for each answer that was repaired.

    """
    messages = tuple(repair(message) if message.flags else message for message in conversation.messages)
    if notes is not None:
        for old, new in zip(conversation.messages, messages, strict=True):
            if new is not old:
                notes.add("repaired", _done(old), source=conversation.source, line=_line(old))
    return replace(conversation, messages=messages)


def _done(old: Message) -> str:
    what: list[str] = []
    if "lossy-math" in old.flags and (count := restore_dollars(old.text)[1]):
        what.append(f"{count:,} {'dollar sign' if count == 1 else 'dollar signs'} put back into code")
    if "lost-indent" in old.flags and old.raw is None:
        restored = restore_indents(old.text, [part.start for part in old.parts[1:]])
        if restored != old.text:
            what.append("indentation of code restored where the answer was cut")
    return "; ".join(what)
