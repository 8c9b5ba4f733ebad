"""One message out of its copies: field by field, the copy that knows most.

==============  =====================================================================================
text, raw       of a message over a placeholder, edited over unedited, undamaged over damaged, whole over
                cut off, with WhatsApp's marks over without; both from the same copy
kind            the text's
attachments     of the copy with the most files; what it lacks of name, type or digest from the others
edited,         if any copy says so
forwarded
reply_to        of the first copy that knows it
flags           those that tell of the message itself, of all copies; those that tell of a copy's text
                only where it is taken
spans           of all copies; first that of the copy which the attachments, else the text, come from
==============  =====================================================================================

Time, author and role are found out for all messages together, in :mod:`wamigrate.history`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from wamigrate.likeness import HOLLOW, bare, plain
from wamigrate.model import Attachment, Message, Participant, Role, Span, replace
from wamigrate.own_name import own_word

_OF_TEXT: Final = frozenset(
    {"damaged-text", "placeholder", "preamble", "suspect-boundary", "unknown-notice", "waiting"}
)
"""Flags about what one copy made of the text."""
_DIGITS: Final = frozenset("0123456789+()- \u00a0\u2011")
_ROLES: Final[tuple[Role, ...]] = ("assistant", "user", "other", "notice")


def fuse(copies: Sequence[Message]) -> Message:
    """Make one message of its copies.

    Args:
        copies: the same message in each copy, the best copy first. Time, author, role, id and ``reply_to``
            of the first are kept.

    """
    first = copies[0]
    if len(copies) == 1:
        return first
    teller = first
    if any(one.text != first.text or one.kind != first.kind or one.raw != first.raw for one in copies):
        teller = max(copies, key=_wealth)  # of equals the first
    attachments, holder = _attachments(copies, teller)
    return Message(
        first.id,
        first.role,
        first.author,
        first.timestamp,
        teller.kind,
        teller.text,
        teller.raw,
        attachments,
        any(one.edited for one in copies),
        any(one.forwarded for one in copies),
        next((one.reply_to for one in copies if one.reply_to is not None), None),
        _flags(copies, teller),
        _spans((holder, *copies)),
    )


def _wealth(message: Message) -> tuple[bool, bool, bool, bool, int, int, int]:
    """Say how much a copy's text tells; the text that tells most is taken."""
    text = message.text
    words = len(bare(text)) if text else 0
    return (
        message.kind not in HOLLOW,
        message.edited,
        "damaged-text" not in message.flags,
        message.kind != "text",
        words,
        len(plain(text)) - words,
        text.strip().count("\n"),
    )


def _attachments(copies: Sequence[Message], teller: Message) -> tuple[tuple[Attachment, ...], Message]:
    """Return the attachments, and the copy that holds the files."""
    having = [one for one in copies if one.attachments]
    if not having:
        return (), teller
    holder = max(having, key=_files)
    found = [
        _complete(file, [one.attachments[at] for one in having if at < len(one.attachments)])
        for at, file in enumerate(holder.attachments)
    ]
    if holder is not teller and teller.text and holder.text != teller.text:
        found[0] = replace(found[0], caption=teller.text)
    return tuple(found), holder


def _files(message: Message) -> tuple[int, int, int]:
    """Say how much a copy knows of its attachments: files, their names, their number."""
    files = message.attachments
    named = sum(file.name is not None for file in files)
    return sum(file.present for file in files), named, len(files)


def _complete(file: Attachment, others: Iterable[Attachment]) -> Attachment:
    """Take from other copies what one lacks; never the path, which is that of a file of one copy."""
    for other in others:
        if other.name not in (None, file.name) and file.name is not None:
            continue  # a copy names it otherwise: its digest and size may be those of another file
        more = (
            other.media_type
            if file.media_type in (None, (other.media_type or "").partition("/")[0])
            else None
        )
        file = replace(
            file,
            name=file.name or other.name,
            media_type=more or file.media_type,
            size=other.size if file.size is None else file.size,
            sha256=file.sha256 or other.sha256,
            caption=file.caption if file.caption is not None else other.caption,
        )
    return file


def _flags(copies: Sequence[Message], teller: Message) -> tuple[str, ...]:
    if not any(one.flags for one in copies):
        return ()
    own = set(teller.flags)
    every = (flag for one in (teller, *copies) for flag in one.flags)
    return tuple(dict.fromkeys(flag for flag in every if flag in own or flag not in _OF_TEXT))


def _spans(copies: Iterable[Message]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for one in copies for span in one.spans))


def fuse_people(people: Mapping[int, Sequence[Participant]]) -> dict[int, Participant]:
    """Make one participant of what each copy knows of somebody.

    Args:
        people: by number of a person, what the copies say, the best copy first.

    Returns:
        by the same number; names are unique.

    """
    found: dict[int, Participant] = {}
    taken: set[str] = set()
    for number, copies in people.items():
        one = _fuse_person(copies)
        name, count = one.name, 1
        while name in taken:
            count += 1
            name = f"{one.name} ({count})"
        taken.add(name)
        found[number] = one if name == one.name else replace(one, name=name)
    return found


def _fuse_person(copies: Sequence[Participant]) -> Participant:
    """Let the surest role win, with its reason, and a name over a number and over the word "you"."""
    teller = min(copies, key=lambda one: _ROLES.index(one.role))
    named = min(copies, key=lambda one: (_DIGITS.issuperset(one.name), own_word(one.name) is not None))
    return Participant(
        named.name,
        teller.role,
        teller.service or next((one.service for one in copies if one.service), None),
        next((one.phone for one in copies if one.phone), None),
        tuple(dict.fromkeys(name for one in copies for name in one.raw_names)),
        teller.reason,
    )
