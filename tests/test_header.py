"""The grammar of headers: what each family of phones prints, and what merely looks like it."""

import pytest

from wamigrate.header import (
    HEADER_LENGTH,
    is_clock_word,
    marker,
    match_date,
    match_time,
    read_copied_header,
    read_header,
)


@pytest.mark.parametrize(
    ("line", "family", "time_first", "has_seconds", "has_year"),
    [
        ("25/03/2025, 21:04 - Ana: hi", "dash", False, False, True),
        ("25/03/2025, 21:04:05 - Ana: hi", "dash", False, True, True),
        ("25.03.25, 21:04 – Ana: hi", "dash", False, False, True),
        ("25.03.25 klo 21.04 - Ana: hi", "dash", False, False, True),
        ("25/03/2025 à 21:04 - Ana: hi", "dash", False, False, True),
        ("3/25/25, 9:04\u202fPM - Ana: hi", "dash", False, False, True),
        ("25 March, 21:04 - Ana: hi", "dash", False, False, False),
        ("March 25, 21:04 - Ana: hi", "dash", False, False, False),
        ("March 25, 2025, 21:04 - Ana: hi", "dash", False, False, True),
        ("25 de março de 2025 21:04 - Ana: hi", "dash", False, False, True),
        ("2025年3月25日 21:04 - Ana: hi", "dash", False, False, True),
        ("2025년 3월 25일 오후 9:04 - Ana: hi", "dash", False, False, True),
        ("21:04, 25/03/2025 - Ana: hi", "dash", True, False, True),
        ("[25.03.25, 21:04:05] Ana: hi", "bracket", False, True, True),
        ("[25.03.25, 21:04] Ana: hi", "bracket", False, False, True),
        ("\u200e[25.03.25, 21:04:05] Ana: hi", "bracket", False, True, True),
        ("[2025/3/25 下午9:04:05] Ana: hi", "bracket", False, True, True),
        ("[25/3/R7 21:04:05] Ana: hi", "bracket", False, True, True),
        ("[21:04:05, 25/03/2025] Ana: hi", "bracket", True, True, True),
        ("[25 March 2025, 21:04:05] Ana: hi", "bracket", False, True, True),
        ("25.03.25, 21:04:05: Ana: hi", "colon", False, True, True),
    ],
)
def test_a_header_of_any_phone_is_read(
    line: str, family: str, *, time_first: bool, has_seconds: bool, has_year: bool
) -> None:
    found = read_header(line)
    assert found is not None
    assert found[:2] == (family, time_first)
    assert (found.has_seconds, found.has_year) == (has_seconds, has_year)
    copied = read_copied_header(line)
    assert copied is not None
    assert (copied.family, copied.match.group()) == (family, found.match.group())


@pytest.mark.parametrize(
    ("line", "time_first", "has_year"),
    [
        ("[21:04, 25/03/2025] Ana: hi", True, True),
        ("[25/03, 21:04] Ana: hi", False, False),
        ("[25-Mar-25 9:04 PM] Ana: hi", False, True),
        ("[25 March 2025, 21:04] Ana: hi", False, True),
        ("[21:04, 3月25日] Ana: hi", True, False),
        ("[9:04 pm, 25/3] Ana: hi", True, False),
        ("[3月25日 21:04] Ana: hi", False, False),
    ],
)
def test_what_only_the_clipboard_writes_is_no_header_of_an_export(
    line: str, *, time_first: bool, has_year: bool
) -> None:
    assert read_header(line) is None
    found = read_copied_header(line)
    assert found is not None
    assert (*found[:2], found.has_year) == ("copy", time_first, has_year)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "2. Boil the water: 10:00 - 11:00",
        "25/03/2025 is the day",
        "25 Foo 2025, 21:04 - Ana: hi",
        "Foo 25, 21:04 - Ana: hi",
        "25/03/2025, 9:04 with Ana - hi",
        "25/03/2025, with 9:04 - hi",
        "25/03/2025, 21:04",
        "25/03/2025, 21:04 Ana: hi",
        "25.03.25, 21:04: Ana: hi",
        "> 25/03/2025, 21:04 - Ana: hi",
        "[25.03.25, 21:04:05",
        "[12:30] Lunch: rice, 10/12",
        "[21:04 25/03/2025] Ana: hi",
        "125/03/20251, 21:04 - Ana: hi",
        "x" * 200 + "25/03/2025, 21:04 - Ana: hi",
    ],
)
def test_what_merely_looks_like_a_header_is_none(line: str) -> None:
    assert read_header(line) is None
    assert read_copied_header(line) is None


@pytest.mark.parametrize(
    ("time", "word"),
    [
        ("9:04 PM - ", "PM"),
        ("9:04\u202fp.\u00a0m. - ", "p.\u00a0m."),
        ("下午9:04] ", "下午"),
        ("21:04 - ", None),
        ("21.04 Uhr - ", None),
        ("21:04 ч. - ", None),
        ("21:04 UHR - ", None),
    ],
)
def test_the_word_beside_a_time_tells_its_half_of_the_day_or_merely_says_hour(
    time: str, word: str | None
) -> None:
    match = match_time(time)
    assert match is not None
    assert marker(match) == word


@pytest.mark.parametrize(
    ("word", "known"),
    [
        (None, True),
        ("pm", True),
        ("Uhr", True),
        ("ч.", True),
        ("in the evening", True),
        ("Ana", False),
        ("", False),
    ],
)
def test_words_that_stand_beside_times_are_known(word: str | None, *, known: bool) -> None:
    assert is_clock_word(word) is known


def test_a_date_and_a_time_are_found_in_their_part_of_a_header() -> None:
    date, time = match_date("[25.03.25, "), match_time("21:04:05] ")
    assert date is not None
    assert time is not None
    assert date.group("a", "b", "c") == ("25", "03", "25")
    assert time.group("hour", "minute", "second") == ("21", "04", "05")
    assert match_date("Ana") is None
    assert match_time("21") is None


def test_the_length_that_is_looked_at_holds_every_header() -> None:
    line = "\u202a[Wednesday, 25 de septiembre de 2025 a las 09:04:05 de la madrugada] Ana: hi"
    assert len(line) < HEADER_LENGTH
    found = read_header(line)
    assert found is not None
    assert found.match.end() == len(line) - len("Ana: hi")
