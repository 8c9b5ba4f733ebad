"""Hostile archives and folders: one clear line or the messages, at once, and nothing beside the target."""

import io
import os
import stat
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from wamigrate import convert
from wamigrate.errors import OptionError, SourceError, UnsafeArchiveError, WamigrateError
from wamigrate.limits import Limits, current_limits
from wamigrate.report import Result
from wamigrate.source import ZipSource, open_source, printable

CHAT = b"25/03/2025, 21:04 - Ana: hi\n25/03/2025, 21:05 - Bob: hello\n" * 50
PICTURE = b"\xff\xd8\xff"
REFUSED = (3, 4, 5)


def pack(
    path: Path, members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED, **changes: int
) -> Path:
    """Write an archive; names are written as they are, and equal names are allowed."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo("x", (2025, 3, 25, 21, 4, 0))
            info.filename = name
            for key, value in changes.items():
                setattr(info, key, value)
            with (
                pytest.warns(UserWarning, match="Duplicate") if name in archive.namelist()[:5] else _nothing()
            ):
                archive.writestr(info, data, method)
    return path


class _nothing:  # noqa: N801 - stands where a context manager does
    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""


def patch(
    path: Path, offset: int, form: str, value: int, which: int = 0, signature: bytes = b"PK\x01\x02"
) -> Path:
    """Change a number in the record of a member."""
    data = bytearray(path.read_bytes())
    at = -1
    for _ in range(which + 1):
        at = data.index(signature, at + 1)
    struct.pack_into(form, data, at + offset, value)
    path.write_bytes(data)
    return path


def outcome(path: Path, seconds: float = 10) -> Result | WamigrateError:
    """Convert an input as the command does; check that it takes no time and writes nothing but its result."""
    out = path.parent / "out"
    out.mkdir()
    before = {file.name for file in path.parent.iterdir()}
    start = time.process_time()
    found: Result | WamigrateError
    try:
        found = convert(path, "markdown", out / "result")
    except WamigrateError as error:
        found = error
    assert time.process_time() - start < seconds
    if isinstance(found, WamigrateError):
        assert found.exit_code in REFUSED
        assert str(found).isprintable(), "one line, and nothing that a terminal obeys"
    assert {file.name for file in path.parent.iterdir()} == before
    assert {file.name for file in out.iterdir()} <= {"result"}
    return found


def refused(path: Path, words: str, code: int = 3, seconds: float = 10) -> None:
    """Check that an input is refused for a reason."""
    found = outcome(path, seconds)
    assert isinstance(found, WamigrateError), "it was read"
    assert (found.exit_code, words in str(found)) == (code, True), str(found)
    assert path.name in str(found)


def read(path: Path, messages: int = 100, seconds: float = 10) -> Result:
    """Check that all messages of an input are read."""
    found = outcome(path, seconds)
    assert isinstance(found, Result), str(found)
    assert found.messages_out == messages
    return found


ESCAPING = (
    "../up.txt",
    "../../../../tmp/up.txt",
    "/etc/up.txt",
    "C:\\up.txt",
    "C:up.txt",
    "\\\\host\\share\\up.txt",
    "//host/share/up.txt",
    "..\\..\\up.txt",
    "media/../../up.txt",
    "~/up.txt",
    "file:///etc/up.txt",
)


@pytest.mark.parametrize("name", ESCAPING)
def test_a_member_that_wants_to_leave_is_copied_into_the_result_or_not_at_all(
    name: str, tmp_path: Path
) -> None:
    base = name.replace("\\", "/").rpartition("/")[2]
    chat = f"25/03/2025, 21:04 - Ana: {base} (file attached)\n".encode() + CHAT
    read(pack(tmp_path / "chat.zip", [("_chat.txt", chat), (name, PICTURE)]), 101)
    inside = {file.resolve() for file in (tmp_path / "out").rglob("*")}
    assert all(file.is_relative_to(tmp_path / "out" / "result") for file in inside)


@pytest.mark.parametrize("name", ESCAPING)
def test_a_chat_whose_own_name_wants_to_leave_is_read_in_its_place(name: str, tmp_path: Path) -> None:
    read(pack(tmp_path / "chat.zip", [(name, CHAT)]))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_in_an_archive_are_no_files(kind: int, tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", CHAT)
        info = zipfile.ZipInfo("secret.jpg")
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    read(path)
    with closing(open_source(path)) as source:
        assert [member.name for member in source.members] == ["_chat.txt"]


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    other = b"26/03/2025, 21:04 - Eve: the second\n" * 3
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT), ("_chat.txt", other), ("_chat.txt", CHAT)])
    with closing(open_source(path)) as source:
        assert {member.name: source.read(member) for member in source.members} == {
            "_chat.txt": CHAT,
            "_chat (2).txt": other,
        }
    read(path, 103)


@pytest.mark.parametrize("names", [("A.jpg", "a.JPG"), ("x/a.jpg", "X/a.jpg"), ("é.jpg", "e\u0301.jpg")])
def test_names_that_collide_on_other_systems_do_not_overwrite_each_other(
    names: tuple[str, str], tmp_path: Path
) -> None:
    lines = "".join(f"25/03/2025, 21:04 - Ana: {name.rpartition('/')[2]} (file attached)\n" for name in names)
    members = [("_chat.txt", lines.encode() + CHAT), (names[0], b"one"), (names[1], b"two")]
    read(pack(tmp_path / "chat.zip", members), 102)
    copied = sorted(file.read_bytes() for file in (tmp_path / "out").rglob("*.[jJ]*"))
    assert set(copied) <= {b"one", b"two"}
    assert len(copied) == len({file.name.casefold() for file in (tmp_path / "out").rglob("*.[jJ]*")})


ODD = (
    "CON.jpg",
    "nul",
    "COM1.jpg.txt",
    "a.jpg.",
    "a.jpg ",
    " a.jpg",
    "a\nb.jpg",
    "a\x1b[31mb.jpg",
    "a\x07.jpg",
    "a\u202egpj.exe",
    "a:b.jpg",
    "a*?.jpg",
    "x" * 300 + ".jpg",
    ".",
    "..",
    "-rf",
    "$(id).jpg",
    "日本.jpg",
)


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_name_that_some_system_does_not_take_is_read_and_copied_under_another(
    name: str, tmp_path: Path
) -> None:
    line = f"25/03/2025, 21:04 - Ana: \u200e{name} (file attached)\n" if "\n" not in name else ""
    read(
        pack(tmp_path / "chat.zip", [("_chat.txt", line.encode() + CHAT), (name, PICTURE)]), 100 + bool(line)
    )
    for file in (tmp_path / "out").rglob("*"):
        assert file.name.isprintable()
        assert not file.name.endswith((" ", "."))
        assert file.stem.upper() not in {"CON", "NUL", "COM1"}
        assert len(file.name.encode()) <= 255


def test_a_damaged_member_with_a_name_of_two_lines_is_refused_on_one(tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("a\nb\x1b[31m/_chat.txt", CHAT)])
    refused(patch(path, 16, "<I", 1), "Bad CRC")


def test_the_longest_names_that_fit_are_read(tmp_path: Path) -> None:
    names = ["x" * 65_535, "y/" * 32_767 + "z", "é" * 32_767]
    read(pack(tmp_path / "chat.zip", [("_chat.txt", CHAT), *((name, PICTURE) for name in names)]))


@pytest.mark.parametrize(
    "raw", [b"caf\x82.jpg", "写真.jpg".encode("shift-jis"), b"\xff\xfe\xfd.jpg", "写真.jpg".encode()]
)
def test_names_in_any_encoding_are_names(raw: bytes, tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT), ("#" * len(raw), PICTURE)])
    path.write_bytes(path.read_bytes().replace(b"#" * len(raw), raw))
    read(path)
    with closing(open_source(path)) as source:
        assert source.read(source.members[1]) == PICTURE


def test_a_name_that_says_it_is_utf_8_and_is_not_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT), ("éé.jpg", PICTURE)])
    path.write_bytes(path.read_bytes().replace("éé".encode(), b"\xff\xff\xff\xff"))
    refused(path, "damaged or cut off")


def test_an_encrypted_member_is_refused_with_advice(tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)])
    refused(patch(path, 8, "<H", 1), "is encrypted")


def test_an_encrypted_picture_beside_a_chat_is_missing(tmp_path: Path) -> None:
    chat = b"25/03/2025, 21:04 - Ana: a.jpg (file attached)\n" + CHAT
    path = pack(tmp_path / "chat.zip", [("_chat.txt", chat), ("a.jpg", PICTURE)])
    found = outcome(patch(path, 8, "<H", 1, which=1))
    assert "encrypted" in str(found) if isinstance(found, WamigrateError) else found.messages_out == 101


@pytest.mark.parametrize("method", [9, 12, 14, 93, 95, 96, 97, 98, 99, 6, 1])
def test_a_compression_that_nobody_here_knows_is_refused(method: int, tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)], zipfile.ZIP_STORED)
    patch(path, 8, "<H", method, signature=b"PK\x03\x04")
    refused(patch(path, 10, "<H", method), "_chat.txt: cannot be read")


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_compression_of_python_is_read(method: int, tmp_path: Path) -> None:
    read(pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)], method))


def test_a_compressor_that_asks_for_gigabytes_gets_none(tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)], zipfile.ZIP_LZMA)
    data = path.read_bytes()
    path.write_bytes(data.replace(data[39:48], data[39:44] + b"\xff\xff\xff\xff", 1))
    assert isinstance(outcome(path), Result | SourceError)


@pytest.mark.parametrize(("offset", "value"), [(20, 0xFFFFFFFE), (24, 10_000)], ids=["packed", "unpacked"])
def test_a_member_that_promises_more_than_there_is_gives_what_its_checksum_confirms(
    offset: int, value: int, tmp_path: Path
) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)])
    found = outcome(patch(path, offset, "<I", value))
    if isinstance(found, SourceError):
        assert "Overlapped entries" in str(found), "what newer versions of zipfile say"
    else:
        assert isinstance(found, Result)
        assert found.messages_out == 100


@pytest.mark.parametrize(
    ("offset", "value"),
    [(16, 0), (20, 3), (24, 10), (24, 0xFFFFFFFE), (42, 7), (42, 0xFFFFFFFE)],
    ids=["crc", "packed-short", "short", "huge", "place", "place-far"],
)
def test_a_directory_that_lies_is_refused(offset: int, value: int, tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT + os.urandom(3000).hex().encode())])
    found = outcome(patch(path, offset, "<I", value))
    assert isinstance(found, SourceError)


@pytest.mark.parametrize("part", [0.05, 0.5, 0.97, 0.999])
def test_an_archive_that_was_cut_off_is_refused(part: float, tmp_path: Path) -> None:
    data = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT), ("a.jpg", os.urandom(3000))]).read_bytes()
    (tmp_path / "chat.zip").write_bytes(data[: int(len(data) * part)])
    refused(tmp_path / "chat.zip", "damaged or cut off")


def test_a_flat_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    refused(pack(tmp_path / "bomb.zip", [("_chat.txt", bytes(160 << 20))]), "would grow")


def _overlapping(count: int, size: int) -> bytes:
    """Return an archive whose members are all the same compressed bytes (Fifield's bomb, without quoting)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(size)) + packer.flush()
    crc = zlib.crc32(bytes(size))
    common = (20, 0, 8, 0, 0, crc, len(packed), size)
    body = struct.pack("<4s5H3I2H", b"PK\x03\x04", *common, 1, 0) + b"a" + packed
    records = b""
    for number in range(count):
        name = f"{number}.txt".encode()
        records += struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, *common, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(records), len(body), 0)
    return body + records + end


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(_overlapping(1000, 60 << 20))
    refused(path, "share the same bytes")


def test_many_members_that_grow_a_little_too_much_are_refused_together(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "bomb.zip",
        [("_chat.txt", CHAT), *((f"{number}.jpg", bytes(60 << 20)) for number in range(18))],
    )
    refused(path, "would grow from", seconds=20)


def test_an_archive_that_contains_itself_is_looked_into_once(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", [("note.txt", b"x")]).read_bytes()
    for _ in range(12):
        inner = pack(tmp_path / "inner.zip", [("a.zip", inner), ("b.zip", inner)]).read_bytes()
    refused(tmp_path / "inner.zip", "a ZIP archive of 2 files without a chat")


def test_archives_inside_archives_are_opened_down_to_a_limit(tmp_path: Path) -> None:
    data = pack(tmp_path / "x.zip", [("_chat.txt", CHAT)]).read_bytes()
    for _ in range(4):
        data = pack(tmp_path / "x.zip", [("x.zip", data)]).read_bytes()
    with closing(open_source(tmp_path / "x.zip")) as outer:
        first = outer.nested(outer.members[0])
        second = first.nested(first.members[0])
        with pytest.raises(
            UnsafeArchiveError, match="is an archive inside 3 others; unpack the outer ones first"
        ):
            second.nested(second.members[0])
        second.close()
        first.close()


def test_a_large_archive_inside_another_is_put_on_the_disk(tmp_path: Path) -> None:
    noise = os.urandom(65 << 20)
    data = pack(
        tmp_path / "x.zip", [("_chat.txt", CHAT), ("film.mp4", noise)], zipfile.ZIP_STORED
    ).read_bytes()
    outer = pack(tmp_path / "outer.zip", [("WhatsApp Chat with Ana.zip", data)], zipfile.ZIP_STORED)
    with closing(open_source(outer)) as source, closing(source.nested(source.members[0])) as inner:
        assert inner.read(inner.members[1]) == noise
        assert inner.read(inner.members[0]) == CHAT


def test_a_nested_archive_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAMIGRATE_LIMITS", "nested=1K")
    inner = pack(tmp_path / "x.zip", [("_chat.txt", os.urandom(3000))]).read_bytes()
    with (
        closing(open_source(pack(tmp_path / "outer.zip", [("x.zip", inner)]))) as source,
        pytest.raises(UnsafeArchiveError, match="more than the 1,024 that are opened"),
    ):
        source.nested(source.members[0])


def test_an_archive_with_a_hundred_thousand_members_is_read(tmp_path: Path) -> None:
    names = ((f"IMG-{number:06}.jpg", b"x") for number in range(100_000))
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", CHAT)
        for name, data in names:
            archive.writestr(zipfile.ZipInfo(name), data)
    read(path)


@pytest.mark.parametrize("name", ["{}.txt", "{}/chat.txt", "{}.html", "{}.json", "{}.zip", "{}/msgstore.db"])
def test_very_many_files_that_could_be_chats_and_are_none_are_refused_soon(name: str, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", b"Dear Ana,")
    content = (
        inner.getvalue() if name.endswith("zip") else b"<html><body>Dear Ana, 10:30 - b: on 25/03/2025\n"
    )
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6_000):
            archive.writestr(zipfile.ZipInfo(name.format(number)), content)
    refused(
        path, "without a chat" if "db" not in name else "no SQLite database", 3 if "db" not in name else 5
    )


def test_many_chats_with_many_pictures_are_read_in_time(tmp_path: Path) -> None:
    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(300):
            archive.writestr(
                f"{number}/WhatsApp Chat with A{number}.txt", b"25/03/2025, 21:04 - Ana: %d\n" % number
            )
        for number in range(5000):
            archive.writestr(f"{number}.jpg", PICTURE)
    read(path, 300)


def test_more_members_than_allowed_are_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAMIGRATE_LIMITS", "members=100")
    path = pack(
        tmp_path / "chat.zip", [("_chat.txt", CHAT), *((f"{number}.jpg", b"x") for number in range(99))]
    )
    read(path)
    (tmp_path / "more").mkdir()
    more = pack(
        tmp_path / "more" / "chat.zip",
        [("_chat.txt", CHAT), *((f"{number}.jpg", b"x") for number in range(100))],
    )
    refused(more, "holds more than 100 files")
    (tmp_path / "long").mkdir()
    names = [(f"{number}" + "x" * 600, b"x") for number in range(100)]
    refused(pack(tmp_path / "long" / "chat.zip", [("_chat.txt", CHAT), *names]), "its list of files has")


def test_a_folder_of_more_files_than_allowed_is_refused(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    with pytest.raises(UnsafeArchiveError, match="holds more than 3 files"):
        _ = open_source(tmp_path, Limits(members=3)).members


def test_archives_may_have_a_comment_that_looks_like_their_end(tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)])
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK\x05\x06" + bytes(18) + b"PK\x01\x02"
    found = outcome(path)
    assert isinstance(found, Result | WamigrateError)


def test_an_archive_of_several_disks_is_refused(tmp_path: Path) -> None:
    data = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)]).read_bytes()
    at = data.index(b"PK\x05\x06")
    place = len(data[:at])
    longer = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 56, data.index(b"PK\x01\x02"))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 1, place, 3)
    (tmp_path / "chat.zip").write_bytes(data[:at] + longer + locator + data[at:])
    refused(tmp_path / "chat.zip", "multiple disks")


def test_an_archive_in_the_long_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(zipfile.ZipInfo("_chat.txt"), "w", force_zip64=True) as stream,
    ):
        stream.write(CHAT)
    read(path)


def test_an_archive_behind_a_program_is_no_archive(tmp_path: Path) -> None:
    path = pack(tmp_path / "chat.exe", [("_chat.txt", CHAT)])
    path.write_bytes(b"MZ" + bytes(500) + path.read_bytes())
    refused(path, "a binary file", 4)


def test_two_archives_one_after_the_other_are_the_last_one(tmp_path: Path) -> None:
    first = pack(tmp_path / "a.zip", [("_chat.txt", b"26/03/2025, 21:04 - Eve: hidden\n")]).read_bytes()
    path = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT)])
    path.write_bytes(first + path.read_bytes())
    read(path)


def test_a_chat_of_no_bytes_is_no_chat(tmp_path: Path) -> None:
    refused(pack(tmp_path / "chat.zip", [("_chat.txt", b"")]), "without a chat")


def test_an_archive_of_folders_alone_is_no_chat(tmp_path: Path) -> None:
    refused(pack(tmp_path / "chat.zip", [("a/", b""), ("b/", b"")]), "an empty ZIP archive")


def test_links_devices_and_loops_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    (folder / "deep").mkdir(parents=True)
    (folder / "_chat.txt").write_bytes(CHAT)
    os.mkfifo(folder / "waits for ever.txt")
    os.mkfifo(folder / "deep" / "waits.zip")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(folder)
    (folder / "deep" / "loop").symlink_to("../deep")
    (folder / "nowhere.txt").symlink_to("gone")
    read(folder)


def test_a_pipe_and_a_device_are_no_inputs(tmp_path: Path) -> None:
    pipe = tmp_path / "chat.txt"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/null")):
        with pytest.raises(SourceError, match="is no file, folder or ZIP archive"):
            open_source(path)


def test_a_folder_nested_beyond_the_stack_is_listed(deep: Path) -> None:
    here = os.getcwd()  # noqa: PTH109 - to come back
    try:
        os.chdir(deep)
        for _ in range(1200):
            os.mkdir("d")  # noqa: PTH102 - the whole path would be too long
            os.chdir("d")
        Path("a.txt").write_bytes(b"x")
    finally:
        os.chdir(here)
    names = [member.name for member in open_source(deep).members]
    assert names == ["d/" * 1200 + "a.txt"]


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_chat.txt").write_bytes(CHAT)
    (tmp_path / "locked").mkdir()
    whole: Callable[..., object] = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(SourceError, match=r"locked: cannot be listed \(Permission denied\)"):
        _ = open_source(tmp_path).members


def test_two_file_names_that_are_no_text_are_two_members(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    try:
        for name, data in ((b"caf\xe9.txt", "first"), (b"caf\xe8.txt", "second")):
            with open(folder + b"/" + name, "w", encoding="ascii") as file:  # noqa: PTH123 - a path of bytes
                file.write(data)
    except OSError:
        pytest.skip("this file system takes no such name")
    source = open_source(tmp_path)
    assert {member.name: source.read(member) for member in source.members} == {
        "caf?.txt": b"second",
        "caf? (2).txt": b"first",
    }


@pytest.mark.parametrize("moment", [-(10**11), 10**12, 253402300800])
def test_a_file_from_a_year_that_does_not_exist_has_no_time(moment: int, tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(CHAT)
    try:
        os.utime(path, (moment, moment))
    except (OSError, OverflowError):
        pytest.skip("this file system takes no such time")
    if path.stat().st_mtime == moment:
        assert open_source(path).members[0].modified is None
    read(path)


def test_a_name_with_a_zero_byte_cannot_be_opened() -> None:
    with pytest.raises(SourceError, match="null"):
        open_source("chat\0.txt")


def test_a_huge_archive_of_nothing_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    pack(path, [("_chat.txt", CHAT), *((f"{number}.jpg", bytes(20 << 20)) for number in range(30))])
    code = "import sys; from wamigrate.cli import main; sys.argv[0] = 'wamigrate'; main()"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); "
    command = [
        sys.executable,
        "-c",
        limit + code,
        "export",
        str(path),
        "--to",
        "json",
        "-o",
        str(tmp_path / "o.json"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o.json").stat().st_size > 1000


def test_limits_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAMIGRATE_LIMITS", "total=1T, members=5,text=2GiB")
    assert (current_limits().total, current_limits().members, current_limits().text) == (1 << 40, 5, 2 << 30)
    assert Limits.parse(str(Limits())) == Limits()
    monkeypatch.delenv("WAMIGRATE_LIMITS")
    assert current_limits() == Limits()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size=1G", "there is no limit 'size'; there are: text, total, ratio, free, members, nested, depth"),
        ("total=lots", "the limit total=lots must be a number above zero"),
        ("members=0", "the limit members=0 must be a number above zero"),
        ("members=-1", "must be a number above zero"),
        ("members", "must be a number above zero"),
    ],
)
def test_a_limit_that_does_not_exist_or_fit_is_refused(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAMIGRATE_LIMITS", text)
    with pytest.raises(OptionError) as caught:
        open_source(tmp_path)
    assert "WAMIGRATE_LIMITS: " in str(caught.value)
    assert words in str(caught.value)


def test_what_an_archive_may_unpack_to_can_be_raised(tmp_path: Path) -> None:
    data = pack(tmp_path / "chat.zip", [("_chat.txt", CHAT), ("a.jpg", bytes(5000))]).read_bytes()
    small = ZipSource(Path("chat.zip"), "chat.zip", io.BytesIO(data), Limits(total=4000))
    with (
        closing(small),
        pytest.raises(UnsafeArchiveError, match=r"would grow to [78],\d+ bytes, 4,000 are allowed"),
    ):
        _ = small.members
    with closing(ZipSource(Path("chat.zip"), "chat.zip", io.BytesIO(data))) as source:
        assert len(source.members) == 2


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "\x1b[2J", "\x9b2J", "a\u2028b", "a\u202eb", "\x00"])
def test_names_in_messages_change_nothing_on_a_terminal(name: str) -> None:
    assert printable(name).isprintable()
