"""Non-fatal findings and the list of sources: what parsing learned beside the messages."""

from collections import Counter
from collections.abc import Callable
from operator import add
from typing import Final, NamedTuple

from wamigrate.model import Note, Severity, SourceInfo, replace

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
    "large-page": ("info", "a page so long that browsers take their time to open it"),
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
    "selected": ("info", "messages that a pack for assistants has no room or no place for"),
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
SELECTED: Final = "selected"
"""Of what was left out because it is a selection that is wanted: no loss, but always told in words."""


class _Tally(NamedTuple):
    """What was counted so far, and the finding that says so."""

    counts: tuple[int, ...]
    note: Note


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
        self._tallies: dict[tuple[str, Callable[..., str], str | None], _Tally] = {}

    def add(self, code: str, text: str, *, source: str | None = None, line: int | None = None) -> None:
        """Record a finding; ``code`` is a key of :data:`CODES`, ``text`` one line without chat content."""
        self.items.append(Note(code, CODES[code][0], text, source, line))

    def tally(
        self,
        code: str,
        words: Callable[..., str],
        *counts: int,
        source: str | None = None,
        line: int | None = None,
    ) -> None:
        """Record a finding that counts; what is found again in the same source is added to it.

        Args:
            code: key of :data:`CODES`.
            words: makes the one line of the counts; the same function for the same finding.
            counts: how much was found.
            source: ``id`` of the source.
            line: of the first of them.

        >>> notes = Notes()
        >>> def words(answers: int, parts: int) -> str: return f"{answers} answers in {parts} parts"
        >>> notes.tally("rejoined", words, 1, 2, line=7)
        >>> notes.tally("rejoined", words, 3, 9, line=70)
        >>> [(note.text, note.line) for note in notes.items]
        [('4 answers in 11 parts', 7)]

        """
        key = code, words, source
        before = self._tallies.get(key)
        if before is None or before.note not in self.items:
            before = _Tally(counts, Note(code, CODES[code][0], words(*counts), source, line))
            self.items.append(before.note)
        else:
            totals = tuple(map(add, before.counts, counts))
            summed = replace(before.note, text=words(*totals))
            self.items[self.items.index(before.note)] = summed
            before = _Tally(totals, summed)
        self._tallies[key] = before

    def add_source(self, info: SourceInfo) -> None:
        """Record a source; parsers call it once per chat file, before they yield its conversations."""
        self.sources.append(info)

    def count(self) -> Counter[str]:
        """How many findings there are of each code."""
        return Counter(note.code for note in self.items)
