"""Titles of conversations."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.model import Attachment, Kind, Message, Role
from wamigrate.names import safe_name
from wamigrate.tables import read_table
from wamigrate.titles import (
    HARD_LIMIT,
    LIMIT,
    UniqueTitles,
    date_title,
    language_before,
    media_title,
    plain_text,
    question_title,
    shorten,
    title_from,
)


def said(text: str, role: Role = "user", kind: Kind = "text", media_type: str | None = None) -> Message:
    attachments = (Attachment(media_type=media_type),) if media_type else ()
    return Message("", role, None, None, kind, text, attachments=attachments)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hi! Can you please give me a recipe for banana bread?", "A recipe for banana bread"),
        ("Hello, could you tell me how yeast works?", "How yeast works?"),
        (
            "Kannst du mir bitte erklären, wie ein Kühlschrank funktioniert?",
            "Erklären, wie ein Kühlschrank funktioniert",
        ),
        (
            "Hola, ¿me puedes decir qué arroz compro si no encuentro bomba?",
            "¿Qué arroz compro si no encuentro bomba?",
        ),
        ("Bonjour ! Peux-tu me traduire ce poème ?", "Traduire ce poème"),
        ("Oi, você pode me ajudar com a crase antes de cidades?", "A crase antes de cidades"),
        ("Ciao, mi puoi consigliare un film sulla montagna?", "Consigliare un film sulla montagna"),
        ("Hallo, kun je me vertellen waar Vlieland ligt?", "Waar Vlieland ligt?"),
        ("Thanks! Another question: how old is the Matterhorn?", "How old is the Matterhorn?"),
        ("Danke! Andere Frage: Wie wird das Wetter in Kiel?", "Wie wird das Wetter in Kiel?"),
        ("Good books about Rome?", "Good books about Rome?"),
        ("iPhone battery dies at noon", "iPhone battery dies at noon"),
        ("**Bold** and `code` and some_name", "Bold and code and some_name"),
        ("# Heading\n\n- first item", "Heading"),
        ("See [the manual](https://example.org/x) of my boiler", "See the manual of my boiler"),
        (
            "https://www.example.org/a/b?c=d What does this page say about bees?",
            "example.org What does this page say about bees?",
        ),
        ("```python\nprint(1)\n```\nWhy does Python print this?", "Why does Python print this?"),
        ("مرحبا، كيف أطبخ الأرز؟", "كيف أطبخ الأرز؟"),
        ("请问怎么做红烧肉？我家里没有冰糖。", "请问怎么做红烧肉？"),
        ("Plan my party 👩‍👩‍👧‍👦🎉 in June", "Plan my party 👩‍👩‍👧‍👦🎉 in June"),
        ("Why is\u2028the sky\x0bblue\x00 today?", "Why is the sky blue today?"),
    ],
)
def test_a_title_is_what_somebody_wants(text: str, title: str) -> None:
    assert title_from(text) == title


@pytest.mark.parametrize(
    "text", ["Hi", "Thanks!", "Danke 👍", "¡Hola!", "merci", "/reset", "ok", "👍", "", "!?", "```\nx\n```"]
)
def test_greetings_and_thanks_make_no_title(text: str) -> None:
    assert title_from(text) is None


def test_the_first_real_question_gives_the_title() -> None:
    messages = [
        said("ChatGPT is here", "notice"),
        said("Good morning"),
        said("Good morning! How can I help?", "assistant"),
        said("Du hast diese Nachricht gelöscht", kind="deleted"),
        said("pizza"),
        said("Why does my pizza dough tear?"),
    ]
    assert question_title(messages) == "Why does my pizza dough tear?"
    assert question_title(messages[:5]) == "Pizza"
    assert question_title(messages[:3]) is None


def test_a_short_question_comes_before_the_report_after_it() -> None:
    assert (
        title_from("Was ist das für ein Pilz? Steht seit heute unter unserer Birke", 2)
        == "Was ist das für ein Pilz?"
    )


def test_a_long_question_is_cut_at_a_clause_or_between_words() -> None:
    clause = "The boiler has been broken since Friday, and the landlord says that he will look into it"
    assert shorten(clause) == "The boiler has been broken since Friday"
    assert shorten("word " * 30) == "word " * 11 + "word…"
    assert shorten("a" * 100) == "a" * 59 + "…"


def test_a_title_is_not_cut_inside_brackets_or_quotation_marks() -> None:
    text = "List the members of the rowing club (number, name, town, and the year they came to us) as a table"
    assert shorten(text) == "List the members of the rowing club"
    quoted = 'I want a line such as "Hello Ana, your bowl is ready, come by" in the confirmation'
    assert shorten(quoted).endswith("…")


@given(st.text(), st.integers(0, 3))
def test_any_text_makes_a_short_line_or_nothing(text: str, least: int) -> None:
    title = title_from(text, least)
    if title is not None:
        assert 0 < len(title) <= LIMIT
        assert title == " ".join(title.split())
        assert safe_name(title)


@given(st.text(alphabet="👩‍👧🏽é\u0301 aخ", min_size=61, max_size=200))
def test_a_cut_never_tears_what_is_drawn_as_one(text: str) -> None:
    title = shorten(text).removesuffix("…")
    whole = " ".join(text.split())
    assert whole.startswith(title)
    following = whole[len(title) : len(title) + 1]
    assert following not in ("\u0301", "\u200d", "\U0001f3fd") or len(title) <= 1


def test_marks_of_formatting_are_left_out() -> None:
    assert plain_text("> *quoted*\n1. ~~one~~") == "quoted\none"
    assert plain_text(r"2 \* 3 and a_b_c") == "2 * 3 and a_b_c"


def test_what_was_sent_stands_for_a_question() -> None:
    assert media_title([said("", kind="media", media_type="image/jpeg")], "en") == "Photo"
    assert media_title([said("", kind="media", media_type="audio/ogg")], "de") == "Sprachnachricht"
    assert media_title([said("", kind="media")], "fr") == "Document"
    assert media_title([said("", kind="location")], "pt") == "Localização"
    assert media_title([said("x", "notice"), said("x")], "en") is None


def test_dates_are_written_in_the_language_of_the_chat() -> None:
    day = date(2025, 3, 9)
    assert date_title(day, "es") == "9 de marzo de 2025"
    assert date_title(day, "xx") == "9 March 2025"
    chat = [said("Wie lange muss der Teig in den Kühlschrank?"), said("Lang.", "assistant"), said("ok")]
    assert (language_before(chat, 3), language_before(chat, 0)) == ("de", "en")


def test_every_language_has_twelve_months_and_all_words() -> None:
    for name, table in read_table("titles.toml")["languages"].items():
        assert len(table["months"]) == 12, name
        assert set(table["words"]) == set(read_table("titles.toml")["languages"]["en"]["words"]), name


@given(
    st.lists(
        st.tuples(st.sampled_from(["Bread", "bread", "B" * 80, "é"]), st.sampled_from([None, "3 May 2025"]))
    )
)
def test_titles_are_never_given_twice(wanted: list[tuple[str, str | None]]) -> None:
    titles = UniqueTitles()
    found = [titles.claim(title, when) for title, when in wanted]
    assert len({title.casefold() for title in found}) == len(found)
    assert all(len(title) <= HARD_LIMIT for title in found)
