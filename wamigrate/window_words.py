"""The words of the window in its languages, with their plurals, numbers, dates and sizes.

All words are data, in ``window_words.toml``. Numbers and dates follow the Unicode CLDR's rules for them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, cast

from wamigrate.tables import read_table

TABLE: Final = "window_words.toml"
FALLBACK: Final = "en"
_KILO: Final = 1000
_RULES: Final = "rules"
_NOT_AT_ALL: Final = 0.0


class Words:
    """The words of one language.

    >>> words = Words("de")
    >>> words("cancel"), words.count("messages", 1), words.count("messages", 1200)
    ('Abbrechen', '1 Nachricht', '1.200 Nachrichten')
    """

    def __init__(self, language: str) -> None:
        """Take a language of :func:`languages`."""
        self.language: Final = language
        self._words: Final = _table()[language]
        self._rules: Final = self._words[_RULES]

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence with values put in."""
        return str(self._words[key]).format(**values)

    def table(self, name: str) -> dict[str, str]:
        """Return a group of sentences by key."""
        return cast("dict[str, str]", self._words[name])

    def count(self, key: str, number: int) -> str:
        """Return how many of something there are, with the right plural."""
        form = "one" if number in self._rules["one"] else "other"
        return str(self._words[key][form]).format(count=self.number(number))

    def number(self, number: int) -> str:
        """Write a number as it is usual.

        >>> Words("es").number(1200), Words("es").number(12000)
        ('1200', '12.000')
        """
        if abs(number) < self._rules["group_from"]:
            return str(number)
        return f"{number:,}".replace(",", self._rules["group"])

    def date(self, day: date) -> str:
        """Write a day.

        >>> Words("pt").date(date(2025, 3, 25))
        '25 de março de 2025'
        """
        first = self._rules["first"] if day.day == 1 else str(day.day)
        month = self._rules["months"][day.month - 1]
        return str(self._rules["date"]).format(day=first, month=month, year=day.year)

    def period(self, start: datetime | None, end: datetime | None) -> str:
        """Write the days from one time to another; nothing where they are not known."""
        if start is None or end is None:
            return ""
        if start.date() == end.date():
            return self.date(start)
        return self("period", start=self.date(start), end=self.date(end))

    def size(self, size: int) -> str:
        r"""Write a number of bytes, in powers of 1,000.

        >>> Words("fr").size(2_345_678)
        '2,3\xa0Mo'
        """
        value, unit = float(size), 0
        units = self._rules["units"]
        while round(value, 1) >= _KILO and unit < len(units) - 1:
            value /= _KILO
            unit += 1
        shown = f"{value:.1f}".removesuffix(".0").replace(".", self._rules["decimal"])
        return f"{shown}\N{NO-BREAK SPACE}{units[unit]}"


def languages() -> dict[str, str]:
    """Return the languages that there are, and what each calls itself.

    >>> languages()["fr"]
    'Français'
    """
    return {key: str(words[_RULES]["name"]) for key, words in _table().items()}


def choose_language(accepted: str) -> str:
    """Return the language that fits an ``Accept-Language`` header best (RFC 9110, section 12.5.4).

    >>> choose_language("pt-BR,pt;q=0.9,en;q=0.8"), choose_language("nl, de;q=0.5"), choose_language("")
    ('pt', 'de', 'en')
    """
    known = languages()
    found = [(wish, tag) for tag, wish in _wishes(accepted.split(",")) if tag in known]
    return max(found, key=lambda pair: pair[0])[1] if found else FALLBACK


def _wishes(parts: Iterable[str]) -> Iterable[tuple[str, float]]:
    """Yield main languages and how much each is wished for; those that are refused are left out."""
    for part in parts:
        tag, _, quality = part.partition(";")
        try:
            wish = float(quality.strip().removeprefix("q=")) if quality.strip() else 1.0
        except ValueError:
            continue
        if wish > _NOT_AT_ALL:
            yield tag.strip().partition("-")[0].lower(), wish


def _table() -> dict[str, Any]:
    return dict(read_table(TABLE)["words"])
