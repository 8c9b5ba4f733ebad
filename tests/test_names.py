"""File names: valid on every system, short, stable, unique."""

import re
import unicodedata
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pathvalidate import validate_filename
from strategies import texts

from wamigrate.names import MAX_CHARS, UniqueNames, safe_name

_WANT: Final = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
"""Persian "I want": two parts with a joiner between."""
_RESERVED: Final = ("CON", "PRN", "AUX", "NUL", "COM1", "com9", "LPT1", "CONIN$", "conout$", "COM¹")
_UNTIDY: Final = st.text(
    st.one_of(
        st.sampled_from(' .-/\\:*?"<>|~\n\u200d\u200c\u0301\ufeffé👨🏽'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
)


@given(st.one_of(_UNTIDY, texts(200), st.sampled_from(_RESERVED)))
@example("\u200d")
@example("x" * 78 + "👨\u200d👩\u200d👧")
@example("e\u200b\u0301")
@example("a.\u0301")
@example("." * 300)
@example("é" * 100 + ".jpeg")
@example("漢" * 100 + ".txt")
def test_any_text_becomes_a_name_for_windows_macos_and_linux(text: str) -> None:
    name = safe_name(text)
    validate_filename(name, platform="universal")
    assert 1 <= len(name) <= MAX_CHARS
    assert len(name.encode()) <= 240
    assert name == unicodedata.normalize("NFC", name)
    assert name == name.strip(" .")
    assert not any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in name)
    assert safe_name(name) == name


@given(
    st.text(
        st.one_of(st.sampled_from("abcXYZ 0 ,;!'()&+=@-_.:?*\"<>|éж漢"), st.characters()),
        min_size=8,
        max_size=60,
    )
)
@example("2025-03-25 What is 6 x 7, and why?")
@example("2025-03-25 Bread, rolls (and more) - what now")
@example("a" * 300)
@example("CONIN$ and what follows")
def test_plain_names_need_no_look_at_what_systems_forbid(text: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("wamigrate.names._PLAIN", re.compile(r"(?!)"))
        looked_at = safe_name(text)
    assert safe_name(text) == looked_at


@pytest.mark.parametrize("name", _RESERVED)
@pytest.mark.parametrize("suffix", ["", ".txt", ".tar.gz"])
def test_a_name_that_windows_reserves_is_changed(name: str, suffix: str) -> None:
    first = safe_name(name + suffix).split(".")[0]
    assert first.upper() != name.upper()
    assert first.upper().startswith(name.upper())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a/b\\c", "a-b-c"),
        ("21:04", "21.04"),
        ("../../.ssh/id", "ssh-id"),
        (_WANT, _WANT),
        ("👩\u200d🍳 recipes", "👩\u200d🍳 recipes"),
        ("\u202egpj.exe", "gpj.exe"),
        ("cafe\u0301", "café"),
        ("tab\tand\nline", "tab and line"),
    ],
)
def test_a_name_keeps_what_can_be_kept(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_name_keeps_its_suffix_and_is_not_cut_inside_a_letter() -> None:
    assert safe_name("x" * 200 + ".jpeg") == "x" * 75 + ".jpeg"
    assert safe_name("x" * 79 + "q\u0323\u0307.") == "x" * 79
    assert safe_name("x" * 78 + "👨\u200d👩\u200d👧") == "x" * 78
    assert safe_name("x" * 79 + "👍🏽") == "x" * 79


def test_the_fallback_stands_in_for_nothing() -> None:
    assert safe_name("...", "picture") == "picture"


@given(
    st.lists(
        st.sampled_from(["Notes.md", "notes.md", "NOTES.md", "Notes (2).md", "ﬁle", "file", "x"]), max_size=12
    )
)
def test_names_differ_where_case_and_form_do_not_count(wanted: list[str]) -> None:
    names = UniqueNames()
    given_ = [names.claim(name) for name in wanted]
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in given_}) == len(wanted)
    assert all(
        name.endswith(".md") for name, want in zip(given_, wanted, strict=True) if want.endswith(".md")
    )


def test_ten_thousand_equal_names_are_no_trouble() -> None:
    names = UniqueNames()
    given_ = {names.claim("ChatGPT.md") for _ in range(10_000)}
    assert len(given_) == 10_000
    assert "ChatGPT (10000).md" in given_
