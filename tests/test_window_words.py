"""The window speaks every language whole: no word is missing, none is of another language's rules."""

import re
import string
from datetime import date, datetime
from typing import Any, cast

import pytest
from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from wamigrate.destinations import list_destinations
from wamigrate.formats import find_exporters, names
from wamigrate.model import Message
from wamigrate.notes import CODES, Notes
from wamigrate.tables import read_table
from wamigrate.window_view import choices, findings, reason_words
from wamigrate.window_words import TABLE, Words, choose_language, languages

LANGUAGES = sorted(languages())
LOCALES = {"en": "en_GB", "fr": "fr", "de": "de", "es": "es", "pt": "pt"}
RULES = "rules"


def flat(table: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(cast("dict[str, Any]", value), f"{above}{key}/")
        elif not above.startswith(RULES):
            found[above + key] = value
    return found


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def sentences(language: str) -> dict[str, str]:
    return flat(read_table(TABLE)["words"][language])


def test_there_are_the_five_languages() -> None:
    assert LANGUAGES == ["de", "en", "es", "fr", "pt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_exists_in_every_language_with_the_same_places(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert other.keys() == english.keys()
    assert {key: places(text) for key, text in other.items()} == {
        key: places(text) for key, text in english.items()
    }
    assert not [key for key, text in other.items() if not text.strip()]


@pytest.mark.parametrize("language", [key for key in LANGUAGES if key != "en"])
def test_sentences_are_translated(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    same = {key for key, text in other.items() if text == english[key] and len(text.split()) > 2}
    assert same == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_given(language: str) -> None:
    rules = read_table(TABLE)["words"][language][RULES]
    assert rules.keys() == read_table(TABLE)["words"]["en"][RULES].keys()
    assert len(rules["months"]) == 12


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2, 10, 999, 1000, 1234, 9999, 10000, 1234567])
def test_numbers_are_those_of_the_cldr(language: str, number: int) -> None:
    expected = format_decimal(number, locale=LOCALES[language])
    if language == "es" and number < 10_000:  # CLDR: minimumGroupingDigits is 2, which Babel does not know
        expected = str(number)
    assert Words(language).number(number) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2, 5, 21, 100, 101])
def test_plurals_are_those_of_the_cldr(language: str, number: int) -> None:
    form = Locale.parse(LOCALES[language]).plural_form(number)
    words = read_table(TABLE)["words"][language]["messages"]
    assert Words(language).count("messages", number) == words[form].format(count=number)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("day", [date(2025, month, 11) for month in range(1, 13)])
def test_dates_are_those_of_the_cldr(language: str, day: date) -> None:
    assert Words(language).date(day) == format_date(day, "long", locale=LOCALES[language])


def test_the_french_first_of_a_month_is_an_ordinal() -> None:
    assert Words("fr").date(date(2025, 5, 1)) == "1er mai 2025"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (1550, "1.6 kB"), (999_950, "1 MB")],
)
def test_sizes_are_short(size: int, words: str) -> None:
    assert Words("en").size(size).replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_period_of_one_day_is_one_date() -> None:
    day = datetime(2025, 3, 25, 9, 12)  # noqa: DTZ001 - as chats print it
    assert Words("en").period(day, day.replace(hour=20)) == "25 March 2025"
    assert Words("en").period(None, day) == ""


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("nl,ru", "en"),
        ("nl, pt-BR;q=0.3, es;q=0.4", "es"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=x, fr;q=0.1", "fr"),
        ("*", "en"),
        (",;,", "en"),
    ],
)
def test_the_language_is_the_one_that_is_wished_for_most(accepted: str, language: str) -> None:
    assert choose_language(accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_words(language: str) -> None:
    notes = Notes()
    for code in CODES:
        notes.add(code, "said in English")
    found = findings(notes.items, Words(language))
    assert len(found) == len(CODES)
    assert all(finding.words for finding in found)
    assert [finding.severity for finding in found] == sorted(
        (finding.severity for finding in found), key=["loss", "warning", "info"].index
    )


def test_words_for_findings_are_about_findings_that_there_are() -> None:
    known = set(read_table(TABLE)["words"]["en"]["findings"])
    assert known - set(CODES) == {"some-loss", "some-warning", "some-info"}


def test_words_for_kinds_are_about_kinds_that_there_are() -> None:
    annotation = str(Message.__annotations__["kind"])
    assert set(read_table(TABLE)["words"]["en"]["kinds"]) <= set(re.findall(r"'(\w+)'", annotation))


def test_words_for_parsers_are_about_parsers_that_there_are() -> None:
    assert set(read_table(TABLE)["words"]["en"]["parsers"]) <= set(names("parsers"))


def test_everything_that_can_be_made_is_offered_once() -> None:
    values = [option.value for _, options in choices(Words("en")) for option in options]
    wanted = [f"into:{one.key}" for one in list_destinations()] + [f"to:{name}" for name in find_exporters()]
    assert sorted(values) == sorted(wanted)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("name is exactly 'ChatGPT'", "Its name says so."),
        ("number +18002428478 is ChatGPT's", "Its number says so."),
        ("given with --assistant", "You said so."),
        ("the stars", ""),
        (None, ""),
    ],
)
def test_reasons_are_said_in_the_language_of_the_page(reason: str | None, words: str) -> None:
    assert reason_words(reason, Words("en")) == words
