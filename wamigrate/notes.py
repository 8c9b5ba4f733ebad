"""Non-fatal findings and the list of sources: what parsing learned beside the messages."""

from collections import Counter
from typing import Final

from wamigrate.model import Note, Severity, SourceInfo

CODES: Final[dict[str, tuple[Severity, str]]] = {
    "ambiguous-date-order": ("warning", "day and month could be the other way round"),
    "assumed-year": ("warning", "dates without a year were completed"),
    "assumed-zone": ("warning", "times without a zone were taken for UTC, because the format needs one"),
    "bad-date": ("warning", "a header whose date or time does not exist; kept without a time"),
    "calendar": ("info", "dates of another calendar were converted"),
    "encoding-damage": ("loss", "bytes that are no text were replaced"),
    "encoding-fallback": ("warning", "the text is not UTF-8; another encoding was assumed"),
    "export-cap": ("info", "as many messages as WhatsApp exports at most: older ones may be missing"),
    "gap": ("warning", "a time that no copy of a merged chat covers: messages may be missing"),
    "ignored-member": ("info", "a file of the archive that no message mentions"),
    "left-out": ("info", "messages that a filter left out"),
    "lossy-math": ("loss", "dollar signs and braces that ChatGPT took out of code as if it were a formula"),
    "lost-fence": ("warning", "a copy without backticks: code that nothing marks as code any more"),
    "media-missing": ("info", "files that messages mention and the export does not hold"),
    "media-unsafe": ("loss", "a file of the archive that cannot be trusted was left out"),
    "media-unwritten": ("warning", "files that messages mention and that could not be written"),
    "merged": ("info", "copies of one chat were made one history"),
    "moved-time": ("warning", "times were moved forward, because the destination sorts by time"),
    "no-assistant": ("warning", "nobody in the chat could be told to be an assistant"),
    "not-merged": ("warning", "copies that look like one chat do not fit together and were kept apart"),
    "other-clock": ("info", "a copy prints times of another zone; they were brought to one clock"),
    "page-excerpt": ("warning", "a page that may not hold the whole chat"),
    "placeholder": ("loss", "an answer of which the export holds a placeholder only"),
    "preamble": ("info", "lines before the first header were kept as a notice"),
    "redacted": ("info", "numbers and addresses were replaced by placeholders, on request"),
    "rejoined": ("info", "answers that arrived in several messages were put together"),
    "repaired": ("info", "damage that could be undone with certainty was, on request"),
    "repeated": ("info", "messages that stood in the input twice were taken once"),
    "repeated-source": ("info", "a chat file was given more than once and read once"),
    "second-shape": ("warning", "a block with headers of another shape was read as part of the chat"),
    "selected": ("loss", "messages that a pack for assistants has no room or no place for"),
    "service-notice": ("info", "linking steps and automatic replies of a service were taken for notices"),
    "suspect-boundary": ("warning", "a line that looks like a header was taken for text"),
    "time-jump": ("info", "the chat jumps back in time; file order was kept"),
    "truncated": ("loss", "messages that a page showed cut off, with a button to read more"),
    "undated": ("warning", "conversations without any time were dated, because the format needs a date"),
    "unknown-notice": ("info", "WhatsApp wrote a line that no table knows; kept as a notice"),
    "unpaired": ("loss", "messages that a file of questions and answers has no place for"),
    "unsupported": ("loss", "WhatsApp exported a message without its content"),
}
"""Every code with its severity and what it means."""


class Notes:
    """Collects findings and sources while inputs are read and written.

    >>> notes = Notes()
    >>> notes.add("preamble", "1 line before the first header", line=1)
    >>> notes.items[0].severity
    'info'
    """

    def __init__(self) -> None:
        self.items: list[Note] = []
        self.sources: list[SourceInfo] = []

    def add(self, code: str, text: str, *, source: str | None = None, line: int | None = None) -> None:
        """Record a finding; ``code`` is a key of :data:`CODES`, ``text`` one line without chat content."""
        self.items.append(Note(code, CODES[code][0], text, source, line))

    def add_source(self, info: SourceInfo) -> None:
        """Record a source; parsers call it once per chat file, before they yield its conversations."""
        self.sources.append(info)

    def count(self) -> Counter[str]:
        """How many findings there are of each code."""
        return Counter(note.code for note in self.items)
