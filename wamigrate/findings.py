"""What reading a chat file found out beside its messages, as notes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from wamigrate.chatfile import ChatFile
from wamigrate.classify import Classifier
from wamigrate.clock import Order
from wamigrate.encoding import Decoded
from wamigrate.model import Message
from wamigrate.notes import Notes
from wamigrate.transcript import Transcript

_CAPS: Final[Mapping[int, str]] = {40_000: "without media", 10_000: "with media"}
"""Newest messages that phones export at most."""
_CAP_TOLERANCE: Final = 10
_UNDATED: Final = frozenset({"preamble", "unexported"})
"""Flags of what never has a time."""
_JUMP: Final = timedelta(days=1)
_SINGLE: Final = 100
"""Lines of one kind that are named each; the rest is summed up."""


class ReadChat(NamedTuple):
    """A chat file that was read."""

    file: ChatFile
    text: Decoded
    transcript: Transcript
    messages: list[Message]
    places: list[int]
    """Places of those messages that are more than plain text, in file order."""
    classifier: Classifier
    source: str
    """``id`` of the source."""
    format: str = "whatsapp"
    """Name of the parser."""
    caps: Mapping[int, str] = _CAPS
    """Newest messages that are exported at most, and how."""

    @property
    def special(self) -> list[Message]:
        """The messages that are more than plain text, in file order."""
        return [self.messages[place] for place in self.places]


def report(chat: ReadChat, notes: Notes) -> None:
    """Note everything that was guessed, doubtful or missing in a chat.

    Args:
        chat: the chat as read.
        notes: takes the findings.

    """
    report_clock(chat.transcript.order, chat.transcript.calendars, chat.source, notes)
    report_part(chat, notes)
    _report_size(chat, notes)
    report_unused(chat.file, chat.classifier, chat.source, notes)


def report_part(chat: ReadChat, notes: Notes) -> None:
    """Note what can be told of a part of a chat; counts of several parts add up."""
    _report_text(chat, notes)
    _report_dates(chat, notes)
    _report_messages(chat, notes)
    _report_media(chat, notes)


def _report_text(chat: ReadChat, notes: Notes) -> None:
    transcript, source = chat.transcript, chat.source
    if chat.text.assumed:
        notes.add("encoding-fallback", f"the text is not UTF-8; read as {chat.text.encoding}", source=source)
    if chat.text.damaged:
        count = sum("damaged-text" in message.flags for message in chat.special)
        notes.add("encoding-damage", f"{_many(count, 'message')} had bytes that are no text", source=source)
    if chat.messages[0].flags == ("preamble",):
        count = chat.messages[0].text.count("\n") + 1
        kept = "a notice" if chat.messages[0].role == "notice" else "a message without name and time"
        were = "was" if count == 1 else "were"
        notes.add(
            "preamble",
            f"{_many(count, 'line')} before the first header {were} kept as {kept}",
            source=source,
            line=1,
        )
    for line in transcript.blocks:
        notes.add("second-shape", "from here on headers have another shape", source=source, line=line)
    rows = [row for found in transcript.absorbed.values() for row in found]
    for line, reasons in rows[:_SINGLE]:
        text = f"looks like a header, taken for text: {', '.join(reasons)}"
        notes.add("suspect-boundary", text, source=source, line=line)
    if len(rows) > _SINGLE:
        text = f"{len(rows) - _SINGLE:,} more lines that look like headers were taken for text"
        notes.add("suspect-boundary", text, source=source, line=rows[_SINGLE][0])


def report_clock(order: Order, calendars: Iterable[str], source: str, notes: Notes) -> None:
    """Note that day and month could be the other way round, and calendars beside the Gregorian."""
    if order.ambiguous:
        other = "mdy" if order.order == "dmy" else "dmy"
        notes.add(
            "ambiguous-date-order",
            f"dates were read as {order.order}: {order.evidence}; if that is wrong, add --date-order {other}",
            source=source,
        )
    for calendar in sorted(calendars):
        notes.add("calendar", f"dates of the {calendar} calendar were converted", source=source)


def _report_dates(chat: ReadChat, notes: Notes) -> None:
    transcript, source = chat.transcript, chat.source
    if transcript.completed_years:
        notes.add(
            "assumed-year",
            f"dates without a year were completed: {transcript.completed_years}; "
            f"--option {chat.format}.year=YYYY overrules",
            source=source,
        )
    timeline = transcript.timeline()
    for message in chat.messages if timeline.undated else ():
        if message.timestamp is None and _UNDATED.isdisjoint(message.flags):
            notes.add(
                "bad-date",
                "no such date or time; kept without one",
                source=source,
                line=message.spans[0].line,
            )
    jumps = timeline.steps_back(_JUMP)
    if jumps:
        notes.tally("time-jump", _jumps, jumps, source=source)


def _report_messages(chat: ReadChat, notes: Notes) -> None:
    source = chat.source
    unknown = [message for message in chat.special if "unknown-notice" in message.flags]
    if unknown:
        line = unknown[0].spans[0].line
        notes.tally("unknown-notice", _unknown, len(unknown), source=source, line=line)
    for message in chat.special:
        if "placeholder" in message.flags:
            text = "the export holds a placeholder instead of an answer"
            notes.add("placeholder", text, source=source, line=message.spans[0].line)
        elif message.kind == "unsupported":
            text = "WhatsApp exported no content for this message"
            notes.add("unsupported", text, source=source, line=message.spans[0].line)


def _report_size(chat: ReadChat, notes: Notes) -> None:
    for cap, how in chat.caps.items():
        if abs(cap - len(chat.messages)) <= _CAP_TOLERANCE:
            notes.add(
                "export-cap",
                f"{len(chat.messages):,} messages are what phones export at most {how}; "
                "older ones may be missing",
                source=chat.source,
            )


def _report_media(chat: ReadChat, notes: Notes) -> None:
    attachments = [attachment for message in chat.special for attachment in message.attachments]
    missing = [attachment for attachment in attachments if not attachment.present]
    if missing:
        notes.tally("media-missing", _missing, len(missing), len(attachments), source=chat.source)


def report_unused(file: ChatFile, classifier: Classifier, source: str, notes: Notes) -> None:
    """Note the files beside a chat that none of its messages mentions, once the classifier has seen all."""
    unused = Counter(member.name not in classifier.used for member in file.media)[True]
    if unused:
        notes.add(
            "ignored-member", f"{_many(unused, 'file')} of the export that no message mentions", source=source
        )


def _jumps(count: int) -> str:
    return f"goes back in time by more than a day, {_many(count, 'time')}; file order was kept"


def _unknown(count: int) -> str:
    return f"{_many(count, 'notice')} in words that no table knows"


def _missing(missing: int, attachments: int) -> str:
    return f"{missing} of {_many(attachments, 'attachment')} did not come with the export"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
