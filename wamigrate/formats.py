"""Contracts of parsers and exporters, the registry that finds them, and detection.

A format is a module in ``parsers/`` or ``exporters/`` that ends in one typed constant::

    parser: Final[Parser] = MyFormat()      # or   exporter: Final[Exporter] = MyFormat()

where ``MyFormat`` is a frozen dataclass whose fields are its options. Other distributions add formats
with entry points in the groups ``wamigrate.parsers`` and ``wamigrate.exporters`` that name such a
constant.
"""

import dataclasses
import pkgutil
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Literal, Protocol, TypeGuard, TypeVar, cast, get_type_hints

from wamigrate.errors import AmbiguousFormatError, OptionError, PluginError, UnknownFormatError
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Source, no_chat
from wamigrate.target import Target

Layout = Literal["document", "folder"]


class Confidence(IntEnum):
    """How sure a parser is that an input is its own."""

    NO = 0
    """Not mine."""
    SHAPE = 1
    """Could be: the right kind of file."""
    SIGNATURE = 2
    """Only my format has this."""


class Format(Protocol):
    """What parsers and exporters have in common."""

    @property
    def name(self) -> str:
        """What ``--from`` and ``--to`` take; equals the module's name."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it."""
        ...


class Parser(Format, Protocol):
    """Reads one input format."""

    def sniff(self, source: Source) -> Confidence:
        """Tell from a cheap look whether the source is of this format. Never raises for odd content."""
        ...

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield the conversations; record every source and finding in ``notes``.

        Raises:
            ParseError: the content is broken beyond reading.
            SourceError: the source holds nothing to read.

        """
        ...


class Exporter(Format, Protocol):
    """Writes one output format."""

    @property
    def layout(self) -> Layout:
        """``document``: one file; ``folder``: a folder of files."""
        ...

    @property
    def suffix(self) -> str:
        """File name suffix of a document, with its dot; empty for a folder."""
        ...

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations; ``notes`` holds the sources and findings once they are consumed."""
        ...


Group = Literal["parsers", "exporters"]
F = TypeVar("F", bound=Format)
_PARSER: Final = frozenset({"name", "title", "sniff", "parse"})
_EXPORTER: Final = frozenset({"name", "title", "layout", "suffix", "export"})
"""What the constant of a format's module must have."""


def find_parsers() -> dict[str, Parser]:
    """Return every parser by name, sorted.

    Raises:
        PluginError: a module offers no valid parser.

    """
    return {name: find_parser(name) for name in names("parsers")}


def find_exporters() -> dict[str, Exporter]:
    """Return every exporter by name, sorted.

    Raises:
        PluginError: a module offers no valid exporter.

    """
    return {name: find_exporter(name) for name in names("exporters")}


@cache
def find_parser(name: str) -> Parser:
    """Return the parser called ``name``.

    Raises:
        OptionError: there is none.
        PluginError: the module of that name offers no valid one.

    """
    found = _load("parsers", name)
    if not _is_parser(found):
        raise _invalid("parsers", name, found, _PARSER)
    return found


@cache
def find_exporter(name: str) -> Exporter:
    """Return the exporter called ``name``.

    Raises:
        OptionError: there is none.
        PluginError: the module of that name offers no valid one.

    """
    found = _load("exporters", name)
    if not _is_exporter(found):
        raise _invalid("exporters", name, found, _EXPORTER)
    return found


def names(group: Group) -> list[str]:
    """Names of all formats of a group, found without importing one.

    >>> "whatsapp" in names("parsers"), "markdown" in names("exporters")
    (True, True)
    """
    return sorted({*_builtin_names(group), *(point.name for point in _plugins(group))})


def detect(source: Source) -> Parser:
    """Return the parser that recognises ``source`` best.

    Raises:
        UnknownFormatError: none does.
        NoChatError: none does, and it is a folder or an archive.
        AmbiguousFormatError: several do, equally well.

    """
    sure = {parser: parser.sniff(source) for parser in find_parsers().values()}
    best = max(sure.values(), default=Confidence.NO)
    if best is Confidence.NO and source.kind != "file":
        raise no_chat(source)
    if best is Confidence.NO:
        raise UnknownFormatError(
            f"{source.name}: {source.describe()}; no parser recognises it "
            "(`wamigrate formats` lists what can be read)"
        )
    found = [parser for parser, confidence in sure.items() if confidence == best]
    if len(found) > 1:
        found = [parser for parser in found if _is_marked(source, marks_of(parser))] or found
    if len(found) > 1:
        candidates = tuple(sorted(parser.name for parser in found))
        raise AmbiguousFormatError(
            f"{source.name}: could be {' or '.join(candidates)}; say which with --from", candidates
        )
    return found[0]


def takes_notices(exporter: Exporter) -> bool:
    """Tell whether a format gets what WhatsApp itself wrote, unless a person says otherwise.

    That is what its attribute ``notices`` says; without one, documents do and folders made for reading not.
    """
    return bool(getattr(exporter, "notices", exporter.layout == "document"))


def marks_of(parser: Parser) -> frozenset[str]:
    """Return the files that make a folder one input of a parser, as paths in it: its ``marks``, if any.

    >>> "_chat.txt" in marks_of(find_parser("whatsapp"))
    True
    """
    found: frozenset[str] = getattr(parser, "marks", frozenset[str]())
    return found


def gathers(parser: Parser) -> bool:
    """Tell whether files of a parser in one folder are one input: ``gathers``, if it has that attribute.

    >>> gathers(find_parser("chat_exporter")), gathers(find_parser("whatsapp"))
    (True, False)
    """
    return bool(getattr(parser, "gathers", False))


def _is_marked(source: Source, marks: Iterable[str]) -> bool:
    ends = tuple(f"/{mark}" for mark in marks)
    return bool(ends) and any(f"/{member.name}".endswith(ends) for member in source.members)


def is_text_only(exporter: Exporter) -> bool:
    """Tell whether a format has no place for files, as its attribute ``text_only`` says.

    >>> is_text_only(find_exporter("sharegpt")), is_text_only(find_exporter("markdown"))
    (True, False)
    """
    return bool(getattr(exporter, "text_only", False))


def configure(format_: F, options: dict[str, str]) -> F:
    """Return ``format_`` with options set from their text, each turned into its field's type.

    Raises:
        OptionError: an option does not exist or its value does not fit.

    """
    values: dict[str, object] = {}
    fields = option_types(format_)
    for key, text in options.items():
        if key not in fields:
            known = ", ".join(sorted(fields)) or "none"
            raise OptionError(f"{format_.name} has no option {key!r}; it has: {known}")
        values[key] = _convert(f"{format_.name}.{key}", text, fields[key])
    return dataclasses.replace(format_, **values) if values else format_  # type: ignore[type-var]


def option_types(format_: Format) -> dict[str, type]:
    """Return the options of a format: dataclass fields with their types."""
    if not dataclasses.is_dataclass(format_):
        return {}
    hints = get_type_hints(type(format_))
    return {field.name: hints[field.name] for field in dataclasses.fields(format_) if field.init}


def _convert(name: str, text: str, type_: object) -> object:
    import msgspec  # noqa: PLC0415 - only here, and `names` must stay cheap

    try:
        return msgspec.convert(text, type_, strict=False)
    except msgspec.ValidationError as error:
        raise OptionError(f"--option {name}={text}: {error}") from None


def _package(group: Group) -> str:
    return f"{__package__}.{group}"


def _builtin_names(group: Group) -> list[str]:
    package = import_module(_package(group))
    return [
        module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")
    ]


@cache  # reads the records of all installed packages, which takes longer than to recognise an input
def _plugins(group: Group) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=_package(group)))


def _load(group: Group, name: str) -> object:
    """Return the constant of a format's module, or what a plug-in's entry point names."""
    constant = group.removesuffix("s")
    if name in _builtin_names(group):
        return getattr(import_module(f"{_package(group)}.{name}"), constant, None)
    point = next((point for point in _plugins(group) if point.name == name), None)
    if point is None:
        raise OptionError(f"there is no {constant} {name!r}; there are: {', '.join(names(group))}")
    try:
        return cast("object", point.load())
    except Exception as error:
        raise PluginError(f"{point.value}: {error}", point.value) from error


def _is_parser(found: object) -> TypeGuard[Parser]:
    return all(hasattr(found, member) for member in _PARSER)


def _is_exporter(found: object) -> TypeGuard[Exporter]:
    return all(hasattr(found, member) for member in _EXPORTER)


def _invalid(group: Group, name: str, found: object, members: frozenset[str]) -> PluginError:
    missing = ", ".join(sorted(member for member in members if not hasattr(found, member)))
    return PluginError(f"{group}/{name}.py has no valid '{group.removesuffix('s')}': lacks {missing}", name)
