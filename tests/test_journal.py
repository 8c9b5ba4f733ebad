"""The journal of a run: what can be written is, and what cannot does no harm."""

import os
from pathlib import Path

import pytest

from wamigrate.fingerprint import Fingerprint
from wamigrate.journal import JOURNAL, Finished, Journal, read_journal
from wamigrate.report import Result

PRINT = Fingerprint("1", "2")
RESULT = Result("", "whatsapp", "json", None, 1, 2, 2, 0, {}, {}, (), None, None, 0, 0, (), ())


def finished(name: str) -> Finished:
    return Finished(name, name, f"{name}.json", "key", "1", PRINT, PRINT, RESULT)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "new" / "results" / JOURNAL)


def test_what_is_finished_is_known_to_the_next_run(journal: Journal) -> None:
    journal.begin(["place"])
    journal.finish([finished("a"), finished("b")])
    journal.end()
    past = read_journal(journal.path)
    assert past.knows("a")
    assert past.made("b.json")
    assert past.was_free("place")


def test_a_name_that_no_json_can_hold_makes_no_line(journal: Journal) -> None:
    journal.begin([])
    before = journal.path.read_bytes()
    journal.finish([finished("caf\udce9")])
    assert journal.path.read_bytes() == before
    journal.finish([finished("caf\udce9"), finished("a")])
    journal.close()
    assert read_journal(journal.path).stems == {"a": "a"}


def test_where_nothing_was_finished_nothing_stays_of_it(journal: Journal, tmp_path: Path) -> None:
    journal.begin([])
    journal.end()
    assert not list(tmp_path.iterdir())


def test_where_another_run_began_meanwhile_its_lines_stay(journal: Journal) -> None:
    journal.begin(["place"])
    other = Journal(journal.path)
    other.begin([])
    journal.end()
    other.finish([finished("a")])
    other.end()
    assert read_journal(journal.path).knows("a")


def test_what_another_run_removed_is_no_error(journal: Journal, tmp_path: Path) -> None:
    journal.begin([])
    journal.path.unlink()
    journal.end()
    assert not list(tmp_path.iterdir())


def test_a_folder_in_which_something_appeared_meanwhile_stays(journal: Journal, tmp_path: Path) -> None:
    journal.begin([])
    (tmp_path / "new" / "mine.txt").touch()
    journal.end()
    assert [path.name for path in tmp_path.rglob("*")] == ["new", "mine.txt"]


def test_a_line_that_is_written_in_part_is_an_error(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.begin([])
    write = os.write

    def write_in_part(handle: int, data: bytes) -> int:
        return write(handle, data[:10])

    with monkeypatch.context() as patch:
        patch.setattr("os.write", write_in_part)
        with pytest.raises(OSError, match="the disk is full"):
            journal.finish([finished("a")])
    journal.close()
    assert not read_journal(journal.path).knows("a")


def test_a_journal_that_could_not_be_begun_is_written_nowhere(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).symlink_to(tmp_path / "elsewhere")
    journal = Journal(tmp_path / JOURNAL)
    with pytest.raises(OSError, match=JOURNAL):
        journal.begin([])
    journal.finish([finished("a")])
    journal.end()
    assert [path.name for path in tmp_path.iterdir()] == [JOURNAL]
