"""Reading inputs safely: files, folders and archives, the damaged and the hostile too."""

import io
import os
import stat
import struct
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wamigrate.errors import SourceError, UnsafeArchiveError
from wamigrate.source import FileSource, Member, Source, ZipSource, describe_bytes, no_chat, open_source


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("_chat.txt", "hello " * 50)
        file.writestr("media/photo.jpg", b"\xff\xd8\xff")
    return path


def listed(source: Source) -> dict[str, bytes]:
    return {member.name: source.read(member) for member in source.members}


def test_a_file_is_its_only_member(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"hello")
    source = open_source(path)
    assert (source.kind, source.name, listed(source)) == ("file", "chat.txt", {"chat.txt": b"hello"})
    assert source.where(source.members[0]) == "chat.txt"


def test_a_folder_lists_its_files_in_a_stable_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "z/1.txt", "c/2.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    source = open_source(tmp_path)
    assert source.kind == "folder"
    assert list(listed(source)) == ["a.txt", "b.txt", "c/2.txt", "z/1.txt"]
    assert source.find("z/1.txt").basename == "1.txt"


def test_an_archive_lists_its_files_but_no_folders(archive: Path) -> None:
    source = open_source(archive)
    assert source.kind == "zip"
    assert listed(source) == {"_chat.txt": b"hello " * 50, "media/photo.jpg": b"\xff\xd8\xff"}
    assert source.where(source.members[1]) == "chat.zip: media/photo.jpg"
    source.close()


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    folder = tmp_path / "chat"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "chat.txt").write_text("hello")
    assert list(listed(open_source(folder))) == ["chat.txt"]


def test_links_in_an_archive_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("chat.txt", "hello")
    source = open_source(path)
    assert list(listed(source)) == ["chat.txt"]
    source.close()


def test_paths_that_leave_an_archive_are_mere_names(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "chat.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        for name in ("../up.txt", "/root.txt", "C:\\windows.txt"):
            file.writestr(name, "x")
    source = open_source(path)
    assert list(listed(source)) == ["../up.txt", "/root.txt", "C:/windows.txt"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["chat.zip", "deep"]
    source.close()


def test_names_that_were_stored_as_utf_8_without_saying_so_are_repaired(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Chat de WhatsApp con Zoë ☕.txt", "hello")
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        flags = struct.unpack_from("<H", data, at)[0]
        struct.pack_into("<H", data, at, flags & ~0x800)
    path.write_bytes(data)
    source = open_source(path)
    assert listed(source) == {"Chat de WhatsApp con Zoë ☕.txt": b"hello"}
    source.close()


def test_names_in_cp437_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("caf?.txt", "hello")
    path.write_bytes(path.read_bytes().replace(b"caf?", b"caf\x82"))
    source = open_source(path)
    assert list(listed(source)) == ["café.txt"]
    source.close()


def test_an_archive_inside_an_archive_is_opened_in_memory(tmp_path: Path, archive: Path) -> None:
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as file:
        file.write(archive, "inner/chat.zip")
        file.writestr("note.txt", "x")
    source = open_source(outer)
    inner = source.nested(source.find("inner/chat.zip"))
    assert (inner.name, list(listed(inner))) == ("outer.zip/chat.zip", ["_chat.txt", "media/photo.jpg"])
    with pytest.raises(SourceError, match=r"outer.zip/note.txt: the ZIP archive is damaged"):
        source.nested(source.find("note.txt"))
    source.close()


def test_an_encrypted_member_is_refused_with_advice(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    archive.write_bytes(data)
    source = open_source(archive)
    with pytest.raises(UnsafeArchiveError, match=r"chat.zip: _chat.txt: is encrypted; unpack it"):
        source.read(source.members[0])
    source.close()


def test_a_member_that_would_grow_beyond_reason_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAMIGRATE_LIMITS", "free=1M")
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("chat.txt", b"\0" * (2 << 20))
    source = open_source(path)
    with pytest.raises(UnsafeArchiveError, match="this is no chat export"):
        source.read(source.members[0])
    source.close()


def test_a_member_longer_than_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"x" * 11)
    source = open_source(path)
    with pytest.raises(SourceError, match="11 bytes are more than the 10"):
        source.read(source.members[0], 10)


def test_a_member_that_declares_less_than_it_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"x" * 11)
    with pytest.raises(UnsafeArchiveError, match="holds more than the 3 bytes it declares"):
        open_source(path).read(Member("chat.txt", 3, None), 10)


@pytest.mark.parametrize("keep", [10, 60, 120, 200])
def test_an_archive_that_was_cut_off_is_an_error(archive: Path, keep: int) -> None:
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(
        SourceError, match=r"chat.zip: the ZIP archive is damaged or cut off .*; export it again"
    ):
        open_source(archive)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@given(changes=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_damaged_archive_gives_only_errors_of_ours(method: int, changes: list[tuple[int, int]]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr("_chat.txt", "25/03/2025, 21:04 - Ana: hello\n" * 4)
        file.writestr("é.jpg", b"\xff\xd8\xff")
    data = bytearray(buffer.getvalue())
    for place, value in changes:
        data[place % len(data)] = value
    with suppress(SourceError):
        source = ZipSource(Path("chat.zip"), "chat.zip", io.BytesIO(data))
        for member in source.members:
            source.read(member)


def test_a_file_name_that_is_no_text_can_be_written_and_opened(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    try:
        with open(folder + b"/caf\xe9.txt", "wb") as file:  # noqa: PTH123 - a path of bytes
            file.write(b"hello")
    except OSError:
        pytest.skip("this file system takes no such name")
    source = open_source(tmp_path)
    assert listed(source) == {"caf?.txt": b"hello"}
    (path,) = tmp_path.iterdir()
    assert open_source(path).name == "caf?.txt"


def test_only_files_outside_archives_have_an_address(tmp_path: Path, archive: Path) -> None:
    folder = open_source(tmp_path)
    assert folder.uri(folder.find("chat.zip")) == archive.as_uri()
    inside = open_source(archive)
    assert inside.uri(inside.members[0]) is None
    inside.close()


def test_a_member_that_is_not_there_is_an_error(archive: Path) -> None:
    source = open_source(archive)
    with pytest.raises(SourceError, match=r"chat.zip: holds no file '../../etc/passwd'"):
        source.find("../../etc/passwd")
    source.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read (No such file or directory)"), (b"", "is empty; export the chat again")],
)
def test_what_cannot_be_opened_is_an_error(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "chat.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        open_source(path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_pipe_is_no_input(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="is no file, folder or ZIP archive"):
        open_source(tmp_path / "pipe")


def test_a_file_that_goes_away_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"hello")
    source = open_source(path)
    member = source.members[0]
    path.unlink()
    with pytest.raises(SourceError, match=r"chat.txt: cannot be read .*export it again"):
        source.read(member)


def test_a_file_that_goes_away_before_it_is_listed_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"hello")
    source = FileSource(path, "chat.txt")
    path.unlink()
    with pytest.raises(SourceError, match=r"chat\.txt: cannot be read \(No such file or directory\)$"):
        _ = source.members


@pytest.mark.parametrize("seconds", [2**40, -(2**40)])
def test_a_file_of_a_year_that_no_calendar_has_has_no_time(
    seconds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(b"hello")
    found = [*path.stat()]
    found[stat.ST_MTIME] = seconds

    def status(_: Path) -> os.stat_result:
        return os.stat_result(found)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", status)
        members = FileSource(path, "chat.txt").members
    assert members == (Member("chat.txt", 5, None),)


def test_the_time_of_a_member_has_no_zone(archive: Path) -> None:
    source = open_source(archive)
    times = [member.modified for member in source.members]
    assert all(isinstance(time, datetime) and time.tzinfo is None for time in times)
    source.close()


def test_an_impossible_time_in_an_archive_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(zipfile.ZipInfo("chat.txt", (1980, 0, 0, 0, 0, 0)), "x")
    source = open_source(path)
    assert [member.modified for member in source.members] == [None]
    source.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\0\1\2", "a binary file"),
        (b"\xff\xfeh\0i\0", "a text that does not say who wrote what, and when"),
    ],
)
def test_an_input_without_a_chat_is_described(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "thing"
    path.write_bytes(content)
    assert describe_bytes(content) == words
    assert f"thing: {words}; choose the file" in str(no_chat(open_source(path)))
    assert "a folder of 1 file without a chat" in str(no_chat(open_source(tmp_path)))


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w"):
        pass
    source = open_source(path)
    assert source.members == ()
    assert source.describe() == "an empty ZIP archive"
    source.close()


def test_a_relative_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_source(".").name == tmp_path.name
