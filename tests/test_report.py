"""Where a report may go: never over a file that is something else, nor where no file can be made."""

import os
from pathlib import Path
from typing import Any

import pytest

from wamigrate.errors import ExportError, TargetExistsError
from wamigrate.report import check_place, failure, make_report, write_report


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    check_place(path, overwrite=False)
    write_report(make_report((), 0), path)
    check_place(path, overwrite=False)
    path.write_text("{}")
    with pytest.raises(TargetExistsError, match="exists and is no report; choose another --report"):
        check_place(path, overwrite=False)
    check_place(path, overwrite=True)


def test_a_file_that_cannot_be_read_is_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    write_report(make_report((), 0), path)

    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TargetExistsError, match="exists and is no report"):
        check_place(path, overwrite=False)


def test_a_folder_that_may_not_be_written_into_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def refuse(path: object, mode: int) -> bool:
        asked.append((path, mode))
        return False

    monkeypatch.setattr(os, "access", refuse)
    path = tmp_path / "new" / "report.json"
    with pytest.raises(ExportError) as caught:
        check_place(path, overwrite=False)
    assert str(caught.value) == (
        f"{path}: cannot be written ({tmp_path}: Permission denied); choose another place with --report"
    )
    assert asked == [(tmp_path, os.W_OK | os.X_OK)]


def test_a_current_folder_that_is_gone_is_no_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = FileNotFoundError(2, "No such file or directory")
    assert failure(missing).message.startswith("internal error: ")

    def gone() -> Path:
        raise missing

    monkeypatch.setattr(Path, "cwd", gone)
    found = failure(missing)
    assert found.message == "the current folder was removed; change to one that is there"
    assert found.exit_code == 6
    assert failure(ValueError("x")).exit_code == 1
