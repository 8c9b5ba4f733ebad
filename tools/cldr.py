"""Write ``wamigrate/cldr.toml``: what CLDR knows of day periods and month names, for all its locales.

``python tools/cldr.py`` writes the file, ``python tools/cldr.py --check`` only tells whether it is up to
date (exit status 1 if not). The data comes from Babel, which is needed here and never at run time.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from babel import Locale, localedata
from babel.core import get_cldr_version

from wamigrate.words import plain

TABLE: Final = Path(__file__).parents[1] / "wamigrate" / "cldr.toml"
DAY: Final = 24 * 60
WIDTH: Final = 108
RARE: Final = 5
"""A meaning of a month's name counts where a fifth as many locales have it as have the commonest one."""
HALVES: Final = {"am": (0, DAY // 2), "pm": (DAY // 2, DAY)}
"""The two words of every 12-hour clock; CLDR gives rules only for the finer words."""

Range = tuple[int, int]


def main() -> int:
    """Write the table, or check it; return the exit status."""
    parser = argparse.ArgumentParser(description="Write wamigrate/cldr.toml, or check it.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file differs")
    parser.add_argument("--output", type=Path, default=TABLE, help="where the table is")
    given = parser.parse_args()
    text = render()
    if not given.check:
        given.output.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if given.output.is_file() and given.output.read_text(encoding="utf-8") == text:
        return 0
    print(
        f"{given.output}: is not what CLDR {get_cldr_version()} gives; run python tools/cldr.py",
        file=sys.stderr,
    )
    return 1


def render() -> str:
    """Return the whole table as TOML."""
    locales = [Locale.parse(name) for name in sorted(localedata.locale_identifiers())]
    return "\n".join(
        [
            "# Made by tools/cldr.py from the Unicode CLDR (Unicode License v3); do not edit.",
            "# Words are separated by | and by line ends.",
            f'cldr = "{get_cldr_version()}"',
            *_day_periods(locales),
            *_months(locales),
            "",
        ]
    )


def _day_periods(locales: Iterable[Locale]) -> Iterator[str]:
    """Yield the words of day periods, grouped by the minutes of the day that they name.

    Ranges that more locales agree on come first, the halves of the day before all.
    """
    found: defaultdict[str, Counter[Range]] = defaultdict(Counter)
    for locale in locales:
        rules = _rules(locale)
        for period, word in _names(locale.day_periods):
            found[word].update(rules.get(period, ()))
    groups: defaultdict[tuple[Range, ...], list[str]] = defaultdict(list)
    for word, ranges in found.items():
        ranked = sorted(ranges.items(), key=lambda item: (item[0] not in HALVES.values(), -item[1], item[0]))
        groups[tuple(minutes for minutes, _ in ranked)].append(word)
    for key, words in sorted(groups.items()):
        yield from ("", "[[day_periods]]", f"ranges = {[list(minutes) for minutes in key]}")
        yield from _block("words", words)


def _rules(locale: Locale) -> Mapping[str, list[Range]]:
    """Return the minutes of the day per period; a range that passes midnight becomes two."""
    rules: defaultdict[str, list[Range]] = defaultdict(list)
    for period, half in HALVES.items():
        rules[period].append(half)
    given: Mapping[str, list[dict[str, int]]] = cast("Any", locale.day_period_rules).get(None, {})
    for period, parts in given.items():
        for part in parts:
            if "at" in part:
                start, end = part["at"] // 60, part["at"] // 60 + 60
            else:
                start, end = part["from"] // 60, part["before"] // 60
            rules[period] += [(start, end)] if start < end else [(start, DAY), (0, end)]
    return {period: [part for part in parts if part[0] < part[1]] for period, parts in rules.items()}


def _months(locales: Iterable[Locale]) -> Iterator[str]:
    """Yield the names of months, grouped by the numbers that they stand for, the commonest first.

    A meaning that far fewer locales have than another is left out: ``may`` is not November.
    """
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for locale in locales:
        for word, number in {
            (name.replace(".", "").strip(), number) for number, name in _names(locale.months)
        }:
            if not any(char.isdecimal() for char in word):
                found[word][number] += 1
    groups: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for word, numbers in found.items():
        ranked = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
        most = ranked[0][1]
        groups[tuple(number for number, count in ranked if count * RARE >= most)].append(word)
    for key, words in sorted(groups.items()):
        yield from ("", "[[months]]", f"numbers = {list(key)}")
        yield from _block("words", words)


def _names(contexts: Mapping[str, Mapping[str, Mapping[Any, str]]]) -> Iterator[tuple[Any, str]]:
    """Yield key and word of all forms but the narrow ones, which are single letters in many languages."""
    for widths in contexts.values():
        for width in ("wide", "abbreviated"):
            for key, word in widths.get(width, {}).items():
                if plain(word):
                    yield key, plain(word)


def _block(key: str, words: Iterable[str]) -> Iterator[str]:
    """Yield a TOML literal string with the words, wrapped."""
    yield f"{key} = '''"
    line = ""
    for word in sorted(words):
        if line and len(line) + len(word) >= WIDTH:
            yield line
            line = ""
        line = f"{line}|{word}" if line else word
    yield f"{line}'''"


if __name__ == "__main__":
    sys.exit(main())
