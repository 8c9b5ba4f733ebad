"""What is said about copies that were merged, and what about those that were not."""

from collections.abc import Sequence
from datetime import UTC, timedelta

from merge_cases import NOON, PEOPLE, chat_of, line

from wamigrate.merging import merge
from wamigrate.model import Attachment, Conversation, Message, Participant, Span, replace
from wamigrate.notes import Notes

DAY = 86_400


def rows(*numbers: int, start: float = 7) -> list[Message]:
    """Make a long text for each number, of which each is one day."""
    return [
        line(
            f"A text that is long enough, number {number}",
            start + DAY * number,
            ("Mira", "ChatGPT")[number % 2],
        )
        for number in numbers
    ]


def in_utc(messages: Sequence[Message]) -> list[Message]:
    return [replace(one, timestamp=one.timestamp and one.timestamp.replace(tzinfo=UTC)) for one in messages]


def found(copies: Sequence[Conversation], code: str) -> list[tuple[str | None, str]]:
    """Merge copies and return the findings of a kind: sources and texts."""
    notes = Notes()
    merge(copies, notes)
    return [(note.source, note.text) for note in notes.items if note.code == code]


def test_how_much_was_merged_is_said_for_each_history_of_several_copies() -> None:
    copies = [chat_of(rows(0, 1, 2), "a"), chat_of(rows(1, 2, 3), "b"), chat_of(rows(2), "c")]
    text = "3 copies with 7 messages became one history of 4; 2 stand in more than one copy"
    assert found(copies, "merged") == [("a", text)]
    assert found(copies[:1], "merged") == []
    other = replace(chat_of(rows(7), "d"), service="copilot")
    assert found([*copies, other], "merged") == [("a", text)]


def test_many_messages_are_written_with_a_comma() -> None:
    many = [line(f"text {number}", 7 + 60 * number) for number in range(1200)]
    ((_, text),) = found([chat_of(many, "a"), chat_of(many, "b")], "merged")
    assert text == (
        "2 copies with 2,400 messages became one history of 1,200; 1,200 stand in more than one copy"
    )


def test_each_time_that_no_copy_covers_is_said_with_the_copy_after_it() -> None:
    copies = [chat_of(rows(0, 1), "a"), chat_of(rows(4, 5), "b"), chat_of(rows(7), "c")]
    assert found(copies, "gap") == [
        ("b", "no copy covers the time from 2025-03-26 12:00 to 2025-03-29 12:00; messages may be missing"),
        ("c", "no copy covers the time from 2025-03-30 12:00 to 2025-04-01 12:00; messages may be missing"),
    ]


def test_a_copy_inside_another_makes_no_gap_after_it() -> None:
    copies = [chat_of(rows(0, 3, 9), "a"), chat_of(rows(3), "b"), chat_of(rows(8, 9), "c")]
    assert found(copies, "gap") == []
    later = chat_of(rows(11), "d")
    ((source, text),) = found([*copies, later], "gap")
    assert (source, "from 2025-04-03 12:00 to" in text) == ("d", True)


def test_the_ten_first_gaps_are_said_one_by_one_and_the_others_counted() -> None:
    copies = [chat_of(rows(2 * number), f"{number:02}") for number in range(13)]
    gaps = found(copies, "gap")
    assert [source for source, _ in gaps] == [*(f"{number:02}" for number in range(1, 11)), "00"]
    assert gaps[-1][1] == "2 times more that no copy covers; messages may be missing"
    assert [source for source, _ in found(copies[:11], "gap")] == [f"{number:02}" for number in range(1, 11)]
    assert found(copies[:12], "gap")[-1][1] == "1 time more that no copy covers; messages may be missing"


def test_notices_cover_no_time() -> None:
    notice = line("Mira blocked this contact.", 7 + 3 * DAY, None)
    copies = [chat_of([*rows(0, 1), notice], "a"), chat_of(rows(5, 6), "b")]
    ((_, text),) = found(copies, "gap")
    assert "from 2025-03-26 12:00 to 2025-03-30 12:00" in text


def test_a_clock_that_differs_is_said_with_what_it_was_compared_with() -> None:
    ahead = chat_of(rows(0, 1, 2, start=7 + 5.5 * 3600), "b")
    said = "the clock of this copy differs from {} by +5.5 hours; all times were brought to one"
    walls = found([chat_of(rows(0, 1, 2, 3), "a"), ahead], "other-clock")
    assert walls == [("b", said.format("the best copy's"))]
    assert found([chat_of(in_utc(rows(0, 1, 2, 3)), "a"), ahead], "other-clock") == [
        ("b", said.format("UTC"))
    ]
    assert found([chat_of(rows(0, 1, 2, 3), "a"), chat_of(rows(1, 2), "b")], "other-clock") == []


def test_a_clock_that_changes_for_the_summer_is_said_with_both_differences() -> None:
    numbers = range(0, 240, 20)
    utc = rows(*numbers)
    local = [
        replace(one, timestamp=one.timestamp and one.timestamp + timedelta(hours=1 + (n > 5)))
        for n, one in enumerate(utc)
    ]
    ((_, text),) = found([chat_of(in_utc([*utc, *rows(300)]), "a"), chat_of(local, "b")], "other-clock")
    assert "differs from UTC by +1 to +2 hours" in text


def test_copies_that_are_kept_apart_are_named_with_what_helps() -> None:
    here = [line(f"The long answer with the number {n}", 7 + DAY * n) for n in range(4)]
    there = [replace(one, timestamp=one.timestamp and one.timestamp + timedelta(seconds=400 + 900 * n))
             for n, one in enumerate(here)]  # fmt: skip
    ((source, text),) = found([chat_of(here, "a"), chat_of(there, "b")], "not-merged")
    assert (source, "--date-order" in text) == ("b", True)
    later = rows(20, 21)
    for copies in (
        [chat_of(in_utc(here), "x"), chat_of(later, "y")],
        [chat_of(in_utc(here), "y"), chat_of(later, "x")],
    ):
        ((source, text),) = found(copies, "not-merged")
        assert (source, "Add --tz ZONE" in text) == (copies[1].source, True)
    others = [line(f"Quite another text of number {n}", 9 + DAY * n) for n in range(4)]
    ((source, text),) = found([chat_of(here, "a"), chat_of(others, "b")], "not-merged")
    assert (source, text.startswith("has nothing in common with another chat")) == ("b", True)


def test_histories_come_in_order_of_time() -> None:
    copies = [
        replace(chat_of(rows(number), source), service=service)
        for number, source, service in ((9, "a", "poke"), (0, "b", "copilot"), (4, "c", "chatgpt"))
    ]
    timeless = replace(chat_of([line("no time", None)], "d"), service="meta-ai")
    same = replace(chat_of(rows(0), "0"), service="luzia")
    assert [chat.source for chat in merge([*copies, timeless, same])] == ["d", "0", "b", "c", "a"]


def photo(*present: bool) -> Message:
    files = tuple(Attachment(f"{n}.jpg", "image/jpeg", present=here) for n, here in enumerate(present))
    return line("", 3, kind="media", attachments=files)


def test_files_that_came_with_no_copy_are_counted_anew() -> None:
    notes = Notes()
    for source in ("a", "b", "elsewhere"):
        notes.add("media-missing", "1 of 1 attachment is missing", source=source)
    merge([chat_of([photo(True, False, False), *rows(0, 1)], "a"), chat_of(rows(0, 1), "b")], notes)
    assert [(note.source, note.text) for note in notes.items if note.code == "media-missing"] == [
        ("elsewhere", "1 of 1 attachment is missing"),
        ("a", "2 of 3 attachments came with no copy"),
    ]
    assert found([chat_of([photo(True), *rows(0)], "a"), chat_of(rows(0, 1), "b")], "media-missing") == []


def test_what_is_said_about_the_files_of_a_database_with_other_chats_stays() -> None:
    notes = Notes()
    notes.add("media-missing", "9 of 10 attachments are missing", source="a")
    notes.add("media-missing", "1 of 1 attachment is missing", source="b")
    other = replace(chat_of([line("hello", 5, spans=(Span("a", 99, 0, 0),))], "a"), service="copilot")
    merge([chat_of([photo(False), *rows(0, 1)], "a"), chat_of(rows(0, 1), "b"), other], notes)
    assert [(note.source, note.text) for note in notes.items if note.code == "media-missing"] == [
        ("a", "9 of 10 attachments are missing"),
        ("a", "1 of 1 attachment came with no copy"),
    ]


def test_an_assistant_that_another_copy_tells_is_no_longer_missing_in_as_many_copies() -> None:
    unknown = tuple(replace(one, role="other", service=None) for one in PEOPLE)
    blank = [replace(one, role="other") for one in rows(0, 1)]
    notes = Notes()
    for source in ("a", "b", "b", "c"):
        notes.add("no-assistant", "nobody could be told to be one", source=source)
    merge([chat_of(blank, "b", None, unknown), chat_of(rows(0, 1), "a")], notes)
    assert [note.source for note in notes.items if note.code == "no-assistant"] == ["a", "b", "c"]
    friends = (Participant("Mira", "other"), Participant("ChatGPT", "other"))
    notes = Notes()
    notes.add("no-assistant", "nobody could be told to be one", source="b")
    merge([chat_of(blank, "b", None, friends, "T"), chat_of(blank, "a", None, friends, "T")], notes)
    assert [note.source for note in notes.items if note.code == "no-assistant"] == ["b"]


def test_where_an_export_may_end_is_a_doubt_only_for_the_oldest_copy() -> None:
    notes = Notes()
    for source in "abc":
        notes.add("export-cap", "older ones may be missing", source=source, line=4)
    notes.add("export-cap", "older ones may be missing")
    merge([chat_of(rows(0, 1, 2, 3), "a"), chat_of(rows(2, 3, 4), "b"), chat_of(rows(8, 9), "c")], notes)
    caps = [
        (note.source, note.line, note.severity, note.text)
        for note in notes.items
        if note.code == "export-cap"
    ]
    severity = caps[0][2]
    assert caps == [
        ("a", 4, severity, "older ones may be missing"),
        ("b", 4, severity, "this copy ends where an export may end; another copy holds what is older"),
        ("c", 4, severity, "older ones may be missing"),
        (None, None, severity, "older ones may be missing"),
    ]


def test_two_copies_that_begin_together_hold_nothing_older_for_each_other() -> None:
    notes = Notes()
    for source in "ab":
        notes.add("export-cap", "older ones may be missing", source=source)
    merge([chat_of(rows(0, 1, 2), "a"), chat_of(rows(0, 1), "b")], notes)
    assert [note.text for note in notes.items if note.code == "export-cap"] == [
        "older ones may be missing"
    ] * 2


def test_nothing_is_said_about_a_chat_of_one_copy() -> None:
    notes = Notes()
    assert merge([chat_of(rows(0, 1), "a")], notes)[0].messages[0].timestamp == NOON + timedelta(seconds=7)
    assert notes.items == []
