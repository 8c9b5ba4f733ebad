"""What people read after a command: counts that add up, tables that stay short."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wamigrate.inspection import INSPECTION, Chat, Files, Inspection, Inspections, Person, Piece, inspect
from wamigrate.model import Note, replace
from wamigrate.render import Screen
from wamigrate.report import Outcome, Result

START = datetime(2025, 3, 3, 9, 0)  # noqa: DTZ001 - the phone's wall clock
RESULT = Result(
    input="chat.zip",
    format="whatsapp",
    to="markdown",
    output=None,
    conversations=2,
    messages_in=10,
    messages_out=10,
    joined=0,
    left_out={},
    kinds={"text": 10},
    assistants=("ChatGPT",),
    started_at=START,
    ended_at=START,
    media_present=5,
    media_missing=0,
    sources=(),
    notes=(),
)
ANA = Person("Ana", "user", None, None, 3, "the only person who writes")


def summary(*results: Result) -> list[str]:
    """Return what is printed, without indent."""
    out = io.StringIO()
    Screen(out).outcome(Outcome("chat.zip", results), alone=True)
    return [" ".join(line.split()) for line in out.getvalue().split("\n")]


def shown(found: Inspection) -> str:
    out = io.StringIO()
    Screen(out).inspections(Inspections(INSPECTION, (found,), ()))
    return out.getvalue()


def inspection(chats: int, pieces: int, *, other: str = "Ana") -> Inspection:
    files = Files(0, 0, 0)
    people = [replace(ANA, name=ANA.name if n else other) for n in range(chats)]
    return Inspection(
        "chat.json",
        "json",
        "JSON",
        (),
        tuple(
            Chat(f"Chat {n}", None, "s", START, START, 3, {"text": 3}, files, (person,))
            for n, person in enumerate(people, 1)
        ),
        tuple(
            Piece(f"{n}", f"Part {n}", START, START, 1, 1, ("a greeting",) if n > 1 else ())
            for n in range(1, pieces + 1)
        ),
        (),
    )


def test_what_was_read_is_what_was_written_left_out_and_put_together() -> None:
    left_out = {"notices": 1, "service-notices": 2}
    printed = summary(replace(RESULT, messages_out=7, left_out=left_out, joined=3))
    assert (
        "read 13 messages = 7 written to markdown + 3 left out + 3 parts of answers put together" in printed
    )
    assert "left out 1 notice of WhatsApp's own from markdown; --notices keeps it" in printed
    assert "left out 2 notices of the service from markdown; --notices keeps them" in printed


def test_one_part_is_one_part_of_an_answer() -> None:
    printed = summary(replace(RESULT, joined=1))
    assert "read 11 messages = 10 written to markdown + 1 part of an answer put together" in printed


def test_nothing_is_added_up_where_everything_was_written() -> None:
    assert not any(line.startswith("read") for line in summary(RESULT))


def test_files_that_were_not_written_are_not_counted_as_written() -> None:
    notes = (
        Note("media-unwritten", "warning", "2 files were not written: …"),
        Note("media-unsafe", "loss", "x.jpg: is encrypted"),
    )
    assert "media 5 files" in summary(RESULT)
    assert "media 2 files, 3 not written, 4 missing" in summary(replace(RESULT, notes=notes, media_missing=4))


def test_a_result_without_its_files_counts_where_another_has_none_to_write() -> None:
    notes = (Note("media-unwritten", "warning", "5 files were not written: …"),)
    printed = summary(replace(RESULT, to="json"), replace(RESULT, notes=notes))
    assert "media 0 files, 5 not written" in printed


def test_participants_that_all_chats_share_are_listed_once_with_all_their_messages() -> None:
    printed = shown(inspection(3, 3))
    assert printed.count("Participant") == 1
    assert "Ana          user                         9  the only" in printed
    assert shown(inspection(3, 3, other="Ben")).count("Participant") == 3


@pytest.mark.parametrize("chats", [1, 20])
def test_twenty_conversations_are_all_shown(chats: int) -> None:
    printed = shown(inspection(chats, 20))
    assert "more" not in printed
    assert all(f"Part {n} " in printed for n in range(1, 21))


def test_of_many_conversations_the_first_and_last_ten_are_shown() -> None:
    printed = shown(inspection(21, 25))
    assert "… 5 more, --json lists all" in printed
    assert [f"Part {n} " in printed for n in range(1, 26)] == [n <= 10 or n > 15 for n in range(1, 26)]
    assert "… 1 more, --json lists all" in printed
    assert "Chat 11" not in printed


def test_it_says_why_a_conversation_starts_and_nothing_where_nobody_knows(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    days = (START, START + timedelta(days=20))
    path.write_text(
        "".join(
            f"{day:%d/%m/%Y, %H:%M} - {name}: {text}\n"
            for day in days
            for name, text in (("Ana", "How do I boil an egg?"), ("ChatGPT", "Six minutes."))
        ),
        encoding="utf-8",
    )
    whole, daily = inspect(path), inspect(path, split="day")
    assert [bool(part.reasons) for part in whole.conversations] == [False, True]
    assert "20 days" in whole.conversations[1].reasons[0]
    assert daily.conversations[1].reasons == ("a new day",)
    assert "Why it starts here" in shown(whole)
    assert "Why it starts here" not in shown(inspect(path, split="none"))
