"""From what a person names to the single exports."""

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from wamigrate.errors import AmbiguousFormatError, OptionError, WorkerError
from wamigrate.formats import Parser
from wamigrate.inputs import Look, find_inputs, judge_with, look_at
from wamigrate.source import Source

CHAT = "25/03/2025, 21:04 - Mira: Hi\n25/03/2025, 21:05 - ChatGPT: Hello\n25/03/2025, 21:06 - Mira: Bye\n"
OTHER = CHAT.replace("ChatGPT", "Copilot")
JPEG = b"\xff\xd8\xff\xe0 picture"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text(name: str, content: str = CHAT) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def archive(name: str, member: str = "_chat.txt") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(name, "w") as out:
        out.writestr(member, CHAT)


def found(*arguments: str) -> list[str]:
    return [path.as_posix() for path in find_inputs(arguments).paths]


@pytest.mark.usefixtures("place")
class TestFindInputs:
    def test_files_stand_for_themselves_in_the_order_given(self) -> None:
        text("b.txt")
        archive("a.zip")
        assert found("b.txt", "a.zip", "b.txt") == ["b.txt", "a.zip"]

    def test_what_does_not_exist_is_passed_on_to_be_reported(self) -> None:
        assert found("missing.zip", "none/*.zip") == ["missing.zip", "none/*.zip"]

    def test_a_pattern_stands_for_what_it_matches(self) -> None:
        for name in ("x/b.zip", "x/a.zip", "x/y/c.zip"):
            archive(name)
        assert found("x/*.zip") == ["x/a.zip", "x/b.zip"]
        assert found("x/**/*.zip") == ["x/a.zip", "x/b.zip", "x/y/c.zip"]

    def test_a_file_whose_name_looks_like_a_pattern_is_meant_itself(self) -> None:
        text("chat [1].txt")
        text("chat 1.txt")
        assert found("chat [1].txt") == ["chat [1].txt"]

    def test_a_chat_with_its_media_is_one_export(self) -> None:
        text("export/WhatsApp Chat with ChatGPT.txt")
        Path("export/IMG-1.jpg").write_bytes(JPEG)
        assert found("export") == ["export"]

    def test_a_folder_of_an_iphone_is_one_export_whatever_texts_were_sent(self) -> None:
        text("export/_chat.txt")
        text("export/00000012-notes.txt", OTHER)
        text("export/sent/other.txt", OTHER)
        assert found("export") == ["export"]

    def test_a_folder_of_exports_stands_for_each(self) -> None:
        text("chats/WhatsApp Chat with ChatGPT.txt")
        text("chats/WhatsApp Chat with Copilot.txt", OTHER)
        archive("chats/meta.zip")
        text("chats/unpacked/_chat.txt")
        archive("chats/older/luzia.zip")
        assert found("chats") == [
            "chats/WhatsApp Chat with ChatGPT.txt",
            "chats/WhatsApp Chat with Copilot.txt",
            "chats/meta.zip",
            "chats/older/luzia.zip",
            "chats/unpacked",
        ]

    def test_one_archive_in_a_folder_is_meant_itself(self) -> None:
        archive("chats/meta.zip")
        assert found("chats") == ["chats/meta.zip"]

    def test_a_folder_packed_by_a_mac_is_looked_into(self) -> None:
        text("export/WhatsApp Chat/_chat.txt")
        text("export/__MACOSX/._chat.txt")
        assert found("export") == ["export/WhatsApp Chat"]

    def test_a_broken_export_beside_a_sound_one_is_passed_on_to_be_reported(self) -> None:
        archive("chats/good.zip")
        Path("chats/bad.zip").write_bytes(Path("chats/good.zip").read_bytes()[:60])
        assert found("chats") == ["chats/bad.zip", "chats/good.zip"]

    def test_texts_that_are_no_chats_are_named(self) -> None:
        archive("chats/a.zip")
        text("chats/shopping.txt", "milk\n")
        text("chats/deep/notes.txt", "more milk\n")
        Path("chats/photo.jpg").write_bytes(JPEG)
        skipped = [path.as_posix() for path in find_inputs(["chats"]).skipped]
        assert skipped == ["chats/shopping.txt", "chats/deep/notes.txt"]

    def test_a_folder_without_a_chat_is_passed_on_to_be_reported(self) -> None:
        text("nothing/shopping.txt", "milk\n")
        assert found("nothing") == ["nothing"]
        assert find_inputs(["nothing"]).skipped == ()

    def test_results_of_ours_hidden_files_and_links_are_no_inputs(self) -> None:
        archive("chats/a.zip")
        archive("chats/a-markdown/media/sent.zip")
        Path("chats/a-markdown/.wamigrate").touch()
        archive("chats/.trash/b.zip")
        Path("chats/link").symlink_to(Path("chats").resolve())
        assert found("chats") == ["chats/a.zip"]

    def test_a_file_that_cannot_be_read_does_not_stop_the_search(self) -> None:
        archive("chats/a.zip")
        Path("chats/b.zip").write_bytes(b"PK\x03\x04")
        text("chats/empty.txt", "")
        assert found("chats") == ["chats/a.zip", "chats/b.zip"]


def test_folders_nested_beyond_the_stack_are_searched(deep: Path) -> None:
    here = Path.cwd()
    try:
        os.chdir(deep)
        for _ in range(1100):
            Path("d").mkdir()
            os.chdir("d")
        Path("_chat.txt").write_text("25/03/2025, 21:04 - Ana: hi\n25/03/2025, 21:05 - ChatGPT: hello\n")
    finally:
        os.chdir(here)
    found = find_inputs([deep])
    assert [path.name for path in found.paths] == ["d"]


def test_an_empty_name_is_refused(place: Path) -> None:
    text("chat.txt")
    assert place.exists()
    with pytest.raises(OptionError, match="an input is empty"):
        find_inputs([""])


def test_a_folder_that_cannot_be_listed_is_passed_on_and_stops_no_other(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "chats" / "locked").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (place / "chats" / name).write_text("25/03/2025, 20:10 - Ana: Hello\n", encoding="utf-8")
    listing = Path.iterdir

    def refuse(self: Path) -> Iterator[Path]:
        if self.name == "locked":
            raise PermissionError(13, "Permission denied", str(self))
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    found = find_inputs([place / "chats"]).paths
    assert [path.name for path in found] == ["a.txt", "b.txt", "locked"]


def test_a_place_that_cannot_be_looked_at_is_passed_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert find_inputs([place / "locked" / "a.txt"]).paths == (place / "locked" / "a.txt",)


def test_what_was_an_export_counts_as_one_whatever_it_is_now(place: Path) -> None:
    folder = place / "chats"
    folder.mkdir()
    (folder / "a.txt").write_text("25/03/2025, 20:10 - Ana: Hello\n", encoding="utf-8")
    (folder / "b.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "c.txt").write_text("nothing", encoding="utf-8")
    assert find_inputs([folder]).paths == (folder,)
    known = {folder / name for name in ("a.txt", "b.txt", "c.txt")}
    assert set(find_inputs([folder], recall=known.__contains__).paths) == known


def test_a_file_that_may_not_be_read_is_passed_on_beside_sound_ones(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "locked.txt"):
        text(f"chats/{name}")
    opening: Callable[..., Any] = Path.open

    def refuse(self: Path, *args: str, **more: str) -> Any:
        if self.name == "locked.txt":
            raise PermissionError(13, "Permission denied", str(self))
        return opening(self, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    assert found("chats") == ["chats/a.txt", "chats/locked.txt"]
    assert place.exists()


@pytest.mark.usefixtures("place")
def test_a_file_that_ends_every_process_that_looks_at_it_is_reported_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[list[str]] = []

    def look(paths: Sequence[Path]) -> list[Look]:
        """Stand for a worker; that it was tried twice is the pool's affair."""
        looked.append([path.name for path in paths])
        if any(path.name == "20.txt" for path in paths):
            raise WorkerError("the process that worked on it ended before its time")
        return look_at(paths)

    expected = [f"chats/{number}.txt" for number in range(10, 50)]
    for name in expected:
        text(name)
    monkeypatch.setattr("wamigrate.inputs.look_at", look)
    with ThreadPoolExecutor(1) as executor:
        found = find_inputs(["chats"], judge_with(executor))
    assert [path.as_posix() for path in found.paths] == expected
    assert Path("chats/20.txt") not in found.formats
    assert len(found.formats) == 39
    assert sorted(map(len, looked)) == [1] * 16 + [8, 16, 16]


@pytest.mark.usefixtures("place")
def test_a_single_export_that_broke_stands_for_itself_and_not_for_its_folder() -> None:
    archive("chats/a.zip")
    path = Path("chats/a.zip")
    path.write_bytes(path.read_bytes()[:60])
    assert find_inputs(["chats"], recall=lambda one: one == path).paths == (path,)


@pytest.mark.usefixtures("place")
def test_a_file_of_which_two_formats_are_sure_is_passed_on_to_be_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text("chats/a.txt")
    text("chats/b.txt")

    def doubt(source: Source) -> Parser:
        raise AmbiguousFormatError(f"{source.name}: could be one or two", ("one", "two"))

    monkeypatch.setattr("wamigrate.inputs.detect", doubt)
    assert found("chats") == ["chats/a.txt", "chats/b.txt"]
    assert find_inputs(["chats"]).skipped == ()
