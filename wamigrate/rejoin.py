"""Parts of one answer become one message again, and back.

Some services cut long answers and send the parts one after the other. Parts belong together when the same
assistant sends them in a row, within a minute and a half of each other, and :mod:`wamigrate.cuts` finds that
the one before was cut. What somebody else writes, a notice and a file always separate.

Call :func:`rejoin` when the roles are known and before the markup is read: a fence that opens in one part
closes in another.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import accumulate, pairwise
from typing import Final

from wamigrate.cuts import Cut, is_cut, seams
from wamigrate.fences import count_fences
from wamigrate.model import Conversation, Message, Part, replace
from wamigrate.notes import Notes
from wamigrate.register import cut_length

PAUSE: Final = timedelta(seconds=90)
"""Longest time between two parts; an Android export prints minutes only."""
_WAITING: Final = timedelta(minutes=10)
"""How long a question without an answer may still get one."""
_NOW: Final = timedelta(0)


def rejoin(conversation: Conversation, notes: Notes | None = None) -> Conversation:
    """Put the parts of answers together.

    The whole has the id and time of its first part, the spans of all, and the flag ``rejoined``; also
    ``lost-indent`` where a part begins inside code, because its first line has lost its indentation.

    Args:
        conversation: with final roles, with the texts as WhatsApp has them.
        notes: takes one finding that sums up.

    """
    messages = conversation.messages
    services = {one.name: one.service for one in conversation.participants}
    chains = [
        chain
        for run in _runs(messages)
        for chain in _chains(messages, run, cut_length(services.get(messages[run.start].author or "")))
    ]
    if not chains:
        return conversation
    kept = any(
        messages[index].text.endswith("\n") or messages[index + 1].text.startswith("\n")
        for chain in chains
        for index in chain[:-1]
    )
    changed: list[Message] = []
    at = 0
    for chain in chains:
        changed += messages[at : chain.start]
        changed.append(join(messages[chain.start : chain.stop], blanks_kept=kept))
        at = chain.stop
    changed += messages[at:]
    if notes is not None:
        _report(conversation, chains, notes)
    return replace(conversation, messages=tuple(changed))


def unjoin(conversation: Conversation) -> Conversation:
    """Take every rejoined answer apart again: the reverse of :func:`rejoin`."""
    messages = tuple(part for message in conversation.messages for part in separate(message))
    return replace(conversation, messages=messages)


def join(parts: Sequence[Message], *, blanks_kept: bool = False) -> Message:
    """Make one message of the parts of an answer.

    Args:
        parts: two or more texts of one author, none of them rejoined already.
        blanks_kept: as in :func:`wamigrate.cuts.seams`.

    """
    first = parts[0]
    texts = [part.text for part in parts]
    bodies = [part.text if part.raw is None else part.raw for part in parts]
    between = seams(texts, blanks_kept=blanks_kept)
    text, body = _weave(texts, between), _weave(bodies, between)
    flags = dict.fromkeys(flag for part in parts for flag in part.flags)
    inside = any(count % 2 for count in accumulate(map(count_fences, texts[:-1])))
    found = ("rejoined", "lost-indent") if inside else ("rejoined",)
    return replace(
        first,
        text=text,
        raw=None if body == text else body,
        flags=(*flags, *found),
        spans=tuple(span for part in parts for span in part.spans),
        parts=tuple(_places(parts, bodies, between)),
    )


def separate(message: Message) -> tuple[Message, ...]:
    """Return the messages in which an answer arrived; the message itself where it arrived in one.

    Their texts are the bodies as received, as before the markup was read.
    """
    if not message.parts:
        return (message,)
    body = message.text if message.raw is None else message.raw
    share = len(message.spans) // len(message.parts)
    return tuple(
        replace(
            message,
            id=part.id,
            timestamp=message.timestamp and message.timestamp + timedelta(seconds=part.delay),
            text=body[part.start : part.end],
            raw=None,
            reply_to=None if index else message.reply_to,
            flags=part.flags,
            spans=message.spans[index * share : (index + 1) * share],
            parts=(),
        )
        for index, part in enumerate(message.parts)
    )


def _weave(texts: Sequence[str], between: Sequence[str]) -> str:
    return texts[0] + "".join(seam + text for seam, text in zip(between, texts[1:], strict=True))


def _places(parts: Sequence[Message], bodies: Sequence[str], between: Sequence[str]) -> Iterator[Part]:
    start = 0
    begun = parts[0].timestamp
    for part, body, seam in zip(parts, bodies, [*between, ""], strict=True):
        assert begun is not None
        assert part.timestamp is not None
        delay = (part.timestamp - begun) // timedelta(seconds=1)
        yield Part(part.id, delay, start, start + len(body), part.flags)
        start += len(body) + len(seam)


def _runs(messages: Sequence[Message]) -> Iterator[range]:
    """Yield where an assistant sends two or more texts in a row, without a pause."""
    start = 0
    for index, (one, other) in enumerate(pairwise(messages), 1):
        if one.role != "assistant" or other.role != "assistant" or not _may_follow(one, other):
            if index - start > 1:
                yield range(start, index)
            start = index
    if len(messages) - start > 1:
        yield range(start, len(messages))


def _may_follow(one: Message, other: Message) -> bool:
    """Tell whether two messages could be parts of one answer by author, kind and time."""
    if one.author != other.author or other.reply_to is not None or len(one.spans) != len(other.spans):
        return False
    if not (_is_plain(one) and _is_plain(other)) or one.timestamp is None or other.timestamp is None:
        return False
    if (one.timestamp.tzinfo is None) != (other.timestamp.tzinfo is None):
        return False
    pause = other.timestamp - one.timestamp
    return _NOW <= pause <= PAUSE and pause.microseconds == 0


def _is_plain(message: Message) -> bool:
    """Tell whether a message is a text and nothing else."""
    return not (
        message.kind != "text"
        or not message.text
        or message.attachments
        or message.edited
        or message.forwarded
        or message.parts
    )


def _chains(messages: Sequence[Message], run: range, limit: int | None) -> Iterator[range]:
    """Yield the parts of each answer in a run of messages; answers that came in one are left out.

    Where several questions wait, as many answers are to be expected: unless so many show, less is taken for
    a cut.
    """
    texts = [messages[index].text for index in run]
    starts = _starts(texts, limit, crowded=False)
    if len(starts) < _questions(messages, run.start):
        starts = _starts(texts, limit, crowded=True)
    for start, stop in pairwise([*starts, len(texts)]):
        if stop - start > 1:
            yield run[start:stop]


def _starts(texts: Sequence[str], limit: int | None, *, crowded: bool) -> list[int]:
    """Return which of some texts in a row begin an answer."""
    fences = [count_fences(text) for text in texts]
    starts, open_ = [0], False
    for index in range(1, len(texts)):
        open_ ^= bool(fences[index - 1] % 2)
        closes = open_ and any(total % 2 for total in accumulate(fences[index:]))
        if not is_cut(Cut(texts[index - 1], texts[index], closes, crowded), limit):
            starts.append(index)
            open_ = False
    return starts


def _questions(messages: Sequence[Message], start: int) -> int:
    """Count what people wrote in the last minutes before an answer begins, and nobody has answered."""
    now = messages[start].timestamp
    waiting = 0
    for index in range(start - 1, -1, -1):
        message = messages[index]
        if message.role == "notice":
            continue
        if message.role == "assistant" or message.timestamp is None or now is None:
            break
        if now.replace(tzinfo=None) - message.timestamp.replace(tzinfo=None) > _WAITING:
            break
        waiting += 1
    return waiting


def _report(conversation: Conversation, chains: Sequence[range], notes: Notes) -> None:
    first = conversation.messages[chains[0].start]
    notes.tally(
        "rejoined",
        _rejoined,
        len(chains),
        sum(map(len, chains)),
        source=conversation.source,
        line=first.spans[0].line if first.spans else None,
    )


def _rejoined(answers: int, parts: int) -> str:
    were = "1 answer was" if answers == 1 else f"{answers:,} answers were"
    return f"{were} put together from {parts:,} messages"
