"""Parts of one answer become one message, nothing else does, and it can be undone."""

import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.cuts import Cut, is_cut, is_unfinished, seams
from wamigrate.model import Attachment, Conversation, Message, Participant, Role, Span, replace
from wamigrate.notes import Notes
from wamigrate.rejoin import join, rejoin, separate, unjoin

sys.path.append(str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks.reconstruction import TRIMS, Trim, make_chat, measure

START = datetime(2025, 3, 25, 21, 4)  # noqa: DTZ001 - the phone's wall clock
LONG = "A line of prose that says something about bread.\n" * 26  # 1,274 characters
NEXT = "The next line had no room any more in the part before."
OPEN = "Here you go:\n```python\nfor second in range(9):\n    print(second)"
CLOSE = 'print("lift-off")\n```'


def chat(*lines: tuple[str, str], service: str = "chatgpt", gap: int = 0) -> Conversation:
    """Make a chat of ``(author, text)``; ``gap`` seconds lie between two messages."""
    roles: dict[str, Role] = {"Ana": "user", "Bot": "assistant", "": "notice"}
    messages = tuple(
        Message(
            f"id{index}",
            roles[author],
            author or None,
            START + timedelta(seconds=index * gap),
            "notice" if not author else "text",
            text,
            spans=(Span("s", index + 1, index * 10, index * 10 + 10),),
        )
        for index, (author, text) in enumerate(lines)
    )
    people = (Participant("Ana", "user"), Participant("Bot", "assistant", service))
    return Conversation("", None, service, people, None, None, messages, "s")


def texts(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages]


def test_parts_cut_at_the_known_length_become_one_message() -> None:
    found = rejoin(chat(("Ana", "Bread?"), ("Bot", LONG.strip()), ("Bot", NEXT)))
    assert texts(found) == ["Bread?", f"{LONG}{NEXT}"]
    answer = found.messages[1]
    assert answer.id == "id1"
    assert answer.flags == ("rejoined",)
    assert answer.raw is None
    assert [span.line for span in answer.spans] == [2, 3]


def test_a_fence_that_a_later_part_closes_joins_also_where_no_length_is_known() -> None:
    found = rejoin(chat(("Ana", "Code?"), ("Bot", OPEN), ("Bot", CLOSE), service="copilot"))
    assert texts(found) == ["Code?", f"{OPEN}\n{CLOSE}"]
    assert found.messages[1].flags == ("rejoined", "lost-indent")


def test_a_part_that_begins_after_a_whole_block_has_lost_no_indentation() -> None:
    block = f"```\nx = 1\n```\n{LONG[: -len('```x = 1```') - 3]}"
    found = rejoin(chat(("Ana", "Code?"), ("Bot", block), ("Bot", NEXT)))
    assert [message.flags for message in found.messages] == [(), ("rejoined",)]


def test_a_fence_over_three_parts_is_one_answer() -> None:
    found = rejoin(chat(("Ana", "Code?"), ("Bot", OPEN), ("Bot", "    x = 1"), ("Bot", CLOSE)))
    assert len(found.messages) == 2
    assert found.messages[1].text.count("```") == 2
    assert len(found.messages[1].parts) == 3


def test_a_fence_that_never_closes_does_not_swallow_what_follows() -> None:
    asked = chat(("Ana", "Code?"), ("Bot", "Type ``` to begin."), ("Bot", "Anything else?"))
    assert rejoin(asked) == asked


@pytest.mark.parametrize("between", [("Ana", "wait"), ("", "Ana blocked this contact.")])
def test_a_line_of_a_person_and_a_notice_always_separate(between: tuple[str, str]) -> None:
    asked = chat(("Bot", OPEN), between, ("Bot", CLOSE))
    assert rejoin(asked) == asked


@pytest.mark.parametrize(("gap", "count"), [(0, 1), (60, 1), (90, 1), (91, 2), (3600, 2)])
def test_parts_come_within_a_minute_and_a_half(gap: int, count: int) -> None:
    assert len(rejoin(chat(("Bot", OPEN), ("Bot", CLOSE), gap=gap)).messages) == count


def test_time_that_runs_backwards_separates() -> None:
    assert len(rejoin(chat(("Bot", OPEN), ("Bot", CLOSE), gap=-60)).messages) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"edited": True},
        {"forwarded": True},
        {"reply_to": "id0"},
        {"kind": "media", "attachments": (Attachment("a.jpg"),)},
        {"attachments": (Attachment("a.jpg"),)},
        {"kind": "deleted"},
        {"timestamp": None},
        {"timestamp": START.replace(tzinfo=UTC)},
        {"timestamp": START + timedelta(milliseconds=500)},
        {"author": "Bot 2"},
        {"role": "other"},
        {"spans": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_only_plain_texts_of_one_author_are_parts(change: dict[str, object]) -> None:
    asked = chat(("Bot", OPEN), ("Bot", CLOSE))
    first, second = asked.messages
    asked = replace(asked, messages=(first, replace(second, **change)))
    assert rejoin(asked) == asked


@pytest.mark.parametrize("place", [0, 1])
def test_a_message_without_a_time_is_no_part(place: int) -> None:
    asked = chat(("Bot", OPEN), ("Bot", CLOSE))
    rows = [replace(one, timestamp=None) if n == place else one for n, one in enumerate(asked.messages)]
    asked = replace(asked, messages=tuple(rows))
    assert rejoin(asked) == asked


def test_an_answer_to_a_message_may_go_on_in_further_parts() -> None:
    asked = chat(("Ana", "Code?"), ("Bot", OPEN), ("Bot", CLOSE))
    question, first, second = asked.messages
    asked = replace(asked, messages=(question, replace(first, reply_to="id0"), second))
    found = rejoin(asked)
    assert [message.reply_to for message in found.messages] == [None, "id0"]
    assert unjoin(found) == asked


def test_an_empty_message_separates() -> None:
    asked = chat(("Bot", OPEN), ("Bot", ""), ("Bot", CLOSE))
    assert rejoin(asked) == asked


def test_short_bubbles_of_an_assistant_stay_apart() -> None:
    bubbles = ["yo, found three flights", "the cheap one leaves at 6", "want me to book it?", "or wait"]
    for service in ("poke", "chatgpt", "copilot"):
        asked = chat(("Ana", "flights"), *(("Bot", bubble) for bubble in bubbles), service=service)
        assert rejoin(asked) == asked


def test_two_answers_to_two_questions_stay_apart() -> None:
    first = f"{LONG[:900]}\n\nThat is all."
    second = f"{NEXT * 9} And that is the second answer."
    asked = chat(("Ana", "one"), ("Ana", "two"), ("Bot", first), ("Bot", second))
    assert rejoin(asked) == asked
    alone = chat(("Ana", "one"), ("Bot", first), ("Bot", second))
    assert len(rejoin(alone).messages) == 2


def test_two_cut_answers_in_a_row_become_two_messages() -> None:
    short = "No."
    asked = chat(("Ana", "1"), ("Ana", "2"), ("Bot", LONG), ("Bot", NEXT), ("Bot", short))
    assert texts(rejoin(asked))[2:] == [f"{LONG}\n{NEXT}", short]


def test_an_answer_cut_at_the_known_length_is_one_also_where_two_questions_wait() -> None:
    asked = chat(("Ana", "1"), ("Ana", "2"), ("Bot", LONG.strip()), ("Bot", NEXT))
    assert texts(rejoin(asked))[2:] == [f"{LONG}{NEXT}"]


def test_a_block_that_closes_in_its_own_part_joins_nothing() -> None:
    asked = chat(("Ana", "Code?"), ("Bot", "```\nx = 1\n```"), ("Bot", "Type ``` to begin."))
    assert rejoin(asked) == asked


def test_a_fence_that_is_open_again_after_every_later_part_joins_nothing() -> None:
    asked = chat(("Ana", "Code?"), ("Bot", OPEN), ("Bot", "```\nAnd:\n```\nx = 2"))
    assert rejoin(asked) == asked


def test_a_fence_may_open_again_in_a_part_before_the_last() -> None:
    asked = chat(("Ana", "Code?"), ("Bot", OPEN), ("Bot", "```\nAnd:\n```\nx = 2"), ("Bot", "x = 3\n```"))
    assert len(rejoin(asked).messages) == 2


def test_where_no_length_is_known_only_words_that_go_on_join() -> None:
    sentence = "This goes on and on about the oven, the flour, the water and the salt, " * 9
    going_on = chat(("Ana", "?"), ("Bot", sentence + "and"), ("Bot", "then the crust."), service="copilot")
    assert len(rejoin(going_on).messages) == 2
    finished = chat(("Ana", "?"), ("Bot", sentence + "yes."), ("Bot", "then the crust."), service="copilot")
    assert rejoin(finished) == finished


def test_a_numbered_list_that_goes_on_joins_where_no_length_is_known() -> None:
    listed = "\n".join(f"{number}. step number {number} of the recipe" for number in range(1, 16))
    asked = chat(("Ana", "?"), ("Bot", listed), ("Bot", "16. and eat it"), service="meta-ai")
    assert len(rejoin(asked).messages) == 2
    other = chat(("Ana", "?"), ("Bot", listed), ("Bot", "1. another list"), service="meta-ai")
    assert rejoin(other) == other


def test_a_part_longer_than_the_known_length_was_not_cut_by_it() -> None:
    whole = (LONG * 2).strip() + " Done."
    asked = chat(("Ana", "?"), ("Bot", whole), ("Bot", "Shall I go on?"))
    assert rejoin(asked) == asked


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        ("and then", True),
        ("first,", True),
        ("*Step 1:*", True),
        ("Done.", False),
        ("Done!*", False),
        ("Enjoy 🙂", False),
        ("終わりました。", False),
        ("Done.\n", True),
        ("", False),
    ],
)
def test_a_text_is_unfinished_where_no_sentence_ends(text: str, unfinished: bool) -> None:
    assert is_unfinished(text) is unfinished


def test_a_blank_line_at_the_cut_is_put_back_where_the_answer_has_them() -> None:
    assert seams(["One.\n\nTwo.", "Three."], blanks_kept=False) == ["\n\n"]
    assert seams(["One.\nTwo.", "Three."], blanks_kept=False) == ["\n"]
    assert seams(["One.\n\nTwo.", "Three."], blanks_kept=True) == ["\n"]
    assert seams(["One.\n\nTwo.\n", "Three."], blanks_kept=False) == ["\n"]
    assert seams(["One.\n\n- a\n- b", "- c"], blanks_kept=False) == ["\n"]
    assert seams(["One.\n\n```\nx\n\ny", "z\n```"], blanks_kept=False) == ["\n"]


@pytest.mark.parametrize(
    ("first", "second", "seam"),
    [
        (LONG, NEXT, "\n"),
        (LONG.strip(), f"\n{NEXT}", "\n"),
        (LONG.strip(), NEXT, "\n\n"),
    ],
)
def test_blank_lines_are_not_put_back_in_a_chat_where_parts_keep_them(
    first: str, second: str, seam: str
) -> None:
    before = LONG.strip().replace("\n", "\n\n")
    asked = chat(("Ana", "1"), ("Bot", first), ("Bot", second), ("Ana", "2"), ("Bot", before), ("Bot", NEXT))
    assert texts(rejoin(asked))[3] == f"{before}{seam}{NEXT}"


def test_blank_lines_that_a_middle_part_keeps_show_that_they_are_kept() -> None:
    before = LONG.strip().replace("\n", "\n\n")
    parts = [("Bot", LONG.strip()), ("Bot", LONG), ("Bot", NEXT)]
    found = rejoin(chat(("Ana", "1"), *parts, ("Ana", "2"), ("Bot", before), ("Bot", NEXT)))
    assert texts(found)[3] == f"{before}\n{NEXT}"


def test_an_answer_joined_alone_gets_its_blank_line_back_unless_the_parts_kept_them() -> None:
    parts = chat(("Bot", "One.\n\nTwo."), ("Bot", "Three.")).messages
    assert join(parts).text == "One.\n\nTwo.\n\nThree."
    assert join(parts, blanks_kept=True).text == "One.\n\nTwo.\nThree."


def test_a_part_without_a_line_break_was_cut_between_words() -> None:
    words = ("word " * 259).strip()
    found = rejoin(chat(("Ana", "?"), ("Bot", words), ("Bot", "word and the end.")))
    assert texts(found)[1] == f"{words} word and the end."


def test_is_cut_needs_more_where_two_answers_are_expected() -> None:
    place = Cut("x" * 900 + ".", "y" * 500, fence=False, crowded=False)
    assert is_cut(place, 1300)
    assert not is_cut(place._replace(crowded=True), 1300)
    assert not is_cut(place._replace(after="short"), 1300)


SHORTER = ("x" * 900 + ".", "y" * 500)
"""Parts that are taken for one answer where one question waits, and for two where two do."""


@pytest.mark.parametrize(
    ("before", "count"),
    [
        ([("Ana", "1")], 1),
        ([("Ana", "1"), ("Ana", "2")], 2),
        ([("Ana", "1"), ("", "Ana blocked this contact."), ("Ana", "2")], 2),
        ([("Ana", "1"), ("", "Ana blocked this contact.")], 1),
        ([("Ana", "1"), ("Bot", "Yes."), ("Ana", "2")], 1),
    ],
)
def test_questions_that_nobody_has_answered_wait(before: list[tuple[str, str]], count: int) -> None:
    answers = [("Bot", text) for text in SHORTER]
    assert len(rejoin(chat(*before, *answers)).messages) == len(before) + count


def test_a_question_that_comes_after_an_answer_did_not_wait_for_it() -> None:
    answers = [("Bot", text) for text in SHORTER]
    assert len(rejoin(chat(("Ana", "1"), *answers, ("Ana", "2"))).messages) == 3
    assert len(rejoin(chat(*answers, ("Ana", "1"), ("Ana", "2"))).messages) == 3


def test_a_question_without_a_time_and_what_is_before_it_do_not_wait() -> None:
    asked = chat(("Ana", "1"), ("Ana", "2"), *(("Bot", text) for text in SHORTER))
    first, second, *answers = asked.messages
    asked = replace(asked, messages=(first, replace(second, timestamp=None), *answers))
    assert len(rejoin(asked).messages) == 3


@pytest.mark.parametrize(("minutes", "count"), [(9, 2), (10, 2), (11, 1), (600, 1)])
def test_a_question_waits_ten_minutes_for_its_answer(minutes: int, count: int) -> None:
    asked = chat(("Ana", "1"), ("Ana", "2"), *(("Bot", text) for text in SHORTER))
    first, *others = asked.messages
    early = replace(first, timestamp=START - timedelta(minutes=minutes))
    assert len(rejoin(replace(asked, messages=(early, *others))).messages) == 2 + count


def test_times_with_and_without_an_offset_are_compared_as_they_are_read() -> None:
    asked = chat(("Ana", "1"), ("Ana", "2"), *(("Bot", text) for text in SHORTER))
    first, *others = asked.messages
    zoned = replace(first, timestamp=START.replace(tzinfo=timezone(timedelta(hours=5))))
    assert len(rejoin(replace(asked, messages=(zoned, *others))).messages) == 4


def test_a_single_answer_is_counted_in_words_also_where_its_place_is_unknown() -> None:
    notes = Notes()
    asked = chat(("Bot", OPEN), ("Bot", CLOSE))
    rejoin(replace(asked, messages=tuple(replace(one, spans=()) for one in asked.messages)), notes)
    (note,) = notes.items
    assert (note.text, note.line) == ("1 answer was put together from 2 messages", None)


def test_a_body_as_received_is_joined_beside_the_text() -> None:
    asked = chat(("Bot", OPEN), ("Bot", CLOSE))
    first, second = asked.messages
    asked = replace(asked, messages=(replace(first, raw="\ufeff" + OPEN), second))
    (whole,) = rejoin(asked).messages
    assert whole.text == f"{OPEN}\n{CLOSE}"
    assert whole.raw == f"\ufeff{OPEN}\n{CLOSE}"
    assert [(part.text, part.raw) for part in separate(whole)] == [("\ufeff" + OPEN, None), (CLOSE, None)]


def test_parts_that_have_several_places_each_get_them_back() -> None:
    asked = chat(("Bot", OPEN), ("Bot", CLOSE), gap=7)
    rows = [replace(one, spans=(*one.spans, Span("t", 5 + n, 0, 9))) for n, one in enumerate(asked.messages)]
    asked = replace(asked, messages=tuple(rows))
    assert unjoin(rejoin(asked)) == asked


def test_the_delay_of_a_part_is_whole_seconds() -> None:
    (whole,) = rejoin(chat(("Bot", OPEN), ("Bot", CLOSE), gap=7)).messages
    assert [msgspec.to_builtins(part)["delay"] for part in whole.parts] == [0, 7]
    assert msgspec.convert(msgspec.to_builtins(whole), Message, strict=True) == whole


def test_flags_of_all_parts_stay_and_go_back() -> None:
    asked = chat(("Bot", OPEN), ("Bot", CLOSE), gap=7)
    first, second = asked.messages
    asked = replace(asked, messages=(first, replace(second, flags=("suspect-boundary",))))
    found = rejoin(asked)
    assert found.messages[0].flags == ("suspect-boundary", "rejoined", "lost-indent")
    assert unjoin(found) == asked


def test_one_finding_sums_up_and_names_the_first_line() -> None:
    notes = Notes()
    rejoin(
        chat(("Ana", "?"), ("Bot", OPEN), ("Bot", CLOSE), ("Ana", "?"), ("Bot", LONG), ("Bot", NEXT)), notes
    )
    (note,) = notes.items
    assert (note.code, note.line, note.source) == ("rejoined", 2, "s")
    assert note.text == "2 answers were put together from 4 messages"
    rejoin(chat(("Ana", "?"), ("Bot", "!")), notes)
    assert len(notes.items) == 1


PIECES = st.sampled_from(
    [
        "```",
        "```py\n",
        "\n",
        "\n\n",
        " ",
        "word ",
        "Done. ",
        "1. one\n",
        "- two\n",
        "*Head:*",
        LONG,
        LONG[:1100],
        "🙂",
        "\r",
    ]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Ana", "Bot", "Bot", "Bot", ""]), st.lists(PIECES, max_size=5).map("".join)
        ),
        max_size=9,
    ),
    st.sampled_from(["chatgpt", "copilot", "poke"]),
    st.sampled_from([0, 1, 60, 45]),
)
def test_any_chat_can_be_taken_apart_again(lines: list[tuple[str, str]], service: str, gap: int) -> None:
    asked = chat(*lines, service=service, gap=gap)
    found = rejoin(asked)
    assert unjoin(found) == asked
    assert [span for message in found.messages for span in message.spans] == [
        span for message in asked.messages for span in message.spans
    ]
    assert [m for m in found.messages if m.role != "assistant"] == [
        m for m in asked.messages if m.role != "assistant"
    ]
    assert rejoin(found) == found


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=4))
def test_every_part_is_found_in_the_whole_byte_for_byte(bodies: list[str]) -> None:
    parts = chat(*(("Bot", body) for body in bodies)).messages
    whole = join(parts)
    assert [whole.text[part.start : part.end] for part in whole.parts] == bodies
    assert separate(whole) == parts


@pytest.mark.parametrize("trim", TRIMS)
def test_two_thousand_answers_sent_through_whatsapp_come_back(trim: Trim) -> None:
    score = measure(make_chat(5, 2000, trim))
    assert score.cut > 1000
    assert score.open_fences == 0
    assert score.questions == 1
    assert score.but_blanks >= 0.99
    assert score.but_indent >= (0.92 if trim == "ends" else 0.99)
    if trim == "nothing":
        assert score.exact >= 0.99


def test_questions_that_wait_together_cost_few_answers() -> None:
    score = measure(make_chat(5, 2000, "indent", crowded=100))
    assert score.open_fences == 0
    assert score.questions == 1
    assert score.but_indent >= 0.96
