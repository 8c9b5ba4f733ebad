"""What people read after a command: counts that add up, tables that stay short."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wamigrate.direct_import import DirectImport
from wamigrate.inspection import INSPECTION, Chat, Files, Inspection, Inspections, Person, Piece, inspect
from wamigrate.model import Note, SourceInfo, replace
from wamigrate.render import Screen
from wamigrate.render_batch import summary_lines
from wamigrate.render_migration import import_lines
from wamigrate.report import Failure, Outcome, Result

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


def test_what_was_left_out_on_request_names_the_option_that_asked_for_it() -> None:
    printed = summary(replace(RESULT, messages_out=7, left_out={"after": 2, "before": 1}))
    assert "left out 2 messages from markdown because of --after" in printed
    assert "left out 1 message from markdown because of --before" in printed


def test_without_any_time_dates_are_said_to_be_unreadable() -> None:
    assert "dates none readable" in summary(replace(RESULT, started_at=None, ended_at=None))


def test_people_of_the_last_chats_are_listed_where_chats_have_different_people() -> None:
    printed = shown(inspection(25, 3, other="Ben"))
    assert printed.count("Participant") == 20
    last = printed.rpartition("Chat 25")[2]
    assert "Ana          user                         3  the only" in last


def test_the_order_of_dates_is_told_of_texts_alone() -> None:
    source = SourceInfo("s", "msgstore.db", None, "whatsapp_db", "", 4096, messages=3)
    printed = shown(replace(inspection(1, 1), sources=(source,)))
    assert "Size" in printed
    assert "Dates are" not in printed
    text = replace(source, date_order="ymd", date_order_evidence="the year comes first")
    printed = shown(replace(inspection(1, 1), sources=(text,)))
    assert "year, month, day (the year comes first)" in printed


def test_a_warning_goes_to_standard_error_and_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = io.StringIO()
    calls: list[str] = []
    screen = Screen(out, quiet=True)
    screen.beforehand = lambda: calls.append("bar gone")
    screen.warning("look\x1b[2J")
    assert capsys.readouterr().err == "warning: look\\x1b[2J\n"
    assert (out.getvalue(), calls) == ("", ["bar gone"])


@pytest.mark.parametrize("quiet", [False, True])
def test_quiet_leaves_only_what_failed_of_the_sum_of_many(
    capsys: pytest.CaptureFixture[str], *, quiet: bool
) -> None:
    out = io.StringIO()
    screen = Screen(out, quiet=quiet)
    failed = Outcome("b.zip", failure=Failure("SourceError", 3, "b.zip: is empty"))
    outcomes = [*(Outcome(f"{n}.zip", (RESULT,)) for n in range(21)), failed]
    screen.expects(len(outcomes))
    screen.summary(outcomes)
    assert capsys.readouterr().err == "error: b.zip: is empty\n"
    assert out.getvalue().startswith("" if quiet else "22 inputs      21 converted, 1 failed\n")
    assert bool(out.getvalue()) == (not quiet)


def test_the_sum_of_many_counts_files_and_tells_no_dates_where_there_are_none() -> None:
    undated = replace(RESULT, started_at=None, ended_at=None, media_present=0)
    lines = [" ".join(line.split()) for line in summary_lines([Outcome("a.zip", (undated,))])]
    assert lines == ["1 input 1 converted", "conversations 2", "messages 10", "notes none"]
    with_files = replace(RESULT, media_missing=2)
    lines = [
        " ".join(line.split())
        for line in summary_lines(
            [Outcome("a.zip", (undated, undated))] * 2 + [Outcome("b.zip", (with_files,))]
        )
    ]
    assert "messages 30" in lines
    assert "media 5 files in the exports, 2 missing" in lines
    assert "dates 2025-03-03 to 2025-03-03" in lines


@pytest.mark.parametrize("findings", [5, 6, 9])
def test_of_many_findings_of_a_migration_five_are_told_and_that_there_are_more(findings: int) -> None:
    notes = tuple(Note(f"code-{n}", "warning", f"finding {n}") for n in range(findings))
    found = DirectImport("openwebui", "Open WebUI", "http://localhost", "chat.zip", 1, 2, 1, 0, {}, notes)
    lines = [line.strip() for line in import_lines(found)]
    told = [line for line in lines if "finding " in line]
    assert [line.rpartition(" ")[2] for line in told] == ["0", "1", "2", "3", "4"]
    assert lines.count("and more") == (findings > 5)
