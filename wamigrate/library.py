"""The library: read, merge, write, convert; and inspect, in :mod:`wamigrate.inspection`."""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Unpack

from wamigrate.canon import generator
from wamigrate.errors import OptionError, TargetExistsError
from wamigrate.formats import Exporter
from wamigrate.inputs import find_inputs
from wamigrate.joint import reading_together
from wamigrate.model import SCHEMA, Archive, Conversation, Note, SourceInfo
from wamigrate.notes import Notes
from wamigrate.pipeline import Reading, export, media_of, reading
from wamigrate.places import is_same_file
from wamigrate.report import Result
from wamigrate.settings import ReadOptions, Settings
from wamigrate.source import Source, open_source
from wamigrate.streaming import streaming
from wamigrate.target import FileTarget, FolderTarget, Target

Path_ = str | Path


def read(inputs: Path_ | Iterable[Path_], **options: Unpack[ReadOptions]) -> Archive:
    """Read exports into the common schema.

    Args:
        inputs: a file, ZIP archive, folder or pattern, or several of them.
        options: see :class:`wamigrate.settings.Settings`. Notices are kept unless ``notices=False``.

    Returns:
        the conversations of all inputs, with what was found out about their sources.

    Raises:
        WamigrateError: an input cannot be read; :mod:`wamigrate.errors` lists the kinds.

    """
    settings = Settings(**options)
    conversations: list[Conversation] = []
    sources: dict[str, SourceInfo] = {}
    notes: list[Note] = []
    for path in find_inputs(_listed(inputs)).paths:
        with reading(path, settings) as found:
            kept, _ = settings.filter.keep(found.conversations)
            conversations.extend(kept)
            sources.update((info.id, info) for info in found.notes.sources)
            notes.extend(found.notes.items)
    return Archive(SCHEMA, generator(), tuple(sources.values()), tuple(conversations), tuple(notes))


def merge(inputs: Path_ | Iterable[Path_], **options: Unpack[ReadOptions]) -> Archive:
    """Read copies of chats, and make one history of those of the same chat, without doubles.

    Copies may come from phones of other languages and zones, with and without media, from WhatsApp Web, from
    databases; with or without seconds; each with another part missing. Every message names all its copies in
    ``spans``. What fits to nothing stays as it is.

    Args:
        inputs: files, ZIP archives, folders or patterns, in any order; also JSON of earlier runs.
        options: see :class:`wamigrate.settings.Settings`. Notices are kept unless ``notices=False``.

    Returns:
        the conversations of all histories, with what was found out about their sources.

    Raises:
        WamigrateError: an input cannot be read; :mod:`wamigrate.errors` lists the kinds.

    """
    settings = Settings(**options)
    paths = [path for one in _listed(inputs) for path in find_inputs([one]).paths]
    with reading_together(paths, settings) as found:
        kept, _ = settings.filter.keep(found.conversations)
    notes = found.notes
    return Archive(SCHEMA, generator(), tuple(notes.sources), tuple(kept), tuple(notes.items))


def _listed(inputs: Path_ | Iterable[Path_]) -> Iterable[Path_]:
    return [inputs] if isinstance(inputs, str | Path) else inputs


def write(
    archive: Archive,
    to: str,
    path: Path_,
    *,
    overwrite: bool = False,
    options: dict[str, str] | None = None,
    media_from: Iterable[Path_] = (),
) -> Result:
    """Write an archive in a format.

    Args:
        archive: what :func:`read` returned, or what you made of it.
        to: name of the exporter (``markdown``, ``json``, …).
        path: the file or folder to write.
        overwrite: whether to replace an older result; other files in its folder stay, and a file that was
            changed since is an error.
        options: options of the exporter: ``{"FORMAT.KEY": "VALUE"}``.
        media_from: the inputs the archive was read from, whose media are to be copied.

    Raises:
        ExportError: it cannot be written, or there is nothing to write.
        OptionError: the format or an option does not exist.

    """
    settings = Settings(notices=True, options=options)
    exporter = settings.exporter(to)
    notes = Notes()
    notes.sources.extend(archive.sources)
    notes.items.extend(archive.notes)
    with ExitStack() as stack:
        media: dict[str, Source] = {}
        for input_ in media_from:
            source = open_source(input_)
            stack.callback(source.close)
            media.update(media_of(source, archive.sources))
        name = ", ".join(info.name for info in archive.sources) or "archive"
        format_ = archive.sources[0].format if archive.sources else "json"
        found = Reading(name, format_, archive.conversations, archive.conversations, notes, media)
        return export(found, exporter, open_target(exporter, Path(path), overwrite=overwrite), settings)


def convert(
    input: Path_,  # noqa: A002 - what it is called everywhere else
    to: str,
    output: Path_ | None = None,
    *,
    overwrite: bool = False,
    **options: Unpack[ReadOptions],
) -> Result:
    """Read one export and write it in a format, media included.

    Args:
        input: a file, ZIP archive or folder of one export.
        to: name of the exporter (``markdown``, ``json``, …).
        output: the file or folder to write; None: named after the input, in the current folder.
        overwrite: whether to replace an older result; other files in its folder stay, and a file that was
            changed since is an error.
        options: see :class:`wamigrate.settings.Settings`.

    Returns:
        where it is, with all counts and findings.

    Raises:
        WamigrateError: :mod:`wamigrate.errors` lists the kinds.

    """
    settings = Settings(**options)
    exporter = settings.exporter(to)
    source, *others = find_inputs([input]).paths
    if others:
        raise OptionError(f"{input}: holds {len(others) + 1} exports; convert them one by one")
    path = Path(output) if output is not None else Path(result_name(_named(source, settings), exporter))
    target = open_target(exporter, path, source, overwrite=overwrite)
    with streaming(source, settings) as found:
        return export(found, exporter, target, settings)


def open_target(exporter: Exporter, path: Path, *inputs: Path, overwrite: bool) -> Target:
    """Return the target that suits an exporter's layout.

    Raises:
        TargetExistsError: something is there and may not be replaced; an input never.

    """
    if any(is_same_file(path, input_) for input_ in inputs):
        raise TargetExistsError(f"{path}: is the input itself; choose another place with -o")
    target = FileTarget if exporter.layout == "document" else FolderTarget
    return target(path, overwrite=overwrite)


def stem(path: Path) -> str:
    """Return what results of an input are named after.

    >>> stem(Path("chats/WhatsApp Chat with J. Doe.zip"))
    'WhatsApp Chat with J. Doe'
    """
    return path.resolve().name if os.path.isdir(path) else path.stem  # noqa: PTH112 - never raises


def _named(path: Path, settings: Settings) -> str:
    return public_stem(path) if settings.redact else stem(path)


def public_stem(path: Path) -> str:
    """Return what redacted results of an input are named after.

    >>> public_stem(Path("WhatsApp Chat with +49 170 1234567.zip"))
    'WhatsApp Chat with [phone 1]'
    """
    from wamigrate.redact import redact_name  # noqa: PLC0415 - rarely asked for

    return redact_name(stem(path))


def result_name(name: str, exporter: Exporter) -> str:
    """Return the file or folder name of a result: ``chat.json``, ``chat-markdown``."""
    return name + exporter.suffix if exporter.layout == "document" else f"{name}-{exporter.name}"
