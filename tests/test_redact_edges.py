"""Redaction where spelling is all that tells: inside longer signs, in names of files, in addresses."""

from pathlib import Path

import pytest

import wamigrate as wm
from wamigrate.model import Conversation, Message, Participant, SourceInfo
from wamigrate.notes import Notes
from wamigrate.redact import Redactor
from wamigrate.redaction import redact


def redacted(*strings: str) -> list[str]:
    redactor = Redactor()
    redactor.learn(strings)
    redactor.settle()
    return [redactor.text(string) for string in strings]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4111 1111 1111 11112", "[card 1]2"),
        ("xDE89370400440532013000y DE89", "x[account 1]y DE89"),
        ("04111111111111111, 4111111111111111", "0[card 1], [card 1]"),
        ("4111 1111 1111 11112 4111 1111 1111 11113", "[card 1]2 [card 1]3"),
        ("4111 1111 1111 and 4111 1111 1111 11", "4111 1111 1111 and 4111 1111 1111 11"),
    ],
)
def test_a_card_or_account_found_elsewhere_is_replaced_inside_longer_signs(text: str, wanted: str) -> None:
    assert redacted("4111 1111 1111 1111, DE89370400440532013000", text)[1] == wanted


def test_files_whose_names_become_equal_are_numbered(tmp_path: Path) -> None:
    names = ("Scan +49 171 7654321.vcf", "Scan 0049 171 7654321.vcf")
    chat = tmp_path / "in" / "WhatsApp Chat with ChatGPT.txt"
    chat.parent.mkdir()
    lines = [f"25/03/2025, 21:0{n} - Mira: {name} (file attached)\n" for n, name in enumerate(names)]
    chat.write_text("".join([*lines, "25/03/2025, 21:05 - ChatGPT: Yes.\n"]), encoding="utf-8")
    for name in names:
        chat.with_name(name).write_text(f"content of {name}")
    wm.convert(chat.parent, "markdown", tmp_path / "out", redact=True)
    media = {path.name: path.read_text() for path in (tmp_path / "out" / "media").iterdir()}
    assert set(media) == {"Scan [phone 1].vcf", "Scan [phone 1] (2).vcf"}
    assert set(media.values()) == {f"content of {name}" for name in names}


def test_a_linked_file_without_a_value_in_its_address_is_still_linked_to(tmp_path: Path) -> None:
    chat = tmp_path / "in" / "WhatsApp Chat with ChatGPT.txt"
    chat.parent.mkdir()
    chat.write_text(
        "25/03/2025, 21:04 - Mira: plan.vcf (file attached)\n"
        "25/03/2025, 21:05 - ChatGPT: Call +49 170 1234567.\n"
    )
    chat.with_name("plan.vcf").write_text("BEGIN:VCARD")
    wm.convert(chat.parent, "markdown", tmp_path / "out", redact=True, options={"markdown.media": "link"})
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.md"))
    assert chat.with_name("plan.vcf").as_uri() in text
    assert "1234567" not in text


def test_the_digest_of_a_source_is_of_the_words_of_its_own_chats() -> None:
    def digests(one: str, other: str) -> list[str]:
        notes = Notes()
        for name in ("one", "two"):
            notes.add_source(SourceInfo(name, f"{name}.txt", None, "whatsapp", "0", 9))
        people = (Participant("Mira", "user"),)
        chats = [
            Conversation(
                name,
                None,
                None,
                people,
                None,
                None,
                (Message(name, "user", "Mira", None, "text", text),),
                name,
            )
            for name, text in (("one", one), ("two", other))
        ]
        redact(chats, notes, {}, markdown=[False, False])
        return [info.sha256 for info in notes.sources]

    number = "Call +49 170 1234567"
    first, second = digests(number, "Hello")
    assert first != second
    assert digests(number, "Goodbye")[0] == first
    assert digests("Call +49 170 7654321", "Hello")[0] == first
    assert digests(f"{number} now", "Hello")[0] != first
