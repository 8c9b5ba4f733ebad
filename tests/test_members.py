import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.members import MEDIA_NAME, MemberIndex, media_type
from wamigrate.source import Member


def index(*names: str) -> MemberIndex:
    return MemberIndex([Member(name, len(name), None) for name in names])


@pytest.mark.parametrize(
    ("member", "printed"),
    [
        ("IMG-20250115-WA0003.jpg", "IMG-20250115-WA0003.jpg"),
        ("WhatsApp Chat/IMG-20250115-WA0003.jpg", "IMG-20250115-WA0003.jpg"),
        ("IMG-20250115-WA0003.JPG", "\u200eimg-20250115-WA0003.jpg"),
        (unicodedata.normalize("NFD", "Café.pdf"), "Café.pdf"),
        ("Café.pdf", unicodedata.normalize("NFD", "Café.pdf")),
        ("My_notes.pdf", "My notes.pdf"),
        ("My%20notes.pdf", "My notes.pdf"),
        ("My notes (1).pdf", "My notes.pdf"),
        ("My notes.pdf", "My notes (2).pdf"),
        ("00000012-My notes.pdf", "My notes.pdf"),
        ("My notes.pdf", "00000012-My notes.pdf"),
        ("-0000013-AUDIO-2025-01-15-10-22-33.opus", "-0000013-AUDIO-2025-01-15-10-22-33.opus"),
    ],
)
def test_a_file_is_found_under_the_name_that_the_chat_prints(member: str, printed: str) -> None:
    files = index("_chat.txt", member)
    attachment = files.attach(printed)
    assert attachment.present
    assert attachment.member == member
    assert attachment.size == len(member)
    assert files.used == {member}


def test_an_exact_name_wins_over_similar_ones() -> None:
    files = index("a b.pdf", "a_b.pdf", "A_B.PDF", "a%20b.pdf")
    assert files.attach("a_b.pdf").member == "a_b.pdf"
    assert files.attach("a%20b.pdf").member == "a%20b.pdf"


def test_a_lenient_name_that_fits_several_files_fits_none() -> None:
    files = index("00000001-notes.pdf", "00000002-notes.pdf")
    assert not files.attach("notes.pdf").present
    assert files.attach("00000002-notes.pdf").member == "00000002-notes.pdf"
    assert files.used == {"00000002-notes.pdf"}


def test_shadow_files_of_macos_are_never_meant() -> None:
    files = index("__MACOSX/._a.jpg", "__MACOSX/a.jpg", "x/._a.jpg")
    assert not files.attach("a.jpg").present
    assert not files.attach("._a.jpg").present


def test_a_missing_file_keeps_its_name_and_type() -> None:
    attachment = index().attach("\u200ePTT-20250115-WA0003.opus", "hello")
    assert attachment.name == "PTT-20250115-WA0003.opus"
    assert attachment.media_type == "audio/ogg"
    assert attachment.caption == "hello"
    assert not attachment.present
    assert attachment.size is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.webp", "image/webp"),
        ("a.OPUS", "audio/ogg"),
        ("a.heic", "image/heic"),
        ("a.vcf", "text/vcard"),
        ("a.tar.gz", "application/gzip"),
        ("a.unheard", None),
        ("jpg", None),
    ],
)
def test_the_suffix_tells_the_media_type(name: str, expected: str | None) -> None:
    assert media_type(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20250115-WA0003.jpg",
        "STK-20250115-WA0003.webp",
        "00000012-PHOTO-2025-01-15-10-22-33.jpg",
        "-0000013-AUDIO-2025-01-15-10-22-33.opus",
        "2015-08-04-PHOTO-00004762.jpg",
    ],
)
def test_names_that_whatsapp_gives_are_known(name: str) -> None:
    assert MEDIA_NAME.fullmatch(name)


@given(st.lists(st.text(min_size=1, max_size=20), max_size=8), st.text(max_size=20))
def test_any_names_can_be_matched(names: list[str], printed: str) -> None:
    files = index(*names)
    attachment = files.attach(printed)
    assert attachment.present == (attachment.member in set(names))
    assert files.used <= set(names)
