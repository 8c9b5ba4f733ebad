"""Messages copied out of WhatsApp, as a conversation of the common schema."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from wamigrate.chatfile import ChatFile
from wamigrate.classify import Classifier, Reading
from wamigrate.encoding import Decoded, to_utf8
from wamigrate.errors import ParseError
from wamigrate.findings import ReadChat, report
from wamigrate.lines import Pieces, Shape
from wamigrate.model import Conversation, Platform
from wamigrate.model import replace as change
from wamigrate.notes import Notes
from wamigrate.pasted_text import CopyLock, Undone, find_copy_lock, undo_editing
from wamigrate.phone import build_conversation, build_messages, describe_source
from wamigrate.regions import read_regions
from wamigrate.transcript import Known, Texts, Transcript

_BEFORE: Final = 10
"""Headers with which the time of an indented one is compared."""
_PASSES: Final = 3
"""Times that a text is read anew with indented lines that are no headers left as they are."""
_MAIL_LINES: Final = 20
_MAIL_HEADERS: Final = 3
_MAIL_HEADER: Final = re.compile(r"[\W_]{0,4}[^\W\d_][^:：\n]{1,24}[:：]\W{0,4}\s\S")


class CopyClassifier(Classifier):
    """Reads the bodies of copied messages: the clipboard holds words only.

    Nothing stands for files there, and who writes ``null`` or ``<Media omitted>`` means it. A picture without
    a caption leaves an empty body, a deleted message its notice.
    """

    def __init__(self) -> None:
        super().__init__("android")

    def read(self, body: str, *, authored: bool) -> Reading | None:
        """Tell what a body is; None for plain text."""
        found = super().read(body, authored=authored)
        if found is None or not authored:
            return found
        return found if found.kind in ("empty", "deleted") and not found.edited else None


class _Copy(NamedTuple):
    """A text of copied messages, decoded."""

    file: ChatFile
    stored: bytes
    text: Decoded


def read_copy(
    file: ChatFile, notes: Notes, known: Known, *, format_name: str, encoding: str | None
) -> Conversation:
    """Read a text of copied messages.

    Args:
        file: the text.
        notes: takes the source and the findings.
        known: what is known from outside.
        format_name: name of the parser, for the record.
        encoding: encoding of the text, where the user knows it.

    Raises:
        ParseError: the text does not say who wrote what.
        SourceError: it cannot be read.

    """
    stored = file.source.read(file.member)
    text = to_utf8(stored, encoding)
    copy = _Copy(file, stored, text)
    found = find_copy_lock(text.data)
    if found is None:
        raise ParseError(_explain(copy))
    errors = "replace" if text.damaged else "strict"
    transcript = _read(text.data, found, replace(known, errors=errors))
    sha256 = hashlib.sha256(stored).hexdigest()
    classifier = CopyClassifier()
    messages, places = build_messages(transcript, text, classifier, sha256[:12])
    if messages[0].flags == ("preamble",):  # somebody's words, whose header was not copied
        messages[0] = change(messages[0], role="other", kind="text")
    chat = ReadChat(file, text, transcript, messages, places, classifier, sha256[:12], format_name, caps={})
    notes.add_source(describe_source(chat, format_name, sha256, len(stored), _platform(found.lock.shape)))
    report(chat, notes)
    return build_conversation(chat)


def _read(data: bytes, found: CopyLock, known: Known) -> Transcript:
    """Read the messages, with headers that turn out to be text as they stand in the file."""
    undone = undo_editing(data, found.lock)
    transcript = read_regions(undone.data, found.lock, known, partial(_judge, undone))
    texts: set[int] = set()
    for _ in range(_PASSES):
        wrong = {line for rows in transcript.absorbed.values() for line, _ in rows} & undone.cuts.keys()
        if not wrong:
            break
        texts |= wrong
        undone = undo_editing(data, found.lock, keep=texts)
        transcript = read_regions(undone.data, found.lock, known, partial(_judge, undone))
    return _as_stored(transcript, undone, data)


def _judge(
    undone: Undone, offset: int, pieces: Pieces, moments: Sequence[datetime | None], texts: Texts
) -> Texts:
    """Doubt headers that are indented where most are not: logs and chats in an answer look so.

    ``offset`` is the number of lines before the part of the text that is read.
    """
    led = [index for index, line in enumerate(pieces.line) if line + offset in undone.cuts]
    found = dict(texts)
    if not led or len(led) * 2 > len(pieces):
        return found
    writers = Counter(pieces.author[index] for index in set(range(len(pieces))).difference(led))
    for index in led if led[0] else led[1:]:
        before = [moment for moment in moments[max(index - _BEFORE, 0) : index] if moment is not None]
        now = moments[index]
        if not writers[pieces.author[index]]:
            found[index] = ("indented", "unknown name")
        elif now is None or (before and now < max(before)):
            found[index] = ("indented", "out of order")
    return found


def _as_stored(transcript: Transcript, undone: Undone, data: bytes) -> Transcript:
    """Let messages begin where they do in the file, and end before blank lines: WhatsApp has none there."""
    transcript.bodies = [body.rstrip(b"\r\n") for body in transcript.bodies]
    if undone.cuts:
        transcript.starts = undone.original_starts(data, transcript.lines)
    return transcript


def _platform(shape: Shape) -> Platform | None:
    """Tell which client wrote the headers: the time first is WhatsApp Web's way, names of months Windows'."""
    if shape.family == "copy":
        return "web" if shape.time_first or shape.key.startswith("[0-w-") else None
    return "android" if shape.family == "dash" else "ios"


def _explain(copy: _Copy) -> str:
    """Say why a text cannot be read, and what to do."""
    where = copy.file.source.where(copy.file.member)
    if _is_mail(copy.text.data.decode("utf-8", "replace")):
        return f"{where}: looks like an e-mail, not like messages copied from WhatsApp"
    return (
        f"{where}: no line begins like a copied message, '[21:04, 25/03/2025] Name: text', so nothing says "
        "who wrote what (WhatsApp Web can copy messages without names and times); copy them on the phone, "
        "or use 'Export chat'"
    )


def _is_mail(text: str) -> bool:
    """Tell an e-mail by its first lines: in every language a word, a colon and a text, and an address."""
    lines = text[:4000].split("\n")[:_MAIL_LINES]
    headers = [line for line in lines if _MAIL_HEADER.match(line)]
    return len(headers) >= _MAIL_HEADERS and any("@" in line for line in headers)
