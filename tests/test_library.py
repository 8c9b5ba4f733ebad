"""The library in four calls."""

import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

import wamigrate as wm
from wamigrate import errors, model
from wamigrate.settings import ReadOptions, Settings

CHAT = (
    "25/03/2025, 21:04 - Mira: Hi\n"
    "25/03/2025, 21:05 - ChatGPT: Hello\n"
    "26/03/2025, 21:06 - Mira: \u200eIMG-20250326-WA0001.jpg (file attached)\nWhat is this?\n"
    "26/03/2025, 21:06 - ChatGPT: A picture.\n"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("WhatsApp Chat with ChatGPT.zip", "w") as archive:
        archive.writestr("WhatsApp Chat with ChatGPT.txt", CHAT)
        archive.writestr("IMG-20250326-WA0001.jpg", b"\xff\xd8\xff\xe0")
    Path("other.txt").write_text(CHAT.replace("ChatGPT", "Copilot"), encoding="utf-8")
    return tmp_path


ZIP = "WhatsApp Chat with ChatGPT.zip"


@pytest.mark.usefixtures("place")
class TestRead:
    def test_one_input_becomes_an_archive(self) -> None:
        archive = wm.read(ZIP)
        assert isinstance(archive, wm.Archive)
        assert archive.schema == wm.SCHEMA
        assert [source.name for source in archive.sources] == [ZIP]
        assert [conversation.service for conversation in archive.conversations] == ["chatgpt", "chatgpt"]

    def test_several_inputs_become_one_archive(self) -> None:
        archive = wm.read([ZIP, Path("other.txt")])
        assert len(archive.sources) == 2
        assert {conversation.service for conversation in archive.conversations} == {"chatgpt", "copilot"}
        assert wm.read(".") == archive

    def test_filters_hold(self) -> None:
        assert len(wm.read(ZIP, after="2025-03-26").conversations) == 1
        assert len(wm.read(ZIP, split="none").conversations[0].messages) == 4

    def test_what_is_wrong_with_the_settings_is_known_before_reading(self) -> None:
        for settings in (
            {"split": "weekly"},
            {"time_zone": "Mars/Olympus"},
            {"from_": "telegram"},
            {"text": "html"},
            {"date_order": "ydm"},
            {"options": {"markdown.colour": "red"}},
            {"options": {"docx.colour": "red"}},
            {"after": "3/4/2025"},
            {"after": "2025-04-01", "before": "2025-03-01"},
        ):
            with pytest.raises(wm.OptionError):
                wm.read("missing.zip", **settings)  # pyright: ignore[reportArgumentType] - wrong on purpose

    def test_an_unknown_keyword_is_an_error(self) -> None:
        with pytest.raises(TypeError, match="tz"):
            wm.read(ZIP, tz="Europe/Berlin")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - wrong on purpose


@pytest.mark.usefixtures("place")
class TestWrite:
    def test_what_was_read_is_written(self) -> None:
        result = wm.write(wm.read(ZIP), "json", "out.json")
        assert result.output == Path("out.json")
        assert wm.read("out.json").conversations == wm.read(ZIP).conversations

    def test_media_come_from_the_inputs(self) -> None:
        archive = wm.read(ZIP)
        wm.write(archive, "markdown", "out", media_from=[ZIP])
        assert [path.read_bytes() for path in Path("out/media").iterdir()] == [b"\xff\xd8\xff\xe0"]
        wm.write(archive, "markdown", "bare")
        assert not Path("bare/media").exists()

    def test_options_of_the_exporter_hold(self) -> None:
        wm.write(wm.read(ZIP), "markdown", "out", media_from=[ZIP], options={"markdown.media": "omit"})
        assert not Path("out/media").exists()
        with pytest.raises(wm.OptionError, match=r"markdown\.media=burn: must be copy\|link\|omit"):
            wm.write(wm.read(ZIP), "markdown", "other", options={"markdown.media": "burn"})

    def test_nothing_is_replaced_unless_asked_for(self) -> None:
        archive = wm.read(ZIP)
        wm.write(archive, "json", "out.json")
        with pytest.raises(wm.TargetExistsError):
            wm.write(archive, "json", "out.json")
        wm.write(archive, "json", "out.json", overwrite=True)

    def test_an_empty_archive_is_an_error(self) -> None:
        empty = wm.Archive(wm.SCHEMA, wm.Generator("me", "1"), (), ())
        with pytest.raises(wm.NothingToExportError):
            wm.write(empty, "json", "out.json")
        assert not Path("out.json").exists()


@pytest.mark.usefixtures("place")
class TestConvert:
    def test_a_document_is_named_after_the_input(self) -> None:
        result = wm.convert(ZIP, "json")
        assert result.output == Path("WhatsApp Chat with ChatGPT.json")
        assert result.messages_in == result.messages_out == 4

    def test_a_folder_is_named_after_the_input_and_the_format_and_holds_the_media(self) -> None:
        result = wm.convert(ZIP, "markdown")
        assert result.output == Path("WhatsApp Chat with ChatGPT-markdown")
        assert result.output is not None
        assert len(list((result.output / "media").iterdir())) == 1

    def test_media_of_an_archive_inside_an_archive_are_found(self) -> None:
        with zipfile.ZipFile("mail.zip", "w") as archive:
            archive.write(ZIP)
        result = wm.convert("mail.zip", "markdown")
        assert result.media_present == 1
        assert [path.read_bytes() for path in Path("mail-markdown/media").iterdir()] == [b"\xff\xd8\xff\xe0"]

    def test_the_input_itself_is_never_replaced(self) -> None:
        wm.convert(ZIP, "json", "chat.json")
        before = Path("chat.json").read_bytes()
        with pytest.raises(wm.TargetExistsError, match="is the input itself"):
            wm.convert("chat.json", "json", overwrite=True)
        assert Path("chat.json").read_bytes() == before

    def test_a_folder_of_exports_is_refused(self) -> None:
        with pytest.raises(wm.OptionError, match="holds 2 exports"):
            wm.convert(".", "json")

    def test_the_place_is_checked_before_the_input_is_read(self) -> None:
        Path("out.json").touch()
        with pytest.raises(wm.TargetExistsError):
            wm.convert("missing.zip", "json", "out.json")

    def test_the_order_of_dates_can_be_said(self) -> None:
        Path("short.txt").write_text("03/04/2025, 21:04 - Mira: Hi\n03/04/2025, 21:05 - ChatGPT: Hello\n")
        months = {
            order: archive.conversations[0].started_at
            for order in ("dmy", "mdy")
            if (archive := wm.read("short.txt", date_order=order))
        }
        assert [time and time.month for time in months.values()] == [4, 3]


@pytest.mark.usefixtures("place")
class TestInspect:
    def test_it_says_what_there_is_and_writes_nothing(self) -> None:
        before = sorted(Path().iterdir())
        found = wm.inspect(ZIP)
        assert isinstance(found, wm.Inspection)
        assert (found.format, found.sources[0].platform) == ("whatsapp", "android")
        (chat,) = found.chats
        assert (chat.service, chat.kinds, chat.attachments.present) == ("chatgpt", {"media": 1, "text": 3}, 1)
        assert [(person.name, person.role, person.messages) for person in chat.participants] == [
            ("Mira", "user", 2),
            ("ChatGPT", "assistant", 2),
        ]
        assert all(person.reason for person in chat.participants)
        assert [(part.turns, part.reasons) for part in found.conversations] == [
            (2, ()),
            (2, ("a pause of 1 day, long for this chat",)),
        ]
        assert sorted(Path().iterdir()) == before

    def test_settings_hold(self) -> None:
        assert wm.inspect(ZIP, assistant="Mira").chats[0].participants[0].role == "assistant"


def test_public_names_are_those_that_can_be_used() -> None:
    for name in wm.__all__:
        assert getattr(wm, name) is not None
    found = {name for name in dir(wm) if not name.startswith("_")}
    public = {name for name in found if not isinstance(getattr(wm, name), ModuleType)}
    assert public - {"TYPE_CHECKING", "import_module"} == set(wm.__all__)


def test_every_error_and_every_record_is_public() -> None:
    raised = {error.__name__ for error in vars(errors).values() if isinstance(error, type)}
    records = {
        name
        for name, value in vars(model).items()
        if getattr(value, "__module__", "") == model.__name__ and not name.startswith("_")
    }
    assert raised <= set(wm.__all__)
    assert records <= set(wm.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = wm.nonsense  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue] - wrong on purpose


def test_options_and_settings_are_the_same() -> None:
    settable = {field.name for field in fields(Settings) if field.init}
    assert settable == set(ReadOptions.__annotations__)


def test_importing_the_library_loads_nothing() -> None:
    code = "import sys, wamigrate; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert {name for name in loaded if name.startswith("wamigrate")} == {"wamigrate"}
    assert "msgspec" not in loaded
