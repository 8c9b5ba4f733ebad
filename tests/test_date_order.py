"""What becomes of an order of day and month that the user gave and the dates contradict."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner
from whatsapp_cases import read_text

from wamigrate.cli import app
from wamigrate.notes import CODES


def _chat(*days: str) -> str:
    return "".join(f"{day}, 20:1{index % 10} - {'AB'[index % 2]}na: hi\n" for index, day in enumerate(days))


LATE_DAYS = _chat(*(f"{day}/03/2025" for day in range(13, 26)))
"""Only day first: there is no thirteenth month."""


def _doubts(folder: Path, text: str, order: str) -> list[str]:
    chat = read_text(folder, text, "chat.txt", date_order=order)
    assert CODES["ambiguous-date-order"][0] == "warning"
    return [note.text for note in chat.notes.items if note.code == "ambiguous-date-order"]


def test_dates_that_do_not_exist_in_the_given_order_are_read_and_said(tmp_path: Path) -> None:
    chat = read_text(tmp_path, LATE_DAYS, "chat.txt", date_order="mdy")
    assert [message.timestamp.day for message in chat.messages if message.timestamp] == [*range(13, 26)]
    assert (chat.info.date_order, chat.info.ambiguous) == ("mdy", True)
    (text,) = _doubts(tmp_path, LATE_DAYS, "mdy")
    assert text == (
        "dates were read as mdy: given with --date-order, but 13 days exist only the other way round and "
        "were read so; if that is wrong, add --date-order dmy"
    )


@pytest.mark.parametrize("order", ["dmy", "ymd"])
def test_an_order_that_fits_is_not_doubted(tmp_path: Path, order: str) -> None:
    assert not _doubts(tmp_path, LATE_DAYS, order)


def test_an_order_that_nothing_contradicts_is_not_doubted(tmp_path: Path) -> None:
    assert not _doubts(tmp_path, _chat("3/4/2025", "3/5/2025"), "mdy")
    assert not _doubts(tmp_path, _chat("3/4/2025", "3/5/2025"), "dmy")


def test_a_few_odd_dates_do_not_overthrow_the_given_order(tmp_path: Path) -> None:
    text = LATE_DAYS + _chat("3/27/2025")
    assert not _doubts(tmp_path, text, "dmy")
    assert len(_doubts(tmp_path, text, "mdy")) == 1


def test_dates_that_exist_in_no_order_say_nothing_about_it(tmp_path: Path) -> None:
    assert not _doubts(tmp_path, _chat("45/45/2025", "3/4/2025"), "mdy")


def test_inspect_says_that_the_order_is_in_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chat.txt").write_text(LATE_DAYS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, ["inspect", "chat.txt", "--json", "--date-order", "mdy"])
    assert shown.exit_code == 0
    assert (
        "only the other way round"
        in json.loads(shown.stdout)["inputs"][0]["sources"][0]["date_order_evidence"]
    )
