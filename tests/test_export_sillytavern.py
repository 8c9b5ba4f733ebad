"""SillyTavern's chats and characters, as its server in version 1.19 reads them."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import MEDIA, broken_rules, chat, common, read_back, rules_of, say, write_into

from wamigrate.model import Archive
from wamigrate.png import read_texts

CHAT: Final = "chats/ChatGPT (WhatsApp)/2025-03-25 Bread.jsonl"
CARD: Final = "characters/ChatGPT (WhatsApp).png"
TALK: Final = chat(
    say("Question", time="2025-03-25T21:04"),
    say("Answer", "assistant", "2025-03-25T21:05+01:00"),
    say("Later"),
)


def write(tmp_path: Path, archive: Archive = TALK, **options: str) -> Path:
    return write_into(tmp_path, "sillytavern", archive, options=options)[0]


def lines(folder: Path, name: str = CHAT) -> list[Any]:
    return [json.loads(line) for line in (folder / name).read_bytes().split(b"\n")]


def test_a_chat_has_a_first_line_and_then_its_messages(tmp_path: Path) -> None:
    first, *messages = lines(write(tmp_path))
    assert (first["user_name"], first["character_name"]) == ("Nora", "ChatGPT")
    assert first["chat_metadata"]["wamigrate"]["origin"]["source"]["sha256"] == "5" * 64
    assert [(line["name"], line["is_user"], line["mes"]) for line in messages] == [
        ("Nora", True, "Question"),
        ("ChatGPT", False, "Answer"),
        ("Nora", True, "Later"),
    ]


def test_times_stay_as_they_are_and_none_is_made_up(tmp_path: Path) -> None:
    _, *messages = lines(write(tmp_path))
    times = [line.get("send_date") for line in messages]
    assert times == ["2025-03-25T21:04:00", "2025-03-25T21:05:00+01:00", None]


def test_there_is_a_character_that_opens_the_last_chat(tmp_path: Path) -> None:
    card = json.loads(b64decode(read_texts((write(tmp_path) / CARD).read_bytes())["chara"]))
    assert (card["spec"], card["name"], card["chat"]) == ("chara_card_v2", "ChatGPT", "2025-03-25 Bread")
    assert card["data"]["first_mes"] == ""


def test_media_stand_where_sillytavern_serves_them(tmp_path: Path) -> None:
    folder = write(tmp_path, common())
    (chat_file,) = (folder / "chats/Meta AI (WhatsApp)").iterdir()
    shown = [line for line in lines(folder, str(chat_file)) if line.get("extra", {}).get("media")]
    (medium,) = shown[0]["extra"]["media"]
    assert medium["url"] == "/user/images/WhatsApp/00000005-PHOTO%20100_%20%231.png"
    name = "00000005-PHOTO 100_ #1.png"
    copied = (folder / "user/images/WhatsApp" / name).read_bytes()
    assert copied == (MEDIA / "00000005-PHOTO 100% #1.png").read_bytes()
    assert shown[0]["mes"] == "Here is the chart you asked for."


def test_media_can_be_omitted(tmp_path: Path) -> None:
    folder = write(tmp_path, common(), media="omit")
    assert not (folder / "user").exists()
    assert broken_rules("sillytavern", folder) == []


def test_a_notice_is_a_system_message_of_whatsapp(tmp_path: Path) -> None:
    _, notice = lines(write(tmp_path, chat(say("Encrypted.", "notice", "2025-03-25T21:04", kind="notice"))))
    assert (notice["name"], notice["is_system"], notice["mes"]) == ("WhatsApp", True, "Encrypted.")


def test_other_people_keep_their_names_without_repeating_them(tmp_path: Path) -> None:
    folder = write(tmp_path, common())
    (chat_file,) = (folder / "chats/Assistant (WhatsApp)").iterdir()
    _, ada, ben = lines(folder, str(chat_file))
    assert (ada["name"], ada["mes"]) == ("Ada", "No assistant is part of this one.")
    assert (ben["name"], ben["is_user"]) == ("Ben", True)


def test_conversations_are_read_back_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    found = [archived.messages[0].id for archived in read_back("sillytavern", write(tmp_path, common()))]
    assert found == [conversation.messages[0].id for conversation in common().conversations]


BREAK: Final[dict[str, Callable[[list[Any]], object]]] = {
    "first-line": lambda rows: rows[0].pop("user_name"),
    "messages": lambda rows: rows.__delitem__(slice(1, None)),
    "line": lambda rows: rows.append("no object"),
    "name": lambda rows: rows[1].update(name=""),
    "side": lambda rows: rows[1].update(is_user=None),
    "text": lambda rows: rows[1].update(mes=""),
    "time": lambda rows: rows[1].update(send_date="yesterday"),
    "media": lambda rows: rows[1]["extra"].update(media=[{"url": "/user/images/x.png", "type": "image"}]),
}


@pytest.mark.parametrize("rule", sorted(rules_of("sillytavern") - {"character"}))
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    rows = lines(folder)
    BREAK[rule](rows)
    (folder / CHAT).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert rule in broken_rules("sillytavern", folder)


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n"])
def test_a_missing_or_empty_character_is_found(content: bytes | None, tmp_path: Path) -> None:
    folder = write(tmp_path)
    if content is None:
        (folder / CARD).unlink()
    else:
        (folder / CARD).write_bytes(content)
    assert broken_rules("sillytavern", folder) == ["character"]


def test_a_single_chat_needs_no_character(tmp_path: Path) -> None:
    assert broken_rules("sillytavern", write(tmp_path) / CHAT) == []
