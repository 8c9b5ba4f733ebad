"""Plain pictures with texts, checked by an independent reading of the format."""

import struct
import zlib

import pytest

from wamigrate.png import plain_png, read_texts


def chunks(picture: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    place = 8
    while place < len(picture):
        (size,) = struct.unpack_from(">I", picture, place)
        kind, data = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + size]
        (check,) = struct.unpack_from(">I", picture, place + 8 + size)
        assert check == zlib.crc32(kind + data)
        found.append((kind, data))
        place += size + 12
    return found


def test_a_picture_has_its_size_its_colour_and_all_its_rows() -> None:
    found = dict(chunks(plain_png(100, 7, (1, 2, 3), {})))
    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (100, 7, 1, 3, 0, 0, 0)
    assert found[b"PLTE"] == bytes((1, 2, 3))
    assert zlib.decompress(found[b"IDAT"]) == bytes((1 + 13) * 7)
    assert list(found)[-1] == b"IEND"


def test_texts_come_back() -> None:
    texts = {"chara": "eyJh" * 1000, "Author": "née"}
    assert read_texts(plain_png(8, 8, (0, 0, 0), texts)) == texts


def test_a_picture_that_would_need_several_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="1000 x 1000 pixels are too many"):
        plain_png(1000, 1000, (0, 0, 0), {})


@pytest.mark.parametrize("cut", [0, 8, 9, 40, 60])
def test_a_picture_that_is_cut_off_has_no_texts(cut: int) -> None:
    assert read_texts(plain_png(8, 8, (0, 0, 0), {"a": "b"})[:cut]) == {}
