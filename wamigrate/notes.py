"""Non-fatal findings and the list of sources: what parsing learned beside the messages."""

from collections import Counter
from typing import Final

from wamigrate.model import Note, Severity, SourceInfo

CODES: Final[dict[str, tuple[Severity, str]]] = {
    "ambiguous-date-order": ("warning", "day and month could be the other way round"),
    "assumed-year": ("warning", "dates without a year were completed"),
    "bad-date": ("warning", "a header whose date or time does not exist; kept without a time"),
    "calendar": ("info", "dates of another calendar were converted"),
    "encoding-damage": ("loss", "bytes that are no text were replaced"),
    "encoding-fallback": ("warning", "the text is not UTF-8; another encoding was assumed"),
    "export-cap": ("info", "as many messages as WhatsApp exports at most: older ones may be missing"),
    "ignored-member": ("info", "a file of the archive that no message mentions"),
    "left-out": ("info", "messages that a filter left out"),
    "lost-fence": ("warning", "a copy without backticks: code that nothing marks as code any more"),
    "lossy-math": ("loss", "dollar signs and braces that ChatGPT took out of code as if it were a formula"),
    "media-missing": ("info", "files that messages mention and the export does not hold"),
    "media-unsafe": ("loss", "a file of the archive that cannot be trusted was left out"),
    "media-unwritten": ("warning", "files that messages mention and that could not be written"),
    "no-assistant": ("warning", "nobody in the chat could be told to be an assistant"),
    "placeholder": ("loss", "an answer of which the export holds a placeholder only"),
    "preamble": ("info", "lines before the first header were kept as a notice"),
    "redacted": ("info", "numbers and addresses were replaced by placeholders, on request"),
    "rejoined": ("info", "answers that arrived in several messages were put together"),
    "repaired": ("info", "damage that could be undone with certainty was, on request"),
    "second-shape": ("warning", "a block with headers of another shape was read as part of the chat"),
    "service-notice": ("info", "linking steps and automatic replies of a service were taken for notices"),
    "suspect-boundary": ("warning", "a line that looks like a header was taken for text"),
    "time-jump": ("info", "the chat jumps back in time; file order was kept"),
    "unknown-notice": ("info", "WhatsApp wrote a line that no table knows; kept as a notice"),
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
