"""Change many messages at once: each step works on one column, every message is made anew only once.

A step of the pipeline changes one field of all messages: the roles, the times, the texts, the ids. Making
40,000 frozen records anew for each step would cost more than the steps themselves.
"""

from collections.abc import Sequence
from datetime import datetime

from wamigrate.model import Attachment, Message, Role


def rebuild(
    messages: Sequence[Message],
    *,
    ids: Sequence[str] | None = None,
    replies: Sequence[str | None] | None = None,
    roles: Sequence[Role] | None = None,
    timestamps: Sequence[datetime | None] | None = None,
    texts: Sequence[str] | None = None,
) -> tuple[Message, ...]:
    """Make messages anew with some columns replaced.

    Where a text changes, the body as received moves to ``raw``, and a caption follows the text.

    Args:
        messages: the messages as they are.
        ids: new ``id`` of each; None keeps them. So for the other columns.
        replies: new ``reply_to`` of each.
        roles: new ``role`` of each.
        timestamps: new ``timestamp`` of each.
        texts: new ``text`` of each.

    >>> message = Message("", "user", "Ana", None, "text", "*hi*")
    >>> rebuild([message], texts=["**hi**"])[0].raw
    '*hi*'

    """
    new_roles: Sequence[Role] = [old.role for old in messages] if roles is None else roles
    return tuple(
        Message(
            id_,
            role,
            old.author,
            timestamp,
            old.kind,
            text,
            _raw(old, text),
            old.attachments if text is old.text or not old.attachments else _recaption(old, text),
            old.edited,
            old.forwarded,
            reply_to,
            old.flags,
            old.spans,
            old.parts,
        )
        for old, id_, reply_to, role, timestamp, text in zip(
            messages,
            [old.id for old in messages] if ids is None else ids,
            [old.reply_to for old in messages] if replies is None else replies,
            new_roles,
            [old.timestamp for old in messages] if timestamps is None else timestamps,
            [old.text for old in messages] if texts is None else texts,
            strict=True,
        )
    )


def _raw(old: Message, text: str) -> str | None:
    body = old.text if old.raw is None else old.raw
    return None if body == text else body


def _recaption(old: Message, text: str) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(found.name, found.media_type, found.size, found.sha256, found.member, found.present, text)
        if found.caption is not None and found.caption == old.text
        else found
        for found in old.attachments
    )
