"""The older result while a new one comes: what is read of it, what outlives it, and when it comes back."""

import io
import stat
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from wamigrate.durable import sync_tree
from wamigrate.errors import ExportError, SourceError, TargetExistsError
from wamigrate.folders import keep_foreign
from wamigrate.source import Member, Source, open_source
from wamigrate.target import FileTarget, FolderTarget, MemoryTarget, StreamTarget

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")


class CustomError(Exception):
    """Something that goes wrong while the older result is replaced."""


def _cannot(*_: object) -> bool:
    """Stand for a system where two folders cannot change places in one step."""
    return False


def write(place: FileTarget | FolderTarget, text: str) -> None:
    with place, place.writing("" if isinstance(place, FileTarget) else "note.md") as stream:
        stream.write(text.encode())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a folder, to be replaced."""
    path = tmp_path / "out"
    write(FolderTarget(path), "old")
    return path


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Source]:
    """Open an unpacked export."""
    path = tmp_path / "in"
    path.mkdir()
    (path / "photo.jpg").write_bytes(b"photo")
    source = open_source(path)
    yield source
    source.close()


def when_synced(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between the last look at the older folder and its replacement."""

    def synced(root: Path, files: list[str]) -> None:
        sync_tree(root, files)
        happens()

    monkeypatch.setattr("wamigrate.target.sync_tree", synced)


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_file_that_somebody_adds_in_the_last_moment_outlives_the_replacement(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("wamigrate.target.exchange", _cannot)
    when_synced(monkeypatch, lambda: (folder / "theirs.txt").write_text("theirs"))
    write(FolderTarget(folder, overwrite=True), "new")
    assert (folder / "note.md").read_text() == "new"
    assert (folder / "theirs.txt").read_text() == "theirs"
    assert names(folder.parent) == ["out"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_file_of_a_new_name_that_somebody_adds_in_the_last_moment_gives_the_older_folder_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("wamigrate.target.exchange", _cannot)
    when_synced(monkeypatch, lambda: (folder / "new.md").write_text("theirs"))
    place = FolderTarget(folder, overwrite=True)
    with place.writing("new.md") as stream:
        stream.write(b"ours")
    with pytest.raises(
        TargetExistsError, match=r"out/new\.md: was not written by wamigrate and is in the way"
    ):
        place.__exit__(None, None, None)
    assert (folder / "note.md").read_text() == "old"
    assert (folder / "new.md").read_text() == "theirs"
    assert names(folder.parent) == ["out"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_whatever_goes_wrong_at_the_last_moment_gives_the_older_folder_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("wamigrate.target.exchange", _cannot)

    def broken(older: Path, newer: Path, kept: frozenset[str] = frozenset()) -> frozenset[str]:
        if older == folder:
            return keep_foreign(older, newer, kept)
        raise CustomError

    monkeypatch.setattr("wamigrate.target.keep_foreign", broken)
    with pytest.raises(CustomError):
        write(FolderTarget(folder, overwrite=True), "new")
    assert (folder / "note.md").read_text() == "old"
    assert names(folder.parent) == ["out"]


def test_ctrl_c_after_the_last_step_is_one_and_the_new_folder_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wamigrate.target.exchange", _cannot)
    replace = Path.replace

    def interrupted(path: Path, place: Path) -> Path:
        found = replace(path, place)
        if place == folder:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(FolderTarget(folder, overwrite=True), "new")
    assert (folder / "note.md").read_text() == "new"
    assert names(folder.parent) == ["out"]


def test_another_file_beside_the_older_ones_is_no_change_of_them(folder: Path) -> None:
    place = FolderTarget(folder, overwrite=True)
    (folder / "theirs.txt").write_text("theirs")
    (folder / "sub").mkdir()
    write(place, "new")
    assert {"note.md", "theirs.txt"} <= set(names(folder))


def test_the_document_that_is_replaced_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    assert FileTarget(path, overwrite=True).older() is None
    path.write_bytes(b"old\r\n")
    older = FileTarget(path, overwrite=True).older()
    assert older is not None
    with older:
        assert older.read() == b"old\r\n"
    assert MemoryTarget().older() is None
    assert FolderTarget(tmp_path / "out").older() is None


def test_where_nothing_may_be_replaced_there_is_no_older_document(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    place = FileTarget(path)
    path.write_bytes(b"theirs")
    assert place.older() is None


def test_an_older_document_that_cannot_be_read_is_an_error_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.json"
    path.write_bytes(b"old")
    place = FileTarget(path, overwrite=True)

    def refused(*_: object) -> BinaryIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(ExportError) as raised:
        place.older()
    assert str(raised.value) == f"{path}: cannot be read (Permission denied); choose another place with -o"


def test_a_result_that_cannot_be_placed_is_named_and_its_new_folders_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a" / "b" / "chat.json"

    def refused(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wamigrate.target.sync_file", refused)
    with pytest.raises(ExportError) as raised:
        write(FileTarget(path), "new")
    assert str(raised.value) == (
        f"{path}: the result cannot be put in its place (No space left on device); "
        "choose another place with -o"
    )
    assert names(tmp_path) == []


@posix
def test_folders_on_the_way_are_for_their_owner_alone(tmp_path: Path) -> None:
    write(FileTarget(tmp_path / "a" / "b" / "chat.json"), "new")
    for made in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_folder_that_somebody_makes_on_the_way_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists = Path.exists

    def seen_late(path: Path) -> bool:
        found = exists(path)
        if path == tmp_path / "a":
            path.mkdir(exist_ok=True)
        return found

    monkeypatch.setattr(Path, "exists", seen_late)
    write(FileTarget(tmp_path / "a" / "chat.json"), "new")
    assert (tmp_path / "a" / "chat.json").read_text() == "new"


@posix
def test_the_folder_above_can_be_replaced_from_inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "work").mkdir()
    monkeypatch.chdir(folder / "work")
    write(FolderTarget(Path(".."), overwrite=True), "new")
    assert (folder / "note.md").read_text() == "new"
    assert names(folder.parent) == ["out"]


def test_a_file_in_the_way_to_a_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    with pytest.raises(ExportError, match="cannot be written"):
        write(FileTarget(tmp_path / "a" / "chat.json"), "new")


def test_a_target_can_be_closed_twice(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    place = FileTarget(path)
    write(place, "new")
    place.commit()
    place.discard()
    assert path.read_text() == "new"


def test_one_document_has_no_name(tmp_path: Path) -> None:
    memory = MemoryTarget()
    with memory, memory.open() as stream:
        stream.write(b"memory")
    assert memory.files == {"": b"memory"}
    out = io.BytesIO()
    with StreamTarget(out) as place, place.open() as stream:
        assert stream.writable()
        stream.write(b"stream")
    assert out.getvalue() == b"stream"
    with FileTarget(tmp_path / "chat.json") as file, file.open() as stream:
        stream.write(b"file")
    assert (tmp_path / "chat.json").read_bytes() == b"file"
    with pytest.raises(ExportError, match="is no file name inside"):
        FolderTarget(tmp_path / "out").open()


def test_a_stream_takes_one_document() -> None:
    with pytest.raises(ExportError, match=r"^a folder cannot be written to standard output; give -o a path$"):
        StreamTarget(io.BytesIO()).open("note.md")


def test_what_memory_cannot_take_is_called_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> BinaryIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MemoryTarget, "open", refused)
    memory = MemoryTarget()
    with pytest.raises(ExportError, match=r"^output: cannot be written"), memory.writing():
        pass


def test_a_file_of_an_unpacked_export_has_an_address(media: Source, tmp_path: Path) -> None:
    place = MemoryTarget()
    place.sources = {"s": media}
    assert place.address("s", "photo.jpg") == (tmp_path / "in" / "photo.jpg").as_uri()
    with pytest.raises(SourceError, match=r"^photo\.jpg: the export that holds it is not at hand$"):
        place.address("other", "photo.jpg")
    with pytest.raises(SourceError):
        place.address("s", "missing.jpg")


def test_without_sources_nothing_can_be_copied() -> None:
    with pytest.raises(SourceError, match="is not at hand"):
        MemoryTarget().copy("s", "photo.jpg", "media/photo.jpg")


class _Broken(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        del size
        raise OSError(5, "Input/output error")


def test_a_disk_that_fails_while_a_file_is_copied_is_a_fault_of_the_source(
    media: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Member) -> BinaryIO:
        return _Broken()

    place = MemoryTarget()
    place.sources = {"s": media}
    monkeypatch.setattr(media, "open", broken)
    with pytest.raises(SourceError, match="Input/output error"):
        place.copy("s", "photo.jpg", "media/photo.jpg")
    assert place.files == {}


def test_a_source_that_fails_before_anything_was_written_leaves_nothing(
    media: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def damaged(_: Member) -> Generator[BinaryIO]:
        raise SourceError("photo.jpg: is damaged")
        yield io.BytesIO()

    place = MemoryTarget()
    place.sources = {"s": media}
    monkeypatch.setattr(media, "reading", damaged)
    with pytest.raises(SourceError, match="is damaged"):
        place.copy("s", "photo.jpg", "media/photo.jpg")
    assert place.files == {}


@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
def test_a_failure_before_anything_was_written_is_the_only_one(
    kind: type[FileTarget | FolderTarget], tmp_path: Path
) -> None:
    with pytest.raises(CustomError), kind(tmp_path / "a" / "out"):
        raise CustomError
    assert names(tmp_path) == []


def test_a_folder_on_the_way_that_somebody_uses_meanwhile_stays(tmp_path: Path) -> None:
    place = FileTarget(tmp_path / "a" / "chat.json")

    def fail() -> None:
        with place.writing() as stream:
            stream.write(b"new")
        (tmp_path / "a" / "theirs.txt").write_text("theirs")
        raise CustomError

    with pytest.raises(CustomError), place:
        fail()
    assert names(tmp_path / "a") == ["theirs.txt"]
