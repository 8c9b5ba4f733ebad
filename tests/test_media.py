"""Files of a chat, brought to where a page can link to them."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wamigrate.media import Media, Place, Policy, count_unwritten
from wamigrate.model import Attachment
from wamigrate.notes import Notes
from wamigrate.source import FolderSource, Source, open_source
from wamigrate.target import MemoryTarget


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Source]:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/photo.jpg", b"first")
        file.writestr("b/photo.jpg", b"second")
        file.writestr("secret.jpg", b"third")
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(data)
    source = open_source(path)
    yield source
    source.close()


def file(member: str | None, name: str | None = None, *, present: bool = True) -> Attachment:
    return Attachment(name, "image/jpeg", None, None, member, present)


def bring(source: Source, policy: Policy) -> tuple[Media, MemoryTarget, Notes]:
    target, notes = MemoryTarget(), Notes()
    target.sources = {"s": source}
    return Media(policy, target, notes), target, notes


def test_files_of_one_name_are_kept_apart_and_each_is_copied_once(archive: Source) -> None:
    media, target, notes = bring(archive, "copy")
    members = ("a/photo.jpg", "b/photo.jpg", "a/photo.jpg")
    places = [media.place(file(member), "s").address for member in members]
    assert places == ["media/photo.jpg", "media/photo (2).jpg", "media/photo.jpg"]
    assert target.files == {"media/photo.jpg": b"first", "media/photo (2).jpg": b"second"}
    media.report()
    assert notes.items == []


def test_a_file_gets_a_name_that_every_system_takes(archive: Source) -> None:
    media, target, _ = bring(archive, "copy")
    assert media.place(file("a/photo.jpg", "../CON: what?.jpg"), "s").address == "media/CON what.jpg"
    assert media.place(file("b/photo.jpg", "???"), "s").address == "media/file"
    assert len(target.files) == 2


def test_a_file_that_is_not_there_has_no_place(archive: Source) -> None:
    media, target, notes = bring(archive, "copy")
    assert media.place(file("a/photo.jpg", present=False), "s") == Place(None, "not in the export")
    assert media.place(file(None), "s") == Place(None, "not in the export")
    media.report()
    assert (target.files, notes.items) == ({}, [])


def test_files_that_cannot_be_read_are_counted_in_one_note(archive: Source) -> None:
    media, target, notes = bring(archive, "copy")
    for member in ("x.jpg", "y.jpg", "x.jpg"):
        assert media.place(file(member), "s") == Place(None, "could not be read")
    assert media.place(file("a/photo.jpg"), "closed") == Place(None, "not in what was read")
    media.report()
    assert [(note.code, note.severity, note.source, note.text.partition(":")[0]) for note in notes.items] == [
        ("media-unwritten", "warning", "s", "2 files were not written"),
        ("media-unwritten", "warning", "closed", "1 file was not written"),
    ]
    assert count_unwritten(notes.items) == 3
    assert target.files == {}


def test_a_file_that_cannot_be_trusted_is_left_out_with_a_note(archive: Source) -> None:
    media, target, notes = bring(archive, "copy")
    assert media.place(file("secret.jpg"), "s") == Place(None, "cannot be trusted")
    assert [note.code for note in notes.items] == ["media-unsafe"]
    assert "secret.jpg: is encrypted" in notes.items[0].text
    assert target.files == {}


def test_files_may_stay_where_they_are_and_be_linked(tmp_path: Path) -> None:
    (tmp_path / "a photo.jpg").write_bytes(b"x")
    media, target, _ = bring(FolderSource(tmp_path, "chat"), "link")
    assert media.place(file("a photo.jpg"), "s").address == (tmp_path / "a photo.jpg").as_uri()
    assert target.files == {}


def test_files_inside_an_archive_cannot_be_linked(archive: Source) -> None:
    media, _, notes = bring(archive, "link")
    assert media.place(file("a/photo.jpg"), "s") == Place(None, "cannot be linked to inside an archive")
    media.report()
    (note,) = notes.items
    assert note.code == "media-unwritten"
    assert note.text.startswith("1 file was not written: inside an archive")
    assert note.text.endswith("unpack it first, or use --media copy")


def test_a_file_that_cannot_be_trusted_counts_as_unwritten(archive: Source) -> None:
    media, _, notes = bring(archive, "copy")
    media.place(file("secret.jpg"), "s")
    notes.add("media-missing", "7 files did not come with the export")
    assert count_unwritten(notes.items) == 1


def test_thousands_of_unwritten_files_are_counted(archive: Source) -> None:
    media, _, notes = bring(archive, "copy")
    for number in range(1200):
        media.place(file(f"{number}.jpg"), "s")
    media.report()
    assert count_unwritten(notes.items) == 1200


def test_files_may_be_left_out(archive: Source) -> None:
    media, target, notes = bring(archive, "omit")
    assert media.place(file("a/photo.jpg"), "s") == Place(None, "left out")
    assert (target.files, notes.items) == ({}, [])
