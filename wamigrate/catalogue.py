"""What can be read and written: every format with its options, for people and for programs."""

from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from msgspec import Struct

from wamigrate.formats import Exporter, Parser, find_exporters, find_parsers, option_types


class Option(Struct, frozen=True):
    """An option of a format, set with ``--option FORMAT.KEY=VALUE``."""

    key: str
    values: str
    """What it takes: ``copy|link|omit``, ``true|false``, ``text``, ``number``."""
    default: str | None


class Entry(Struct, frozen=True):
    """A format."""

    name: str
    title: str
    layout: str | None
    """``document`` or ``folder``; null for what is read."""
    options: tuple[Option, ...]


class Catalogue(Struct, frozen=True):
    """What ``wamigrate formats --json`` prints."""

    parsers: tuple[Entry, ...]
    """What ``--from`` takes."""
    exporters: tuple[Entry, ...]
    """What ``--to`` takes."""


def list_formats() -> Catalogue:
    """Describe every format.

    Raises:
        PluginError: one is broken.

    """
    return Catalogue(
        tuple(_entry(parser, None) for parser in find_parsers().values()),
        tuple(_entry(exporter, exporter.layout) for exporter in find_exporters().values()),
    )


def _entry(format_: Parser | Exporter, layout: str | None) -> Entry:
    options = (
        Option(key, describe_type(type_), _default(getattr(format_, key)))
        for key, type_ in option_types(format_).items()
    )
    return Entry(format_.name, format_.title, layout, tuple(options))


def _default(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def describe_type(type_: object) -> str:
    """Say what an option takes.

    >>> describe_type(bool), describe_type(Literal["dmy", "mdy"] | None), describe_type(int)
    ('true|false', 'dmy|mdy', 'number')
    """
    if get_origin(type_) in (Union, UnionType):
        return "|".join(describe_type(part) for part in get_args(type_) if part is not NoneType)
    if get_origin(type_) is Literal:
        return "|".join(str(value) for value in get_args(type_))
    if type_ is bool:
        return "true|false"
    return "number" if type_ is int or type_ is float else "text"
