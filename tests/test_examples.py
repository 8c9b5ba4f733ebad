"""The bundled examples: what a new user tries first."""

import subprocess
import sys
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from whatsapp_cases import ROOT, body, clock, read_chat

from wamigrate.bots import find_bot

EXAMPLES = ROOT / "fixtures" / "examples"
CHATGPT = EXAMPLES / "WhatsApp Chat with ChatGPT.zip"
COPILOT = EXAMPLES / "WhatsApp Chat - Copilot.zip"
META_AI = EXAMPLES / "WhatsApp Chat with Meta AI.txt"


def test_the_archives_are_what_their_sources_give() -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_examples.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", [CHATGPT, COPILOT, META_AI], ids=lambda path: path.name)
def test_an_example_is_small_and_all_its_files_belong_to_messages(path: Path) -> None:
    assert path.stat().st_size < 150_000
    chat = read_chat(path)
    used = {attachment.member for message in chat.messages for attachment in message.attachments}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert used == set(archive.namelist()) - {chat.info.member}
    assert not {"suspect-boundary", "bad-date", "time-jump", "unknown-notice"} & chat.notes.count().keys()
    assert not chat.info.ambiguous


def test_the_month_with_chatgpt_holds_what_such_chats_hold() -> None:
    chat = read_chat(CHATGPT)
    assert Counter(message.author for message in chat.messages) == {"Nora Vance": 63, "ChatGPT": 55, None: 1}
    assert Counter(message.kind for message in chat.messages) == {
        "text": 110, "media": 4, "deleted": 2, "notice": 1, "contact": 1, "unsupported": 1,
    }  # fmt: skip
    assert chat.messages[0].timestamp == clock(2025, 12, 15, 7, 52)
    assert chat.messages[-1].timestamp == clock(2026, 1, 16, 19, 31)
    assert (chat.info.platform, chat.info.date_order) == ("android", "dmy")
    assert sum(message.edited for message in chat.messages) == 1
    assert (
        len({attachment.media_type for message in chat.messages for attachment in message.attachments}) == 4
    )


def test_long_answers_are_cut_as_chatgpt_cut_them() -> None:
    bot = find_bot("ChatGPT")
    assert bot is not None
    answers = [message for message in read_chat(CHATGPT).messages if message.author == bot.title]
    assert all(len(body(answer)) <= 1300 for answer in answers)
    cut = [(first, second) for first, second in pairwise(answers)
           if len(body(first)) > 1150 and first.timestamp == second.timestamp]  # fmt: skip
    assert len(cut) == 3
    assert [body(first).count("```") % 2 for first, _ in cut] == [1, 0, 0]


def test_the_automatic_reply_at_the_end_is_repeated_word_for_word() -> None:
    texts = Counter(body(message) for message in read_chat(CHATGPT).messages if message.author == "ChatGPT")
    [(reply, times)] = texts.most_common(1)
    assert times == 4
    assert "no longer available" in reply


def test_the_winter_with_copilot_is_as_an_iphone_writes_it() -> None:
    chat = read_chat(COPILOT)
    assert Counter(message.author for message in chat.messages) == {"Henning Voss": 28, "Copilot": 26}
    assert Counter(message.kind for message in chat.messages) == {
        "text": 48,
        "media": 4,
        "deleted": 1,
        "notice": 1,
    }
    assert chat.messages[0].timestamp == clock(2025, 11, 3, 19, 2, 11)
    assert chat.messages[-1].timestamp == clock(2026, 1, 15, 7, 58, 4)
    assert (chat.info.platform, chat.info.date_order, chat.info.member) == ("ios", "dmy", "_chat.txt")
    assert all(attachment.present for message in chat.messages for attachment in message.attachments)
    assert all("\r" not in body(message) for message in chat.messages)


def test_the_chat_with_meta_ai_is_american() -> None:
    chat = read_chat(META_AI)
    assert Counter(message.author for message in chat.messages) == {"Priya Raman": 12, "Meta AI": 9, None: 1}
    assert chat.messages[0].kind == "notice"
    assert chat.messages[0].timestamp == clock(2025, 11, 8, 9, 12)
    assert chat.messages[-1].timestamp == clock(2025, 12, 20, 12, 31)
    assert (chat.info.platform, chat.info.date_order) == ("android", "mdy")
