"""A part of a larger result: what is written there is known with its size, and what fails is gone."""

import io
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from wamigrate.branch import Branch
from wamigrate.errors import SourceError
from wamigrate.source import Member, Source
from wamigrate.target import MemoryTarget


class Broken(Source):
    """Breaks off in the middle of its one file."""

    kind = "file"

    def _list(self) -> list[Member]:  # type: ignore[override]  # a list will do
        return [Member("photo.jpg", 10, None)]

    def open(self, member: Member) -> BinaryIO:
        assert member.name == "photo.jpg"

        class Cut(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                if self.tell() or size is None:
                    raise zipfile.BadZipFile("bad CRC")
                return super().read(2)

        return Cut(b"photograph")


def test_a_file_that_breaks_off_is_neither_in_the_part_nor_in_the_whole() -> None:
    whole = MemoryTarget()
    whole.sources = {"s": Broken(Path("s"), "s")}
    part = Branch(whole, "notes")
    with part.writing("a.md") as stream:
        stream.write(b"text")
    with pytest.raises(SourceError, match="bad CRC"):
        part.copy("s", "photo.jpg", "media/photo.jpg")
    assert part.sizes == {"notes/a.md": 4}
    assert whole.files == {"notes/a.md": b"text"}


def test_a_part_takes_text_as_any_stream_does_and_may_be_closed_twice() -> None:
    whole = MemoryTarget()
    part = Branch(whole, "chat.txt")
    stream = part.open()
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    text.write("olé\n")
    text.close()
    stream.close()
    assert part.sizes == {"chat.txt": 5}
    assert whole.files == {"chat.txt": "olé\n".encode()}
