"""The public library as a program uses it, for type checkers alone: nothing here is run.

``mypy --strict`` and ``pyright`` must find every name, argument and result typed as written below.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, assert_type

import wamigrate as wm
from wamigrate.formats import Confidence, Exporter, Layout, Parser
from wamigrate.model import DateOrder, Kind, Platform, Role, Severity
from wamigrate.notes import Notes
from wamigrate.source import Source
from wamigrate.target import Target


def reading(path: Path) -> list[str]:
    archive = wm.read(path)
    assert_type(archive, wm.Archive)
    assert_type(archive.sources[0].platform, Platform | None)
    assert_type(archive.sources[0].date_order, DateOrder | None)
    assert_type(archive.notes[0].severity, Severity)
    words: list[str] = []
    for conversation in archive.conversations:
        assert_type(conversation, wm.Conversation)
        assert_type(conversation.title, str | None)
        for message in conversation.messages:
            assert_type(message.role, Role)
            assert_type(message.kind, Kind)
            assert_type(message.timestamp, datetime | None)
            assert_type(message.attachments, tuple[wm.Attachment, ...])
            words.append(message.text)
    return words


def reading_with_settings() -> wm.Archive:
    return wm.read(
        ["one.zip", Path("two")],
        from_="whatsapp",
        time_zone="Europe/Berlin",
        date_order="dmy",
        assistant="Robo=chatgpt",
        me="Ana",
        text="raw",
        split="gap=6h",
        notices=False,
        after=datetime(2025, 1, 1),  # noqa: DTZ001 - the phone's wall clock
        before="2026-01-01",
        options={"whatsapp.year": "2019"},
    )


def wrong_settings() -> None:
    wm.read("chat.zip", date_order="ydm")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - to be refused
    wm.read("chat.zip", no_such_setting=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] - to be refused


def writing(archive: wm.Archive) -> wm.Result:
    assert_type(wm.write(archive, "json", "chat.json", overwrite=True), wm.Result)
    result = wm.convert("chat.zip", "markdown", Path("out"), split="none", options={"markdown.media": "omit"})
    assert_type(result.output, Path | None)
    assert_type(result.left_out, dict[str, int])
    assert_type(result.lossless, bool)
    return result


def looking(path: str) -> str | None:
    found = wm.inspect(path, time_zone="UTC")
    assert_type(found, wm.Inspection)
    return found.chats[0].participants[0].reason


def failing(path: str) -> int:
    try:
        wm.inspect(path)
    except wm.AmbiguousFormatError as error:
        assert_type(error.candidates, tuple[str, ...])
        return len(error.candidates)
    except wm.WamigrateError as error:
        assert_type(error.exit_code, int)
        return error.exit_code
    return 0


def choosing() -> tuple[Parser, Exporter]:
    assert_type(wm.find_parsers(), dict[str, Parser])
    assert_type(wm.find_exporters(), dict[str, Exporter])
    return wm.find_parser("whatsapp"), wm.find_exporter("markdown")


@dataclass(frozen=True)
class PlugInParser:
    """A parser of another distribution."""

    name: str = field(default="plug-in", init=False)
    title: str = field(default="Plug-in", init=False)
    date_order: DateOrder | None = None

    def sniff(self, source: Source) -> Confidence:
        return Confidence.SHAPE if source.head(source.members[0]) else Confidence.NO

    def parse(self, source: Source, notes: Notes) -> Iterator[wm.Conversation]:
        notes.add("preamble", source.name)
        yield wm.Conversation("", None, None, (), None, None, (), source.name)


@dataclass(frozen=True)
class PlugInExporter:
    """An exporter of another distribution."""

    name: str = field(default="plug-in", init=False)
    title: str = field(default="Plug-in", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".txt", init=False)

    def export(self, conversations: Iterable[wm.Conversation], target: Target, notes: Notes) -> None:
        with target.writing() as stream:
            for conversation in conversations:
                stream.write(f"{conversation.title} {len(notes.items)}\n".encode())


parser: Final[Parser] = PlugInParser()
exporter: Final[Exporter] = PlugInExporter()
