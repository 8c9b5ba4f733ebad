"""Lines of a service that are no part of a conversation: linking steps, terms, automatic replies.

They become notices with the flag ``service-notice`` and stay where they are. No genuine answer may be taken
for one, so wording decides only for what a link fills in and for terms; automatic replies (Meta obliged the
services that it excluded to send them, in words that are not known) show by repetition alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

from wamigrate.model import Conversation, Message, Role, replace
from wamigrate.notes import Notes
from wamigrate.register import active
from wamigrate.tables import read_table

REPEATS: Final = 3
"""How often in a row, or after the service's end, the same words are no answer any more."""
SHORTEST: Final = 40
"""Characters of an automatic reply; shorter answers repeat by themselves."""
_LONGEST_LINK: Final = 300
_FLAG: Final = "service-notice"


class _Linking(Struct, frozen=True, forbid_unknown_fields=True):
    services: frozenset[str]
    pattern: str
    meaning: str


class _Greeting(Struct, frozen=True, forbid_unknown_fields=True):
    terms: tuple[str, ...]
    privacy: tuple[str, ...]


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    linking: tuple[_Linking, ...]
    greeting: _Greeting


@cache
def _table() -> _Table:
    return msgspec.convert(read_table("service.toml"), _Table)


def service_notices(conversation: Conversation, notes: Notes | None = None) -> Conversation:
    """Give the role of a notice to the lines that only serve the service.

    Args:
        conversation: with final roles, before answers are put together.
        notes: takes one finding that sums up.

    """
    messages = conversation.messages
    services = {one.name: one.service for one in conversation.participants if one.role == "assistant"}
    linking = set(_linking_lines(messages, frozenset(key for key in services.values() if key)))
    found = linking | set(_greeting(messages, linking)) | set(_automatic_replies(messages, services))
    if not found:
        return conversation
    role: Role = "notice"
    changed = list(messages)
    for index in found:
        changed[index] = replace(messages[index], role=role, flags=(*messages[index].flags, _FLAG))
    if notes is not None:
        first = messages[min(found)]
        notes.tally(
            "service-notice",
            _taken,
            len(found),
            source=conversation.source,
            line=first.spans[0].line if first.spans else None,
        )
    return replace(conversation, messages=tuple(changed))


def _taken(count: int) -> str:
    lines = "1 line of the service was" if count == 1 else f"{count:,} lines of the service were"
    return f"{lines} taken for notices: linking steps, terms, automatic replies"


def _linking_lines(messages: Sequence[Message], services: frozenset[str]) -> Iterator[int]:
    """Yield the lines of people that a link filled in."""
    patterns = [row.pattern for row in _table().linking if not services.isdisjoint(row.services)]
    if not patterns:
        return
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    for index, message in enumerate(messages):
        if (
            message.role == "user"
            and message.kind == "text"
            and len(message.text) <= _LONGEST_LINK
            and whole.fullmatch(message.text)
        ):
            yield index


def _greeting(messages: Sequence[Message], linking: set[int]) -> Iterator[int]:
    """Yield the first line of an assistant that nobody asked, if it tells terms and privacy."""
    for index, message in enumerate(messages):
        if message.role == "notice" or index in linking:
            continue
        if message.role != "assistant" or message.kind != "text":
            return
        lowered = message.text.lower()
        words = _table().greeting
        if any(word in lowered for word in words.terms) and any(word in lowered for word in words.privacy):
            yield index
        return


def _automatic_replies(messages: Sequence[Message], services: dict[str, str | None]) -> Iterator[int]:
    """Yield the replies of an assistant that are the same whatever it is told."""
    turns = [
        index
        for index, message in enumerate(messages)
        if message.role == "assistant" and message.kind == "text" and len(message.text) >= SHORTEST
    ]
    counts = Counter(messages[index].text for index in turns)
    often = {text for text, count in counts.items() if count >= REPEATS}
    if not often:
        return
    repeated = [index for index in turns if messages[index].text in often]
    automatic = set(_in_a_row(messages, often)) | _after_the_end(messages, repeated, services)
    yield from (index for index in repeated if messages[index].text in automatic)


def _in_a_row(messages: Sequence[Message], often: set[str]) -> Iterator[str]:
    """Yield texts that answer several different lines one after the other."""
    asked: set[str] = set()
    pending: set[str] = set()
    last, count = "", 0
    for message in messages:
        if message.role == "notice":
            continue
        if message.role != "assistant":
            pending.add(message.text)
            continue
        if message.text == last:
            count, asked = count + 1, asked | pending
        else:
            last, count, asked = message.text, 1, pending
        pending = set()
        if count >= REPEATS and len(asked) > 1 and last in often:
            yield last


def _after_the_end(
    messages: Sequence[Message], repeated: Iterable[int], services: dict[str, str | None]
) -> set[str]:
    """Return texts that came often enough on days when the service did not answer any more."""
    late = Counter[str]()
    for index in repeated:
        message = messages[index]
        service = services.get(message.author or "")
        if service and message.timestamp and active(service, message.timestamp.date()) is False:
            late[message.text] += 1
    return {text for text, count in late.items() if count >= REPEATS}
