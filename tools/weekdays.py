"""Write ``wamigrate/weekdays.toml`` from the Unicode CLDR: the names of weekdays.

Only the languages of ``wamigrate/dialects.toml``, in which there is WhatsApp, are taken: in all the others
together nearly every short name means several days.

``python tools/weekdays.py`` writes the file, ``python tools/weekdays.py --check`` only tells whether it is up
to date (exit status 1 if not). The data comes from Babel, which is needed here and never at run time.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from babel import Locale, localedata

from wamigrate.tables import read_table

TABLE: Final = Path(__file__).resolve().parent.parent / "wamigrate" / "weekdays.toml"
HEAD: Final = """\
# Names of weekdays in the languages of dialects.toml, long and short, in lower case and without a final
# period: Monday first, words with | between them. `tools/weekdays.py` writes this file from the Unicode CLDR.

words = [
"""
LONGEST: Final = 10
"""Letters of a weekday before a date that headers may have (:mod:`wamigrate.header`)."""


def names() -> Iterator[tuple[int, str]]:
    """Yield the names of weekdays with their number, Monday as 0."""
    languages = {language.partition("-")[0] for language in read_table("dialects.toml")["languages"]}
    for identifier in sorted(localedata.locale_identifiers()):
        if identifier.partition("_")[0] not in languages:
            continue
        days = cast("Mapping[str, Mapping[str, Mapping[int, str]]]", Locale.parse(identifier).days)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                yield from days[context][width].items()


def table() -> str:
    """Return the content of the file."""
    found: list[set[str]] = [set() for _ in range(7)]
    for number, name in names():
        word = name.casefold().strip(" .")
        if word.isalpha() and 1 < len(word) <= LONGEST:
            found[number].add(word)
    return HEAD + "".join(f"    '{'|'.join(sorted(words))}',\n" for words in found) + "]\n"


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit status."""
    if arguments == ["--check"]:
        return int(TABLE.read_text(encoding="utf-8") != table())
    TABLE.write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
