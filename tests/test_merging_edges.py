"""Merging at its edges: ends of the calendar, clocks of one zone, many gaps, files with several chats."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chat_copies import Line, copy_of
from test_merging import BAKERY, bakery, only, texts

from wamigrate.merging import merge
from wamigrate.model import Attachment, Conversation, replace
from wamigrate.notes import Notes


def at(begin: datetime, gap: timedelta) -> list[Line]:
    return [
        Line(begin + gap * number, role, "text", text)  # type: ignore[arg-type]  # literals
        for number, (role, text) in enumerate(BAKERY)
    ]


def test_a_time_that_would_leave_the_calendar_stays_as_its_copy_prints_it() -> None:
    lines = at(datetime(9999, 12, 31, 10, 0, 7), timedelta(minutes=90))  # noqa: DTZ001 - a wall clock
    history = only(merge([copy_of(lines, "ios", range(5), 6), copy_of(lines, "android", range(1, 8))]))
    assert texts(history) == [text for _, text in BAKERY]
    assert [message.timestamp for message in history.messages[4:]] == [
        datetime(9999, 12, 31, 22, 0, 7),  # noqa: DTZ001 - a wall clock
        datetime(9999, 12, 31, 23, 30),  # noqa: DTZ001 - a wall clock
        datetime(9999, 12, 31, 19, 0),  # noqa: DTZ001 - a wall clock
        datetime(9999, 12, 31, 20, 30),  # noqa: DTZ001 - a wall clock
    ]


def test_of_two_clocks_in_one_zone_the_better_one_counts_and_the_zone_stays() -> None:
    lines = bakery(gap=601)
    late = replace(copy_of(lines, "database", range(2, 8), 1), source="late")
    history = only(merge([copy_of(lines, "database", range(8)), late]))
    assert [
        message.timestamp and message.timestamp.replace(microsecond=0) for message in history.messages
    ] == [line.time.replace(tzinfo=UTC) for line in lines]
    history = only(merge([copy_of(lines, "database", range(7)), late]))
    last = history.messages[-1].timestamp
    assert last is not None
    assert (last.replace(microsecond=0), last.tzinfo) == (lines[-1].time.replace(tzinfo=UTC), UTC)


def test_where_all_copies_know_utc_alone_the_history_is_told_in_utc() -> None:
    london = ZoneInfo("Europe/London")
    lines = bakery()
    here = copy_of([line._replace(time=line.time.replace(month=1)) for line in lines], "database", range(6))
    there = copy_of(
        [line._replace(time=line.time.replace(month=1)) for line in lines], "database", range(2, 8)
    )
    winter = tuple(
        replace(message, timestamp=message.timestamp and message.timestamp.astimezone(london))
        for message in there.messages
    )
    history = only(merge([here, replace(there, source="there", messages=winter)]))
    assert texts(history) == [text for _, text in BAKERY]
    assert {message.timestamp and message.timestamp.tzinfo for message in history.messages} == {UTC}


def test_of_many_gaps_the_first_ten_are_named_and_the_others_counted() -> None:
    lines = [
        line
        for week in range(2)
        for line in at(datetime(2025, 3, 25, 12) + timedelta(weeks=4 * week), timedelta(days=2))  # noqa: DTZ001 - a wall clock
    ]
    copies = [replace(copy_of(lines, "paste", [n]), source=f"paste {n:02}") for n in range(14)]
    notes = Notes()
    assert texts(only(merge(copies, notes))) == [line.text for line in lines[:14]]
    gaps = [note.text for note in notes.items if note.code == "gap"]
    assert len(gaps) == 11
    assert gaps[0].startswith("no copy covers the time from 2025-03-25 12:00 to 2025-03-27 12:00")
    assert gaps[-1] == "3 times more that no copy covers; messages may be missing"


def test_missing_files_are_counted_again_only_where_no_other_chat_is_in_the_same_files() -> None:
    def with_picture(chat: Conversation, source: str) -> Conversation:
        first, *others = chat.messages
        first = replace(first, kind="media", attachments=(Attachment(None, "image"),))
        return replace(chat, source=source, messages=(first, *others))

    def found(*copies: Conversation) -> list[tuple[str, str | None]]:
        notes = Notes()
        for source in ("one", "two"):
            notes.add("media-missing", "as its file was read", source=source)
        merge(copies, notes)
        return [(note.text, note.source) for note in notes.items if note.code == "media-missing"]

    lines = bakery()
    copies = [
        with_picture(copy_of(lines, "ios", range(8)), "one"),
        with_picture(copy_of(lines, "android", range(8)), "two"),
    ]
    assert found(*copies) == [("1 of 1 attachment came with no copy", "one")]
    strangers = [
        replace(
            one,
            service="copilot",
            messages=tuple(replace(row, text=f"{one.source} {n}") for n, row in enumerate(one.messages)),
        )
        for one in copies
    ]
    assert found(*copies, *strangers) == [("as its file was read", "one"), ("as its file was read", "two")]


def test_messages_without_a_time_bound_no_gap() -> None:
    lines = bakery(gap=86_400)
    first = copy_of(lines, "android", range(4))
    undated = tuple(
        replace(message, timestamp=None if place == 3 else message.timestamp)
        for place, message in enumerate(first.messages)
    )
    notes = Notes()
    history = only(merge([replace(first, messages=undated), copy_of(lines, "paste", range(5, 8))], notes))
    assert texts(history) == [line.text for place, line in enumerate(lines) if place != 4]
    assert history.messages[3].timestamp is None
    (gap,) = (note.text for note in notes.items if note.code == "gap")
    assert gap.startswith("no copy covers the time from 2025-03-27 12:00 to 2025-03-30 12:00")


def test_a_message_without_a_time_in_the_copy_that_knows_local_time_is_dated_by_the_other() -> None:
    lines = bakery(gap=600)
    local = copy_of(lines, "android", range(8), 1)
    undated = tuple(
        replace(message, timestamp=None if place == 4 else message.timestamp)
        for place, message in enumerate(local.messages)
    )
    history = only(merge([copy_of(lines, "database", range(8)), replace(local, messages=undated)]))
    assert texts(history) == [line.text for line in lines]
    times = [message.timestamp for message in history.messages if message.timestamp is not None]
    assert [time.replace(microsecond=0) for time in times] == [
        line.time.replace(tzinfo=UTC) for line in lines
    ]
    assert {time.utcoffset() for time in times} == {timedelta(hours=1)}
