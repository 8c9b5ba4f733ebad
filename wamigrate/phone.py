"""A phone export as a conversation of the common schema."""

import dataclasses
import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Final

from wamigrate.bots import phone_of
from wamigrate.chatfile import ChatFile
from wamigrate.classify import Classifier, Reading
from wamigrate.encoding import Decoded, to_utf8
from wamigrate.errors import ParseError
from wamigrate.findings import ReadChat, report
from wamigrate.garbage_collection import collection_paused
from wamigrate.lines import Lock, find_lock
from wamigrate.model import Conversation, Message, Participant, Platform, SourceInfo, Span, replace
from wamigrate.notes import Notes
from wamigrate.notices import group_name
from wamigrate.source_info import source_info
from wamigrate.transcript import Known, Transcript, read_transcript

_BOM: Final = b"\xef\xbb\xbf"


def read_chat(
    file: ChatFile, notes: Notes, known: Known, *, format_name: str, encoding: str | None
) -> Conversation:
    """Read a phone export.

    Args:
        file: the chat text and what lies beside it.
        notes: takes the source and the findings.
        known: what is known from outside.
        format_name: name of the parser, for the record.
        encoding: encoding of the text, where the user knows it.

    Raises:
        ParseError: the text has no message headers.
        SourceError: it cannot be read.

    """
    stored = file.source.read(file.member)
    with collection_paused():
        try:
            return _read(file, notes, known, format_name, stored, to_utf8(stored, encoding, check=False))
        except UnicodeDecodeError:
            return _read(file, notes, known, format_name, stored, to_utf8(stored, encoding))


def _read(
    file: ChatFile, notes: Notes, known: Known, format_name: str, stored: bytes, text: Decoded
) -> Conversation:
    lock = find_lock(text.data)
    if lock is None:
        raise ParseError(f"{file.source.where(file.member)}: has no line that begins like a WhatsApp message")
    with ThreadPoolExecutor(max_workers=1) as beside:  # hashing leaves the interpreter free meanwhile
        digest = beside.submit(hashlib.sha256, stored)
        errors = "replace" if text.damaged else "strict"
        transcript = read_transcript(text.data, lock, dataclasses.replace(known, errors=errors))
        sha256 = digest.result().hexdigest()
    platform = platform_of(lock)
    classifier = Classifier(platform, file.media)
    messages, places = build_messages(transcript, text, classifier, sha256[:12])
    chat = ReadChat(file, text, transcript, messages, places, classifier, sha256[:12])
    notes.add_source(describe_source(chat, format_name, sha256, len(stored), platform))
    report(chat, notes)
    return build_conversation(chat)


def platform_of(lock: Lock) -> Platform:
    """Return whose phones write headers of a shape."""
    return "android" if lock.shape.family == "dash" else "ios"


def build_conversation(chat: ReadChat) -> Conversation:
    """Return a chat that was read as a conversation of the common schema."""
    timeline = chat.transcript.timeline()
    return Conversation(
        id="",
        title=chat.file.title or group_title(chat),
        service=None,
        participants=find_participants(chat),
        started_at=timeline.first,
        ended_at=timeline.last,
        messages=tuple(chat.messages),
        source=chat.source,
    )


def group_title(chat: ReadChat) -> str | None:
    """Return the name that the group has in the end, as far as notices tell it."""
    notices = (chat.messages[place] for place in reversed(chat.places))
    return next(
        (name for notice in notices if notice.role == "notice" and (name := group_name(notice.text))), None
    )


def describe_source(
    chat: ReadChat, format_name: str, sha256: str, size: int, platform: Platform | None
) -> SourceInfo:
    """Return what is recorded of a chat file: ``size`` and ``sha256`` are those of its text as stored."""
    source, order = chat.file.source, chat.transcript.order
    return replace(
        source_info(source, chat.file.member, format_name, sha256, size),
        platform=platform,
        date_order=order.order,
        date_order_evidence=order.evidence,
        ambiguous=order.ambiguous,
        encoding=chat.text.encoding,
        messages=len(chat.messages),
    )


def build_messages(
    transcript: Transcript, text: Decoded, classifier: Classifier, source: str, end: int | None = None
) -> tuple[list[Message], list[int]]:
    """Return all messages, and the places of those that are more than plain text.

    Args:
        transcript: of a text, or of a part of it with its places in the whole.
        text: the text or part.
        classifier: knows the files of the export.
        source: ``id`` of the source.
        end: where a part ends in the whole text, in bytes; None for a whole text.

    """
    starts, lines = transcript.starts, transcript.lines
    end = len(text.data) if end is None else end
    begin = end - len(text.data)
    preamble = []
    if transcript.preamble.strip(b"\xef\xbb\xbf \r\n"):
        preamble = [_preamble(transcript, source)]
    elif starts[0] > begin:
        starts, lines = [0, *starts[1:]], [1, *lines[1:]]
    ends = [*starts[1:], end]
    spans = zip(map(Span, repeat(source), lines, starts, ends))
    if text.damaged:
        texts = [body.decode(errors="replace") for body in transcript.bodies]
    else:
        texts = list(map(bytes.decode, transcript.bodies))
    messages = list(
        map(Message, repeat(""), repeat("other"), transcript.names, transcript.moments, repeat("text"), texts,
            repeat(None), repeat(()), repeat(False), repeat(False), repeat(None), repeat(()), spans)
    )  # fmt: skip
    special = set(classifier.worth_a_look(transcript.bodies)) | transcript.absorbed.keys()
    special.update([place for place, name in enumerate(transcript.names) if name is None])
    if text.damaged or text.data.startswith(_BOM):
        special |= set(range(len(messages)))
    readings: dict[tuple[str, bool], Reading] = {}
    for index in sorted(special):
        messages[index] = _special(
            messages[index], classifier, readings, suspect=index in transcript.absorbed
        )
    places = sorted(special)
    if not preamble:
        return messages, places
    return [*preamble, *messages], [0, *(place + 1 for place in places)]


def _special(
    message: Message, classifier: Classifier, readings: dict[tuple[str, bool], Reading], *, suspect: bool
) -> Message:
    """Make the message that a body stands for which may be more than plain text."""
    flags = ("suspect-boundary",) if suspect else ()
    if "\N{REPLACEMENT CHARACTER}" in message.text:
        flags = (*flags, "damaged-text")
    key = message.text, message.author is not None
    reading = readings.get(key)
    if reading is None:
        body = message.text.replace("\n\ufeff", "\n")
        reading = classifier.read(body, authored=message.author is not None) or Reading("text", body)
        readings[key] = reading
    return Message(
        "",
        "notice" if reading.notice else "other",
        message.author,
        message.timestamp,
        reading.kind,
        reading.text,
        None if reading.text == message.text else message.text,
        reading.attachments,
        reading.edited,
        False,
        None,
        (*reading.flags, *flags),
        message.spans,
    )


def _preamble(transcript: Transcript, source: str) -> Message:
    """Keep what stands before the first header, as a notice without a time."""
    raw = transcript.preamble.decode("utf-8", "replace")
    text = raw.strip("\ufeff\r\n")
    span = Span(source, 1, 0, transcript.starts[0])
    return Message(
        "",
        "notice",
        None,
        None,
        "notice",
        text,
        None if raw == text else raw,
        flags=("preamble",),
        spans=(span,),
    )


def find_participants(chat: ReadChat) -> tuple[Participant, ...]:
    """List everybody who writes, in order of appearance; a name that only stands before notices does not."""
    names: list[str | None] = [None] * (len(chat.messages) - len(chat.transcript.names))
    names += chat.transcript.names
    for place in chat.places:
        if chat.messages[place].role == "notice":
            names[place] = None
    spellings = chat.transcript.spellings
    return tuple(
        Participant(name, "other", None, phone_of(name), tuple(dict.fromkeys(spellings.get(name, (name,)))))
        for name in dict.fromkeys(names)
        if name is not None
    )
