"""An export from WhatsApp Web as a conversation of the common schema."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from typing import Final

from wamigrate.chatfile import ChatFile
from wamigrate.classify import Classifier, Reading
from wamigrate.clock import Order
from wamigrate.encoding import Decoded, to_utf8
from wamigrate.errors import ParseError
from wamigrate.findings import ReadChat, report
from wamigrate.lines import Pieces
from wamigrate.model import Conversation, DateOrder, Message, Participant, replace
from wamigrate.notes import Notes
from wamigrate.notices import notice_topic
from wamigrate.own_name import own_word
from wamigrate.phone import build_conversation, build_messages, describe_source
from wamigrate.register import clean_name, fold
from wamigrate.tables import read_table
from wamigrate.transcript import Known, Texts, Transcript, read_transcript
from wamigrate.web_export import HEADER_LINE, WebChat, web_lock
from wamigrate.web_markdown import WebMarkdown, read_web_markdown
from wamigrate.web_media import WebMedia
from wamigrate.web_messages import complete, find_printed, split_failures

_NUMBER: Final = re.compile(r"\d+")
_HEALTHY: Final = 0.9
"""Share of the messages that chat.md must have to be the last word on what is a message."""
_PAIR: Final = 2
_HISTORY: Final = 2
"""Lines before the first message where the second says that there are older ones."""


class WebClassifier(Classifier):
    """Reads the notices in an export from WhatsApp Web; all else is read together with ``chat.md``."""

    def __init__(self, media: WebMedia) -> None:
        super().__init__("web")
        self.used: set[str] = media.index.used

    def worth_a_look(self, bodies: Sequence[bytes]) -> list[int]:  # noqa: ARG002 - as in the base
        """Leave everything that has an author for later."""
        return []

    def read(self, body: str, *, authored: bool) -> Reading | None:
        """Read what has no author: ``- notice``, or ``<what could not be exported>``."""
        if authored:
            return None
        text = body.removeprefix("- ")
        if text == body:
            return Reading("unsupported", body, flags=("unexported",), notice=True)
        if text.startswith(("[Call]", "[Call: ")):
            return Reading("call", text, notice=True, topic="call")
        topic = notice_topic(text) or ("group" if _notices().fullmatch(text) else None)
        return Reading("notice", text, flags=() if topic else ("unknown-notice",), notice=True, topic=topic)


@cache
def _notices() -> re.Pattern[str]:
    """Compile what WhatsApp Web writes about groups, in English whatever the language."""
    texts = read_table("web.toml")["notices"]["group"]
    return re.compile("|".join(re.escape(text).replace(r"\{X\}", "[^\n]{1,400}?") for text in texts))


def read_web_chat(
    chat: WebChat, notes: Notes, *, format_name: str, date_order: DateOrder | None, encoding: str | None
) -> Conversation:
    """Read an export from WhatsApp Web.

    Args:
        chat: its files.
        notes: takes the source and the findings.
        format_name: name of the parser, for the record.
        date_order: order of day and month, where the user knows better.
        encoding: encoding of the text, where the user knows it.

    Raises:
        ParseError: the text has no message headers.
        SourceError: it cannot be read.

    """
    stored = chat.source.read(chat.text)
    text = to_utf8(stored, encoding)
    markdown = None if chat.markdown is None else read_web_markdown(chat.source.read(chat.markdown))
    title = (markdown.title if markdown else None) or chat.title
    transcript = _read(chat, text, markdown, title, date_order)
    printed = find_printed(markdown, transcript, _errors(text))
    printed = split_failures(transcript, text.data, printed)
    sha256 = hashlib.sha256(stored).hexdigest()
    media = WebMedia(chat.media)
    classifier = WebClassifier(media)
    messages, _ = build_messages(transcript, text, classifier, sha256[:12])
    opening = len(messages) - len(printed)
    owner = _find_owner(messages, title)
    messages[opening:] = complete(messages[opening:], printed, media, owner.name if owner else None)
    places = [place for place, message in enumerate(messages) if message.kind != "text" or message.flags]
    file = ChatFile(chat.source, chat.text, title)
    classifier.used |= {member.name for member in file.media} - {member.name for member in chat.media}
    read = ReadChat(file, text, transcript, messages, places, classifier, sha256[:12], format_name, caps={})
    notes.add_source(describe_source(read, format_name, sha256, len(stored), "web"))
    report(read, notes)
    _report_history(read, notes)
    return _with_owner(build_conversation(read), owner)


def _errors(text: Decoded) -> str:
    return "replace" if text.damaged else "strict"


def _read(
    chat: WebChat,
    text: Decoded,
    markdown: WebMarkdown | None,
    title: str | None,
    date_order: DateOrder | None,
) -> Transcript:
    """Cut chat.txt into messages, and date them."""
    lock = web_lock(markdown.names if markdown else ())
    if lock.compile(b"\n").search(b"\n" + text.data) is None:
        raise ParseError(
            f"{chat.source.where(chat.text)}: has no line that begins like a message of WhatsApp Web"
        )
    found = _find_order(text.data, markdown)
    judge = partial(_judge, markdown)
    known = Known(title, chat.text.modified, date_order or found.order, None, _errors(text), judge)
    transcript = read_transcript(text.data, lock, known)
    if date_order is None:
        transcript.order = found
    return transcript


def _find_order(data: bytes, markdown: WebMarkdown | None) -> Order:
    """Check that dates are American, as WhatsApp Web writes them: chat.md has the months as words."""
    dates = {line[1:] for line in HEADER_LINE.findall(b"\n" + data)} if markdown else set[tuple[bytes, ...]]()
    firsts, seconds = ({int(date[place]) for date in dates} for place in (0, 1))
    days = [set(map(int, _NUMBER.findall(day))) for day in markdown.days] if markdown else []
    mdy, dmy = (sum(not numbers.isdisjoint(day) for day in days) for numbers in (seconds, firsts))
    if dmy > mdy:
        return Order("dmy", "chat.md has the same days with the months as words", ambiguous=False)
    proof = ", and chat.md has the same days" if mdy > dmy else ""
    return Order("mdy", f"WhatsApp Web writes American dates{proof}", ambiguous=False)


def _judge(
    markdown: WebMarkdown | None, pieces: Pieces, moments: Sequence[datetime | None], texts: Texts
) -> Texts:
    """Say which lines that look like headers are text: those that stand in chat.md just as they are."""
    lines = HEADER_LINE.findall(markdown.text.encode()) if markdown else ()
    quoted = Counter[bytes](line[0] for line in lines)
    proven: Texts = {}
    for index in range(len(pieces) - 1, 0, -1) if quoted else ():
        line = _first_line(pieces, index)
        if quoted[line] > 0:
            quoted[line] -= 1
            proven[index] = ("chat.md has it as text",)
    if markdown is not None and len(markdown.entries) >= _HEALTHY * (len(pieces) - len(proven)):
        return proven
    doubted: Texts = {}
    for index, why in sorted(texts.items()):
        after_notice = index - 1 not in doubted and _is_notice(index - 1, pieces, moments)
        if not after_notice and not _is_notice(index, pieces, moments):
            doubted[index] = why
    return doubted | proven


def _first_line(pieces: Pieces, index: int) -> bytes:
    parts = (pieces.first, pieces.second, pieces.third, pieces.author)
    return b"".join(part[index] for part in parts) + pieces.body[index].partition(b"\n")[0].rstrip(b"\r")


def _is_notice(index: int, pieces: Pieces, moments: Sequence[datetime | None]) -> bool:
    """Tell a notice that stands where it belongs in time: the export is sorted."""
    now, before = moments[index], moments[index - 1] if index else None
    named = bool(pieces.author[index]) or not pieces.body[index].startswith((b"- ", b"<"))
    return not named and now is not None and (before is None or before <= now)


def _find_owner(messages: Sequence[Message], title: str | None) -> Participant | None:
    """Find whoever made the export: it says ``You`` in its language; or the chat is named after the other."""
    writers = list(dict.fromkeys(one.author for one in messages if one.author and one.role != "notice"))
    others = [name for name in writers if title is None or fold(name) != fold(clean_name(title))]
    words = {name: word for name in others if (word := own_word(name))}
    sure = [name for name, word in words.items() if word == "sure"]
    if len(sure) == 1 or len(words) == 1:
        name = (sure or list(words))[0]
        reason = f"'{name}' is how WhatsApp Web calls whoever made the export"
    elif len(writers) == _PAIR and len(others) == 1:
        name = others[0]
        reason = "the chat is named after the other, so it is this one's export"
    else:
        return None
    return Participant(name, "user", reason=reason)


def _with_owner(conversation: Conversation, owner: Participant | None) -> Conversation:
    if owner is None:
        return conversation
    participants = tuple(
        replace(one, role=owner.role, reason=owner.reason) if one.name == owner.name else one
        for one in conversation.participants
    )
    return replace(conversation, participants=participants)


def _report_history(chat: ReadChat, notes: Notes) -> None:
    """Note where the lines before the first message say that older ones are missing."""
    opening = chat.transcript.preamble.split(b"\n")
    lines = [line for line in opening if line.strip() and not line.startswith(b"<")]
    if len(lines) >= _HISTORY:
        text = f"the export says that there are messages older than its {len(chat.messages):,}"
        notes.add("export-cap", text, source=chat.source, line=_HISTORY)
