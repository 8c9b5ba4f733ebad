"""Copies of one chat become one history."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from time import process_time

import pytest
from chat_copies import NAMES, SHORT, Case, Form, Line, copy_of, invent, make_case, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import conversations

from wamigrate.history import History
from wamigrate.merging import merge
from wamigrate.model import Attachment, Conversation, Message, Participant, Span, replace
from wamigrate.notes import Notes

CASES = 1200
"""Generated chats in five forms; about 8 milliseconds each."""
BAKERY = [
    ("user", "How long does the dough have to rest?"),
    ("assistant", "About twelve hours in a cool room, or four in a warm one."),
    ("user", "ok"),
    ("user", "ok"),
    ("assistant", "Shall I write a plan for tomorrow morning?"),
    ("user", "yes"),
    ("assistant", "Start at six in the evening: mix, knead for ten minutes, cover."),
    ("user", "Thanks!"),
]
NOON = datetime(2025, 3, 25, 12, 0)  # noqa: DTZ001 - a wall clock


def bakery(gap: float = 20) -> list[Line]:
    """A short chat with a double "ok" within a minute."""
    return [
        Line(NOON + timedelta(seconds=gap * number), role, "text", text)  # type: ignore[arg-type]  # literals
        for number, (role, text) in enumerate(BAKERY)
    ]


def only(merged: Sequence[Conversation]) -> Conversation:
    assert len(merged) == 1
    return merged[0]


def texts(chat: Conversation) -> list[str]:
    return [message.text for message in chat.messages]


def lines_of(message: Message) -> set[int]:
    return {span.line for span in message.spans}


def check(case: Case, history: Conversation) -> None:
    """Make sure that a history is the chat itself: no double, no loss, every copy referenced."""
    expected = [
        (line.role, "" if _only_pasted(case, number) else words(line.text))
        for number, line in enumerate(case.lines)
    ]
    assert [(message.role, words(message.text)) for message in history.messages] == expected
    places = [(span.source, span.line) for message in history.messages for span in message.spans]
    held = [(form, number + 1) for form, numbers in case.held.items() for number in numbers]
    assert sorted(places) == sorted(held)
    for message in history.messages:
        assert message.timestamp is not None
        assert message.timestamp.utcoffset() is not None


def _only_pasted(case: Case, number: int) -> bool:
    """Say whether only the clipboard holds a picture: there it is nothing."""
    forms = [form for form, numbers in case.held.items() if number in numbers]
    return forms == ["paste"] and case.lines[number].kind == "media"


def test_a_chat_in_five_forms_each_with_another_part_missing_merges_to_the_original() -> None:
    for seed in range(CASES):
        case = make_case(seed)
        try:
            check(case, only(merge(case.copies)))
        except AssertionError:
            pytest.fail(f"seed {seed} merges to something else")


def test_times_of_the_history_are_the_most_exact_that_any_copy_tells() -> None:
    for seed in range(60):
        case = make_case(seed)
        history = only(merge(case.copies))
        for line, message in zip(case.lines, history.messages, strict=True):
            number = case.lines.index(line)
            seconds = any(number in case.held[form] for form in ("ios", "web", "database"))
            stamp = message.timestamp
            assert stamp is not None
            told = stamp.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            assert told == (line.time if seconds else line.time.replace(second=0))


def test_all_times_of_a_history_have_the_local_offset_of_a_copy_that_knows_local_time() -> None:
    lines = bakery()
    everything = range(len(lines))
    history = only(merge([copy_of(lines, "database", everything), copy_of(lines, "ios", everything, 5.5)]))
    assert {message.timestamp.utcoffset() for message in history.messages if message.timestamp} == {
        timedelta(hours=5.5)
    }
    assert [
        message.timestamp and message.timestamp.strftime("%H:%M:%S") for message in history.messages[:2]
    ] == [
        "17:30:00",
        "17:30:20",
    ]


@st.composite
def small_copies(draw: st.DrawFn) -> list[Conversation]:
    """Draw some copies of one chat, in any form, with any part missing."""
    dice = Random(draw(st.integers(0, 10_000)))
    lines = invent(dice, draw(st.integers(1, 25)))
    forms: list[Form] = draw(st.lists(st.sampled_from(list(NAMES)), min_size=1, max_size=4))
    return [
        copy_of(
            lines,
            form,
            sorted(draw(st.sets(st.integers(0, len(lines) - 1)))),
            draw(st.sampled_from((0, 1, -5))),
        )
        for form in forms
    ]


ANY_COPIES = st.one_of(small_copies(), st.lists(conversations(), max_size=4))
SLOW = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(ANY_COPIES, st.randoms())
def test_merging_is_commutative(copies: list[Conversation], dice: Random) -> None:
    shuffled = copies.copy()
    dice.shuffle(shuffled)
    assert merge(shuffled) == merge(copies)


@SLOW
@given(ANY_COPIES)
def test_merging_is_idempotent(copies: list[Conversation]) -> None:
    assert merge([*copies, *copies[:2], *reversed(copies)]) == merge(copies)


@SLOW
@given(small_copies(), small_copies(), small_copies())
def test_merging_is_associative_on_sets_of_copies(
    one: list[Conversation], two: list[Conversation], three: list[Conversation]
) -> None:
    first, second, third = map(History.of, (one, two, three))
    left, right = (first | second) | third, first | (second | third)
    assert left == right
    assert left.conversation() == right.conversation() == History.of([*three, *one, *two]).conversation()


@SLOW
@given(ANY_COPIES)
def test_no_place_of_any_copy_gets_lost(copies: list[Conversation]) -> None:
    def places(chats: Iterable[Conversation]) -> set[Span]:
        return {span for chat in chats for message in chat.messages for span in message.spans}

    assert places(merge(copies, Notes())) == places(copies)


@SLOW
@given(st.lists(conversations(), min_size=1, max_size=4))
def test_a_history_of_anything_at_all_is_a_conversation(copies: list[Conversation]) -> None:
    history = History.of(copies).conversation()
    assert len(history.messages) >= max(len(copy.messages) for copy in copies)


def test_a_history_merged_with_its_own_copies_is_the_same_history() -> None:
    for seed in range(100):
        case = make_case(seed)
        history = only(merge(case.copies))
        for copy in case.copies:
            again = only(merge([history, copy]))
            assert list(map(words, texts(again))) == list(map(words, texts(history))), seed
            assert [message.timestamp for message in again.messages] == [
                message.timestamp for message in history.messages
            ], seed


def test_histories_of_histories_hold_the_same_messages() -> None:
    for seed in range(100):
        case = make_case(seed)
        one, two, *others = case.copies
        notes = Notes()
        step = merge([one, two], notes)
        if len(step) == 1 and not any(note.code == "gap" for note in notes.items):
            expected = list(map(words, texts(only(merge(case.copies)))))
            assert list(map(words, texts(only(merge([*step, *others]))))) == expected, seed


def test_a_single_copy_stays_as_it_is() -> None:
    chat = copy_of(bakery(), "ios", range(8))
    assert merge([chat]) == (chat,)
    assert merge([]) == ()


def test_a_double_ok_is_neither_doubled_nor_lost() -> None:
    lines = bakery(gap=9)
    for form in ("android", "paste", "web"):
        copies = [copy_of(lines, "ios", range(8), 1), copy_of(lines, form, range(8))]
        assert [lines_of(message) for message in only(merge(copies)).messages] == [{n} for n in range(1, 9)]


def test_an_ok_that_one_copy_lacks_is_told_from_the_one_it_has_by_what_stands_around() -> None:
    lines = [
        Line(NOON + timedelta(seconds=n), "user" if n % 2 == 0 else "assistant", "text", text)
        for n, text in enumerate(
            ["ok", "A first answer that is long enough.", "ok", "A second answer that is long enough.", "ok"]
        )
    ]
    first = copy_of(lines, "android", [0, 1, 3])
    second = copy_of(lines, "paste", [1, 2, 3, 4])
    history = only(merge([first, second]))
    assert [lines_of(message) for message in history.messages] == [{1}, {2}, {3}, {4}, {5}]


def test_copies_in_other_zones_are_brought_to_the_clock_of_the_best_copy_and_that_is_said() -> None:
    lines = bakery()
    notes = Notes()
    history = only(merge([copy_of(lines, "ios", range(8), 6), copy_of(lines, "android", range(1, 8))], notes))
    assert history.messages[0].timestamp == NOON + timedelta(hours=6)
    (note,) = (note for note in notes.items if note.code == "other-clock")
    assert (note.source, "-6 hours" in note.text) == ("android", True)


def test_summer_time_of_one_zone_alone_changes_the_difference_of_two_clocks() -> None:
    days = [datetime(2025, month, 3, 12, 0, 7) for month in range(1, 13)]  # noqa: DTZ001 - UTC, not said
    lines = [Line(day, "assistant", "text", f"The answer of month {day.month}, long enough.") for day in days]
    utc = copy_of(lines, "database", range(12))
    local = copy_of(lines, "android", range(12), 1)
    summer = tuple(
        replace(message, timestamp=message.timestamp + timedelta(hours=1))
        if message.timestamp and 4 <= message.timestamp.month <= 10
        else message
        for message in local.messages
    )
    history = only(merge([utc, replace(local, messages=summer)]))
    offsets = [message.timestamp and message.timestamp.utcoffset() for message in history.messages]
    assert offsets == [timedelta(hours=1 + (4 <= month <= 10)) for month in range(1, 13)]
    assert len(history.messages) == 12


def test_a_wrong_year_is_put_right_where_all_texts_agree() -> None:
    lines = bakery(gap=21)
    pasted = copy_of(lines, "paste", range(8))
    wrong = tuple(
        replace(message, timestamp=message.timestamp and message.timestamp.replace(year=2024))
        for message in pasted.messages
    )
    history = only(merge([copy_of(lines, "ios", range(6)), replace(pasted, messages=wrong)]))
    assert texts(history) == [text for _, text in BAKERY]
    assert history.ended_at is not None
    assert history.ended_at.year == 2025


def test_times_that_no_clock_explains_keep_both_copies_and_say_so() -> None:
    days = [datetime(2025, month, 2 * month, 12) for month in range(2, 8)]  # noqa: DTZ001 - a wall clock
    lines = [Line(day, "assistant", "text", f"The answer of month {day.month}, long enough.") for day in days]
    right = copy_of(lines, "ios", range(6))
    turned = tuple(
        replace(message, timestamp=day.replace(day=day.month, month=day.day))
        for message, day in zip(right.messages, days, strict=True)
        if day.day <= 12
    )
    notes = Notes()
    merged = merge([right, replace(right, source="other", messages=turned)], notes)
    assert len(merged) == 2
    (note,) = (note for note in notes.items if note.code == "not-merged")
    assert "--date-order" in note.text


def test_a_wall_clock_and_utc_without_a_text_in_common_are_kept_apart_with_advice() -> None:
    lines = bakery(gap=3600)
    notes = Notes()
    merged = merge([copy_of(lines, "database", range(4)), copy_of(lines, "android", range(4, 8))], notes)
    assert len(merged) == 2
    (note,) = (note for note in notes.items if note.code == "not-merged")
    assert (note.source, "--tz" in note.text) == ("android", True)


def test_two_people_who_ask_the_same_assistant_are_two_chats() -> None:
    mine = bakery()
    hers = [
        line._replace(time=line.time + timedelta(days=3, hours=5, minutes=n)) for n, line in enumerate(mine)
    ]
    other = copy_of(hers, "ios", range(8))
    assert len(merge([copy_of(mine, "android", range(8)), other])) == 2


def test_what_was_sent_to_two_chats_at_once_does_not_make_them_one() -> None:
    dice = Random(5)
    wishes = ("A happy new year to all of you, dear friends!", "And do not forget the party next Saturday.")

    def chat(friend: str, seed: int) -> Conversation:
        talk = [
            Message("", "other", friend if n % 2 else "Mira", NOON + timedelta(minutes=5 * n), "text",
                    f"{' '.join(dice.choices(['bread', 'oven', 'towel', 'crumb'], k=6))} {seed}",
                    spans=(Span(friend, n + 1, 0, 0),))
            for n in range(20)
        ]  # fmt: skip
        talk += [
            Message("", "other", "Mira", NOON + timedelta(hours=9, seconds=n), "text", wish,
                    spans=(Span(friend, 30 + n, 0, 0),))
            for n, wish in enumerate(wishes)
        ]  # fmt: skip
        people = (Participant("Mira", "user"), Participant(friend, "other"))
        return Conversation("", friend, None, people, None, None, tuple(talk), friend)

    assert len(merge([chat("Ben", 1), chat("Carla", 2)])) == 2


def test_two_chats_of_a_database_are_not_merged_for_being_with_the_same_words() -> None:
    chat = copy_of(bakery(), "database", range(8))
    rows = tuple(
        replace(message, spans=(Span("database", 100 + n, 0, 0),)) for n, message in enumerate(chat.messages)
    )
    people = (Participant("Mira", "user"), Participant("Copilot", "assistant", "copilot"))
    other = replace(chat, service="copilot", participants=people, messages=rows)
    assert len(merge([chat, other])) == 2


def test_copies_of_different_times_follow_each_other_and_the_gap_is_said() -> None:
    lines = bakery(gap=86_400)
    notes = Notes()
    history = only(merge([copy_of(lines, "android", range(3)), copy_of(lines, "paste", range(5, 8))], notes))
    assert texts(history) == [BAKERY[n][1] for n in (0, 1, 2, 5, 6, 7)]
    (note,) = (note for note in notes.items if note.code == "gap")
    assert (note.severity, "2025-03-27 12:00 to 2025-03-30 12:00" in note.text) == ("warning", True)


def test_copies_that_overlap_leave_no_gap() -> None:
    lines = bakery(gap=86_400)
    notes = Notes()
    merge([copy_of(lines, "android", range(5)), copy_of(lines, "ios", range(3, 8))], notes)
    assert [note.code for note in notes.items] == ["merged"]
    assert "2 copies with 10 messages became one history of 8; 2 stand in" in notes.items[0].text


def test_a_cap_that_an_older_copy_makes_good_is_no_longer_a_doubt() -> None:
    lines = bakery(gap=86_400)
    notes = Notes()
    for form in ("android", "ios"):
        notes.add("export-cap", "older ones may be missing", source=form)
    merge([copy_of(lines, "android", range(5)), copy_of(lines, "ios", range(3, 8))], notes)
    caps = {note.source: note.text for note in notes.items if note.code == "export-cap"}
    assert caps["android"] == "older ones may be missing"
    assert "another copy holds what is older" in caps["ios"]


def test_findings_that_another_copy_settles_are_dropped() -> None:
    lines = bakery()
    notes = Notes()
    notes.add("no-assistant", "nobody could be told to be one", source="android")
    notes.add("no-assistant", "nobody could be told to be one", source="elsewhere")
    blank = copy_of(lines, "android", range(8))
    people = tuple(replace(one, role="other", service=None) for one in blank.participants)
    blank = replace(blank, service=None, participants=people)
    history = only(merge([blank, copy_of(lines, "ios", range(8))], notes))
    assert [note.source for note in notes.items if note.code == "no-assistant"] == ["elsewhere"]
    assert [person.role for person in history.participants] == ["user", "assistant"]


def test_who_is_who_follows_from_what_they_say() -> None:
    history = only(merge([copy_of(bakery(), form, range(8)) for form in NAMES]))
    user, assistant = history.participants
    assert (user.name, assistant.name) == ("Mira", "ChatGPT")
    assert {message.author for message in history.messages} == {"Mira", "ChatGPT"}
    assert (user.role, assistant.role, assistant.service) == ("user", "assistant", "chatgpt")


def test_a_name_wins_over_a_number_and_over_the_word_you() -> None:
    history = only(merge([copy_of(bakery(), "web", range(8)), copy_of(bakery(), "paste", range(8))]))
    assert [person.name for person in history.participants] == ["Mira", "ChatGPT"]


def pair(one: Message, other: Message) -> Message:
    """Merge two copies of a message that stands between an answer and the next."""
    frame = copy_of(bakery(), "ios", range(8))

    def with_(message: Message, source: str) -> Conversation:
        at = frame.messages[5].timestamp
        inside = replace(message, author=message.author or "Mira K.", timestamp=message.timestamp or at)
        rows = (*frame.messages[:5], inside, *frame.messages[6:])
        rows = tuple(replace(row, spans=(Span(source, n + 1, 0, 0),)) for n, row in enumerate(rows))
        return replace(frame, messages=rows, source=source)

    history = only(merge([with_(one, "a"), with_(other, "b")]))
    assert len(history.messages) == 8
    return history.messages[5]


def say(text: str = "yes", **changes: object) -> Message:
    return replace(Message("x", "user", None, None, "text", text), **changes)


def test_seconds_win_over_minutes() -> None:
    at = NOON.replace(second=0) + timedelta(minutes=1)
    found = pair(say(timestamp=at.replace(second=40)), say(timestamp=at.replace(second=40)))
    assert found.timestamp == at.replace(second=40)


def test_text_with_marks_wins_over_text_that_lost_them() -> None:
    assert (
        pair(say("Take `salt` and *knead* it"), say("Take salt and knead it")).text
        == "Take `salt` and *knead* it"
    )


def test_whitespace_and_invisible_marks_make_no_other_message() -> None:
    assert pair(say("one two"), say("\u200eone\u00a0two\r\n")).text.split() == ["one", "two"]


def test_undamaged_text_wins() -> None:
    found = pair(say("Cr*me br*lée", flags=("damaged-text",)), say("Crme brlée"))
    assert (found.text, found.flags) == ("Crme brlée", ())


def test_a_message_wins_over_the_trace_of_its_deletion_which_is_kept_as_a_flag() -> None:
    trace = say("You deleted this message", kind="deleted", flags=("deleted-by-you",))
    found = pair(trace, say("Do I need a scale?"))
    assert (found.text, found.kind, found.flags) == ("Do I need a scale?", "text", ("deleted-by-you",))


def test_the_edited_wording_wins_and_the_flag_is_kept() -> None:
    found = pair(say("Do I ned a scale?"), say("Do I need a scale?", edited=True))
    assert (found.text, found.edited) == ("Do I need a scale?", True)


def test_a_message_wins_over_a_placeholder() -> None:
    waiting = say("Waiting for this message", kind="unsupported", flags=("waiting",))
    found = pair(waiting, say("Do I need a scale?"))
    assert (found.text, found.kind, found.flags) == ("Do I need a scale?", "text", ())


def test_a_forward_is_one_if_any_copy_says_so() -> None:
    assert pair(say(forwarded=True), say()).forwarded


def test_a_file_wins_over_its_absence_and_its_copy_comes_first_among_the_places() -> None:
    here = Attachment("IMG-1.jpg", "image/jpeg", 5, None, "IMG-1.jpg", present=True)
    gone = Attachment(None, "image")
    found = pair(say("", kind="media", attachments=(gone,)), say("", kind="media", attachments=(here,)))
    assert found.attachments == (here,)
    assert [span.source for span in found.spans] == ["b", "a"]


def test_a_caption_that_one_copy_lost_comes_from_the_other() -> None:
    here = Attachment("IMG-1.jpg", "image/jpeg", 5, None, "IMG-1.jpg", present=True)
    told = Attachment(None, "image", caption="My loaf")
    found = pair(
        say("", kind="media", attachments=(here,)), say("My loaf", kind="media", attachments=(told,))
    )
    assert (found.text, found.attachments[0].caption, found.attachments[0].present) == (
        "My loaf",
        "My loaf",
        True,
    )


def test_what_another_copy_knows_of_a_file_is_filled_in_unless_it_is_another_file() -> None:
    here = Attachment("IMG-1.jpg", "image", 5, None, "IMG-1.jpg", present=True)
    known = Attachment(None, "image/jpeg", sha256="ab")
    other = Attachment("PHOTO-2.jpg", "image/jpeg", sha256="cd")
    assert pair(
        say("", kind="media", attachments=(here,)), say("", kind="media", attachments=(known,))
    ).attachments == (replace(here, media_type="image/jpeg", sha256="ab"),)
    assert pair(
        say("", kind="media", attachments=(here,)), say("", kind="media", attachments=(other,))
    ).attachments == (here,)


def test_the_rest_of_a_first_message_that_a_selection_cut_is_no_message_of_its_own() -> None:
    lines = bakery()
    pasted = copy_of(lines, "paste", range(1, 8))
    cut = replace(pasted.messages[0], text="cool room, or four in a warm one.", author=None, timestamp=None)
    history = only(
        merge([copy_of(lines, "ios", range(8)), replace(pasted, messages=(cut, *pasted.messages[1:]))])
    )
    assert texts(history) == [text for _, text in BAKERY]
    assert {span.source for span in history.messages[1].spans} == {"ios", "paste"}


def test_notices_in_two_languages_are_one_notice() -> None:
    english = (
        "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can "
    )
    german = (
        "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie "
    )
    words_ = (f"{english}read or listen to them.", f"{german}lesen oder anhören, nicht einmal WhatsApp.")
    forms: tuple[Form, ...] = ("android", "ios")
    copies: list[Conversation] = []
    for form, text in zip(forms, words_, strict=True):
        chat = copy_of(bakery(), form, range(8))
        notice = Message("", "notice", None, NOON, "notice", text, spans=(Span(form, 99, 0, 0),))
        copies.append(replace(chat, messages=(notice, *chat.messages)))
    history = only(merge(copies))
    assert [message.role for message in history.messages[:2]] == ["notice", "user"]
    assert len(history.messages) == 9


def test_replies_name_the_messages_of_the_history() -> None:
    lines = bakery()
    first = copy_of(lines, "android", range(8))
    second = copy_of(lines, "ios", range(1, 8), 6)
    answer = replace(second.messages[6], reply_to=second.messages[0].id)
    second = replace(second, messages=(*second.messages[:6], answer))
    history = only(merge([first, second]))
    assert history.messages[7].reply_to == history.messages[1].id
    assert history.messages[1].id != second.messages[0].id


def test_a_message_has_the_same_id_as_in_a_full_copy() -> None:
    lines = bakery()
    whole = copy_of(lines, "android", range(8))
    history = only(merge([copy_of(lines, "android", range(5)), copy_of(lines, "ios", range(2, 8))]))
    assert [message.id for message in history.messages] == [message.id for message in whole.messages]
    assert history.id == whole.id


def test_copies_sorted_by_time_and_by_arrival_are_one_history() -> None:
    lines = bakery(gap=300)
    sorted_ = copy_of(lines, "web", range(8))
    late = copy_of(lines, "android", [0, 1, 4, 2, 3, 5, 6, 7])
    history = only(merge([sorted_, late]))
    assert sorted(texts(history)) == sorted(text for _, text in BAKERY)
    assert [len(message.spans) for message in history.messages] == [2] * 8


def test_times_with_offsets_from_several_zones_are_told_in_the_local_one() -> None:
    lines = bakery()
    utc = copy_of(lines, "database", range(8))
    east = timezone(timedelta(hours=9))
    local = replace(
        copy_of(lines, "ios", range(8)),
        messages=tuple(
            replace(
                message,
                timestamp=message.timestamp and message.timestamp.replace(tzinfo=UTC).astimezone(east),
            )
            for message in copy_of(lines, "ios", range(8)).messages
        ),
    )
    history = only(merge([utc, local]))
    assert {message.timestamp.utcoffset() for message in history.messages if message.timestamp} == {
        timedelta(hours=9)
    }


def group(names: Sequence[str], start: int, stop: int, source: str) -> Conversation:
    """Make a copy of a chat of three people and Meta AI, by the names that a phone has for them."""
    talk = [
        "Shall we go to the lake on Saturday?",
        "Yes, if it does not rain too much.",
        "ok",
        "ok",
        "It will be sunny on Saturday, at most 24 degrees.",
        "Then I bring the bread for everybody.",
    ]
    authors = [0, 1, 2, 0, 3, 1]
    messages = [
        Message("", "other", names[authors[n % 6]], NOON + timedelta(seconds=40 * n), "text",
                talk[n % 6] if n < 6 else f"{talk[n % 6]} {n}", spans=(Span(source, n + 1, 0, 0),))
        for n in range(start, stop)
    ]  # fmt: skip
    people = tuple(
        Participant(
            name, "assistant" if name == names[3] else "other", "meta-ai" if name == names[3] else None
        )
        for name in dict.fromkeys(one.author for one in messages if one.author)
    )
    return Conversation("", f"Group {source}", "meta-ai", people, None, None, tuple(messages), source)


def test_people_of_a_group_are_recognised_under_other_names() -> None:
    mine = group(["Ana", "+49 151 12345678", "Carla", "Meta AI"], 0, 20, "mine")
    hers = group(["Ana Lima", "Ben", "~ Carla", "Meta AI"], 4, 26, "hers")
    history = only(merge([mine, hers]))
    assert len(history.messages) == 26
    assert sorted(person.name for person in history.participants) == ["Ana Lima", "Ben", "Meta AI", "~ Carla"]
    assert {message.author for message in history.messages} == {one.name for one in history.participants}


def test_many_chats_are_sorted_out_quickly() -> None:
    dice = Random(4)
    chats: list[Conversation] = []
    for number in range(400):
        friend, begun_at = f"Friend {number}", NOON + timedelta(days=number)
        talk = [
            Message(
                "",
                "other",
                ("Mira", friend)[n % 2],
                begun_at + timedelta(minutes=n),
                "text",
                dice.choice(SHORT) if n % 3 else f"{number} {dice.random()} and so on and on",
                spans=(Span("database", 100 * number + n + 1, 0, 0),),
            )
            for n in range(30)
        ]
        people = (Participant("Mira", "user"), Participant(f"Friend {number}", "other"))
        chats.append(Conversation("", f"{number}", None, people, None, None, tuple(talk), "database"))
    begun = process_time()
    assert len(merge(chats)) == 400
    assert process_time() - begun < 10


def test_many_copies_become_one_history() -> None:
    dice = Random(7)
    lines = invent(dice, 400)
    starts = range(0, 390, 20)
    copies = [copy_of(lines, "ios", range(start, min(start + 60, 400))) for start in starts]
    copies = [
        replace(copy, source=f"ios{n}", messages=tuple(
            replace(one, spans=tuple(replace(span, source=f"ios{n}") for span in one.spans))
            for one in copy.messages
        ))
        for n, copy in enumerate(copies)
    ]  # fmt: skip
    dice.shuffle(copies)
    history = only(merge(copies))
    assert [words(text) for text in texts(history)] == [words(line.text) for line in lines]
