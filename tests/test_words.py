import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.tables import read_table
from wamigrate.words import day_period, day_period_words, hour24, month, plain

AM = [
    "AM",
    "am",
    "A.M.",
    "a.m.",
    "ص",
    "ق.ظ",
    "ق.ظ.",
    "π.μ.",
    "de.",
    "SA",
    "上午",
    "午前",
    "오전",
    "ÖÖ",
    "fm",
    "f.m.",
    "ap.",
    "पूर्वाह्न",
    "পূর্বাহ্ণ",
    "ก่อนเที่ยง",
    "vorm.",
    "dop.",
]
PM = [
    "PM",
    "pm",
    "P.M.",
    "p.m.",
    "م",
    "ب.ظ",
    "ب.ظ.",
    "μ.μ.",
    "du.",
    "CH",
    "下午",
    "午後",
    "오후",
    "ÖS",
    "em",
    "e.m.",
    "ip.",
    "अपराह्न",
    "অপরাহ্ণ",
    "หลังเที่ยง",
    "nachm.",
    "odp.",
]


@pytest.mark.parametrize("word", [*AM, "a. m.", "a.\u00a0m.", "a.\u202fm.", "\u200eAM"])
def test_a_word_for_the_first_half_of_the_day_keeps_the_hour(word: str) -> None:
    assert hour24(9, 4, word) == 9
    assert hour24(12, 4, word) == 0


@pytest.mark.parametrize("word", [*PM, "p. m.", "p.\u00a0m.", "p.\u202fm.", "\u200fPM"])
def test_a_word_for_the_second_half_of_the_day_adds_twelve_hours(word: str) -> None:
    assert hour24(9, 4, word) == 21
    assert hour24(12, 5, word) == 12


@pytest.mark.parametrize(
    ("hour", "minute", "word", "expected"),
    [
        (0, 30, "午後", 12),
        (12, 30, "中午", 12),
        (1, 10, "中午", 13),
        (11, 40, "中午", 11),
        (12, 10, "凌晨", 0),
        (3, 0, "凌晨", 3),
        (9, 0, "早上", 9),
        (8, 0, "晚上", 20),
        (12, 10, "晚上", 0),
        (9, 0, "pagi", 9),
        (12, 4, "siang", 12),
        (1, 0, "siang", 13),
        (5, 0, "sore", 17),
        (9, 4, "malam", 21),
        (2, 0, "malam", 2),
        (3, 0, "in the morning", 3),
        (9, 4, "in the afternoon", 21),
        (2, 0, "in the afternoon", 14),
        (8, 0, "in the evening", 20),
        (11, 50, "at night", 23),
        (12, 10, "at night", 0),
        (12, 0, "noon", 12),
        (12, 0, "midnight", 0),
    ],
)
def test_finer_words_choose_the_hour_that_they_name(hour: int, minute: int, word: str, expected: int) -> None:
    assert hour24(hour, minute, word) == expected


def test_an_hour_without_a_word_stays() -> None:
    assert [hour24(hour, 0, None) for hour in range(24)] == list(range(24))


def test_an_hour_beyond_twelve_stays_whatever_the_word_says() -> None:
    assert hour24(15, 0, "PM") == 15
    assert hour24(15, 0, "AM") == 15


@pytest.mark.parametrize("word", ["", "maths", "ERROR", "Ana", "."])
def test_an_unknown_word_is_no_part_of_the_day(word: str) -> None:
    assert day_period(word) is None
    assert hour24(9, 4, word) is None
    assert hour24(15, 4, word) is None


def test_every_word_is_found_in_either_case() -> None:
    for word in day_period_words():
        assert day_period(word) is not None
        assert day_period(word) == day_period(f"\u200e{word}\u00a0")
        if plain(word.upper()) == word:  # not so in Turkish, where I is not the capital of i
            assert day_period(word.upper()) == day_period(word)


def test_every_word_keeps_the_hour_of_the_clock_face() -> None:
    for word, hour in itertools.product(day_period_words(), range(13)):
        found = hour24(hour, 30, word)
        assert found in (hour % 12, hour % 12 + 12)


def test_ranges_lie_within_the_day() -> None:
    for word in day_period_words():
        for start, end in day_period(word) or ():
            assert 0 <= start < end <= 1440


def test_words_come_with_and_without_their_dots() -> None:
    assert {"p.m.", "pm", "p. m.", "p m", "μ.μ.", "μμ", "de.", "de", "下午"} <= day_period_words()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Mar", (3,)),
        ("MAR.", (3,)),
        ("März", (3,)),
        ("Mrz", (3,)),
        ("août", (8,)),
        ("Aug", (8,)),
        ("Sept.", (9,)),
        ("may", (5,)),
        ("jan.", (1,)),
        ("декабря", (12,)),
        ("ธ.ค.", (12,)),
        ("ינואר", (1,)),
        ("يناير", (1,)),
        ("Oca", (1,)),
        ("listopad", (11, 10)),
    ],
)
def test_a_month_is_known_in_many_languages(word: str, expected: tuple[int, ...]) -> None:
    assert month(word) == expected


@pytest.mark.parametrize("word", ["", "PM", "13", "3", "maths"])
def test_what_is_no_month_has_no_number(word: str) -> None:
    assert month(word) == ()


def test_every_english_month_is_one_month() -> None:
    short = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert [month(word) for word in short] == [(number,) for number in range(1, 13)]


@given(st.text(max_size=30))
def test_any_text_can_be_asked_for(word: str) -> None:
    assert month(word) == () or set(month(word)) <= set(range(1, 13))
    assert (day_period(word) is None) == (hour24(9, 0, word) is None)
    assert plain(plain(word)) == plain(word)


@pytest.mark.parametrize("table", ["cldr.toml", "dialects.toml"])
def test_words_of_the_tables_are_in_their_plain_form(table: str) -> None:
    for key in ("day_periods", "months"):
        for group in read_table(table)[key]:
            for word in group["words"].replace("\n", "|").split("|"):
                assert word == plain(word)
