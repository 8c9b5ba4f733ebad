"""Files that a database names by paths of the phone."""

from hashlib import sha1

import pytest

from wamigrate.media_paths import MediaPaths
from wamigrate.source import Member

FILES = [
    Member("copy/Media/Images/1.jpg", 1, None),
    Member("copy/Media/Sent/1.jpg", 2, None),
    Member("deep/copy/Media/Sent/1.jpg", 3, None),
    Member("copy/Media/Audio/note.OPUS", 4, None),
    Member(f"ab/{sha1(b'App-Media/x.jpg', usedforsecurity=False).hexdigest()}", 5, None),
]


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("Media/Images/1.jpg", 1),
        ("/Media/Sent/1.jpg", 2),
        ("media\\sent\\1.JPG", 2),
        ("deep/copy/Media/Sent/1.jpg", 3),
        ("Media/Other/note.opus", 4),
        ("Media/x.jpg", 5),
        ("Media/Other/1.jpg", None),
        ("edia/Images/1.jpg", None),
        ("missing.jpg", None),
    ],
)
def test_a_path_means_the_file_that_it_ends_or_the_only_one_of_its_name(path: str, size: int | None) -> None:
    found = MediaPaths(FILES, ["Other-", "App-"]).find(path)
    assert (found and found.size) == size


def test_a_file_that_is_there_is_attached_with_its_size() -> None:
    found = MediaPaths(FILES).attach("Media/Images/1.jpg", None, "image/jpeg; q=1", "A cat")
    assert (found.name, found.media_type, found.size, found.member) == (
        "1.jpg",
        "image/jpeg",
        1,
        "copy/Media/Images/1.jpg",
    )
    assert found.present
    assert found.caption == "A cat"


def test_a_file_that_was_never_downloaded_is_attached_by_its_name() -> None:
    found = MediaPaths(FILES).attach(None, "plan.pdf", None, "")
    assert (found.name, found.media_type, found.size, found.member, found.present, found.caption) == (
        "plan.pdf",
        "application/pdf",
        None,
        None,
        False,
        None,
    )
    nameless = MediaPaths(FILES).attach(None, None, None, None)
    assert (nameless.name, nameless.media_type) == (None, None)


@pytest.mark.parametrize(
    ("stored", "media_type"),
    [
        ("application/octet-stream", "application/pdf"),
        ("Image/PNG", "image/png"),
        ("document", "application/pdf"),
        (None, "application/pdf"),
    ],
)
def test_a_type_that_says_nothing_is_guessed_from_the_name(stored: str | None, media_type: str) -> None:
    assert MediaPaths([]).attach("Media\\Documents\\plan.pdf", None, stored, None).media_type == media_type


def test_a_type_that_says_nothing_stays_where_the_name_says_less() -> None:
    assert MediaPaths([]).attach(None, "thing", "application/octet-stream", None).media_type == (
        "application/octet-stream"
    )
