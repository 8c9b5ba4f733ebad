"""Fields of Protocol Buffers messages are found by their numbers, whatever the bytes are."""

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.protobuf import contents, fields, texts


def number(value: int) -> bytes:
    """Encode a number as the documentation of the format says."""
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def field(key: int, content: bytes) -> bytes:
    return number(key << 3 | 2) + number(len(content)) + content


def test_numbers_of_every_kind_are_passed_over() -> None:
    numbers = number(1 << 3) + number(2**63) + number(3 << 3 | 1) + bytes(8) + number(4 << 3 | 5) + bytes(4)
    assert list(fields(numbers + field(5, b"text") + numbers)) == [(5, b"text")]


def test_long_contents_and_high_numbers_of_fields_are_read() -> None:
    assert list(fields(field(3000, b"x" * 300) + field(1, b""))) == [(3000, b"x" * 300), (1, b"")]


def test_what_is_cut_off_ends_the_message() -> None:
    whole = field(1, b"one") + field(2, b"two")
    assert list(fields(whole[:-1])) == [(1, b"one")]
    assert list(fields(whole[:-3])) == [(1, b"one")]
    assert list(fields(field(1, b"one") + b"\x80")) == [(1, b"one")]


def test_what_makes_no_sense_ends_the_message() -> None:
    assert list(fields(field(1, b"one") + number(2 << 3 | 3) + field(2, b"two"))) == [(1, b"one")]
    assert list(fields(b"\xff" * 20)) == []


def test_a_path_leads_through_every_field_of_its_numbers() -> None:
    inner = field(2, b"a") + field(3, b"b") + field(2, "ä".encode())
    data = field(7, inner) + field(8, field(2, b"no")) + field(7, field(2, b"\xff"))
    assert contents(data, 7, 2) == [b"a", "ä".encode(), b"\xff"]
    assert texts(data, 7, 2) == ["a", "ä"]
    assert contents(data) == [data]
    assert contents(data, 9, 2) == []


@given(
    st.lists(st.tuples(st.integers(1, 2**20), st.binary(max_size=200)), max_size=8), st.binary(max_size=40)
)
def test_what_was_written_is_read_whatever_follows(written: list[tuple[int, bytes]], rest: bytes) -> None:
    data = b"".join(field(key, content) for key, content in written)
    assert list(fields(data)) == written
    assert list(fields(data + rest))[: len(written)] == written
