"""Which messages of a copy the history holds already."""

from collections.abc import Mapping, Sequence

import pytest
from merge_cases import line, strand_of

from wamigrate.model import Attachment, Message, replace
from wamigrate.pairing import Pairing
from wamigrate.shift import Clock
from wamigrate.thread import Thread

PERSONS: Mapping[str, int] = {"Mira": 0, "ChatGPT": 1, "Ben": 2}
SAME: Clock = Clock(())
LONG = "A text that is long enough to be told from others"
ENCRYPTED = (
    "Messages and calls are end-to-end encrypted. Only people in this chat can read or listen to them."
)
VERSCHLUESSELT = (
    "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Nur Personen in diesem Chat können sie lesen."
)
PINNED = "Ana pinned a message"


def history(*copies: Sequence[Message]) -> Thread:
    """Make a history of copies with nothing in common."""
    thread = Thread()
    for number, rows in enumerate(copies):
        none = [-1] * len(rows)
        thread.add(strand_of(rows, f"copy {number}"), dict(PERSONS), SAME, none, [0] * len(rows))
    return thread


def pair(thread: Thread, rows: Sequence[Message], clock: Clock = SAME) -> Pairing:
    pairing = Pairing(thread, strand_of(rows, "new"), PERSONS, clock)
    pairing.run()
    return pairing


def matches(held: Sequence[Message], rows: Sequence[Message], clock: Clock = SAME) -> list[int]:
    """Return which message of one copy each of another is, by its number; -1 for none."""
    return pair(history(held), rows, clock).matches


QUESTION = line("How long does the dough have to rest?", 7)
ANSWER = line("About twelve hours in a cool room.", 907, "ChatGPT")


# --- equal words


def test_long_texts_of_the_same_author_and_time_are_the_same() -> None:
    assert matches([QUESTION, ANSWER], [QUESTION, ANSWER]) == [0, 1]
    assert matches([QUESTION], [replace(QUESTION, author="Ben")]) == [-1]
    assert matches([QUESTION], [line(QUESTION.text, 8)]) == [-1]
    assert matches([QUESTION], [line(QUESTION.text, 0)]) == [0]  # a minute that holds it
    assert matches([QUESTION], [line(QUESTION.text, 60)]) == [-1]
    assert matches([QUESTION], []) == []
    assert matches([], [QUESTION]) == [-1]


def test_people_who_are_not_known_are_nobody() -> None:
    stranger = replace(QUESTION, author="Zoe")
    assert matches([stranger], [replace(QUESTION, author="Yan")]) == [0]
    assert matches([stranger], [QUESTION]) == [-1]


def test_times_are_compared_as_the_clock_says() -> None:
    ahead = Clock([(0, -3600)])
    late = [line(QUESTION.text, 3607), line(ANSWER.text, 4507, "ChatGPT")]
    assert matches([QUESTION, ANSWER], late) == [-1, -1]
    pairing = pair(history([QUESTION, ANSWER]), [*late, line("new", None)], ahead)
    assert (pairing.matches, pairing.shifts) == ([0, 1, -1], [-3600, -3600, 0])


def test_clocks_may_miss_each_other_by_as_much_as_they_were_found_to() -> None:
    jitter = Clock([(0, 0)], 5)
    for missed in (-5, 5):
        assert matches([QUESTION], [line(QUESTION.text, 7 + missed)], jitter) == [0]
    for missed in (-6, 6):
        assert matches([QUESTION], [line(QUESTION.text, 7 + missed)], jitter) == [-1]
    assert matches([line("ok", 7), line("ok", 97)], [line("ok", 102), line("ok", 12)], jitter) == [1, 0]


def test_where_two_amounts_may_be_meant_the_one_that_fits_is_taken() -> None:
    noon = 1742904000
    summer = Clock([(noon, 0), (noon + 100_000, -3600)])
    thread = history([line(QUESTION.text, 7), line("ok", 2007)])
    pairing = pair(thread, [line(QUESTION.text, 3607), line("ok", 5607)], summer)
    assert (pairing.matches, pairing.shifts) == ([0, 1], [-3600, -3600])
    minutes = history([line("ok", 1980), line("ok", 5580)])
    pairing = pair(minutes, [line("ok", 5580), line("ok", 9180)], summer)
    assert (pairing.matches, pairing.shifts) == ([0, 1], [-3600, -3600])
    assert pair(history([line("ok", 50_000)]), [line("no", 50_000)], summer).shifts == [0]


def test_short_words_at_the_same_second_are_the_same_wherever_they_stand() -> None:
    held = [line("yes", 7), line("no", 107), line("ok", 207)]
    assert matches(held, [line("ok", 207), line("yes", 7)]) == [2, 0]


def test_short_words_of_the_same_minute_are_paired_in_order() -> None:
    held = [line("ok", 10), line("ok", 20), line("ok", 30)]
    assert matches(held, [line("ok", 0), line("ok", 0)]) in ([0, 1], [1, 2])
    assert matches(held, [line("ok", 0)] * 3) == [0, 1, 2]
    assert matches(held, [line("ok", 0)] * 5).count(-1) == 2


def test_short_words_stay_between_their_neighbours() -> None:
    held = [line("ok", 10), line(LONG, 20), line("ok", 30)]
    assert matches(held, [line(LONG, 0), line("ok", 0)]) == [1, 2]
    assert matches(held, [line("ok", 0), line(LONG, 0)]) == [0, 1]
    minutes = [replace(one, timestamp=line("", 0).timestamp) for one in held]
    assert matches(minutes[:2], [line(LONG, 20), line("ok", 30)]) == [1, -1]
    assert matches(minutes[1:], [line("ok", 10), line(LONG, 20)]) == [-1, 0]


def test_of_several_short_words_those_beside_a_neighbour_are_taken() -> None:
    oks = [line("ok", 10 + n) for n in range(3)]
    assert matches([line(LONG, 5), *oks], [line(LONG, 0), line("ok", 0)]) == [0, 1]
    assert matches([*oks, line(LONG, 50)], [line("ok", 0), line(LONG, 0)]) == [2, 3]
    first = [line("x", 1), line("y", 2), line(LONG, 5), *oks]
    assert matches(first, [line("y", 2), line(LONG, 0), line("ok", 0)]) == [1, 2, 3]


def test_each_message_is_paired_once() -> None:
    twice = [line(LONG, 10), line(LONG, 10)]
    assert matches(twice[:1], twice) in ([0, -1], [-1, 0])
    assert sorted(matches(twice, twice)) == [0, 1]
    assert matches(twice, twice[:1]) in ([0], [1])


def test_equal_words_further_away_than_a_clock_explains_are_others() -> None:
    held = [line("ok", 7), line("ok", 307), line("ok", 607)]
    assert matches(held, [line("ok", 307)]) == [1]
    assert matches(held, [line("ok", 300)]) == [1]
    assert matches(held, [line("ok", 240)]) == [-1]
    assert matches([line("ok", 0), line("ok", 300)], [line("ok", 330)]) == [1]
    assert matches([line("ok", 0), line("ok", 300)], [line("ok", 59)]) == [0]
    assert matches([line("ok", 0), line("ok", 300)], [line("ok", 61)]) == [-1]


# --- messages without a time


def test_a_message_without_a_time_is_found_between_its_neighbours() -> None:
    held = [QUESTION, line("ok", 107), line("ok", 507), ANSWER]
    assert matches(held, [QUESTION, line("ok", None), ANSWER])[1] in (1, 2)
    assert matches([QUESTION, line("ok", 107), ANSWER], [QUESTION, line("ok", None), ANSWER]) == [0, 1, 2]
    assert matches([QUESTION, ANSWER, line("ok", 2000)], [QUESTION, line("ok", None), ANSWER]) == [0, -1, 1]
    assert matches(held, [replace(one, timestamp=None) for one in held]) == [0, 1, 2, 3]


def test_a_history_without_a_time_is_found_too() -> None:
    held = [QUESTION, line("ok", None), line("no", None), ANSWER]
    copy = [QUESTION, line("ok", 207), line("no", 307), ANSWER]
    assert matches(held, copy) == [0, 1, 2, 3]
    assert matches(held, held) == [0, 1, 2, 3]
    assert matches([line(LONG, None)], [line(LONG, 7)]) == [0]
    assert matches([line("ok", None)], [line("no", 7)]) == [-1]


def test_a_message_without_a_time_keeps_no_other_from_its_partner() -> None:
    held = [line(LONG, None), line(LONG, 300)]
    assert sorted(matches(held, [line(LONG, 300), line(LONG, None)])) == [0, 1]


# --- the order of copies that contradict each other


def test_a_message_that_arrived_late_is_the_same_where_times_say_so() -> None:
    held = [line("one", 0), line("two", 120), line("three", 240)]
    assert matches(held, [line("three", 240), line("one", 0), line("two", 120)]) == [2, 0, 1]


def test_within_a_minute_equal_words_on_the_other_side_of_a_neighbour_are_others() -> None:
    held = [line("ok", 0), line(LONG, 0)]
    assert matches(held, [line(LONG, 0), line("ok", 0)]) == [1, -1]
    assert matches(held[::-1], held) == [-1, 0]
    later = [line("ok", 0), line(LONG, 60)]
    assert matches(later, [line(LONG, 60), line("ok", 0)]) == [1, 0]
    assert matches(later[::-1], later) == [1, 0]


def test_a_message_without_a_time_is_not_looked_for_beyond_its_neighbours() -> None:
    held = [line("ok", 7), line(LONG, 607)]
    assert matches(held, [line(LONG, 607), line("ok", None)]) == [1, -1]
    assert matches([line("ok", None), line(LONG, 607)], [line(LONG, 607), line("ok", 7)]) == [1, -1]


def test_a_neighbour_without_a_time_explains_no_other_order() -> None:
    held = [line("ok", 0), line(LONG, None)]
    assert matches(held, [line(LONG, None), line("ok", 0)]) == [1, -1]


# --- more lenient keys


def test_marks_that_a_copy_lost_make_no_other_message() -> None:
    held = [line("Take `salt` and *knead*", 7)]
    assert matches(held, [line("Take salt and knead", 7)]) == [0]
    assert matches(held, [line("Take salt and knead", 7, "ChatGPT")]) == [-1]
    assert matches(held, [line("Take salt and knead", 8)]) == [-1]
    assert matches(held, [line("Take salt and knead", None)]) == [0]
    assert matches([line("Take `salt`", None)], [line("Take salt", 7)]) == [0]


def test_a_history_knows_each_wording_that_a_copy_has() -> None:
    thread = history([line("Take `salt` and *knead*", 7)])
    strand = strand_of([line("Take salt & knead", 7)], "second")
    thread.add(strand, dict(PERSONS), SAME, [0], [0])
    assert pair(thread, [line("Take salt & knead", 7)]).matches == [0]
    assert pair(thread, [line("Take *salt* & knead", 7)]).matches == [0]
    assert pair(thread, [line("Take *salt* and knead", 7)]).matches == [0]


def media(at: float | None, *files: Attachment, author: str = "Mira", kind: str = "media") -> Message:
    return line("", at, author, kind=kind, attachments=files)


def test_files_are_the_same_by_name_by_type_or_by_being_one() -> None:
    named = media(7, Attachment("a.jpg", "image/jpeg"))
    held = [media(7, Attachment("b.mp4", "video/mp4")), named]
    assert matches(held, [named]) == [1]
    assert matches(held, [media(7, Attachment(None, "image"))]) == [1]
    assert matches(held, [media(0, Attachment(None, "video"))]) == [0]
    assert matches([named], [media(7, Attachment("c.pdf", "application/pdf"))]) == [0]
    assert matches([named], [media(307, Attachment("c.pdf", "application/pdf"))]) == [-1]
    assert matches([named], [media(7, Attachment("a.jpg", "image/jpeg"), author="Ben")]) == [-1]


def test_calls_and_notices_are_the_same_whoever_tells_them() -> None:
    call = line("Voice call", 7, kind="call")
    assert matches([call], [line("Sprachanruf", 7, "ChatGPT", kind="call")]) == [0]
    assert matches([line(ENCRYPTED, 7, None)], [line(VERSCHLUESSELT, 7, None)]) == [0]
    assert matches([line(ENCRYPTED, 7, None)], [line("Etwas anderes", 7, None)]) == [0]
    assert matches([line(ENCRYPTED, 7, None)], [line(PINNED, 7, None)]) == [-1]
    assert matches(
        [line(ENCRYPTED, 0, None), line(PINNED, 0, None)], [line("?", 0, None), line(PINNED, 0, None)]
    ) == [
        0,
        1,
    ]
    assert matches([line(ENCRYPTED, 7, None)], [line(ENCRYPTED, 7)]) == [-1]


def test_a_notice_agrees_with_all_copies_of_another_or_is_another() -> None:
    thread = history([line("Etwas anderes", 7, None)])
    thread.add(strand_of([line(ENCRYPTED, 7, None)], "second"), dict(PERSONS), SAME, [0], [0])
    assert pair(thread, [line(PINNED, 7, None)]).matches == [-1]
    assert pair(thread, [line(VERSCHLUESSELT, 7, None)]).matches == [0]


# --- the same place


@pytest.mark.parametrize("kind", ["deleted", "unsupported", "empty"])
def test_a_placeholder_is_the_message_in_the_same_place(kind: str) -> None:
    hollow = line("This is not there", 300, kind=kind)
    held = [QUESTION, line("Something", 300), ANSWER]
    for copy in ([QUESTION, hollow, ANSWER], [QUESTION, hollow], [hollow, ANSWER]):
        assert matches(held, copy)[copy.index(hollow)] == 1
    assert matches([QUESTION, hollow, ANSWER], held) == [0, 1, 2]
    assert matches(held, [hollow]) == [-1]
    assert matches(held, [QUESTION, replace(hollow, author="ChatGPT"), ANSWER]) == [0, -1, 2]
    assert matches(held, [QUESTION, replace(hollow, author=None), ANSWER]) == [0, 1, 2]
    assert matches(held, [QUESTION, line("x", 400, kind=kind), ANSWER]) == [0, -1, 2]
    nobody = replace(held[1], author=None, role="user")
    assert matches([QUESTION, nobody, ANSWER], [QUESTION, hollow, ANSWER]) == [0, 1, 2]


def test_other_words_in_the_same_place_are_another_message_unless_one_was_edited() -> None:
    held = [QUESTION, line("Somethng", 300), ANSWER]
    other = line("Something", 300)
    assert matches(held, [QUESTION, other, ANSWER]) == [0, -1, 2]
    assert matches(held, [QUESTION, replace(other, edited=True), ANSWER]) == [0, 1, 2]
    both = [QUESTION, replace(held[1], edited=True), ANSWER]
    assert matches(both, [QUESTION, other, ANSWER]) == [0, 1, 2]
    assert matches(both, [QUESTION, replace(other, edited=True), ANSWER]) == [0, -1, 2]


def test_a_notice_stands_in_for_no_message() -> None:
    held = [QUESTION, line("Something", 300), ANSWER]
    assert matches(held, [QUESTION, line("x", 300, None, kind="empty"), ANSWER]) == [0, -1, 2]
    told = [QUESTION, line("x", 300, None, kind="empty"), ANSWER]
    assert matches(told, [QUESTION, line("y", 300, "Mira", kind="empty"), ANSWER]) == [0, -1, 2]


def test_placeholders_are_paired_one_by_one() -> None:
    held = [QUESTION, line("One", 300), line("Two", 300), ANSWER]
    hollow = [line("gone", 300, kind="deleted"), line("away", 300, kind="deleted")]
    assert matches(held, [QUESTION, *hollow, ANSWER]) == [0, 1, 2, 3]
    assert matches(held, [QUESTION, hollow[0], line("Two", 300), ANSWER]) == [0, 1, 2, 3]
    assert matches([*held[:2], ANSWER], [QUESTION, *hollow, ANSWER]) == [0, 1, -1, 2]


@pytest.mark.parametrize(("between", "found"), [(0, True), (40, True), (70, False)])
def test_neighbours_are_looked_for_among_fifty_messages(between: int, found: bool) -> None:
    others = [line(f"only here, {n}", 300) for n in range(between)]
    hollow = line("gone", 300, kind="deleted")
    held = [QUESTION, line("Something", 300)]
    assert (matches(held, [QUESTION, *others, hollow])[-1] == 1) is found
    assert (matches([line("Something", 300), ANSWER], [hollow, *others, ANSWER])[0] == 0) is found


@pytest.mark.parametrize(("between", "found"), [(0, True), (40, True), (70, False)])
def test_a_place_is_looked_for_among_fifty_messages_of_the_history(between: int, found: bool) -> None:
    others = [line(f"only there, {n}", 250) for n in range(between)]
    hollow = line("gone", 300, kind="deleted")
    assert (matches([QUESTION, *others, line("Something", 300)], [QUESTION, hollow])[-1] >= 0) is found
    before = [line("Something", 300), *(replace(one, timestamp=ANSWER.timestamp) for one in others), ANSWER]
    assert (matches(before, [hollow, ANSWER])[0] >= 0) is found


# --- texts that a selection cut


CUT = "a cool room, or four in a warm one."


def test_the_rest_of_a_first_text_is_that_text() -> None:
    whole = line(f"About twelve hours in {CUT}", 7)
    held = [line("Before", 1), whole, ANSWER]
    assert matches(held, [line(CUT, 7), ANSWER]) == [1, 2]
    assert matches(held, [line(CUT, None, None, kind="text", role="other"), ANSWER]) == [1, 2]
    assert matches(held, [line(CUT, 7, "Ben"), ANSWER]) == [-1, 2]
    assert matches(held, [line("About twelve", 7), ANSWER]) == [-1, 2]
    assert matches(held, [line("one.", 7), ANSWER]) == [1, 2]
    assert matches(held, [line("ne.", 7), ANSWER]) == [1, 2]
    assert matches(held, [line("e.", 7), ANSWER]) == [-1, 2]
    assert matches([whole, line("Between", 8), ANSWER], [line(CUT, 7), ANSWER]) == [-1, 2]
    assert matches(held, [QUESTION, line(CUT, 7), ANSWER]) == [-1, 1, 2]


def test_the_beginning_of_a_last_text_is_that_text() -> None:
    whole = line(f"About twelve hours in {CUT}", 907)
    held = [QUESTION, whole, line("After", 1001)]
    assert matches(held, [QUESTION, line("About twelve", 907)]) == [0, 1]
    assert matches(held, [QUESTION, line("Abo", 907)]) == [0, 1]
    assert matches(held, [QUESTION, line("Ab", 907)]) == [0, -1]
    assert matches(held, [QUESTION, line(CUT, 907)]) == [0, -1]
    assert matches(held, [QUESTION, line("About twelve", 907, "Ben")]) == [0, -1]
    assert matches([QUESTION, line("Between", 800), whole], [QUESTION, line("About twelve", 907)]) == [0, -1]


def test_a_text_between_two_that_are_known_was_not_cut() -> None:
    held = [QUESTION, line("About twelve hours", 300), ANSWER]
    assert matches(held, [QUESTION, line("About", 300), ANSWER]) == [0, -1, 2]
    assert matches(held, [QUESTION, line("hours", 300), ANSWER]) == [0, -1, 2]


def test_a_cut_text_is_found_in_any_copy_of_the_whole() -> None:
    thread = history([QUESTION, line("About 12 h", 907)])
    thread.add(
        strand_of([QUESTION, line("Some twelve hours", 907)], "second"), dict(PERSONS), SAME, [0, 1], [0, 0]
    )
    assert pair(thread, [QUESTION, line("Some tw", 907)]).matches == [0, 1]
    assert pair(thread, [QUESTION, line("About 1", 907)]).matches == [0, 1]


def test_equal_words_around_an_answer_are_two_where_the_copy_has_only_minutes() -> None:
    answer = line(LONG, 20, "ChatGPT")
    minutes = [line(LONG, 0, "ChatGPT"), line("ok", 0)]
    assert matches([line("ok", 10), answer], minutes) == [1, -1]
    assert matches(minutes, [line("ok", 10), answer]) == [-1, 0]
