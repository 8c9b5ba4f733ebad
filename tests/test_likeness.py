"""What of a message counts when copies are compared."""

import pytest
from merge_cases import line

from wamigrate.likeness import LEVELS, agree, bare, exact_key, gist, lenient_key, plain
from wamigrate.model import Attachment, Message

ENCRYPTED = (
    "Messages and calls are end-to-end encrypted. Only people in this chat can read or listen to them."
)
VERSCHLUESSELT = (
    "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Nur Personen in diesem Chat können sie lesen."
)
PINNED = "Ana pinned a message"


def media(*files: Attachment) -> Message:
    return line("", kind="media", attachments=files)


@pytest.mark.parametrize(
    "text",
    [
        "one two",
        " one  two ",
        "one\r\ntwo",
        "one\u00a0two",
        "\u200eone\u200f two\ufeff",
        "o\u00adne t\u2060wo",
    ],
)
def test_spaces_line_ends_and_what_nobody_sees_do_not_count(text: str) -> None:
    assert plain(text) == "one two"


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert plain("cafe\u0301") == plain("caf\u00e9") == "caf\u00e9"


def test_a_gist_is_the_first_hundred_characters_without_marks() -> None:
    assert gist("*a* `b` ~c~ _d_ • e - f") == "a b c d e f"
    assert gist("a" * 200) == "a" * 100
    assert gist("*" * 250 + "a" * 100) == "a" * 50
    assert gist("ab " * 90) == ("ab " * 34)[:100]


def test_bare_texts_lack_marks_of_lists_too_but_are_never_empty() -> None:
    assert bare("- *Mix*\n• the `dough`\n> now_") == "Mixthedoughnow"
    assert bare("a - b") == "a-b"
    assert bare("* _ *") == "* _ *"
    assert bare("") == ""


def test_an_exact_key_tells_authors_notices_and_files_apart() -> None:
    assert exact_key(line("yes"), "yes", 1) == exact_key(line("yes ", 99), "yes", 1)
    assert exact_key(line("yes"), "yes", 1) != exact_key(line("yes"), "yes", 2)
    assert exact_key(line("yes"), "yes", 1) != exact_key(line("no"), "no", 1)
    assert exact_key(line("yes", author=None), "yes", 1) == exact_key(line("yes", author=None), "yes", 2)
    assert exact_key(line("yes", author=None), "yes", 1) != exact_key(line("yes"), "yes", 1)
    first, other = media(Attachment(None, "image"), Attachment("a.jpg")), media(Attachment("b.jpg"))
    assert exact_key(first, "", 1) == exact_key(media(Attachment("a.jpg")), "", 1)
    assert exact_key(first, "", 1) != exact_key(other, "", 1)
    assert exact_key(first, "", 1) != exact_key(line("a.jpg"), "a.jpg", 1)
    assert exact_key(media(Attachment(None, "image")), "", 1) is None
    assert exact_key(line(""), "", 1) is None


def test_texts_are_alike_at_level_one_without_their_marks_and_never_at_level_two() -> None:
    marked, unmarked = line("*Mix* the `dough`"), line("Mix the dough")
    assert lenient_key(marked, 1, 1) == lenient_key(unmarked, 1, 1)
    assert lenient_key(marked, 1, 1) != lenient_key(unmarked, 2, 1)
    assert lenient_key(marked, 1, 1) != lenient_key(line("Mix the flour"), 1, 1)
    assert lenient_key(marked, 1, 2) is None


def test_files_are_alike_at_level_one_by_their_type_and_at_level_two_by_kind() -> None:
    photo = media(Attachment(None, None), Attachment("a.jpg", "image/jpeg"))
    assert lenient_key(photo, 1, 1) == lenient_key(media(Attachment(None, "image")), 1, 1)
    assert lenient_key(photo, 1, 1) != lenient_key(media(Attachment(None, "video")), 1, 1)
    assert lenient_key(photo, 1, 1) != lenient_key(photo, 2, 1)
    assert lenient_key(media(Attachment(None, None)), 1, 1) is None
    assert lenient_key(photo, 1, 2) == lenient_key(media(Attachment(None, "video")), 1, 2)
    assert lenient_key(photo, 1, 2) == lenient_key(line("Ben.vcf", kind="contact"), 1, 2)
    assert lenient_key(photo, 1, 2) != lenient_key(line("here", kind="location"), 1, 2)
    assert lenient_key(photo, 1, 2) != lenient_key(photo, 2, 2)


def test_all_that_stands_for_a_missing_message_is_alike_at_level_two() -> None:
    keys = {lenient_key(line("x", kind=kind), 1, 2) for kind in ("deleted", "unsupported", "empty")}
    assert len(keys) == 1
    assert keys != {lenient_key(line("x", kind="location"), 1, 2)}


def test_notices_are_alike_at_level_one_by_their_subject_and_at_level_two_all() -> None:
    english, german = line(ENCRYPTED, author=None), line(VERSCHLUESSELT, author=None)
    pinned, strange = line(PINNED, author=None), line("Something else", author=None)
    assert lenient_key(english, -1, 1) == lenient_key(german, 3, 1)
    assert lenient_key(english, -1, 1) != lenient_key(pinned, -1, 1)
    assert lenient_key(strange, -1, 1) is None
    assert len({lenient_key(one, -1, 2) for one in (english, german, pinned, strange)}) == 1


def test_calls_are_alike_at_level_two_whoever_they_are_told_by() -> None:
    call, missed = line("Voice call", kind="call"), line("Missed voice call", author=None, kind="call")
    assert lenient_key(call, 1, 1) is None
    assert lenient_key(call, 1, 2) == lenient_key(missed, 2, 2)
    assert lenient_key(call, 1, 2) != lenient_key(line(PINNED, author=None), 1, 2)


def test_there_are_three_levels() -> None:
    assert LEVELS == 3


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (line(ENCRYPTED, author=None), line(VERSCHLUESSELT, author=None), True),
        (line(ENCRYPTED, author=None), line(PINNED, author=None), False),
        (line(ENCRYPTED, author=None), line("Something else", author=None), True),
        (line("Something", author=None), line("else", author=None), True),
        (line(ENCRYPTED, author=None), line(PINNED), True),
        (line(ENCRYPTED), line(PINNED, author=None), True),
    ],
)
def test_notices_about_two_subjects_are_two(one: Message, other: Message, may: bool) -> None:
    assert agree(one, other) is may
    assert agree(other, one) is may
