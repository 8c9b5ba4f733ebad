"""The memory pack: only what people say about themselves, word for word, in the form that is asked for."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pack_chats import chat, said, written
from strategies import conversations as any_conversations

from wamigrate.errors import NothingToExportError, OptionError
from wamigrate.model import Conversation, replace
from wamigrate.statements import Statement, find_statements, languages, sections

if TYPE_CHECKING:
    from conftest import Golden

CASE: Final = Path(__file__).resolve().parent.parent / "fixtures" / "exporters" / "memory_pack" / "two-years"
LIFE: Final = (
    chat(
        "Bread", [said("Hi! I live in Leeds. What flour is best?"), said("I'd take rye.", minute=1, bot=True)]
    ),
    chat(
        "Dinner",
        [
            said("I'm allergic to nuts, and my son is called Theo. I love Thai food!", day=2),
            said("I'm a language model. I live in the cloud.", day=2, minute=1, bot=True),
            said("From now on, give me weights in grams. My sister works as a baker.", day=3),
        ],
    ),
    chat("Move", [said("We are moving to York in May.", day=40), said("I live in Leeds.", day=41)]),
)


def stated(*texts: str) -> list[tuple[str, str]]:
    """Return the sections and words of what is found in messages of a person."""
    found = find_statements([chat("T", [said(text, minute=n) for n, text in enumerate(texts)])])
    return [(statement.section, statement.text) for statement in found]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("demographics", "I'm a nurse."),
        ("demographics", "Im a nurse btw"),
        ("demographics", "I’m 34 years old"),
        ("demographics", "i am 38, fit for stairs"),
        ("demographics", "By the way, I'm vegetarian."),
        ("demographics", "I work as a teacher at St. Mary's."),
        ("interests", "I prefer dark chocolate"),
        ("interests", "My favourite colour is green."),
        ("relationships", "And my wife's name is Ana."),
        ("relationships", "My brother-in-law Joel can't have walnuts"),
        ("relationships", "I have two kids, 4 and 7"),
        ("projects", "I'm learning Portuguese."),
        ("projects", "We are moving to York in May"),
        ("instructions", "Always answer in metric units please"),
        ("instructions", "Call me Sam."),
        ("demographics", "Ich heiße Jonas und wohne in Köln."),
        ("demographics", "Ich bin Krankenpfleger auf einer Intensivstation."),
        ("relationships", "Meine Tochter heißt Mia."),
        ("interests", "Mein Lieblingsessen ist Pizza."),
        ("instructions", "Antworte immer auf Deutsch."),
        ("demographics", "No como carne."),
        ("demographics", "Soy enfermera y vivo en Valencia."),
        ("relationships", "Tengo dos hijos."),
        ("interests", "J’adore le jazz."),
        ("demographics", "Jhabite à Lyon"),
        ("demographics", "Moro em Recife."),
        ("projects", "Estou aprendendo inglês."),
        ("demographics", "Mi chiamo Luca."),
        ("interests", "Mi piace il rock."),
        ("demographics", "Ik woon in Utrecht."),
        ("relationships", "Mijn dochter heet Noor."),
        ("interests", "My favourite composers are Bach, Haydn etc."),
    ],
)
def test_a_lasting_statement_is_found_word_for_word(section: str, text: str) -> None:
    assert stated(text) == [(section, text)]


@pytest.mark.parametrize(
    "text",
    [
        "I'm a bit tired.",
        "I am sorry",
        "I'm hungry",
        "I'm 10 minutes late",
        "I like it",
        "I like the second one",
        "I love your idea",
        "My dog is barking",
        "I have two questions",
        "I'm a nurse?",
        "Am I allergic to nuts?",
        "I live in Leeds, where should I eat?",
        "never mind",
        "Call me back later",
        "Never heard of that",
        "He said I am a doctor",
        '"I am a doctor" is what he wrote',
        "> I am a doctor",
        "Imagine: I am a doctor",
        "Translate: I am allergic to nuts",
        "Ich mag das nicht",
        "Ich bin müde",
        "Me gusta la segunda",
        "J'aime bien ça",
        "Sono stanco",
        "I live in",
        "",
        "?",
        "My favourite recipes are:",
    ],
)
def test_what_passes_is_asked_or_is_somebody_elses_is_not_found(text: str) -> None:
    assert stated(text) == []


def test_what_is_handed_over_for_translation_is_nobodys_statement() -> None:
    assert stated("I'm allergic to nuts. Translate this into Thai: I am a vegetarian. I live in Leeds.") == [
        ("demographics", "I'm allergic to nuts.")
    ]


def test_what_follows_a_colon_at_the_end_of_a_line_is_nobodys_statement() -> None:
    assert stated("How do I put this in Spanish:\nI am a vegetarian\nI live in Leeds") == []


def test_pasted_code_and_long_texts_are_nobodys_statements() -> None:
    assert stated("```\nI live in Leeds\n```") == []
    assert stated("I live in Leeds.\n" * 13) == []
    assert stated("I live in Leeds. " + "word " * 400) == []
    assert stated("I live in " + "Leeds and " * 70) == []


def test_only_the_person_counts_not_the_assistant_nor_others_nor_what_is_forwarded() -> None:
    message = said("I live in Leeds.")
    others = [
        replace(message, role="assistant"),
        replace(message, role="other", author="Bo"),
        replace(message, role="notice"),
        replace(message, forwarded=True),
        replace(message, kind="media"),
    ]
    assert find_statements([chat("T", others)]) == []


def test_lists_are_read_line_by_line_and_marks_are_taken_off() -> None:
    assert stated("- I'm *vegan*\n2. I live in _Rome_") == [
        ("demographics", "I'm vegan"),
        ("demographics", "I live in Rome"),
    ]


def test_what_was_written_is_quoted_not_what_markdown_makes_of_it() -> None:
    message = replace(said("I live in \\#Leeds \\& York."), raw="I live in #Leeds & York.")
    assert find_statements([chat("T", [message])])[0].text == "I live in #Leeds & York."


def test_the_same_words_are_kept_once_with_the_last_day() -> None:
    statements = {one.text: one for one in find_statements(LIFE)}
    again = statements["I live in Leeds."]
    assert (again.times, again.title) == (2, "Move")
    assert again.time == LIFE[2].messages[1].timestamp


def test_statements_stand_in_order_of_time_those_without_first() -> None:
    undated = chat("U", [replace(said("I'm vegan."), timestamp=None)])
    undated = replace(undated, started_at=None, ended_at=None)
    times = [one.time for one in find_statements([*LIFE, undated])]
    known = [time for time in times if time is not None]
    assert times[0] is None
    assert known == sorted(known)
    assert written("memory_pack", [undated], form="claude")[0][""].startswith("```\n[date unknown] - ")


def test_the_form_for_claude_is_a_dated_list_in_a_code_block() -> None:
    text = written("memory_pack", LIFE, form="claude")[0][""]
    first, *lines, last = text.rstrip("\n").split("\n")
    assert (first, last) == ("```", "```")
    assert all(
        re.fullmatch(r"\[\d{4}-\d\d-\d\d\] - “.+” \(in the conversation “.+”.*\)", line) for line in lines
    )
    assert len(lines) == len(find_statements(LIFE))


def test_the_form_for_gemini_has_its_five_groups_and_no_first_or_second_person_outside_quotations() -> None:
    text = written("memory_pack", LIFE, form="gemini")[0][""]
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles == list(sections().values())
    assert len(titles) == 5
    outside = re.sub(r"“[^”]*”", "", text)
    assert not re.search(r"\b(?:I|me|my|mine|we|our|you|your)\b", outside, re.IGNORECASE)


def test_the_plain_form_asks_for_what_it_is_for_and_groups_the_statements() -> None:
    text = written("memory_pack", LIFE)[0][""]
    assert text.startswith("Here is what I told ChatGPT on WhatsApp about myself, word for word")
    assert "- 2025-05-04: “We are moving to York in May.” (in the conversation “Move”)" in text


@pytest.mark.parametrize("form", ["plain", "claude", "gemini"])
def test_every_form_says_where_each_statement_comes_from(form: str) -> None:
    text = written("memory_pack", LIFE, form=form)[0][""]
    for statement in find_statements(LIFE):
        (line,) = [line for line in text.split("\n") if statement.text in line]
        assert statement.time is not None
        assert str(statement.time.date()) in line
        assert f"“{statement.title}”" in line


def test_of_too_many_the_newest_are_taken_and_that_is_noted() -> None:
    files, notes = written("memory_pack", LIFE, form="claude", most="2")
    assert files[""].count("\n[") == 2
    assert "York" in files[""]
    assert "2 of 6 statements from 7 messages" in notes.items[0].text


def test_a_number_of_statements_below_one_is_refused() -> None:
    with pytest.raises(OptionError, match="most=0"):
        written("memory_pack", LIFE, most="0")


def test_where_nothing_is_found_the_file_says_so_or_it_is_an_error_if_it_is_required() -> None:
    nothing = [chat("T", [said("How hot is the sun?")])]
    assert "there is nothing to paste" in written("memory_pack", nothing)[0][""]
    with pytest.raises(NothingToExportError, match="says something lasting"):
        written("memory_pack", nothing, required="true")


@given(st.lists(any_conversations(), max_size=3))
def test_any_conversations_give_only_sentences_that_stand_in_them(conversations: list[Conversation]) -> None:
    for statement in find_statements(conversations):
        assert isinstance(statement, Statement)
        assert statement.section in sections()
        assert "\n" not in statement.text


@given(st.text())
def test_any_words_can_be_read(text: str) -> None:
    for section, sentence in stated(text):
        assert section in sections()
        assert sentence


def test_every_language_has_all_five_sections() -> None:
    from wamigrate.tables import read_table  # noqa: PLC0415 - only here

    table = read_table("statements.toml")["languages"]
    assert set(languages()) == set(table) == {"en", "de", "es", "fr", "pt", "it", "nl"}
    for language in table.values():
        assert {group["section"] for group in language["groups"]} == set(sections())


def test_the_three_forms_of_one_history_are_as_expected(golden: "Golden") -> None:
    golden(
        CASE,
        {
            f"{form}.memory.md": written("memory_pack", LIFE, form=form)[0][""].encode()
            for form in ("plain", "claude", "gemini")
        },
    )
