"""What reading a WhatsApp Web page found out beside its messages, as notes."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from wamigrate.model import Message
from wamigrate.notes import Notes
from wamigrate.notices import notice_topic
from wamigrate.page_list import ChatPage
from wamigrate.page_times import Times
from wamigrate.wording import count_words

_OPENINGS: Final = frozenset(("encryption", "business", "meta-ai"))
"""What the notices at the beginning of a chat are about."""
_FIRST: Final = 4
"""Messages among which these stand."""


class _Findings:
    """Adds the findings about one page."""

    def __init__(self, notes: Notes, source: str) -> None:
        self._notes = notes
        self._source = source

    def add(self, code: str, text: str, message: Message | None = None) -> None:
        self._notes.add(code, text, source=self._source, line=message.spans[0].line if message else None)


def report(
    page: ChatPage, times: Times, messages: Sequence[Message], source: str, notes: Notes, *, alone: bool
) -> None:
    """Note everything that was guessed, doubtful or missing on a page.

    Args:
        page: the page.
        times: when its rows were written.
        messages: what became of its rows.
        source: ``id`` of the source.
        notes: takes the findings.
        alone: whether the page is a single file, with nothing beside it.

    """
    findings = _Findings(notes, source)
    _report_page(page, messages, findings)
    _report_times(times, messages, findings)
    _report_messages(messages, findings, alone=alone)


def _report_page(page: ChatPage, messages: Sequence[Message], findings: _Findings) -> None:
    topics = {notice_topic(message.text) for message in messages[:_FIRST] if message.role == "notice"}
    if topics.isdisjoint(_OPENINGS):
        findings.add(
            "page-excerpt",
            "the page does not show the beginning of the chat: browsers save what was scrolled into view, so "
            "messages before and after may be missing",
            messages[0] if messages else None,
        )
    if page.repeated:
        rows = count_words(page.repeated, "repeated row")
        findings.add("repeated", f"{rows} of the page, which loads the chat in parts, were left out")


def _report_times(times: Times, messages: Sequence[Message], findings: _Findings) -> None:
    order = times.order
    if order.ambiguous:
        other = "mdy" if order.order == "dmy" else "dmy"
        findings.add(
            "ambiguous-date-order",
            f"dates were read as {order.order}: {order.evidence}; if that is wrong, add --date-order {other}",
        )
    for calendar in sorted(times.calendars):
        findings.add("calendar", f"dates of the {calendar} calendar were converted")
    for message in messages:
        if message.timestamp is None and message.role != "notice":
            findings.add("bad-date", "no date or time can be read; kept without one", message)
    moments = [message.timestamp for message in messages if message.timestamp is not None]
    jumps = sum((one - other).days >= 1 for one, other in pairwise(moments))
    if jumps:
        findings.add(
            "time-jump",
            f"goes back in time by more than a day, {count_words(jumps, 'time')}; the page's order was kept",
        )


def _report_messages(messages: Sequence[Message], findings: _Findings, *, alone: bool) -> None:
    for message in messages:
        if message.kind == "unsupported":
            findings.add("unsupported", "the page shows nothing of this message that can be kept", message)
        if "truncated" in message.flags:
            findings.add(
                "truncated",
                "this message is cut off; press 'Read more' below it in the browser, and save the page again",
                message,
            )
    unknown = [message for message in messages if "unknown-notice" in message.flags]
    if unknown:
        words = count_words(len(unknown), "notice")
        findings.add("unknown-notice", f"{words} in words that no table knows", unknown[0])
    attachments = [attachment for message in messages for attachment in message.attachments]
    missing = sum(not attachment.present for attachment in attachments)
    if missing:
        files = count_words(len(attachments), "attachment")
        named = any(attachment.name is not None and not attachment.present for attachment in attachments)
        hint = (
            "; to take the page's pictures along, give a folder or ZIP archive that holds both"
            if named and alone
            else ""
        )
        findings.add("media-missing", f"{missing} of {files} did not come with the page{hint}")
