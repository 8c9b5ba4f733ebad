"""What a disk promises, also on systems that promise less."""

import ctypes
import errno
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from wamigrate import durable
from wamigrate.durable import exchange, has_exchange, sync_names, sync_tree
from wamigrate.linked import is_foreign_link

MANY = [f"{number}.md" for number in range(40)]
Setting = Callable[[str], object]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Let the modules believe in another system."""
    monkeypatch.setattr(durable, "_library", vars(durable)["_library"].__wrapped__)  # which remembers nothing
    return partial(monkeypatch.setattr, "sys.platform")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Make two folders with a file each."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "note.md").write_text(name, encoding="utf-8")
    return tmp_path / "old", tmp_path / "new"


def contents(pair: tuple[Path, Path]) -> list[str]:
    return [(folder / "note.md").read_text(encoding="utf-8") for folder in pair]


def failing(code: int) -> Callable[[str], SimpleNamespace]:
    """Find a C library whose functions fail with an error."""

    def fail(*_: object) -> int:
        ctypes.set_errno(code)
        return -1

    def library(function: str) -> SimpleNamespace:
        return SimpleNamespace(**{function: fail})

    return library


def refuse(code: int) -> Callable[[Path], None]:
    def fail(path: Path) -> None:
        raise OSError(code, os.strerror(code), str(path))

    return fail


def test_two_folders_change_places(pair: tuple[Path, Path]) -> None:
    assert has_exchange()
    assert exchange(*pair)
    assert contents(pair) == ["new", "old"]


def test_a_system_that_cannot_let_folders_change_places_says_so(
    pair: tuple[Path, Path], system: Setting
) -> None:
    system("darwin")
    assert not has_exchange()
    assert not exchange(*pair)
    assert contents(pair) == ["old", "new"]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_disk_that_cannot_let_folders_change_places_says_so(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(durable, "_library", failing(code))
    assert not exchange(*pair)
    assert contents(pair) == ["old", "new"]


def test_folders_that_are_not_there_cannot_change_places(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        exchange(tmp_path / "missing", tmp_path)


def test_names_are_brought_to_the_disk_where_folders_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: Setting
) -> None:
    monkeypatch.setattr(durable, "sync_file", refuse(errno.EINVAL))
    sync_names(tmp_path)
    monkeypatch.setattr(durable, "sync_file", refuse(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        sync_names(tmp_path)
    system("win32")
    sync_names(tmp_path)


@pytest.mark.parametrize(("name", "one_by_one"), [("linux", False), ("darwin", True)])
def test_many_files_go_to_the_disk_at_once_where_the_system_can_do_that(
    name: str, one_by_one: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: Setting
) -> None:
    for file in MANY:
        (tmp_path / file).touch()
    brought: list[str] = []
    sync = durable.sync_file

    def noted(path: Path) -> None:
        brought.append(path.name)
        sync(path)

    monkeypatch.setattr(durable, "sync_file", noted)
    system(name)
    sync_tree(tmp_path, MANY)
    assert brought == ([*MANY, tmp_path.name] if one_by_one else [])


def test_a_disk_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "_library", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output error") as caught:
        sync_tree(tmp_path, MANY)
    assert caught.value.filename == str(tmp_path)


def test_a_system_whose_links_have_no_owner_has_no_foreign_ones(tmp_path: Path, system: Setting) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    os.lchown(link, 12345, -1)
    assert is_foreign_link(link) == (os.getuid() != 12345)
    system("win32")
    assert not is_foreign_link(link)
