"""The name of a group, as WhatsApp's own notices tell it in many languages."""

import re
from pathlib import Path

import pytest
from whatsapp_cases import read_text

from wamigrate.notices import group_name, notice_topic
from wamigrate.tables import read_table

LANGUAGES = read_table("dialects.toml")["languages"]
TEMPLATES = [
    (language, template) for language, words in LANGUAGES.items() for template in words.get("group_named", ())
]
QUOTES = ['"', "“", "„", "«", "'"]


def _filled(template: str, name: str) -> str:
    """Fill the gaps, the last one with a name."""
    before, _, end = template.rpartition("{")
    filled = before + name + end.partition("}")[2]
    return filled.replace("{X}", "Ana María").replace("{Y}", "Old name")


@pytest.mark.parametrize(("language", "template"), TEMPLATES)
def test_every_template_tells_the_name_and_is_a_notice(language: str, template: str) -> None:
    assert language in LANGUAGES
    text = _filled(template, "Größe & Ziel: 2026 🍋")
    for printed in (text, f"\u200e{text}.", re.sub(r"[\"'“”„«»]", "”", text)):
        assert group_name(printed) == "Größe & Ziel: 2026 🍋", printed
        assert notice_topic(_filled(template, "Ziel")) == "group"


def test_the_languages_whose_words_are_known() -> None:
    created = [
        language
        for language, words in LANGUAGES.items()
        if any("{Z}" not in t for t in words.get("group_named", ()))
    ]
    assert created == ["en", "fr", "de", "es", "pt-BR", "pt-PT", "it", "nl", "tr", "ru", "pl", "id"]


@pytest.mark.parametrize("mark", QUOTES)
def test_quotation_marks_differ_from_phone_to_phone(mark: str) -> None:
    close = {"“": "”", "„": "“", "«": "»"}.get(mark, mark)
    assert group_name(f"Ana created group {mark}The “big” plan{close}") == "The “big” plan"


@pytest.mark.parametrize(
    "text",
    [
        "Ana left",
        "Ana changed this group's icon",
        "Ana: Bob created group X",
        "Ana created group \u201cA\u201d and then\nmore",
        "",
        '"',
    ],
)
def test_other_notices_name_no_group(text: str) -> None:
    assert group_name(text) is None


CHAT = (
    '25/03/2025, 20:10 - Ana created group "Lemon tree"\n25/03/2025, 20:11 - Ana: hi all\n'
    "25/03/2025, 20:12 - Bob: hi\n25/03/2025, 20:13 - Cleo: what's up\n"
)


def test_a_file_without_a_title_is_called_by_its_group(tmp_path: Path) -> None:
    assert read_text(tmp_path, CHAT, "_chat.txt").conversations[0].title == "Lemon tree"


def test_the_last_name_counts(tmp_path: Path) -> None:
    text = CHAT + '26/03/2025, 09:00 - Bob changed the group name from "Lemon tree" to "Orange tree"\n'
    assert read_text(tmp_path, text, "_chat.txt").conversations[0].title == "Orange tree"


def test_the_name_of_the_file_goes_first(tmp_path: Path) -> None:
    assert read_text(tmp_path, CHAT, "WhatsApp Chat with Garden.txt").conversations[0].title == "Garden"


def test_what_somebody_writes_names_no_group(tmp_path: Path) -> None:
    text = CHAT.partition("\n")[2].replace("hi all", 'Bob created group "Fake"')
    assert read_text(tmp_path, text, "_chat.txt").conversations[0].title is None
