"""Writing archives for destinations and reading them back, shared by the tests of several exporters."""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import cast

from wamigrate.archived import Archived, Finding, Verifiable, is_verifiable
from wamigrate.canon import loads
from wamigrate.comparison import Comparison, expect
from wamigrate.formats import Exporter, configure, find_exporter
from wamigrate.model import (
    SCHEMA,
    Archive,
    Conversation,
    Generator,
    Message,
    Participant,
    Role,
    SourceInfo,
    replace,
)
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.tables import read_table
from wamigrate.target import FileTarget, FolderTarget

EXPORTERS = Path(__file__).resolve().parent.parent / "fixtures" / "exporters"
MEDIA = EXPORTERS / "media"


def common() -> Archive:
    """Return the archive that uses the whole schema."""
    return loads((EXPORTERS / "common.json").read_bytes())


def with_options(name: str, options: dict[str, str]) -> Exporter:
    return configure(find_exporter(name), options)


def write_into(
    folder: Path,
    name: str,
    archive: Archive,
    *,
    media_from: Path | None = MEDIA,
    options: dict[str, str] | None = None,
) -> tuple[Path, Notes]:
    """Write an archive with an exporter as the command line does; return where, and the findings."""
    exporter = with_options(name, options or {})
    path = folder / f"result{exporter.suffix}"
    notes = Notes()
    notes.sources.extend(archive.sources)
    target = FolderTarget(path) if exporter.layout == "folder" else FileTarget(path)
    with target:
        if media_from is None:
            exporter.export(iter(archive.conversations), target, notes)
        else:
            with closing(open_source(media_from)) as source:
                target.sources = {info.id: source for info in archive.sources}
                exporter.export(iter(archive.conversations), target, notes)
    return path, notes


def verifiable(name: str) -> Verifiable:
    exporter = cast("object", find_exporter(name))
    assert is_verifiable(exporter)
    return exporter


def broken_rules(name: str, path: Path) -> list[str]:
    """Return the rules that a written archive breaks."""
    return [finding.rule for finding in findings(name, path)]


def findings(name: str, path: Path) -> list[Finding]:
    with closing(open_source(path)) as source:
        return list(verifiable(name).check(source))


def read_back(name: str, path: Path) -> list[Archived]:
    with closing(open_source(path)) as source:
        return list(verifiable(name).contents(source))


def differences(conversations: Iterable[Conversation], archived: Iterable[Archived]) -> list[Finding]:
    """Compare what was written with what is read back."""
    expected = [item for conversation in conversations for item in expect(conversation)]
    return list(Comparison(expected).findings(archived))


def rules_of(name: str) -> set[str]:
    """Return the keys of a format's rules."""
    return set(read_table("reader_rules.toml")[name])


def without_empty(archive: Archive) -> Archive:
    """Return an archive without conversations that have no message, which no exporter is ever given."""
    return replace(archive, conversations=tuple(filter(lambda chat: chat.messages, archive.conversations)))


def chat(*messages: Message, title: str | None = "Bread", service: str | None = "chatgpt") -> Archive:
    """Return an archive of one conversation between Nora and ChatGPT."""
    people = (Participant("Nora", "user"), Participant("ChatGPT", "assistant", service))
    times = [message.timestamp for message in messages if message.timestamp]
    started, ended = (times[0], times[-1]) if times else (None, None)
    found = Conversation("c0", title, service, people, started, ended, messages, "s0")
    info = SourceInfo("s0", "chat.txt", None, "whatsapp", "5" * 64, 1)
    return Archive(SCHEMA, Generator("wamigrate", "0"), (info,), (found,))


def say(text: str, role: Role = "user", time: str | None = None, **more: object) -> Message:
    """Return a message whose id follows from its text."""
    author = {"user": "Nora", "assistant": "ChatGPT"}.get(role)
    stamp = None if time is None else datetime.fromisoformat(time)
    return replace(Message(f"id-{text}", role, author, stamp, "text", text), **more)
