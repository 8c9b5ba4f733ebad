"""What comes in and what goes out of the window, file by file."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.errors import OptionError
from wamigrate.window_download import disposition, pack
from wamigrate.window_upload import TooLargeError, parse_size, place_for, store


async def _chunks(*parts: bytes, broken: bool = False) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if broken:
        raise ConnectionResetError


def test_what_arrives_is_what_is_stored(tmp_path: Path) -> None:
    parts = [bytes([number]) * 300_000 for number in range(9)]
    size = asyncio.run(store(_chunks(*parts), tmp_path / "a" / "b.bin", 10_000_000))
    assert size == 2_700_000
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"".join(parts)


def test_a_part_of_a_file_does_not_stay(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        asyncio.run(store(_chunks(b"x" * 2_000_000, broken=True), tmp_path / "a.bin", 10_000_000))
    assert list(tmp_path.iterdir()) == []


def test_one_byte_more_than_allowed_is_too_much(tmp_path: Path) -> None:
    assert asyncio.run(store(_chunks(b"1234", b"5"), tmp_path / "a", 5)) == 5
    with pytest.raises(TooLargeError):
        asyncio.run(store(_chunks(b"1234", b"56"), tmp_path / "b", 5))
    assert not (tmp_path / "b").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        asyncio.run(store(_chunks(b"new"), tmp_path / "a", 5))
    assert (tmp_path / "a").read_bytes() == b"old"


@given(st.text())
def test_no_name_leads_out(name: str) -> None:
    folder = Path("some/folder")
    found = place_for(name, folder)
    assert found != folder
    assert found.is_relative_to(folder)
    assert ".." not in found.parts
    assert "\0" not in str(found)
    found.relative_to(folder)


@pytest.mark.parametrize("text", ["", "0", "-1", "1e9", "GB", "12 apples", "1.2.3"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="--limit"):
        parse_size(text)


@given(st.text())
def test_a_header_for_a_download_has_one_line_and_one_name(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="')


def test_a_folder_is_packed_with_its_name_and_without_our_mark(tmp_path: Path) -> None:
    folder = tmp_path / "Chat – Größe"
    (folder / "media").mkdir(parents=True)
    picture = bytes(range(256)) * 4000
    (folder / "HOWTO.md").write_text("# To\n" * 1000)
    (folder / "media" / "a.jpg").write_bytes(picture)
    (folder / ".wamigrate").write_text("x")
    data = b"".join(pack(folder))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Chat – Größe/HOWTO.md", "Chat – Größe/media/a.jpg"]
        assert archive.read("Chat – Größe/media/a.jpg") == picture
        kinds = [info.compress_type for info in archive.infolist()]
    assert kinds == [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]
    assert data == b"".join(pack(folder))


def test_a_large_folder_is_packed_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(bytes(3_000_000))
    assert max(map(len, pack(tmp_path))) < 600_000
