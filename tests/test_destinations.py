"""The table of destinations: complete, honest about what is not known, and in step with the exporters."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from wamigrate.destinations import Destination, find_destination, list_destinations
from wamigrate.errors import OptionError
from wamigrate.formats import configure, find_exporter, names

EXPECTED: Final = {
    *("chatgpt", "copilot", "meta-ai", "perplexity", "claude", "mistral", "grok", "gemini"),
    *("openwebui", "librechat", "obsidian", "cherry-studio", "lobehub", "llm", "sillytavern", "folder"),
}
ALL: Final = list_destinations()


def _texts(destination: Destination) -> Iterator[str]:
    yield destination.remark
    yield from (step.text for step in destination.steps)
    yield from destination.limits
    yield from destination.notes


def test_every_system_of_the_news_and_every_application_is_there_once() -> None:
    assert len(ALL) == len(EXPECTED)
    assert {destination.key for destination in ALL} == EXPECTED


@pytest.mark.parametrize("destination", ALL, ids=lambda one: one.key)
def test_a_destination_gets_what_existing_exporters_write_with_options_they_have(
    destination: Destination,
) -> None:
    assert destination.pieces
    for piece in destination.pieces:
        assert piece.exporter in names("exporters")
        exporter = configure(find_exporter(piece.exporter), piece.options)
        is_folder = "." not in piece.path
        assert is_folder == (exporter.layout == "folder"), piece.path
        assert not is_folder or piece.max_bytes is None, "only a document can be split"
        assert re.fullmatch(r"[A-Za-z-]+(\.[a-z]+)?", piece.path)
    paths = [piece.path for piece in destination.pieces]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("destination", ALL, ids=lambda one: one.key)
def test_the_steps_name_every_piece_and_no_other(destination: Destination) -> None:
    text = " ".join(step.text for step in destination.steps)
    named = {int(number) for number in re.findall(r"\{(\d+)\}", text)}
    assert named <= set(range(len(destination.pieces)))
    optional = {number for number, piece in enumerate(destination.pieces) if piece.optional}
    assert set(range(len(destination.pieces))) - optional <= named
    assert all(step.piece is None or 0 <= step.piece < len(destination.pieces) for step in destination.steps)


@pytest.mark.parametrize("destination", ALL, ids=lambda one: one.key)
def test_the_words_are_whole_sentences_and_dated(destination: Destination) -> None:
    assert re.fullmatch(r"20\d\d-[01]\d", destination.as_of)
    assert destination.steps
    for text in _texts(destination):
        assert text[0].isupper() or text.startswith("llm")
        assert text.endswith("."), text
        assert "|" not in text


@pytest.mark.parametrize("destination", [one for one in ALL if not one.chats], ids=lambda one: one.key)
def test_what_imports_no_chats_gets_a_memory_and_a_context_and_says_so(destination: Destination) -> None:
    assert [piece.exporter for piece in destination.pieces] == ["memory_pack", "context_pack"]
    assert re.search(r"imports no conversations|No import of conversations", destination.remark)
    assert destination.evidence != "proven"


def test_what_is_unproven_is_called_unproven() -> None:
    gemini = find_destination("gemini")
    assert (gemini.evidence, gemini.chats) == ("unproven", True)
    assert "UNPROVEN" in gemini.remark
    assert [piece.exporter for piece in gemini.pieces] == ["chatgpt", "memory_pack", "context_pack"]
    assert gemini.pieces[0].max_bytes == 5_000_000_000
    assert any("EEA, Switzerland and the United Kingdom" in limit for limit in gemini.limits)


def test_claude_and_gemini_get_memories_in_the_form_they_ask_for() -> None:
    forms = {
        destination.key: piece.options.get("form", "plain")
        for destination in ALL
        for piece in destination.pieces
        if piece.exporter == "memory_pack"
    }
    assert forms.pop("claude") == "claude"
    assert forms.pop("gemini") == "gemini"
    assert set(forms.values()) == {"plain"}


def test_files_are_split_where_a_limit_is_known() -> None:
    limits = {
        (destination.key, piece.path): piece.max_bytes
        for destination in ALL
        for piece in destination.pieces
        if piece.max_bytes
    }
    assert limits == {
        ("gemini", "conversations.zip"): 5_000_000_000,
        ("librechat", "conversations.json"): 262_144_000,
    }


def test_only_open_webui_takes_chats_over_the_network() -> None:
    assert [destination.key for destination in ALL if destination.direct] == ["openwebui"]


@pytest.mark.parametrize("key", ["bing", "", "Chat GPT", "open-webui"])
def test_an_unknown_destination_is_refused_with_the_list_of_all(key: str) -> None:
    with pytest.raises(OptionError) as caught:
        find_destination(key)
    assert all(known in str(caught.value) for known in EXPECTED)


def test_keys_are_found_however_they_are_typed() -> None:
    assert find_destination(" OpenWebUI ").key == "openwebui"
