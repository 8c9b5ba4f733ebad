"""What a turn is about, and how long somebody pauses."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.rhythm import Rhythm
from wamigrate.segments import Thread, duration_words, find_boundaries
from wamigrate.tables import read_table
from wamigrate.topics import is_code, language_of, phrase_kinds, read_turn, stems_of, weights, words_of


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("Another question: how old is the sun?", ("opener",)),
        ("Danke! Andere Frage: wie alt ist die Sonne?", ("feedback", "opener")),
        ("Hola, gracias. Otra cosa: ¿qué hora es?", ("greeting", "feedback", "opener")),
        ("Au fait, quelle heure est-il ?", ("opener",)),
        ("Voltando ao pão: quanto tempo?", ("return",)),
        ("and in winter?", ("follow",)),
        ("/reset-ai", ("command",)),
        ("Forget everything above", ("reset",)),
        ("Matterhorn?", ()),
        ("", ()),
    ],
)
def test_phrases_at_the_beginning_are_known(text: str, cues: tuple[str, ...]) -> None:
    assert read_turn(text).cues == cues


def test_the_longest_phrase_wins() -> None:
    assert read_turn("back to the bread").rest == ["the", "bread"]
    assert phrase_kinds()["thank you so much"] == "feedback"


def test_telling_words_are_compared_without_endings() -> None:
    assert stems_of("Potatoes, please!") == stems_of("a potato")
    assert stems_of("and what is it then?") == set()


def test_scripts_without_spaces_have_words_too() -> None:
    assert stems_of("红烧肉怎么做") & stems_of("我想吃红烧肉")
    assert not stems_of("红烧肉") & stems_of("天气预报")
    assert stems_of("红烧肉") == {"红烧", "烧肉"}
    assert stems_of("红 Matterhorn") == {"matte"}


def test_what_stands_far_down_is_not_read() -> None:
    assert "matte" not in read_turn("word " * 100 + "Matterhorn").stems


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long does the dough have to rest in the fridge?", "en"),
        ("Wie lange muss der Teig im Kühlschrank bleiben?", "de"),
        ("¿Cuánto tiempo tiene que estar la masa en la nevera?", "es"),
        ("Combien de temps la pâte doit-elle rester au frigo ?", "fr"),
        ("Quanto tempo a massa tem que ficar na geladeira?", "pt"),
        ("Quanto tempo deve stare l'impasto nel frigo?", "it"),
        ("Hoe lang moet het deeg in de koelkast blijven?", "nl"),
        ("Matterhorn 4478", None),
        ("the and der", None),
        ("the and of", "en"),
        ("the and", None),
        ("", None),
    ],
)
def test_common_words_tell_the_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["```\nx\n```", "df.head() is empty", "if (x == 1) {\n}", "a KeyError again", "my_name"]
)
def test_code_is_told_from_prose(text: str) -> None:
    assert is_code(text)
    assert not is_code("Is it (really) that easy; or not? 3.5 kg, e.g. of flour.")


def test_every_kind_of_evidence_has_its_words() -> None:
    reasons = read_table("topics.toml")["reasons"]
    for name, weight in weights().items():
        assert weight < 0 or name in reasons, name


def test_no_phrase_is_empty_or_too_long_to_be_found() -> None:
    assert all(phrase and len(phrase.split(" ")) <= 8 for phrase in phrase_kinds())


def test_the_rhythm_is_the_persons_own() -> None:
    quick, slow = Rhythm(), Rhythm()
    for _ in range(60):
        for minutes in (1, 1, 2, 3, 90):
            quick.add(minutes)
        for minutes in (15, 25, 40, 30, 2500):
            slow.add(minutes)
    assert quick.usual < 40 < slow.usual


def test_a_rhythm_follows_new_habits() -> None:
    rhythm = Rhythm()
    for minutes in [20, 30, 40, 2500] * 300:
        rhythm.add(minutes)
    before = rhythm.usual
    for minutes in [1, 1, 2, 60] * 600:
        rhythm.add(minutes)
    assert rhythm.usual < before


@given(st.lists(st.floats(0, 1e9), max_size=60), st.integers(0, 60))
def test_a_rhythm_depends_on_what_came_before_alone(pauses: list[float], length: int) -> None:
    whole, prefix = Rhythm(), Rhythm()
    said: list[float] = []
    for minutes in pauses:
        whole.add(minutes)
        said.append(whole.usual)
    for minutes in pauses[:length]:
        prefix.add(minutes)
    if pauses[:length]:
        assert prefix.usual == said[len(pauses[:length]) - 1]


def test_nothing_has_no_boundaries() -> None:
    assert list(find_boundaries(Thread(None), [])) == []


def test_a_pause_is_written_as_people_say_it() -> None:
    assert duration_words(timedelta(minutes=1)) == "1 minute"
    assert duration_words(timedelta(minutes=119)) == "119 minutes"
    assert duration_words(timedelta(hours=23)) == "23 hours"
    assert duration_words(timedelta(hours=25)) == "1 day"


MIXED = st.one_of(st.characters(max_codepoint=0x24F), st.sampled_from("–’“…🙂→•\u200dабв红ก_²ªµ"))


@given(st.text(alphabet=MIXED, max_size=60))
def test_words_are_the_same_however_they_are_found(text: str) -> None:
    assert words_of(text) == re.findall(r"[^\W_]+", text.lower())
