"""What a person may ask for when an input is read: one record, checked before any work begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, date, datetime
from typing import Final, Literal, TypedDict
from zoneinfo import ZoneInfo

from wamigrate import split
from wamigrate.catalogue import describe_type
from wamigrate.errors import OptionError
from wamigrate.filters import Filter, parse_date
from wamigrate.formats import (
    Exporter,
    F,
    Format,
    Parser,
    configure,
    detect,
    find_exporter,
    find_parser,
    names,
    option_types,
    takes_notices,
)
from wamigrate.model import DateOrder
from wamigrate.source import Source
from wamigrate.zones import find_zone

TextForm = Literal["markdown", "raw"]
_FIRST_YEAR: Final = 1000


class ReadOptions(TypedDict, total=False):
    """Keyword arguments of :func:`wamigrate.read`, :func:`wamigrate.convert` and :func:`wamigrate.inspect`.

    Each is a field of :class:`Settings`, which explains it.
    """

    from_: str | None
    time_zone: str | None
    date_order: DateOrder | None
    year: int | None
    chat: str | None
    assistant: str | None
    me: str | None
    text: TextForm
    rejoin: bool
    repair: bool
    redact: bool
    split: str | None
    notices: bool | None
    after: str | date | datetime | None
    before: str | date | datetime | None
    options: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to read and understand an input.

    Raises:
        OptionError: a value does not exist or does not fit.

    """

    from_: str | None = None
    """Name of the parser; None: the one that recognises the input."""
    time_zone: str | None = None
    """IANA name of the zone the phone was in; None leaves the times as printed, without offset."""
    date_order: DateOrder | None = None
    """Order of day, month and year; None: found out from the file."""
    year: int | None = None
    """Year of the first date, for copies whose dates show none; None: found out from the file."""
    chat: str | None = None
    """Name or number of the chat to read, for inputs that hold several; None: all."""
    assistant: str | None = None
    """Name or number of the participant who is the assistant, with ``=SERVICE`` of the register if wanted."""
    me: str | None = None
    """Name of the participant who exported the chat."""
    text: TextForm = "markdown"
    """``markdown``: CommonMark; ``raw``: WhatsApp's own marks."""
    rejoin: bool = True
    """Whether to put parts of one answer together, where the service had cut it."""
    repair: bool = False
    """Whether to repair damage that is certain; it is only flagged otherwise."""
    redact: bool = False
    """Whether to replace phone numbers, mail addresses, card and account numbers by placeholders."""
    split: str | None = None
    """``auto``, ``none``, ``day``, ``gap=6h``; None: ``auto``, and what is split already stays as it is."""
    notices: bool | None = None
    """Whether to keep what WhatsApp itself wrote; None: yes in documents, no in folders made for reading."""
    after: str | date | datetime | None = None
    """First day or moment to keep."""
    before: str | date | datetime | None = None
    """First day or moment to leave out again."""
    options: Mapping[str, str] | None = None
    """Options of formats: ``{"FORMAT.KEY": "VALUE"}``."""
    filter: Filter = field(init=False, repr=False)
    """``after``, ``before`` and ``notices``, checked."""

    def __post_init__(self) -> None:
        split.parse_mode(self.split or split.DEFAULT)
        _ = self.zone
        if self.text not in ("markdown", "raw"):
            raise OptionError(f"--text {self.text}: must be markdown or raw")
        if self.date_order not in (None, "dmy", "mdy", "ymd"):
            raise OptionError(f"--date-order {self.date_order}: must be dmy, mdy or ymd")
        if self.year is not None and not _FIRST_YEAR <= self.year <= MAXYEAR:
            raise OptionError(f"--year {self.year}: must be a year of four digits, for example 2025")
        if self.from_ is not None:
            find_parser(self.from_)
        for key in self.options or ():
            _check_option(key)
        after = None if self.after is None else parse_date(self.after, "--after")
        before = None if self.before is None else parse_date(self.before, "--before")
        if after and before and after.replace(tzinfo=None) >= before.replace(tzinfo=None):
            raise OptionError(
                f"--after {self.after} is not before --before {self.before}: nothing would be left"
            )
        object.__setattr__(self, "filter", Filter(after, before, self.notices is not False))

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone, looked up."""
        return None if self.time_zone is None else find_zone(self.time_zone)

    def parser(self, source: Source) -> Parser:
        """Return the parser for a source, with its options set.

        Raises:
            DetectionError: none is given, and it cannot be told.

        """
        parser = detect(source) if self.from_ is None else find_parser(self.from_)
        given = {"date_order": self.date_order, "year": self.year, "chat": self.chat}
        types = option_types(parser)
        wanted = {key: str(value) for key, value in given.items() if value is not None and key in types}
        parser = configure(parser, wanted)
        return self._configure(parser)

    def exporter(self, name: str) -> Exporter:
        """Return the exporter called ``name``, with its options set."""
        return self._configure(find_exporter(name))

    def filter_for(self, exporter: Exporter) -> Filter:
        """Return what an exporter is to be given."""
        if self.notices is None and not takes_notices(exporter):
            return replace(self.filter, notices=False)
        return self.filter

    def _configure(self, format_: F) -> F:
        given, types = self.options or {}, option_types(format_)
        for key in [key for key in types if f"{format_.name}.{key}" in given]:
            option = f"{format_.name}.{key}"
            try:
                format_ = configure(format_, {key: given[option]})
            except OptionError:
                wanted = describe_type(types[key])
                raise OptionError(f"--option {option}={given[option]}: must be {wanted}") from None
        return format_


def _check_option(key: str) -> None:
    """Refuse an option that neither the parser nor the exporter of its name has."""
    name, _, option = key.partition(".")
    formats: list[Format] = []
    if name in names("parsers"):
        formats.append(find_parser(name))
    if name in names("exporters"):
        formats.append(find_exporter(name))
    if not formats:
        known = sorted({*names("parsers"), *names("exporters")})
        raise OptionError(f"--option {key}: there is no format {name!r}; there are: {', '.join(known)}")
    if not any(option in option_types(format_) for format_ in formats):
        known = sorted({known for format_ in formats for known in option_types(format_)})
        raise OptionError(
            f"--option {key}: {name} has no option {option!r}; it has: {', '.join(known) or 'none'}"
        )
