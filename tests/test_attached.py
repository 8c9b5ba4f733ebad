"""Bodies that are a file: its name, and what the sender wrote beside it."""

import pytest

from wamigrate.attached import Evidence, attached_file
from wamigrate.members import MemberIndex
from wamigrate.source import Member

LRM = "\u200e"
ANDROID = Evidence(ios=False, led=False, files=MemberIndex([]))
IOS = Evidence(ios=True, led=True, files=MemberIndex([Member("00000002-Menu.docx", 5, None)]))


@pytest.mark.parametrize(
    ("body", "name", "caption"),
    [
        (f"Menu.pdf • 2 pages {LRM}<attached: 00000002-Menu.pdf>", "00000002-Menu.pdf", ""),
        (f"Menu.docx {LRM}<attached: 00000002-Menu.docx>", "00000002-Menu.docx", ""),
        (f"for today\nMenu.docx {LRM}<attached: 00000002-Menu.docx>", "00000002-Menu.docx", "for today"),
        (f"for today {LRM}<attached: 00000002-Menu.docx>", "00000002-Menu.docx", "for today"),
        (f"Prices.xlsx {LRM}<attached: 00000002-Menu.docx>", "00000002-Menu.docx", "Prices.xlsx"),
        (
            f"compare with\nPrices.xlsx {LRM}<attached: 00000002-Menu.docx>",
            "00000002-Menu.docx",
            "compare with\nPrices.xlsx",
        ),
    ],
)
def test_a_document_is_named_once_and_other_names_are_words_of_the_sender(
    body: str, name: str, caption: str
) -> None:
    found = attached_file(body, IOS)
    assert found is not None
    assert (found.name, found.caption) == (name, caption)


def test_a_note_of_a_file_without_a_name_is_text() -> None:
    assert attached_file(f"{LRM} (file attached)", ANDROID) is None
    found = attached_file(f"{LRM}IMG-20250325-WA0001.jpg (file attached)", ANDROID)
    assert found is not None
    assert found.name == "IMG-20250325-WA0001.jpg"
