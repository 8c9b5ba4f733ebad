"""ZIP archives: the same files give the same bytes wherever they go, and what fails leaves nothing behind."""

import io
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wamigrate import archive_zip
from wamigrate.archive_zip import ZipTarget, zip_target
from wamigrate.errors import ExportError, SourceError
from wamigrate.source import Member, Source, open_source
from wamigrate.target import FileTarget, MemoryTarget, StreamTarget, Target

FILES = {"conversations.json": b"[]" * 3000, "b/ü.txt": b"hello", "IMG-1.png": b"\x89PNG" * 50, "empty": b""}


def fill(target: Target, files: dict[str, bytes] | None = None) -> None:
    with target, zip_target(target) as archive:
        for name, content in (FILES if files is None else files).items():
            with archive.writing(name) as stream:
                stream.write(content)


def in_memory(files: dict[str, bytes] | None = None) -> bytes:
    target = MemoryTarget()
    fill(target, files)
    return target.files[""]


class Plain(io.RawIOBase):
    """A stream that cannot go back, as a pipe."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # nobody writes anything but bytes
        self.content += bytes(data)
        return len(data)


def test_members_are_what_was_written_in_the_order_of_writing() -> None:
    with zipfile.ZipFile(io.BytesIO(in_memory())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.namelist() == list(FILES)
        assert archive.testzip() is None


def test_the_bytes_are_the_same_in_a_file_in_memory_and_in_a_pipe(tmp_path: Path) -> None:
    fill(FileTarget(tmp_path / "new" / "chat.zip"))
    pipe = Plain()
    stream: BinaryIO = pipe  # type: ignore[assignment]  # has all that is needed of one
    fill(StreamTarget(stream))
    assert (tmp_path / "new" / "chat.zip").read_bytes() == pipe.content == in_memory()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["chat.zip"], "no temporary file is left"


def test_members_have_one_date_are_private_and_need_no_descriptor() -> None:
    with zipfile.ZipFile(io.BytesIO(in_memory())) as archive:
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.external_attr >> 16 == 0o100600
            assert info.create_system == 3
            assert not info.flag_bits & 8
            assert not info.extra
            assert info.extract_version == 20


def test_what_is_compressed_already_is_stored() -> None:
    with zipfile.ZipFile(io.BytesIO(in_memory())) as archive:
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert kinds["IMG-1.png"] == zipfile.ZIP_STORED
    assert kinds["conversations.json"] == zipfile.ZIP_DEFLATED


def test_other_programs_find_names_that_are_no_ascii() -> None:
    data = in_memory()
    name = "b/ü.txt".encode()
    place = data.index(name) - 30
    (flags,) = struct.unpack_from("<H", data, place + 6)
    assert data[place : place + 4] == b"PK\x03\x04"
    assert flags & 0x800


def test_large_members_use_64_bits_and_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    with zipfile.ZipFile(io.BytesIO(in_memory())) as archive:
        assert archive.getinfo("conversations.json").extract_version == 45
        assert archive.read("conversations.json") == FILES["conversations.json"]


def test_members_may_be_open_at_once_and_stand_where_they_were_finished() -> None:
    target = MemoryTarget()
    with target, zip_target(target) as archive, archive.writing("long") as long:
        long.write(b"1")
        with archive.writing("short") as short:
            short.write(b"2")
        long.write(b"3")
    with zipfile.ZipFile(io.BytesIO(target.files[""])) as found:
        assert found.namelist() == ["short", "long"]
        assert found.read("long") == b"13"


def test_a_member_larger_than_memory_is_written_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = in_memory({"a": b"x" * 100_000})
    monkeypatch.setattr(archive_zip, "_IN_MEMORY", 1000)
    fill(FileTarget(tmp_path / "chat.zip"), {"a": b"x" * 100_000})
    assert (tmp_path / "chat.zip").read_bytes() == expected


class Broken(Source):
    """Breaks off in the middle of a file."""

    kind = "file"

    def _list(self) -> list[Member]:  # type: ignore[override]  # a list will do
        return [Member("bad", 10, None), Member("good", 4, None)]

    def open(self, member: Member) -> BinaryIO:
        class Cut(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                if self.tell() or size is None:
                    raise zipfile.BadZipFile("bad CRC")
                return super().read(2)

        return Cut(b"good") if member.name == "bad" else io.BytesIO(b"good")


def test_a_file_that_breaks_off_is_not_in_the_archive() -> None:
    target = MemoryTarget()
    target.sources = {"s": Broken(Path("s"), "s")}
    with target, zip_target(target) as archive:
        with pytest.raises(SourceError):
            archive.copy("s", "bad", "bad")
        archive.copy("s", "good", "good")
    with zipfile.ZipFile(io.BytesIO(target.files[""])) as found:
        assert found.namelist() == ["good"]


def test_files_are_copied_from_the_sources_of_the_outer_target(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"hello")
    target = MemoryTarget()
    target.sources = {"s": open_source(tmp_path / "a.txt")}
    with target, zip_target(target) as archive:
        archive.copy("s", "a.txt", "copied.txt")
    with zipfile.ZipFile(io.BytesIO(target.files[""])) as found:
        assert found.read("copied.txt") == b"hello"


def test_a_full_disk_is_one_clear_error_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with pytest.raises(ExportError, match="No space left"), FileTarget(path) as target:  # noqa: SIM117, PT012 - the order of leaving is what is tested
        with zip_target(target) as archive, archive.writing("a") as stream:
            stream.write(b"x")
            raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_of_a_failure_is_released() -> None:
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        target = ZipTarget(archive)
        target.open("a").close()
        target.discard()
        target.commit()
        assert archive.namelist() == []


def test_a_failure_before_anything_was_written_leaves_nothing_either() -> None:
    with (
        zipfile.ZipFile(io.BytesIO(), "w") as archive,
        pytest.raises(SourceError),
        ZipTarget(archive) as target,
    ):
        target.copy("s", "a.txt", "a.txt")
    assert archive.namelist() == []


def test_a_file_that_cannot_be_opened_takes_no_other_with_it() -> None:
    class Locked(Broken):
        """Has a file that cannot even be opened."""

        def open(self, member: Member) -> BinaryIO:
            if member.name == "bad":
                raise zipfile.BadZipFile("bad header")
            return super().open(member)

    target = MemoryTarget()
    target.sources = {"s": Locked(Path("s"), "s")}
    with target, zip_target(target) as archive:
        archive.copy("s", "good", "good")
        with pytest.raises(SourceError, match="bad header"):
            archive.copy("s", "bad", "bad")
    with zipfile.ZipFile(io.BytesIO(target.files[""])) as found:
        assert found.namelist() == ["good"]


def test_a_member_takes_text_as_any_stream_does_and_may_be_closed_twice() -> None:
    target = MemoryTarget()
    with target, zip_target(target) as archive:
        stream = archive.open("a.txt")
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
        text.write("olé\n")
        text.close()
        stream.close()
    with zipfile.ZipFile(io.BytesIO(target.files[""])) as found:
        assert [(info.filename, found.read(info)) for info in found.infolist()] == [
            ("a.txt", "olé\n".encode())
        ]


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text("abé./", min_size=1, max_size=5), st.binary(max_size=50), max_size=4))
def test_whatever_is_written_is_read_back(files: dict[str, bytes]) -> None:
    data = in_memory(files)
    assert data == in_memory(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.filename: archive.read(info) for info in archive.infolist()} == files
