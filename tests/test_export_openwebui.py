"""Open WebUI's own format: https://docs.openwebui.com, and its models and page in version 0.12.4."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import MEDIA, broken_rules, chat, common, rules_of, say, write_into

from wamigrate.errors import ParseError
from wamigrate.inline_media import InlineMedia
from wamigrate.model import Attachment
from wamigrate.notes import Notes
from wamigrate.target import MemoryTarget

PICTURE: Final = "IMG-20250325-WA0001.png"
TALK: Final = chat(
    say("Question", time="2025-03-25T21:04:30.900"), say("Answer", "assistant", "2025-03-25T21:05")
)


def entry(forms: Any, index: int = 0) -> Any:
    return list(forms[0]["chat"]["history"]["messages"].values())[index]


def write(tmp_path: Path, archive: Any = TALK, **options: str) -> tuple[Path, Any]:
    path, _ = write_into(tmp_path, "openwebui", archive, options=options)
    return path, json.loads(path.read_bytes())


def test_messages_hang_on_each_other_and_bear_whole_seconds(tmp_path: Path) -> None:
    _, (form,) = write(tmp_path)
    history = form["chat"]["history"]
    first, second = history["messages"].values()
    assert (first["parentId"], first["childrenIds"], first["timestamp"]) == (None, [second["id"]], 1742936670)
    assert (second["parentId"], second["childrenIds"], second["timestamp"]) == (first["id"], [], 1742936700)
    assert history["currentId"] == second["id"]
    assert (form["created_at"], form["updated_at"]) == (1742936670, 1742936700)


def test_the_assistant_is_called_as_in_the_chat_and_no_model_is_chosen(tmp_path: Path) -> None:
    _, forms = write(tmp_path)
    assert entry(forms, 1)["model"] == entry(forms, 1)["modelName"] == "ChatGPT"
    assert entry(forms, 1)["done"] is True
    assert "model" not in entry(forms, 0)
    assert forms[0]["chat"]["models"] == []


def test_tags_and_origin_are_recorded(tmp_path: Path) -> None:
    _, (form,) = write(tmp_path)
    assert form["meta"]["tags"] == ["whatsapp", "chatgpt"]
    assert form["meta"]["wamigrate"]["source"]["sha256"] == "5" * 64
    assert form["meta"]["wamigrate"]["platform"] == "WhatsApp"


def test_a_picture_stands_inside_with_its_caption_as_text(tmp_path: Path) -> None:
    _, forms = write(tmp_path, common())
    message = entry(forms, 3)
    assert message["content"] == "Is it *too* flat?"
    (file,) = message["files"]
    assert (file["type"], file["name"]) == ("image", PICTURE)
    assert b64decode(file["url"].removeprefix("data:image/png;base64,")) == (MEDIA / PICTURE).read_bytes()


def test_pictures_can_be_omitted(tmp_path: Path) -> None:
    _, forms = write(tmp_path, common(), media="omit")
    assert "files" not in entry(forms, 3)
    assert entry(forms, 3)["content"] == f"📎 {PICTURE}\n\nIs it *too* flat?"


def test_a_file_that_is_too_large_stays_outside_and_is_noted() -> None:
    notes = Notes()
    media = InlineMedia("copy", MemoryTarget(), notes, limit=10)
    assert media.read(Attachment("a.png", "image/png", 11, None, "a.png", present=True), "s") is None
    media.report()
    (note,) = notes.items
    assert (note.code, note.text) == ("media-unwritten", "1 file was not written: larger than 10 bytes")


def test_a_conversation_without_times_says_so(tmp_path: Path) -> None:
    path, (form,) = write(tmp_path, chat(say("when?")))
    assert (form["created_at"], form["updated_at"], entry([form])["timestamp"]) == (None, None, None)
    assert broken_rules("openwebui", path) == []


def test_an_archive_of_nothing_is_a_list(tmp_path: Path) -> None:
    _, forms = write(tmp_path, common().__class__("wamigrate/1", TALK.generator, (), ()))
    assert forms == []


def _orphan(forms: Any) -> None:
    forms[0]["chat"]["history"]["messages"]["x"] = {**entry(forms), "id": "x", "childrenIds": []}


BREAK: Final[dict[str, Callable[[Any], object]]] = {
    "title": lambda forms: forms[0]["chat"].update(title=" "),
    "form-time": lambda forms: forms[0].update(created_at=1742936670.5),
    "tags": lambda forms: forms[0]["meta"].update(tags=[]),
    "messages": lambda forms: forms[0]["chat"]["history"].update(messages={}),
    "reachable": _orphan,
    "message-id": lambda forms: entry(forms).update(id="other"),
    "tree": lambda forms: entry(forms).update(childrenIds=[]),
    "role": lambda forms: entry(forms).update(role="system"),
    "content": lambda forms: entry(forms).update(content=""),
    "message-time": lambda forms: entry(forms).update(timestamp=1742936670000),
    "done": lambda forms: entry(forms, 1).pop("done"),
    "model": lambda forms: entry(forms, 1).pop("model"),
    "picture": lambda forms: entry(forms).update(files=[{"type": "image", "url": "data:image/png;base64,!"}]),
}


@pytest.mark.parametrize("rule", sorted(rules_of("openwebui") - {"list"}))
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    path, forms = write(tmp_path)
    BREAK[rule](forms)
    path.write_text(json.dumps(forms), encoding="utf-8")
    assert rule in broken_rules("openwebui", path)


def test_a_byte_order_mark_is_found(tmp_path: Path) -> None:
    path, _ = write(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert broken_rules("openwebui", path) == ["list"]


@pytest.mark.parametrize("content", [b"{}", b"[", b"[1, {]"])
def test_what_is_no_list_is_an_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(ParseError, match="is no list in JSON"):
        broken_rules("openwebui", path)
