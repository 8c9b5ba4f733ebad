"""Files that become part of a document."""

from contextlib import closing
from pathlib import Path

from archive_checks import MEDIA

from wamigrate.inline_media import InlineMedia, InlinePolicy, data_url
from wamigrate.model import Attachment
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.target import MemoryTarget

NAME = "IMG-20250325-WA0001.png"
PICTURE = Attachment(NAME, "image/png", 3096, None, NAME, present=True)
GONE = Attachment("oven.jpg", "image/jpeg", 2048, None, "oven.jpg", present=True)


def read_all(
    *files: Attachment, policy: InlinePolicy = "copy", folder: Path = MEDIA
) -> tuple[list[bytes | None], Notes]:
    notes = Notes()
    with closing(open_source(folder)) as source:
        target = MemoryTarget()
        target.sources = {"s0": source}
        media = InlineMedia(policy, target, notes)
        found = [media.read(file, "s0") for file in files]
        media.report()
    return found, notes


def test_a_file_is_read_as_often_as_it_is_asked_for() -> None:
    content = (MEDIA / NAME).read_bytes()
    assert read_all(PICTURE, PICTURE, PICTURE)[0] == [content] * 3


def test_what_cannot_be_read_is_noted_each_time() -> None:
    found, notes = read_all(GONE, GONE)
    assert found == [None, None]
    assert [note.code for note in notes.items] == ["media-unwritten"]


def test_what_is_not_in_the_export_is_no_finding() -> None:
    found, notes = read_all(Attachment("a.png", "image/png"))
    assert (found, notes.items) == ([None], [])


def test_files_can_be_omitted() -> None:
    found, notes = read_all(PICTURE, policy="omit")
    assert (found, notes.items) == ([None], [])


def test_a_source_that_is_not_at_hand_is_noted() -> None:
    notes = Notes()
    media = InlineMedia("copy", MemoryTarget(), notes)
    assert media.read(PICTURE, "s0") is None
    media.report()
    assert "not in what was read" in notes.items[0].text


def test_an_address_holds_the_file() -> None:
    assert data_url(b"\0\xff", "image/png") == "data:image/png;base64,AP8="
