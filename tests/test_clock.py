"""Dates and times as printed: how they are read, which number is the day, which calendar it is."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate import clock
from wamigrate.clock import DateText, Evidence, Order, find_order, given_order, read_date, read_time, resolve
from wamigrate.model import DateOrder

NUMBERS = st.integers(0, 9999).map(str) | st.integers(0, 31).map("{:02}".format)
SIGNS = st.sampled_from([".", "/", "-"])


DATES = st.tuples(
    st.sampled_from(["", "[", "\u200e["]),
    NUMBERS,
    SIGNS,
    NUMBERS,
    SIGNS,
    NUMBERS,
    st.sampled_from(["", ", ", " "]),
).map("".join)


def dates(*texts: str) -> list[DateText]:
    found = [read_date(text) for text in texts]
    assert None not in found
    return [text for text in found if text is not None]


def evidence(
    rows: Sequence[tuple[str, str]] = (),
    *,
    attachments: Sequence[tuple[int, date]] = (),
    latest: datetime | None = None,
    marker: str | None = None,
) -> Evidence:
    """Make evidence of dates and times in file order."""
    return Evidence(
        lambda: [(read_date(day), time.fromisoformat(hour)) for day, hour in rows],
        lambda: attachments,
        latest,
        marker,
    )


EXPORTED = datetime(2012, 4, 20)  # noqa: DTZ001 - the phone's wall clock


def order_of(*texts: str, **beside: datetime | str) -> Order:
    """Find the order of dates of which one follows the other in the file."""
    latest, marker = beside.get("latest"), beside.get("marker")
    assert latest is None or isinstance(latest, datetime)
    assert marker is None or isinstance(marker, str)
    return find_order(
        dates(*texts), evidence([(text, "12:00") for text in texts], latest=latest, marker=marker)
    )


@given(DATES)
def test_the_quick_way_reads_what_the_grammar_reads(text: str) -> None:
    found = read_date(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_PLAIN_DATE", re.compile(r"(?!)"))
        assert read_date(text) == found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/03/2025, ", (2025, 3, 25)),
        ("[25.03.25, ", (2025, 3, 25)),
        ("2025-03-25 ", (2025, 3, 25)),
        ("2025. 3. 25. ", (2025, 3, 25)),
        ("25. März 2025 ", (2025, 3, 25)),
        ("March 25, 2025 ", (2025, 3, 25)),
        ("[25-Mar-25 ", (2025, 3, 25)),
        ("25 de março de 2025 ", (2025, 3, 25)),
        ("Tue, March 25, 2025 ", (2025, 3, 25)),
        ("2025年3月25日 ", (2025, 3, 25)),
        ("25년 3월 25일 ", (2025, 3, 25)),
        ("25/3/2568 ", (2025, 3, 25)),
        ("25/3/R7 ", (2025, 3, 25)),
        ("25/3/令和7 ", (2025, 3, 25)),
        ("25/3/H27 ", (2015, 3, 25)),
        ("۱۴۰۴/۱/۵ ", (2025, 3, 25)),
        ("۵/۱/۱۴۰۴ ", (2025, 3, 25)),
        ("٢٥/٣/٢٠٢٥ ", (2025, 3, 25)),
        ("25/3/09 ", (2009, 3, 25)),
        ("25/3/2100 ", (2100, 3, 25)),
        ("29/2/24 ", (2024, 2, 29)),
    ],
)
def test_a_date_of_any_phone_is_read(text: str, day: tuple[int, int, int]) -> None:
    (found,) = dates(text)
    assert resolve(found, "dmy") == day


@pytest.mark.parametrize(
    "text",
    [
        "31/4/2025 ",
        "29/2/2025 ",
        "0/3/2025 ",
        "25/3/08 ",
        "25/3/99 ",
        "25/3/2101 ",
        "25/3/S40 ",
        "۱۴۰۴/۱۳/۵ ",
        "۱۴۰۴/۱۲/۳۰ ",
        "۱۳۰۱/۱/۵ ",
        "31 April 2025 ",
    ],
)
def test_a_day_that_does_not_exist_or_that_whatsapp_cannot_have_seen_is_none(text: str) -> None:
    (found,) = dates(text)
    assert resolve(found, "dmy") is None


@pytest.mark.parametrize("text", ["", "no date", "25 Foo 2025 ", "Chapter 3 "])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("25/3/2399 ", "gregorian"),
        ("25/3/2400 ", "buddhist"),
        ("25/3/2699 ", "buddhist"),
        ("25/3/2700 ", "gregorian"),
        ("25/3/1299 ", "gregorian"),
        ("25/3/1300 ", "islamic"),
        ("25/3/1499 ", "islamic"),
        ("25/3/1500 ", "gregorian"),
        ("1446/3/25 ", "islamic"),
        ("٢٥/٣/١٤٤٦ ", "islamic"),
        ("۲۵/۳/۱۴۰۴ ", "persian"),
        ("25/3/R7 ", "japanese"),
        ("2025年3月25日 ", "gregorian"),
        ("25 March 2025 ", "gregorian"),
    ],
)
def test_the_calendar_is_told_by_the_year(text: str, calendar: str) -> None:
    (found,) = dates(text)
    assert found.calendar == calendar


@pytest.mark.parametrize(
    ("text", "widths", "separator", "year_first"),
    [
        ("25/03/2025 ", (2, 2, 4), "/", False),
        ("5.3.25 ", (1, 1, 2), ".", False),
        ("2025-03-25 ", (4, 2, 2), "-", True),
        ("２５／０３／２０２５ ", (2, 2, 4), "／", False),
        ("25‐03‐2025 ", (2, 2, 4), "-", False),
        ("[25/03, ", (2, 2, 0), "/", False),
        ("2025年3月25日 ", (4, 2, 2), "年", True),
        ("25年3月25日 ", (2, 2, 2), "年", True),
        ("[3月25日 ", (2, 2, 4), " ", False),
        ("25 March 2025 ", (2, 2, 4), " ", False),
    ],
)
def test_how_a_date_is_printed_is_kept(
    text: str, widths: tuple[int, int, int], separator: str, year_first: bool
) -> None:
    (found,) = dates(text)
    assert (found.widths, found.separator, found.year_first) == (widths, separator, year_first)
    assert found.style == (widths[0] if year_first else widths[2], separator)


@pytest.mark.parametrize("text", ["[25/03, ", "[25 March, ", "[3月25日 "])
def test_a_date_without_a_year_takes_the_one_that_is_given(text: str) -> None:
    (found,) = dates(text)
    assert found.is_bare
    assert resolve(found, "dmy") is None
    assert resolve(found, "dmy", 2024) == (2024, 3, 25)


def test_a_date_with_a_year_keeps_its_own() -> None:
    for text in dates("25/03/2025 ", "25 March 2025 "):
        assert not text.is_bare
        assert resolve(text, "dmy", 2012) == (2025, 3, 25)


def test_a_weekday_is_kept_where_it_is_printed() -> None:
    assert [text.weekday for text in dates("[Tue, 25/03/2025 ", "Tue, 25 March 2025 ", "25/03/2025 ")] == [
        "Tue",
        "Tue",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("4/5/2025 ", "dmy", (2025, 5, 4)),
        ("4/5/2025 ", "mdy", (2025, 4, 5)),
        ("10/5/25 ", "ymd", (2010, 5, 25)),
        ("4/5/25 ", "ymd", None),
        ("4/5/2025 ", "ymd", (2025, 5, 4)),
        ("2025/4/5 ", "mdy", (2025, 4, 5)),
        ("4 May 2025 ", "mdy", (2025, 5, 4)),
        ("4/13/2025 ", "dmy", None),
        ("13/4/2025 ", "mdy", None),
    ],
)
def test_the_order_tells_which_number_is_the_day(
    text: str, order: DateOrder, day: tuple[int, int, int] | None
) -> None:
    (found,) = dates(text)
    assert resolve(found, order) == day


def test_a_bare_date_follows_the_order_too() -> None:
    (found,) = dates("[4/5, ")
    assert resolve(found, "dmy", 2025) == (2025, 5, 4)
    assert resolve(found, "mdy", 2025) == (2025, 4, 5)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("21:04 - ", (21, 4, 0)),
        ("21:04:05] ", (21, 4, 5)),
        ("0:00 - ", (0, 0, 0)),
        ("24:00 - ", (0, 0, 0)),
        ("23:59:59] ", (23, 59, 59)),
        ("25:00 - ", None),
        ("23:60 - ", None),
        ("23:59:60] ", None),
        ("12:00 AM - ", (0, 0, 0)),
        ("12:00 p. m. - ", (12, 0, 0)),
        ("11:59 PM] ", (23, 59, 0)),
        ("21.04 Uhr - ", (21, 4, 0)),
        ("9:04 with Ana - ", (9, 4, 0)),
        ("午後9:04] ", (21, 4, 0)),
        ("no time", None),
    ],
)
def test_a_time_is_read_as_the_time_of_the_day(text: str, moment: tuple[int, int, int] | None) -> None:
    assert read_time(text) == moment


def test_months_in_words_need_no_order() -> None:
    assert find_order(dates("4 May 2025 "), evidence()) == Order(
        "dmy", "months are written as words", ambiguous=False
    )
    assert find_order([], evidence()) == Order("dmy", "months are written as words", ambiguous=False)


def test_years_that_mostly_come_first_tell_the_order() -> None:
    assert order_of("2025-03-04 ") == Order("ymd", "the year comes first", ambiguous=False)
    assert order_of("2025-03-04 ", "25/3/2025 ").order == "dmy"
    assert order_of("2025-03-04 ", "3/25/2025 ").order == "mdy"


def test_a_number_above_12_is_the_day() -> None:
    assert order_of("13/3/2025 ") == Order("dmy", "the first number is above 12 on 1 day", ambiguous=False)
    assert order_of("3/13/2025 ", "3/14/2025 ") == Order(
        "mdy", "the second number is above 12 on 2 days", ambiguous=False
    )
    assert order_of("12/12/2025 ") == Order("dmy", "day and month are equal in every date", ambiguous=False)


def test_both_numbers_above_12_tell_nothing() -> None:
    assert order_of("13/13/2025 ").evidence == "day and month are equal in every date"


def test_nine_dates_outweigh_one_that_was_pasted_but_eight_leave_a_doubt() -> None:
    first = [f"{day}/3/2025 " for day in range(13, 22)]
    assert order_of(*first, "3/25/2025 ") == Order(
        "dmy", "the first number is above 12 on 9 days", ambiguous=False
    )
    assert order_of(*first[1:], "3/25/2025 ") == Order(
        "dmy", "numbers above 12 stand first on 8 days, second on 1 day", ambiguous=True
    )
    second = [f"3/{day}/2025 " for day in range(13, 22)]
    assert order_of(*second, "25/3/2025 ") == Order(
        "mdy", "the second number is above 12 on 9 days", ambiguous=False
    )
    assert order_of(*second[1:], "25/3/2025 ") == Order(
        "mdy", "numbers above 12 stand first on 1 day, second on 8 days", ambiguous=True
    )


def test_the_same_day_twice_counts_once() -> None:
    assert order_of("13/3/2025 ", "13/3/2025 ").evidence == "the first number is above 12 on 1 day"


def test_the_name_of_an_attachment_tells_the_order() -> None:
    texts = dates("4/5/2025 ", "6/5/2025 ")
    rows = [("4/5/2025 ", "12:00"), ("6/5/2025 ", "12:00")]
    found = find_order(texts, evidence(rows, attachments=[(1, date(2025, 6, 5))]))
    assert found == Order("mdy", "the name of an attachment holds its date (1 times)", ambiguous=False)
    found = find_order(texts, evidence(rows, attachments=[(0, date(2025, 5, 4)), (1, date(2025, 5, 6))]))
    assert found == Order("dmy", "the name of an attachment holds its date (2 times)", ambiguous=False)


def test_attachments_that_contradict_each_other_or_say_nothing_tell_nothing() -> None:
    rows = [("4/5/2025 ", "12:00"), ("6/5/2025 ", "12:00"), ("5/5/2025 ", "12:00"), ("2 May 2025 ", "12:00")]
    texts = dates("4/5/2025 ", "6/5/2025 ", "5/5/2025 ")
    both = [(0, date(2025, 5, 4)), (1, date(2025, 6, 5))]
    assert "attachment" not in find_order(texts, evidence(rows, attachments=both)).evidence
    none = [(2, date(2025, 5, 5)), (3, date(2025, 5, 2)), (0, date(2024, 1, 1))]
    assert "attachment" not in find_order(texts, evidence(rows, attachments=none)).evidence


def test_no_message_is_later_than_its_export() -> None:
    words = "the other order has messages after the export was made"
    assert order_of("4/5/2012 ", latest=EXPORTED) == Order("mdy", words, ambiguous=False)
    assert order_of("5/4/2012 ", latest=EXPORTED) == Order("dmy", words, ambiguous=False)


def test_an_export_may_be_two_days_off() -> None:
    found = order_of("10/9/2012 ", latest=EXPORTED.replace(month=9, day=8))
    assert found.evidence == "the other order has messages after the export was made"
    assert order_of("10/9/2012 ", latest=EXPORTED.replace(month=9, day=7)).ambiguous


def test_a_clock_that_was_never_set_tells_nothing() -> None:
    assert "export" not in order_of("4/5/2025 ", latest=EXPORTED.replace(year=1970)).evidence


def test_the_order_without_jumps_back_is_right() -> None:
    words = "the other order makes the chat jump back in time"
    assert order_of("1/3/2025 ", "2/3/2025 ", "3/1/2025 ") == Order("mdy", words, ambiguous=False)
    assert order_of("12/1/2025 ", "2/2/2025 ") == Order("dmy", words, ambiguous=False)


def test_two_minutes_back_are_no_jump_but_three_are() -> None:
    texts = dates("2/1/2025 ", "1/1/2025 ")
    found = find_order(texts, evidence([("2/1/2025 ", "00:01"), ("1/1/2025 ", "23:59")]))
    assert found == Order("dmy", "the other order makes the chat jump back in time", ambiguous=False)
    found = find_order(texts, evidence([("2/1/2025 ", "00:02"), ("1/1/2025 ", "23:59")]))
    assert "jump" not in found.evidence


def test_rows_without_a_date_or_a_time_are_passed_over_when_jumps_are_counted() -> None:
    whole: list[tuple[DateText | None, time | None]] = [
        (read_date("1/3/2025 "), time(12)),
        (None, time(12)),
        (read_date("2/3/2025 "), None),
        (read_date("45/45/2025 "), time(12)),
        (read_date("3/1/2025 "), time(12)),
    ]
    found = find_order(dates("1/3/2025 ", "2/3/2025 ", "3/1/2025 "), Evidence(lambda: whole))
    assert found == Order("mdy", "the other order makes the chat jump back in time", ambiguous=False)


def test_a_shorter_chat_is_likelier() -> None:
    assert order_of("1/3/2025 ", "2/3/2025 ", "4/3/2025 ") == Order(
        "dmy", "the chat then takes 4 days, with the other order 91 days", ambiguous=True
    )
    assert order_of("3/1/2025 ", "3/2/2025 ", "3/4/2025 ") == Order(
        "mdy", "the chat then takes 4 days, with the other order 91 days", ambiguous=True
    )


def test_a_chat_that_is_not_twice_as_long_in_the_order_of_its_style_has_this_order() -> None:
    assert order_of("1/1/25 ", "5/4/25 ").evidence.startswith("US phones")
    assert order_of("1/1/25 ", "5/2/25 ") == Order(
        "dmy", "the chat then takes 36 days, with the other order 122 days", ambiguous=True
    )
    assert order_of("1/1/2025 ", "5/4/2025 ").evidence == (
        "the chat then takes 95 days, with the other order 124 days"
    )


@pytest.mark.parametrize(
    ("text", "marker", "order", "words"),
    [
        ("4.5.25 ", None, "dmy", "dates with dots or dashes are day first"),
        ("4/5/25 ", "p. m.", "dmy", "this AM/PM word stands beside day-first dates"),
        ("04/05/25 ", None, "dmy", "phones that print leading zeros put the day first"),
        ("04/05/25 ", "PM", "dmy", "phones that print leading zeros put the day first"),
        ("[4/5, ", None, "dmy", "copies with 24 hours put the day first"),
        ("[4/5, ", "PM", "mdy", "US phones print dates without leading zeros and short years"),
        ("4/5/25 ", None, "mdy", "US phones print dates without leading zeros and short years"),
        ("4/5/09 ", None, "mdy", "US phones print dates without leading zeros and short years"),
        ("4/5/2025 ", "AM", "mdy", "AM and PM in capitals are most often American"),
        ("4/5/2025 ", None, "dmy", "nothing tells; day first is more common"),
        ("10/12/2025 ", None, "dmy", "nothing tells; day first is more common"),
    ],
)
def test_a_single_day_is_read_as_phones_of_its_style_print_it(
    text: str, marker: str | None, order: DateOrder, words: str
) -> None:
    found = find_order(dates(text), evidence([(text, "12:00")], marker=marker))
    assert found == Order(order, words, ambiguous=True)


def test_a_given_order_is_taken_and_doubted_where_dates_speak_against_it() -> None:
    texts = dates("13/3/2025 ", "14/3/2025 ", "3/15/2025 ", "4/4/2025 ", "4 May 2025 ")
    assert given_order(texts, "dmy") == Order(
        "dmy",
        "given with --date-order, but 1 day exists only the other way round and was read so",
        ambiguous=True,
    )
    assert given_order(texts, "mdy") == Order(
        "mdy",
        "given with --date-order, but 2 days exist only the other way round and were read so",
        ambiguous=True,
    )
    assert given_order(texts[:2], "dmy") == Order("dmy", "given with --date-order", ambiguous=False)


def test_one_odd_day_among_nine_leaves_a_given_order_without_doubt_but_among_eight_not() -> None:
    days = [f"{day}/3/2025 " for day in range(13, 22)]
    assert not given_order(dates(*days, "3/25/2025 "), "dmy").ambiguous
    assert given_order(dates(*days[1:], "3/25/2025 "), "dmy").ambiguous
