"""When each message of a file was written: all dates of the file together tell how to read each."""

from collections.abc import Sequence
from datetime import datetime

from wamigrate.dating import Dating, date_pieces
from wamigrate.lines import cut, find_lock
from wamigrate.model import DateOrder

EXPORTED = datetime(2025, 12, 31)  # noqa: DTZ001 - the phone's wall clock


def dated(
    *lines: str, order: DateOrder | None = None, year: int | None = None, latest: datetime | None = None
) -> Dating:
    """Date the messages of a file of these lines, each with a header."""
    data = "\n".join(lines).encode()
    lock = find_lock(data)
    assert lock is not None
    pieces = cut(data, lock)
    assert len(pieces) == len(lines)
    return date_pieces(pieces, time_first=lock.shape.time_first, date_order=order, year=year, latest=latest)


def days(dating: Dating) -> list[str | None]:
    return [moment.date().isoformat() if moment else None for moment in dating.moments]


def chat(*dates: str) -> list[str]:
    return [f"{date}, 12:{index:02} - Ana: hi" for index, date in enumerate(dates)]


def test_date_and_time_are_put_together() -> None:
    found = dated("25/03/2025, 21:04 - Ana: hi", "26/03/2025, 9:05 - Bob: hi")
    assert [str(moment) for moment in found.moments] == ["2025-03-25 21:04:00", "2025-03-26 09:05:00"]
    assert found.order.order == "dmy"
    assert (found.completed_years, found.calendars, found.odd_style) == ("", frozenset(), frozenset())


def test_seconds_count_also_where_the_time_stands_first() -> None:
    found = dated("[25.03.25, 21:04:05] Ana: hi", "[25.03.25, 21:04:59] Bob: hi")
    assert [moment and moment.second for moment in found.moments] == [5, 59]
    found = dated("[21:04:05, 25/03/2025] Ana: hi", "[21:04:59, 25/03/2025] Bob: hi")
    assert [moment and moment.second for moment in found.moments] == [5, 59]
    assert days(found) == ["2025-03-25"] * 2


def test_a_date_or_time_that_does_not_exist_leaves_a_message_without_one() -> None:
    assert days(dated(*chat("25/03/2025", "45/45/2025", "26/03/2025"))) == ["2025-03-25", None, "2025-03-26"]
    found = dated("25/03/2025, 21:04 - Ana: hi", "25/03/2025, 21:99 - Bob: hi")
    assert found.moments[1] is None


def test_a_file_of_dates_that_do_not_exist_has_no_times() -> None:
    found = dated(*chat("45/46/2025", "46/45/2025"))
    assert found.moments == [None, None]
    assert found.order.ambiguous


def test_a_day_that_exists_only_the_other_way_round_is_read_so() -> None:
    usual = [f"3/{day}/2025" for day in range(13, 25)]
    found = dated(*chat(*usual, "26/3/2025"))
    assert found.order.order == "mdy"
    assert days(found)[-1] == "2025-03-26"
    usual = [f"{day}/3/2025" for day in range(13, 25)]
    found = dated(*chat(*usual, "3/26/2025"))
    assert found.order.order == "dmy"
    assert days(found)[-1] == "2025-03-26"


def test_an_order_that_is_given_is_taken() -> None:
    assert days(dated(*chat("4/5/2025"), order="mdy")) == ["2025-04-05"]
    assert days(dated(*chat("4/5/2025"), order="dmy")) == ["2025-05-04"]
    assert dated(*chat("4/5/2025"), order="dmy").order.evidence == "given with --date-order"


def test_two_styles_in_one_file_have_their_own_orders() -> None:
    found = dated(*chat("3/13/25", "3/14/25", "3/15/25", "16/3/2025", "17/3/2025"))
    assert days(found) == ["2025-03-13", "2025-03-14", "2025-03-15", "2025-03-16", "2025-03-17"]
    assert found.order.order == "mdy"
    assert found.odd_style == {3, 4}


def test_the_most_frequent_style_is_the_files_own() -> None:
    found = dated(*chat("16/3/2025", "3/13/25", "3/14/25", "3/14/25", "17/3/2025"))
    assert found.odd_style == {0, 4}
    assert found.order.order == "mdy"


def test_a_second_style_that_tells_nothing_itself_fits_between_the_other_dates() -> None:
    before, after = (
        [f"13/{month}/2025" for month in range(1, 5)],
        [f"13/{month}/2025" for month in range(6, 9)],
    )
    fitting = dated(*chat(*before, "5/4/25", *after))
    assert days(fitting)[4] == "2025-05-04"
    fitting = dated(*chat(*before, "4/5/25", *after))
    assert days(fitting)[4] == "2025-05-04"


def test_dates_and_times_that_do_not_exist_do_not_hinder_a_second_style_to_fit() -> None:
    before, after = ([f"13/{month}/2025" for month in months] for months in (range(1, 5), range(6, 9)))
    lines = chat(*before, "45/45/2025", "5/4/25", *after)
    lines[1] = lines[1].replace("12:01", "12:99")
    found = dated(*lines)
    assert days(found)[5] == "2025-05-04"
    assert [index for index, moment in enumerate(found.moments) if moment is None] == [1, 4]


def test_the_first_year_may_be_given_where_none_is_printed() -> None:
    lines = ["30 December, 12:00 - Ana: hi", "2 January, 12:01 - Bob: hi"]
    found = dated(*lines, year=2013)
    assert days(found) == ["2013-12-30", "2014-01-02"]
    assert found.completed_years == ""


def test_years_that_are_printed_help_those_that_are_not() -> None:
    found = dated(
        "30 December 2013, 12:00 - Ana: hi", "31 December, 12:01 - Bob: hi", "2 January, 12:02 - Ana: hi"
    )
    assert days(found) == ["2013-12-30", "2013-12-31", "2014-01-02"]


def test_an_assistant_that_answers_tells_the_year() -> None:
    lines = ["1 March, 12:00 - ChatGPT: hi", "2 March, 12:01 - Ana: hi"]
    found = dated(*lines, latest=EXPORTED.replace(year=2026))
    assert days(found) == ["2025-03-01", "2025-03-02"]
    assert found.completed_years.endswith("and the assistant answered in WhatsApp then")
    between_people = [line.replace("ChatGPT", "Bob") for line in lines]
    assert days(dated(*between_people, latest=EXPORTED.replace(year=2026))) == ["2026-03-01", "2026-03-02"]


def test_other_calendars_are_named() -> None:
    found = dated(*chat("25/3/2568", "26/3/2568"))
    assert days(found) == ["2025-03-25", "2025-03-26"]
    assert found.calendars == {"buddhist"}
    assert dated(*chat("25/3/2568", "26/3/2025")).calendars == {"buddhist"}
    assert dated(*chat("45/45/2568", "26/3/2025")).calendars == frozenset()


def attached(stamps: Sequence[str], names: Sequence[str]) -> Dating:
    return dated(*(f"{stamp}, 12:00 - Ana: {name}" for stamp, name in zip(stamps, names, strict=True)))


def test_the_name_of_a_file_that_was_sent_tells_the_order() -> None:
    for name in (
        "IMG-20250405-WA0001.jpg (file attached)",
        "\u200eIMG-20250405-WA0001.jpg (file attached)",
        "<attached: 00000012-PHOTO-2025-04-05-12-00-00.jpg>",
        "\u200e<attached: 00000012-PHOTO-2025-04-05-12-00-00.jpg>",
    ):
        found = attached(["4/5/2025"], [name])
        assert (found.order.order, found.order.evidence) == (
            "mdy",
            "the name of an attachment holds its date (1 times)",
        )


def test_a_name_of_a_file_in_a_text_or_with_a_date_that_does_not_exist_tells_nothing() -> None:
    for name in ("see IMG-20250405-WA0001.jpg", "IMG-20251345-WA0001.jpg (file attached)"):
        assert attached(["4/5/2025"], [name]).order.ambiguous


def test_the_time_of_the_export_and_its_half_of_the_day_are_evidence() -> None:
    assert days(dated(*chat("4/5/2012"), latest=EXPORTED.replace(year=2012, month=4, day=20))) == [
        "2012-04-05"
    ]
    assert days(dated("4/5/25, 9:04 p. m. - Ana: hi")) == ["2025-05-04"]
    assert days(dated("4/5/25, 9:04 PM - Ana: hi")) == ["2025-04-05"]
    assert days(dated("[4/5/25, 9:04:05 p. m.] Ana: hi")) == ["2025-05-04"]
