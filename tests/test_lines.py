"""The shape of a file's headers is found, and the file is cut at them without losing a byte."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.header import read_copied_header
from wamigrate.lines import Lock, Pieces, all_crlf, cut, find_lock

DASH = "25/03/2025, 21:04 - Ana: hello\n26/03/2025, 21:05 - Bob: hi\nthere\n27/03/2025, 9:06 - Ana: bye"
BRACKET = (
    "[25.03.25, 21:04:05] Ana: hello\r\n[25.03.25, 21:04:06] Bob: hi\nthere\r\n[26.03.25, 09:04:07] Ana: bye"
)


def lock_of(text: str) -> Lock:
    lock = find_lock(text.encode())
    assert lock is not None
    return lock


def pieces_of(text: str) -> Pieces:
    return cut(text.encode(), lock_of(text))


def rows(pieces: Pieces) -> list[tuple[str, str, str, str, str]]:
    columns = (pieces.first, pieces.second, pieces.third, pieces.author, pieces.body)
    return [
        (first.decode(), second.decode(), third.decode(), author.decode(), body.decode())
        for first, second, third, author, body in zip(*columns, strict=True)
    ]


def bodies(text: str) -> list[str]:
    return [row[-1] for row in rows(pieces_of(text))]


def people(text: str) -> list[str]:
    return [row[3] for row in rows(pieces_of(text))]


def glued(pieces: Pieces) -> bytes:
    """Put a file together again from its pieces."""
    found = pieces.preamble
    for index in range(len(pieces)):
        if index or found or pieces.start[0]:
            found += b"\n" if index in pieces.loose else pieces.newline
        columns = (pieces.first, pieces.second, pieces.third, pieces.author, pieces.body)
        found += b"".join(column[index] for column in columns)
    return found


def test_an_android_file_is_cut_into_date_time_name_and_text() -> None:
    assert rows(pieces_of(DASH)) == [
        ("25/03/2025, ", "21:04 - ", "", "Ana: ", "hello"),
        ("26/03/2025, ", "21:05 - ", "", "Bob: ", "hi\nthere"),
        ("27/03/2025, ", "9:06 - ", "", "Ana: ", "bye"),
    ]


def test_an_ios_file_is_cut_with_its_seconds_and_its_line_ends() -> None:
    pieces = pieces_of(BRACKET)
    assert pieces.newline == b"\r\n"
    assert rows(pieces) == [
        ("[25.03.25, ", "21:04", ":05] ", "Ana: ", "hello"),
        ("[25.03.25, ", "21:04", ":06] ", "Bob: ", "hi\nthere"),
        ("[26.03.25, ", "09:04", ":07] ", "Ana: ", "bye"),
    ]
    assert pieces.loose == set()


def test_where_the_time_comes_first_the_seconds_stay_with_it() -> None:
    assert rows(pieces_of("[21:04:05, 25/03/2025] Ana: hello\n[21:04:06, 25/03/2025] Bob: hi"))[0] == (
        "[21:04:05, ",
        "25/03/2025] ",
        "",
        "Ana: ",
        "hello",
    )


@pytest.mark.parametrize(
    "text", [DASH, BRACKET, f"Title\n\n{DASH}", f"{DASH}\n", f"{BRACKET}\r\n", f"\n{DASH}"]
)
def test_offsets_and_lines_point_into_the_file(text: str) -> None:
    pieces = pieces_of(text)
    data = text.encode()
    for index in range(len(pieces)):
        assert data.startswith(pieces.first[index] + pieces.second[index], pieces.start[index])
        assert data.startswith(pieces.body[index], pieces.inner(index))
        assert pieces.line[index] == data.count(b"\n", 0, pieces.start[index]) + 1
    assert pieces.size == len(data)
    assert glued(pieces) == data


def test_what_stands_before_the_first_header_is_kept() -> None:
    pieces = pieces_of(f"Chat history\nof two\n{DASH}")
    assert pieces.preamble == b"Chat history\nof two"
    assert (pieces.start[0], pieces.line[0]) == (20, 3)


def test_a_shape_says_what_all_headers_have_in_common() -> None:
    android, ios = lock_of(DASH).shape, lock_of(BRACKET).shape
    assert (android.family, android.time_first, android.has_seconds, android.has_year) == (
        "dash",
        False,
        False,
        True,
    )
    assert (ios.family, ios.time_first, ios.has_seconds, ios.has_year) == ("bracket", False, True, True)
    assert lock_of("[21:04:05, 25/03/2025] Ana: hello").shape.time_first
    assert lock_of(DASH).seen == 3
    assert lock_of(DASH).shape.key == lock_of("1/2/25, 1:04 - Ben: a").shape.key
    assert lock_of(DASH).shape.key != lock_of("1.2.25, 1:04 - Ben: a").shape.key


@pytest.mark.parametrize("text", ["", "\n", "hello", "2. Boil the water: 10:00 - 11:00", "x" * 5000])
def test_a_file_without_headers_has_no_lock(text: str) -> None:
    assert find_lock(text.encode()) is None


def test_the_first_line_tells_the_shape_even_where_more_lines_have_another() -> None:
    text = "25/03/2025, 21:04 - Ana: look:\n[1.2.24, 10:00:00] Bo: a\n[1.2.24, 10:00:01] Bo: b\n"
    assert lock_of(text).shape.family == "dash"
    assert lock_of(f"Export\n{text}").shape.family == "bracket"


def test_a_shape_that_is_not_wanted_is_left_out() -> None:
    text = f"25/03/2025, 21:04 - Ana: look:\n{BRACKET}"
    first = lock_of(text)
    second = find_lock(text.encode(), [first.shape.key])
    assert second is not None
    assert (first.shape.family, second.shape.family) == ("dash", "bracket")
    assert find_lock(text.encode(), [first.shape.key, second.shape.key]) is None


def test_a_shape_whose_headers_stand_far_down_only_is_found() -> None:
    text = "word " * 40 + "\n"
    assert bodies(text * 600 + DASH) == ["hello", "hi\nthere", "bye"]


def test_what_a_reader_of_copies_finds_is_cut_too() -> None:
    text = "[21:04, 25/03/2025] Ana: hello\n[21:05, 25/03/2025] Bob: hi"
    assert find_lock(text.encode()) is None
    lock = find_lock(text.encode(), read=read_copied_header)
    assert lock is not None
    assert lock.shape.family == "copy"
    assert [row[3:] for row in rows(cut(text.encode(), lock))] == [("Ana: ", "hello"), ("Bob: ", "hi")]


def test_headers_without_the_year_are_siblings_of_those_with_it() -> None:
    text = "25 March 2025, 21:04 - Ana: old\n3 April, 9:30 - Bob: new\n4 April, 10:30 - Ana: newer"
    assert bodies(text) == ["old", "new", "newer"]


def test_a_shape_of_another_family_or_with_seconds_is_no_sibling() -> None:
    for other in ("[25 March, 21:04:05] Bob: b", "25 March, 21:04:05 - Bob: b"):
        assert bodies(f"25 March 2025, 21:04 - Ana: a\n{other}") == [f"a\n{other}"]


@pytest.mark.parametrize(
    "dates",
    [
        ["1/2/25, 9:04\u202fAM", "12/11/25, 11:04\u202fPM"],
        ["1/2/25, 9:04 AM", "12/11/25, 11:04\u202fPM"],
        ["٢٥\u200f/٣\u200f/٢٠٢٥، ٩:٠٤ م", "٢٦\u200f/٣\u200f/٢٠٢٥، ١٠:٠٤ ص"],
        ["۱۴۰۴/۱/۵، ۲۱:۰۴", "1404/1/6, 9:04"],
        ["2025年3月25日 21:04", "2025年12月1日 9:04"],
        ["25 de março de 2025 21:04", "3 de abril de 2025 9:04"],
        ["Tue, March 25, 2025, 21:04", "Thu, April 3, 2025, 9:04"],
    ],
)
def test_headers_of_any_phone_are_cut_at(dates: list[str]) -> None:
    text = "\n".join(f"{stamp} - Ana: number {at}" for at, stamp in enumerate(dates))
    assert bodies(text) == ["number 0", "number 1"]


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\ufeff", "\u061c", "\u202a", "\u200e\u200f", "\u2068"])
def test_an_invisible_mark_before_a_header_belongs_to_it(mark: str) -> None:
    text = f"{DASH}\n{mark}28/03/2025, 21:04 - Ana: marked"
    pieces = pieces_of(text)
    assert pieces.body[-1] == b"marked"
    assert pieces.first[-1].decode() == f"{mark}28/03/2025, "


def test_another_sign_before_a_header_makes_it_text() -> None:
    for sign in ("> ", "*", " ", "\u00e2", "é"):
        assert bodies(f"{DASH}\n{sign}28/03/2025, 21:04 - Ana: quoted")[-1].endswith(": quoted")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Ana: hello", "Ana: "),
        ("Ana: see: this", "Ana: "),
        ("Ana:B: hello", "Ana:B: "),
        ("Ana:", "Ana:"),
        ("Ana added Bob", ""),
        ("12:30: lunch", "12:30: "),
    ],
)
def test_a_name_ends_at_the_first_colon_that_a_space_follows(line: str, name: str) -> None:
    assert people(f"{DASH}\n28/03/2025, 21:04 - {line}")[-1] == name


def test_a_name_has_400_bytes_at_most() -> None:
    longest, longer = "ж" * 199, "ж" * 201
    assert people(f"{DASH}\n28/03/2025, 21:04 - {longest}: a") == ["Ana: ", "Bob: ", "Ana: ", f"{longest}: "]
    assert people(f"{DASH}\n28/03/2025, 21:04 - {longer}: a")[-1] == ""


def test_colons_that_no_space_follows_end_names_where_the_file_writes_them_so() -> None:
    text = "\n".join(f"25/03/2025, 21:0{at} - {'Ana' if at % 2 else 'Bob'}:text {at}" for at in range(6))
    assert people(text) == ["Bob:", "Ana:"] * 3
    assert people(f"{text}\n25/03/2025, 21:09 - https://example.org")[-1] == ""


def test_a_single_tight_colon_does_not_decide() -> None:
    assert people(f"{DASH}\n25/03/2025, 21:04 - Ana:text")[-1] == ""


def test_wide_colons_end_names_where_the_file_has_them() -> None:
    text = "2025年3月25日 21:04 - 安娜：你好\n2025年3月25日 21:05 - 鲍勃：早"
    assert people(text) == ["安娜：", "鲍勃："]
    assert bodies(text) == ["你好", "早"]


def test_headers_after_a_bare_line_feed_are_loose_in_a_file_of_an_iphone() -> None:
    text = "".join(f"[25.03.25, 21:04:{second}] Ana: number {second}\r\n" for second in range(10, 40))
    pasted = f"{text}[25.03.25, 22:00:00] Ana: you wrote:\n[25.03.25, 21:04:12] Ana: number\nand more\r\n"
    pieces = pieces_of(pasted + "[25.03.25, 22:00:01] Bob: yes\r\n")
    assert pieces.loose == {31}
    assert [body.decode() for body in pieces.body[30:]] == ["you wrote:", "number\nand more", "yes\r\n"]
    assert pieces.line[30:] == [31, 32, 34]
    assert pieces.size == len(pasted) + len("[25.03.25, 22:00:01] Bob: yes\r\n")
    assert glued(pieces) == (pasted + "[25.03.25, 22:00:01] Bob: yes\r\n").encode()
    assert list(accumulate(pieces.start, max)) == pieces.start


def test_a_file_that_an_editor_saved_with_crlf_has_lines_like_any_other() -> None:
    text = BRACKET.replace("\r\n", "\n").replace("\n", "\r\n")
    pieces = pieces_of(text)
    assert pieces.newline == b"\n"
    assert pieces.body == [b"hello\r", b"hi\r\nthere\r", b"bye"]


def test_a_file_with_carriage_returns_inside_its_texts_is_cut_at_line_feeds() -> None:
    text = "[25.03.25, 21:04:05] Ana: a\r\nb\r\nc\r\nd\n[25.03.25, 21:04:06] Bob: e\n" + BRACKET[-33:]
    pieces = pieces_of(text)
    assert pieces.newline == b"\n"
    assert len(pieces) == 3


def test_a_pasted_line_with_crlf_does_not_change_what_ends_a_message() -> None:
    text = "".join(f"[25.03.25, 21:04:{second}] Ana: a\nb\r\n" for second in range(10, 40))
    assert pieces_of(text.replace("a\n", "a\r\n", 1)).newline == b"\r\n"


@pytest.mark.parametrize(
    ("data", "all_are"),
    [(b"a\r\nb\r\n", True), (b"a\r\nb\n", False), (b"a\nb\r\n", False), (b"a\rb", False), (b"", False)],
)
def test_all_line_ends_are_crlf_or_not(data: bytes, *, all_are: bool) -> None:
    assert all_crlf(data) is all_are


@pytest.mark.parametrize("before", [b"", b"text\n" * 20, b"text\n" * 20_000])
def test_bytes_that_are_no_utf_8_do_no_harm(before: bytes) -> None:
    data = before + b"\xff\xfe\n" + DASH.encode() + b"\n\xc3\n" + b"25/03/2025, 21:04 - \xff: a\n" * 9
    lock = find_lock(data)
    assert lock is not None
    assert cut(data, lock).body[3:] == [b"a"] * 8 + [b"a\n"]


def test_carriage_returns_before_the_first_header_count_as_those_inside_texts() -> None:
    messages = "".join(f"[25.03.25, 21:04:{second}] Ana: a\nb\r\n" for second in range(10, 20))
    assert pieces_of(messages).newline == b"\r\n"
    assert pieces_of("a\r\nb\r\nc\r\nd\n\r\n" + messages).newline == b"\n"


HEADS = st.sampled_from(["25/03/2025, 21:04 - ", "[25.03.25, 21:04:05] ", "\u200e[25.03.25, 21:04:05] ", ""])
NAMES = st.sampled_from(["Ana: ", "Bob: ", "", "Zoë:", "Ana:x: ", "：", "http://a "])
TEXTS = st.text(alphabet=st.sampled_from("a:[]\r\n\u2028\v é：5"), max_size=12)
LINES = st.tuples(HEADS, NAMES, TEXTS, st.sampled_from(["\n", "\r\n", "\n\n"])).map("".join)


@given(st.lists(LINES, max_size=12).map("".join))
def test_a_file_that_was_cut_can_be_put_together_again(text: str) -> None:
    data = text.encode()
    lock = find_lock(data)
    if lock is None:
        return
    pieces = cut(data, lock)
    assert glued(pieces) == data
    for index in range(len(pieces)):
        assert data.startswith(pieces.first[index], pieces.start[index])
        assert data.startswith(pieces.body[index], pieces.inner(index))
        assert pieces.line[index] == data.count(b"\n", 0, pieces.start[index]) + 1
