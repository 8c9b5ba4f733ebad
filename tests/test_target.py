"""Writing: whole or not at all, private, never over somebody else's files."""

import hashlib
import io
import os
import re
import stat
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from wamigrate import linked
from wamigrate.errors import ExportError, SourceError, TargetExistsError
from wamigrate.source import Source, open_source
from wamigrate.target import MARKER, FileTarget, FolderTarget, MemoryTarget, StreamTarget, Target

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")


class CustomError(Exception):
    """Something that goes wrong while a result is written."""


def write(target: Target, **files: str) -> None:
    with target:
        for name, text in files.items():
            with target.writing(name.replace("_", "/") if name != "document" else "") as stream:
                stream.write(text.encode())


def _cannot(*_: object) -> bool:
    """Stand for a system where two folders cannot change places in one step."""
    return False


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Source]:
    """Open an archive with a good and a damaged file."""
    path = tmp_path / "media.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("good.jpg", b"good" * 1000)
        file.writestr("bad.jpg", b"bad!" * 1000)
    path.write_bytes(path.read_bytes().replace(b"bad!bad!", b"bad!sad!", 1))
    source = open_source(path)
    yield source
    source.close()


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chat.json"
    target = FileTarget(path)
    with target:
        with target.writing() as stream:
            stream.write(b"hello")
        assert not path.exists()
    assert path.read_bytes() == b"hello"
    assert tree(tmp_path) == ["new", "new/chat.json"]


def test_a_folder_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out"
    target = FolderTarget(path)
    with target:
        with target.writing("a/b/note.md") as stream:
            stream.write(b"hello")
        assert not path.exists()
    assert tree(path) == [MARKER, "a", "a/b", "a/b/note.md"]
    assert tree(tmp_path) == ["out", f"out/{MARKER}", "out/a", "out/a/b", "out/a/b/note.md"]


@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
@pytest.mark.parametrize("error", [CustomError, KeyboardInterrupt, ExportError])
def test_a_failure_leaves_nothing_behind(
    kind: type[FileTarget | FolderTarget], error: type[BaseException], tmp_path: Path
) -> None:
    def fail() -> None:
        target = kind(tmp_path / "new" / "deep" / "out")
        with target, target.writing("" if kind is FileTarget else "note.md") as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert tree(tmp_path) == []


@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
def test_a_failure_keeps_the_older_result(kind: type[FileTarget | FolderTarget], tmp_path: Path) -> None:
    path = tmp_path / "out"
    name = "document" if kind is FileTarget else "note.md"
    write(kind(path), **{name: "old"})
    before = tree(tmp_path)

    def fail() -> None:
        target = kind(path, overwrite=True)
        with target, target.writing("" if kind is FileTarget else "note.md") as stream:
            stream.write(b"new")
            raise CustomError

    with pytest.raises(CustomError):
        fail()
    assert tree(tmp_path) == before
    assert (path if kind is FileTarget else path / "note.md").read_text() == "old"


@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
def test_what_is_there_is_replaced_only_on_request(
    kind: type[FileTarget | FolderTarget], tmp_path: Path
) -> None:
    path = tmp_path / "out"
    name = "document" if kind is FileTarget else "note.md"
    write(kind(path), **{name: "old"})
    with pytest.raises(TargetExistsError, match="exists already; add --overwrite"):
        kind(path)
    write(kind(path, overwrite=True), **{name: "new"})
    assert (path if kind is FileTarget else path / "note.md").read_text() == "new"
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


def test_replacing_a_folder_removes_its_older_files(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"old.md": "old"})
    write(FolderTarget(path, overwrite=True), **{"new.md": "new"})
    assert tree(path) == [MARKER, "new.md"]


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "Documents"
    path.mkdir()
    (path / "thesis.md").write_text("years of work")
    with pytest.raises(TargetExistsError, match="was not written by wamigrate"):
        FolderTarget(path, overwrite=True)
    assert (path / "thesis.md").exists()


@pytest.mark.parametrize("overwrite", [True, False])
def test_an_empty_folder_may_be_replaced(overwrite: bool, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    write(FolderTarget(path, overwrite=overwrite), **{"note.md": "x"})
    assert tree(path) == [MARKER, "note.md"]


def test_the_current_folder_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetExistsError, match=f"^{tmp_path}: is the current folder"):
        FolderTarget(Path())


def test_the_marker_lists_what_was_written(tmp_path: Path) -> None:
    write(FolderTarget(tmp_path / "out"), **{"b.md": "x", "a_c.md": ""})
    empty, x = (hashlib.sha256(data).hexdigest() for data in (b"", b"x"))
    assert (tmp_path / "out" / MARKER).read_text() == f"{empty}  a/c.md\n{x}  b.md\n"


def test_files_of_others_outlive_a_replacement(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old", "gone_old.md": "old"})
    (path / ".obsidian").mkdir()
    (path / ".obsidian" / "app.json").write_text("{}")
    (path / "gone" / "mine.md").write_text("mine")
    (path / "link").symlink_to(tmp_path)
    for text in ("new", "newer"):
        write(FolderTarget(path, overwrite=True), **{"note.md": text})
        assert (path / "note.md").read_text() == text
        kept = [MARKER, ".obsidian", ".obsidian/app.json", "gone", "gone/mine.md", "link", "note.md"]
        assert tree(path) == sorted(kept)
    assert (path / "gone" / "mine.md").read_text() == "mine"
    assert (path / "link").readlink() == tmp_path
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


def test_files_of_others_are_copied_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old"})
    (path / "mine.md").write_text("mine")
    monkeypatch.setattr(os, "link", refuse)
    write(FolderTarget(path, overwrite=True), **{"note.md": "new"})
    assert (path / "mine.md").read_text() == "mine"


def test_a_file_that_was_edited_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"a.md": "old", "b.md": "old"})
    (path / "a.md").unlink()
    FolderTarget(path, overwrite=True)
    (path / "b.md").write_text("my thoughts")
    with pytest.raises(
        TargetExistsError, match=r"out/b\.md: was changed after wamigrate wrote it.*move it away"
    ):
        FolderTarget(path, overwrite=True)
    assert (path / "b.md").read_text() == "my thoughts"


def test_an_edit_made_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"a.md": "old"})
    target = FolderTarget(path, overwrite=True)
    (path / "a.md").write_text("my thoughts")
    with pytest.raises(TargetExistsError, match="was changed"):
        write(target, **{"a.md": "new"})
    assert (path / "a.md").read_text() == "my thoughts"
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["a.md", "a", "a.md_b"])
def test_a_file_of_others_that_is_in_the_way_is_not_replaced(name: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old"})
    mine = path / name.replace("_", "/")
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(TargetExistsError, match=f"out/{name.replace('_', '/')}: .* is in the way"):
        write(FolderTarget(path, overwrite=True), **{"a.md": "new", "a_c": "new"})
    assert mine.read_text() == "mine"
    assert (path / "note.md").read_text() == "old"
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


def test_in_a_folder_whose_list_is_unknown_only_the_same_names_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    for name in (MARKER, "note.md", "other.md"):
        (path / name).touch()
    write(FolderTarget(path, overwrite=True), **{"note.md": "new"})
    assert tree(path) == [MARKER, "note.md", "other.md"]
    assert (path / "note.md").read_text() == "new"


def test_an_interruption_gives_the_older_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old"})
    (path / "mine.md").write_text("mine")
    monkeypatch.setattr(os, "link", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(FolderTarget(path, overwrite=True), **{"note.md": "new"})
    assert (path / "note.md").read_text() == "old"
    assert (path / "mine.md").read_text() == "mine"
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


def test_a_file_and_a_folder_do_not_replace_each_other(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(TargetExistsError, match="is no folder"):
        FolderTarget(tmp_path / "file", overwrite=True)
    with pytest.raises(TargetExistsError, match="is a folder"):
        FileTarget(tmp_path / "folder", overwrite=True)


def test_a_link_to_a_folder_stays_and_the_folder_is_written(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    real, link = tmp_path / "disk" / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to("disk/real")
    for text in ("one", "two"):
        write(FolderTarget(link, overwrite=True), **{"note.md": text})
        assert link.readlink() == Path("disk/real")
        assert (real / "note.md").read_text() == text
        assert tree(tmp_path / "disk") == ["real", f"real/{MARKER}", "real/note.md"]
    with pytest.raises(TargetExistsError, match=r"link: exists already"):
        FolderTarget(link)
    (real / MARKER).unlink()
    with pytest.raises(TargetExistsError, match=r"link: was not written by wamigrate"):
        FolderTarget(link, overwrite=True)


def test_a_link_to_a_file_stays_and_the_file_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to("real.json")
    with pytest.raises(TargetExistsError, match=r"link\.json: exists already"):
        FileTarget(link)
    write(FileTarget(link, overwrite=True), document="new")
    assert link.readlink() == Path("real.json")
    assert real.read_text() == "new"


@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
@pytest.mark.parametrize("to", ["nowhere", "link"])
def test_a_link_to_nothing_is_refused(kind: type[FileTarget | FolderTarget], to: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / to)
    with pytest.raises(TargetExistsError, match=rf"link: is a link to .*{to}, which is not there"):
        kind(tmp_path / "link", overwrite=True)
    assert [child.name for child in tmp_path.iterdir()] == ["link"]


def test_a_link_of_another_user_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "link").symlink_to("secret")

    def is_foreign(path: Path) -> bool:
        return path.is_symlink()

    monkeypatch.setattr(linked, "is_foreign_link", is_foreign)
    with pytest.raises(TargetExistsError, match="is a link that another user made"):
        FileTarget(tmp_path / "link", overwrite=True)


def test_empty_folders_of_others_outlive_a_replacement(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old", "media_a.jpg": "old", "gone_b.jpg": "old"})
    (path / "mine" / "deep").mkdir(parents=True)
    (path / "media" / "mine").mkdir()
    (path / "gone" / "b.jpg").unlink()
    for _ in range(2):
        write(FolderTarget(path, overwrite=True), **{"note.md": "new"})
        assert tree(path) == [MARKER, "media", "media/mine", "mine", "mine/deep", "note.md"]


def test_an_empty_folder_of_others_that_is_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old"})
    (path / "new.md" / "inside").mkdir(parents=True)
    with pytest.raises(TargetExistsError, match=r"out/new\.md/inside/?: .* is in the way"):
        write(FolderTarget(path, overwrite=True), **{"new.md": "new"})
    assert (path / "note.md").read_text() == "old"


@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
def test_what_appears_meanwhile_is_not_replaced(
    kind: type[FileTarget | FolderTarget], tmp_path: Path
) -> None:
    path = tmp_path / "out"

    def race() -> None:
        target = kind(path)
        with target:
            with target.writing("" if kind is FileTarget else "note.md") as stream:
                stream.write(b"mine")
            path.write_text("theirs")

    with pytest.raises(TargetExistsError):
        race()
    assert path.read_text() == "theirs"
    assert tree(tmp_path) == ["out"]


def test_a_new_folder_that_cannot_be_placed_gives_the_older_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"
    write(FolderTarget(path), **{"note.md": "old"})
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == path and self.name != "older":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    monkeypatch.setattr("wamigrate.target.exchange", _cannot)
    with pytest.raises(ExportError, match=r"cannot be put in its place \(No space left on device\)"):
        write(FolderTarget(path, overwrite=True), **{"note.md": "new"})
    assert (path / "note.md").read_text() == "old"
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


@posix
def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write(FileTarget(tmp_path / "chat.json"), document="x")
        write(FolderTarget(tmp_path / "out"), **{"note.md": "x", "media_deep_photo.jpg": "x"})
    finally:
        os.umask(old)
    modes = {
        path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in tmp_path.rglob("*")
    }
    assert modes["chat.json"] == 0o600
    assert modes["out"] == 0o700
    assert modes["out/media/deep"] == 0o700
    assert {modes[name] for name in ("out/note.md", "out/media/deep/photo.jpg", f"out/{MARKER}")} == {0o600}


@pytest.mark.parametrize("name", ["../up.md", "a/../../up.md", "/etc/up.md", ""])
def test_a_name_that_leaves_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "out")
    with pytest.raises(ExportError, match="is no file name inside"):
        target.open(name)
    assert tree(tmp_path) == []


def test_a_name_is_written_once(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "out")
    write(target, **{"a.md": "x"})
    target = FolderTarget(tmp_path / "out", overwrite=True)
    target.open("a.md").close()
    with pytest.raises(ExportError, match=r"a.md: cannot be written \(File exists\)"):
        write(target, **{"a.md": "x"})
    assert (tmp_path / "out" / "a.md").read_text() == "x"


def test_one_file_cannot_hold_others(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is one file and cannot hold media/x"):
        FileTarget(tmp_path / "chat.json").open("media/x")
    with pytest.raises(ExportError, match="a folder cannot be written to standard output"):
        StreamTarget(io.BytesIO()).open("note.md")


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportError, match="cannot be written"):
        write(FileTarget(tmp_path / "file" / "chat.json"), document="x")
    with pytest.raises(ExportError, match="cannot be written"):
        write(FolderTarget(tmp_path / "file" / "out"), **{"note.md": "x"})


@posix
@pytest.mark.parametrize("kind", [FileTarget, FolderTarget])
def test_a_name_that_is_too_long_is_an_error_with_a_way_out(
    kind: type[FileTarget | FolderTarget], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / ("x" * 300)
    with pytest.raises(
        ExportError, match=rf"^{place}: cannot be written \(.*\); choose another place with -o$"
    ):
        kind(Path(place.name))


@posix
def test_a_folder_that_may_not_be_written_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = Path.mkdir

    def refuse(self: Path, mode: int = 0o777, *, parents: bool = False, exist_ok: bool = False) -> None:
        if not self.exists():
            raise PermissionError(13, "Permission denied")
        mkdir(self, mode, parents, exist_ok)

    monkeypatch.chdir(tmp_path)
    # for the superuser every folder can be written
    monkeypatch.setattr(Path, "mkdir", refuse)
    where = re.escape(str(tmp_path))
    with pytest.raises(ExportError, match=rf"^{where}/a\.json: cannot be written .* with -o$"):
        write(FileTarget(Path("a.json")), document="x")
    with pytest.raises(ExportError, match=rf"^{where}/out/a\.md: cannot be written .* with -o$"):
        write(FolderTarget(Path("out")), **{"a.md": "x"})


def test_a_stream_that_takes_no_more_is_an_error_of_ours() -> None:
    class Full(io.BytesIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match=r"^standard output: .*\(No space left on device\)$"):
        write(StreamTarget(Full()), document="x")


def test_a_name_as_long_as_names_can_be_is_written(tmp_path: Path) -> None:
    name = "x" * 250
    write(FileTarget(tmp_path / f"{name}.json"), document="x")
    write(FolderTarget(tmp_path / name), **{"note.md": "x"})
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"{name}.json"]


def test_a_stream_is_left_open() -> None:
    stream = io.BytesIO()
    write(StreamTarget(stream), document="hello")
    assert stream.getvalue() == b"hello"


def test_memory_forgets_what_failed() -> None:
    def fail() -> None:
        with target, target.writing("a.md") as stream:
            stream.write(b"x")
            raise CustomError

    target = MemoryTarget()
    with pytest.raises(CustomError):
        fail()
    assert target.files == {}


def test_a_target_to_which_nothing_was_written_makes_nothing(tmp_path: Path) -> None:
    write(FileTarget(tmp_path / "chat.json"))
    write(FolderTarget(tmp_path / "out"))
    assert tree(tmp_path) == []


def test_a_file_of_a_source_is_copied(media: Source, tmp_path: Path) -> None:
    with FolderTarget(tmp_path / "out") as target:
        target.sources = {"s": media}
        target.copy("s", "good.jpg", "media/photo.jpg")
    assert (tmp_path / "out" / "media" / "photo.jpg").read_bytes() == b"good" * 1000


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_damaged_file_is_not_copied_in_part(kind: str, media: Source, tmp_path: Path) -> None:
    with MemoryTarget() if kind == "memory" else FolderTarget(tmp_path / "out") as target:
        target.sources = {"s": media}
        with pytest.raises(SourceError, match=r"media.zip: bad.jpg: cannot be read \(Bad CRC-32"):
            target.copy("s", "bad.jpg", "media/photo.jpg")
        with target.writing("note.md") as stream:
            stream.write(b"x")
    left = list(target.files) if isinstance(target, MemoryTarget) else tree(tmp_path / "out")
    assert "media/photo.jpg" not in left
    assert "note.md" in left


def test_only_what_a_source_holds_is_copied(media: Source) -> None:
    target = MemoryTarget()
    target.sources = {"s": media}
    with pytest.raises(SourceError, match=r"holds no file '\.\./\.\./etc/passwd'"):
        target.copy("s", "../../etc/passwd", "media/x")
    with pytest.raises(SourceError, match=r"good.jpg: the export that holds it is not at hand"):
        target.copy("other", "good.jpg", "media/x")
    assert target.files == {}


def test_a_disk_that_is_full_is_no_fault_of_the_source(media: Source) -> None:
    class Full(io.BytesIO):
        def write(self, _data: object, /) -> int:
            raise OSError(28, "No space left on device")

    class FullTarget(MemoryTarget):
        def open(self, name: str = "") -> BinaryIO:
            del name
            return Full()

    target = FullTarget()
    target.sources = {"s": media}
    with pytest.raises(ExportError, match=r"media/x: cannot be written \(No space left on device\)"):
        target.copy("s", "good.jpg", "media/x")
