"""What speaks for a new conversation and against it, and how much."""

from datetime import datetime, timedelta
from math import log2

import pytest

from wamigrate.model import Kind, Message, Role, replace
from wamigrate.rhythm import Rhythm
from wamigrate.segments import (
    Boundary,
    Exchange,
    Thread,
    duration_words,
    evidence,
    exchanges,
    find_boundaries,
)
from wamigrate.tables import read_table
from wamigrate.topics import stems_of

START = datetime(2025, 3, 3, 9)  # noqa: DTZ001 - the phone's wall clock
ROLES: dict[str, Role] = {"u": "user", "a": "assistant", "n": "notice", "o": "other"}
USUAL = Rhythm().usual
"""The longest usual pause of somebody whose pauses are unknown."""


def talk(*lines: str) -> list[Message]:
    """Make messages of lines such as ``u 90 text``: who (+ for a file), minutes since the start, text."""
    messages: list[Message] = []
    for number, line in enumerate(lines):
        who, minutes, text = [*line.split(" ", 2), ""][:3]
        time = None if minutes == "-" else START + timedelta(minutes=float(minutes))
        kind: Kind = "media" if who.endswith("+") else "text"
        messages.append(Message(str(number), ROLES[who[0]], None, time, kind, text))
    return messages


def found(*lines: str) -> dict[str, float]:
    """Return what speaks for and against a new conversation before the last exchange of a thread."""
    return evidence(talk(*lines), [0])[-1][1]


BREAD = ("u 0 Why does sourdough bread stay flat?", "a 0 A weak starter makes flat loaves.")


def test_an_exchange_is_what_people_ask_and_all_answers_to_it() -> None:
    first, second = exchanges(talk("u 0 one", "o 1 two", "a 2 three", "a 3 four", "u 4 five"))
    assert first == Exchange(0, START, START + timedelta(minutes=3), "one\ntwo", "three", media=False)
    assert second == Exchange(
        4, START + timedelta(minutes=4), START + timedelta(minutes=4), "five", "", media=False
    )


def test_an_exchange_begins_with_a_file_or_not() -> None:
    assert [
        one.media
        for one in exchanges(talk("u+ 0", "u 1 what is it?", "a 2 a mushroom", "u 3 and this?", "u+ 4"))
    ] == [
        True,
        False,
    ]


def test_notices_and_messages_without_a_time_belong_to_no_exchange() -> None:
    (only,) = exchanges(talk("n 0 hello", "u 1 one", "n 2 notice", "u - lost", "a 3 two", "n 4 bye"))
    assert (only.start, only.asked, only.answer) == (1, "one", "two")
    assert only.last == START + timedelta(minutes=3)
    assert exchanges(talk("n 0 hello", "u - lost")) == []


def test_after_an_hour_a_question_without_an_answer_stands_alone() -> None:
    assert len(exchanges(talk("u 0 one", "u 59 two"))) == 1
    assert len(exchanges(talk("u 0 one", "u 60 two"))) == 2
    assert len(exchanges(talk("u 60 one", "u 0 two"))) == 2


def test_an_answer_belongs_to_its_question_but_words_of_an_assistant_after_an_hour_stand_alone() -> None:
    assert len(exchanges(talk("u 0 one", "a 999 two", "a 1058 three"))) == 1
    assert len(exchanges(talk("u 0 one", "a 999 two", "a 1059 three"))) == 2


def test_the_beginning_of_a_long_question_is_enough() -> None:
    (only,) = exchanges(talk(f"u 0 {'x' * 500}", "u 1 two", "a 2 three"))
    assert only.asked == "x" * 400
    (only,) = exchanges(talk("u 0 one", f"u 1 {'x' * 500}", "u 2 two"))
    assert only.asked == "one\n" + "x" * 400


def test_times_with_and_without_a_zone_can_be_compared() -> None:
    messages = talk("u 0 one", "a 1 two", "u 2 three")
    messages[2] = replace(messages[2], timestamp=datetime.fromisoformat("2025-03-03T09:02:00+01:00"))
    assert [one.first.minute for one in exchanges(messages)] == [0, 2]
    assert [one.asked for one in exchanges([messages[0], messages[2]])] == ["one\nthree"]


def test_what_is_known_is_left_out() -> None:
    messages = talk("u 0 one", "a 1 two", "u 2 three", "a 3 four")
    assert [one.start for one in exchanges(messages, 2)] == [2]


def test_there_is_no_evidence_before_the_first_exchange() -> None:
    assert evidence(talk(*BREAD), [0]) == []
    assert [start for start, _ in evidence(talk(*BREAD, "u 1 and now?", "a 1 Wait.", "u 2 ok"), [0])] == [
        2,
        4,
    ]


def test_a_pause_counts_by_how_often_it_doubles_what_is_usual() -> None:
    minutes = 2 * USUAL + 1
    now = found(*BREAD, f"u {minutes} Which taxes can employees deduct?")
    assert now["pause"] == pytest.approx(0.25)
    assert now["days"] == pytest.approx(minutes / (14 * 24 * 60))
    assert "haste" not in now
    assert found(*BREAD, "u 99999 Which taxes?")["pause"] == 1.0
    assert found(*BREAD, "u 99999 Which taxes?")["days"] == 1.0


def test_haste_counts_by_how_often_what_is_usual_halves() -> None:
    minutes = (USUAL + 1) / 2 - 1
    now = found(*BREAD, f"u {minutes} Which taxes can employees deduct?")
    assert now["haste"] == pytest.approx(0.25, abs=1e-3)
    assert now.keys().isdisjoint({"pause", "days"})
    assert found(*BREAD, "u 0 Which taxes?")["haste"] == pytest.approx(
        min(1.0, log2(USUAL + 1) / 4), abs=1e-3
    )


def test_a_step_back_in_time_counts_like_one_ahead() -> None:
    assert found(*BREAD, "u -300 Which taxes?")["pause"] == found(*BREAD, "u 300 Which taxes?")["pause"]


def test_new_words_count_more_in_a_question() -> None:
    now = found(*BREAD, "u 0 Taxes employees deduct")
    assert now["fresh"] == pytest.approx(3 / 6)
    assert "asks" not in now
    for question in ("u 0 Taxes employees deduct?", "u 0 税金 控除 employees？"):
        now = found(*BREAD, question)
        assert now["asks"] == now["fresh"] > 0


def test_words_that_were_just_said_speak_against_a_new_conversation() -> None:
    telling = 1 - log2(1) / log2(13)
    now = found(*BREAD, "u 0 Sourdough taxes employees?")
    assert now["shared"] == pytest.approx(telling / (telling + 1))
    assert now["fresh"] == pytest.approx(3 / 6 / (1 + telling))
    two = found(*BREAD, "u 0 Sourdough bread employees?")
    assert two["shared"] == pytest.approx(2 / 3)


def test_words_of_the_answer_count_too() -> None:
    now = found(*BREAD, "u 0 Which taxes can employees deduct?", "a 0 Loaves of bread.")
    assert now["answer_shared"] == pytest.approx(2 / 4)
    assert "shared" not in now
    assert "answer_shared" not in found(
        *BREAD, "u 0 Which taxes can employees deduct?", f"a 0 {'x ' * 50}bread"
    )


def test_a_word_that_stands_in_many_conversations_tells_less() -> None:
    lines = [
        line
        for number in range(5)
        for line in (f"u {number}000 Bread recipe {number}", f"a {number}000 Yes.")
    ]
    thread = talk(*lines, "u 4001 Bread taxes")
    often = evidence(thread, [0, 2, 4, 6, 8])[-1][1]["shared"]
    once = evidence(talk(*lines[-2:], "u 4001 Bread taxes"), [0])[-1][1]["shared"]
    assert often < once
    telling = 1 - log2(5) / log2(5 + 12)
    assert often == pytest.approx(telling / (telling + 1))


def test_words_are_forgotten_after_six_to_twelve_exchanges() -> None:
    filler = [
        line for number in range(20) for line in (f"u {number} qq{number}qq ww{number}ww", f"a {number} ok")
    ]
    assert "shared" in found(*BREAD, *filler[:10], "u 30 Sourdough taxes")
    assert "shared" not in found(*BREAD, *filler[:26], "u 30 Sourdough taxes")


def test_words_are_forgotten_at_the_second_sixth_exchange_after_them() -> None:
    filler = [line for number in range(1, 20) for line in (f"u {number} qq{number}qq", f"a {number} ok")]
    assert "shared" in found(*BREAD, *filler[:22], "u 30 Sourdough taxes")
    assert "shared" not in found(*BREAD, *filler[:24], "u 30 Sourdough taxes")


def test_words_that_a_conversation_has_forgotten_are_known_in_the_next_ones() -> None:
    def shared(first: str) -> float:
        lines = [line for number in range(1, 31) for line in (f"u {number} qq{number}qq", f"a {number} ok")]
        thread = talk(
            f"u 0 {first}", "a 0 ok", *lines, "u 9000 Sourdough", "a 9000 ok", "u 9001 Sourdough taxes"
        )
        return evidence(thread, [0, 62])[-1][1]["shared"]

    assert shared("Sourdough bread") < shared("Taxes of employees")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sourdough?", "brief"),
        ("and taxes?", "follow"),
        ("Thanks, it worked!", "feedback"),
        ("Hello, taxes?", "greeting"),
        ("Another question: taxes?", "opener"),
        ("back to the flour", "return"),
        ("is this one warm?", "anaphor"),
        ("```\nprint(1)\n```", "code_begins"),
        ("why?", "brief"),
    ],
)
def test_phrases_pronouns_code_and_brevity_are_evidence(text: str, kind: str) -> None:
    assert found(*BREAD, f"u 0 {text}")[kind] == 1.0
    assert kind not in found(*BREAD, "u 0 Taxes deducted by employees: how?")


def test_code_after_code_goes_on() -> None:
    code = "u 0 why does print(x) fail?"
    assert "code_goes_on" in found(code, "a 0 Quote it.", "u 1 and print(y)?")
    assert "code_goes_on" in found("u 0 Show a loop", "a 0 `while 1`", "u 1 and print(y)?")
    assert "code_goes_on" in found(code, "a 0 Quote it.", "u 1 hm, strange", "a 1 Yes", "u 2 and print(y)?")
    assert "code_begins" in found("u 0 Show a loop", f"a 0 {'x' * 100}`while 1`", "u 1 and print(y)?")
    fresh = evidence(talk(code, "a 0 Quote it.", "u 1 Bread recipe", "a 1 Yes", "u 2 print(y)?"), [0, 2])
    assert "code_begins" in fresh[-1][1]


def test_a_file_at_the_beginning_is_evidence() -> None:
    assert found(*BREAD, "u+ 0")["media"] == 1.0
    assert "media" not in found(*BREAD, "u 0 here", "u+ 0")


def test_a_greeting_keeps_what_follows_for_a_day() -> None:
    assert found("u 0 Hi", "a 0 Hello!", "u 5 Which taxes?")["greeted"] == 1.0
    assert "greeted" in found("u 0 Hi", "a 0 Hello!", "u 1439 Which taxes?")
    assert "greeted" not in found("u 0 Hi", "a 0 Hello!", "u 1440 Which taxes?")
    assert "greeted" not in found("u 0 Hi, which taxes?", "a 0 Hello!", "u 5 Which taxes?")
    assert "greeted" in found("u 0 Hi", "a 0 Hello!", "u 1 Hello", "a 1 Hi!", "u 5 Which taxes?")
    assert "greeted" not in found(*BREAD, "u 1 Hi", "a 1 Hello!", "u 5 Which taxes?")
    assert "greeted" not in found("u 0 Thanks", "a 0 Hello!", "u 5 Which taxes?")


def test_thanks_close_what_was_before() -> None:
    assert found(*BREAD, "u 1 Thanks a lot!", "a 1 :)", "u 2 Which taxes?")["closed"] == 1.0
    assert "closed" not in found(
        *BREAD, "u 1 Thanks, and how long does it rest?", "a 1 8 h", "u 2 Which taxes?"
    )


def test_another_language_is_evidence() -> None:
    german = "u 2 Wie lange muss der Teig im Kühlschrank bleiben?"
    english = "u 0 How long does the dough have to rest in the fridge?"
    assert found(english, "a 0 8 h", german)["language"] == 1.0
    assert "language" not in found(english, "a 0 8 h", english)
    assert "language" not in found("u 0 pizza", "a 0 8 h", german)
    assert "language" not in found(english, "a 0 8 h", "u 0 Teig, Ofen")


ENGLISH = ("u 0 How long does the dough have to rest in the fridge?", "a 0 Eight hours.")


def boundaries(*lines: str, service: str | None = None) -> list[Boundary]:
    return list(find_boundaries(Thread(service), talk(*lines)))


def test_another_language_tips_the_balance_from_four_words_on() -> None:
    (one,) = boundaries(*ENGLISH, "u 30 Wie lange ist die", "a 30 Ja.")
    assert (one.index, one.evidence, one.reasons) == (2, (("language", 1.5),), ("another language",))
    assert boundaries(*ENGLISH, "u 30 Wie ist die", "a 30 Ja.") == []
    assert boundaries(*ENGLISH, "u 30 How long is the", "a 30 Yes.") == []


GARDEN = (
    "Gestern habe ich mit der Katze den Garten umgegraben und Tomaten, Gurken, Zwiebeln, Rettich, "
    "Salat gepflanzt"
)


def test_a_report_of_something_else_needs_a_longer_pause_than_half_an_hour() -> None:
    assert boundaries(*BREAD, "u 30 Taxes employees deduct") == []
    (one,) = boundaries(*BREAD, "u 40 Taxes employees deduct")
    assert [name for name, _ in one.evidence] == ["pause", "fresh"]


def test_what_stands_far_down_in_an_answer_makes_words_less_new() -> None:
    far = "Rise, shape, bake. " * 20 + "At the end brush it with linseed oil."
    asked = "u 45 Where does the dough rest near linseed Antwerp station?"
    (near,) = boundaries(BREAD[0], f"a 0 {far[:300]}", asked)
    (one,) = boundaries(BREAD[0], f"a 0 {far}", asked)
    assert [name for name, _ in near.evidence] == ["asks", "pause", "fresh"]
    assert [name for name, _ in one.evidence] == ["asks", "pause"]
    assert dict(one.evidence)["asks"] == pytest.approx(dict(near.evidence)["asks"] / 2)


def test_after_thanks_another_subject_may_begin_at_once() -> None:
    (one,) = boundaries(*ENGLISH, "u 1 Thanks a lot!", "a 1 :)", f"u 3 {GARDEN}")
    assert one.index == 4
    assert [name for name, _ in one.evidence] == ["language", "closed", "fresh"]
    assert boundaries(*ENGLISH, "u 1 Okay", "a 1 :)", f"u 3 {GARDEN}") == []


def test_a_boundary_says_when_and_why_the_weightiest_first() -> None:
    (one,) = boundaries(*BREAD, "u 6000 Hello, which taxes can employees deduct?")
    assert (one.index, one.pause) == (2, timedelta(minutes=6000))
    weights = [weight for _, weight in one.evidence]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) >= 0.4
    assert one.reasons == (
        "a pause of 4 days, long for this chat",
        "a greeting",
        "a question about another subject",
        "another subject",
    )


def test_days_are_named_where_a_pause_alone_is_not() -> None:
    assert Boundary(1, (("days", 4.0),), timedelta(days=3)).reasons == ("a pause of 3 days",)
    assert Boundary(1, (("days", 4.0), ("pause", 3.0)), timedelta(days=3)).reasons == (
        "a pause of 3 days, long for this chat",
    )


def test_a_thread_in_parts_is_cut_as_in_one() -> None:
    lines = (
        *BREAD,
        "u 6000 Which taxes can employees deduct?",
        "a 6000 The way.",
        "u 6001 and hotels?",
        "a 6001 No.",
    )
    messages = talk(*lines, "u 20000 Hello, how tall is the Matterhorn?")
    thread = Thread(None)
    assert not thread.started
    first = list(find_boundaries(thread, messages[:4]))
    assert thread.started
    rest = list(find_boundaries(thread, messages, 4))
    assert first + rest == list(find_boundaries(Thread(None), messages))
    assert [one.index for one in first + rest] == [2, 6]


def test_the_same_long_answer_twice_is_no_new_conversation() -> None:
    taxes = "u 6000 Which taxes can employees deduct?"
    for length, count in ((59, 1), (60, 0)):
        answer = ("Sorry. " * 20)[:length]
        assert len(boundaries(BREAD[0], f"a 0 {answer}", taxes, f"a 6000 {answer}")) == count


def test_a_command_alone_starts_anew_but_not_in_a_sentence() -> None:
    assert [one.evidence for one in boundaries(*BREAD, "u 0 restart", "a 0 Done.")] == [(("reset", 9.0),)]
    assert boundaries(*BREAD, "u 0 restart the oven", "a 0 Done.") == []


@pytest.mark.parametrize(("service", "count"), [("chatgpt", 1), ("copilot", 0), ("nobody", 0), (None, 0)])
def test_an_assistant_that_was_away_in_between_begins_a_new_era(service: str | None, count: int) -> None:
    days = (datetime(2026, 7, 20) - START).days * 1440  # noqa: DTZ001 - the phone's wall clock
    before = days - 300 * 1440
    eras = boundaries(
        f"u {before} Why does bread stay flat?",
        f"a {before} Rise.",
        f"u {days} as I said, bread",
        service=service,
    )
    assert len([one for one in eras if one.evidence == (("era", 9.0),)]) == count


def test_hours_are_rounded_to_the_nearest() -> None:
    assert duration_words(timedelta(hours=23, minutes=40)) == "24 hours"
    assert duration_words(timedelta(hours=2, minutes=20)) == "2 hours"
    assert duration_words(timedelta(hours=2)) == "2 hours"
    assert duration_words(timedelta(hours=24)) == "1 day"


def test_a_word_of_three_letters_tells_something() -> None:
    assert stems_of("zax") == {"zax"}
    assert stems_of("zx") == set()


def test_a_second_look_only_speaks_against_a_new_conversation() -> None:
    """Turns that have no chance without it are not looked at again."""
    weights = read_table("topics.toml")["weights"]
    assert weights["anaphor"] < 0
    assert weights["answer_shared"] < 0
    assert weights["language"] > 0
