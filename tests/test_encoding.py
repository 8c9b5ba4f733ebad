"""Which encoding a text has: as a person says, as its first bytes say, or as its bytes let one guess."""

import pytest

from wamigrate.encoding import to_utf8
from wamigrate.errors import OptionError

WORDS = "25/03/2025, 21:04 - Ana: ¡olé! Ω"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32", "cp1253"])
def test_an_encoding_that_a_person_names_is_taken(encoding: str) -> None:
    found = to_utf8(WORDS.encode(encoding, "replace"), encoding)
    assert found.data.decode() == WORDS.encode(encoding, "replace").decode(encoding)
    assert (found.encoding, found.assumed, found.damaged) == (encoding, False, False)


def test_bytes_that_do_not_fit_the_encoding_that_was_named_are_damage() -> None:
    found = to_utf8("olé".encode("cp1252"), "utf-8")
    assert found.data.decode() == "ol\N{REPLACEMENT CHARACTER}"
    assert found.damaged


def test_an_encoding_that_nobody_knows_is_refused() -> None:
    with pytest.raises(OptionError, match="there is no encoding 'klingon'"):
        to_utf8(b"Qapla'", "klingon")
