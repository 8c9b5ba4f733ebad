"""The years of dates that show none."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.years import MonthDay, complete_years, weekdays

TOOL = Path(__file__).resolve().parent.parent / "tools" / "weekdays.py"


def days(*texts: str) -> list[MonthDay | None]:
    """Make dates of ``month-day``, with a year before it where there is one."""
    found: list[MonthDay | None] = []
    for text in texts:
        *year, month, day = map(int, text.split("-"))
        found.append(MonthDay(year[0] if year else None, month, day))
    return found


def written(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day)  # noqa: DTZ001 - as a file's time comes


def test_the_table_of_weekdays_is_up_to_date() -> None:
    if not (TOOL.parents[1] / "wamigrate" / "weekdays.toml").is_file():
        pytest.skip("the wheel is tested without the sources, which the tool compares")
    done = subprocess.run([sys.executable, str(TOOL), "--check"], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("word", "number"),
    [("Mon", 0), ("mardi", 1), ("ср", 2), ("木曜日", 3), ("Fr.", 4), ("sáb.", 5), ("Sun", 6)],
)
def test_weekdays_are_known_in_many_languages(word: str, number: int) -> None:
    assert number in weekdays(word)


def test_dates_that_show_their_year_need_none() -> None:
    assert complete_years(days("2024-1-1", "2025-1-1")) == ([None, None], "")


def test_a_given_year_is_that_of_the_first_date() -> None:
    found = complete_years(days("12-30", "12-31", "1-1", "6-1", "12-31", "1-1"), year=2020)
    assert found.each == [2020, 2020, 2021, 2021, 2021, 2022]


def test_a_few_dates_of_december_among_those_of_january_are_older() -> None:
    assert complete_years(days("1-5", "12-28", "12-29", "1-6"), year=2021).each == [2021, 2020, 2020, 2021]


def test_dates_go_on_after_those_with_a_year() -> None:
    found = complete_years(days("2013-12-30", "12-31", "1-1"), latest=written(2026, 1, 1))
    assert found.each == [None, 2013, 2014]


def test_without_any_hint_years_were_left_out_until_2016() -> None:
    assert complete_years(days("12-31", "1-1")).each == [2015, 2016]


def test_a_time_of_the_file_before_whatsapp_began_says_nothing() -> None:
    assert complete_years(days("6-1"), latest=written(1980, 1, 1)).each == [2016]


def test_an_assistant_that_never_answered_in_any_year_decides_nothing() -> None:
    found = complete_years(days("6-1"), latest=written(2020, 7, 1), services=lambda: ["chatgpt"])
    assert found.each == [2020]


@given(
    st.lists(st.integers(0, 364), min_size=1, max_size=30),
    st.integers(0, 364),
)
def test_a_chat_without_gaps_of_half_a_year_gets_its_years_back(steps: list[int], start: int) -> None:
    ordinal = datetime(2021, 1, 1).toordinal() + start  # noqa: DTZ001 - a calendar day
    chat = [datetime.fromordinal(ordinal)]
    for step in steps:
        chat.append(datetime.fromordinal(chat[-1].toordinal() + step % 150))
    bare: list[MonthDay | None] = [MonthDay(None, day.month, day.day) for day in chat]
    assert complete_years(bare, year=chat[0].year).each == [day.year for day in chat]
    assert complete_years(bare, latest=chat[-1]).each[-1] == chat[-1].year


def test_more_years_than_there_was_an_assistant_end_with_the_year_in_which_the_file_was_written() -> None:
    turns = 40
    found = complete_years(days(*["1-1", "5-1", "9-1"] * turns), latest=written(2025, 11, 1))
    assert found.each == [2026 - turns + number // 3 for number in range(3 * turns)]
    assert found.evidence == "none of them is after the file was written"
