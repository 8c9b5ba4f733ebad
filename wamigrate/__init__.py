"""Take conversations with ChatGPT, Copilot and other assistants out of WhatsApp.

The library in a few calls::

    import wamigrate as wm

    print(wm.inspect("chat.zip").chats[0].participants)
    archive = wm.read("chat.zip", time_zone="Europe/Berlin")
    history = wm.merge(["old phone.zip", "new phone.zip"])
    result = wm.convert("chat.zip", "markdown")
    print(result.output, result.messages_out, result.lossless)

Names are imported when they are first used, so that ``import wamigrate`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wamigrate.destinations import Destination, find_destination, list_destinations
    from wamigrate.direct_import import DirectImport, import_directly
    from wamigrate.errors import (
        AmbiguousFormatError,
        BatchError,
        DetectionError,
        ExportError,
        NoChatError,
        NothingToExportError,
        OptionError,
        ParseError,
        PluginError,
        SourceError,
        StrictError,
        TargetExistsError,
        UnknownFormatError,
        UnsafeArchiveError,
        VerificationError,
        WamigrateError,
        WorkerError,
    )
    from wamigrate.formats import find_exporter, find_exporters, find_parser, find_parsers
    from wamigrate.history_report import stats
    from wamigrate.history_stats import HistoryStats
    from wamigrate.inspection import Inspection, inspect
    from wamigrate.library import convert, merge, read, write
    from wamigrate.many import convert_many
    from wamigrate.migration import Migration, migrate
    from wamigrate.model import (
        SCHEMA,
        Archive,
        Attachment,
        Conversation,
        Generator,
        Message,
        Note,
        Part,
        Participant,
        SourceInfo,
        Span,
        replace,
    )
    from wamigrate.report import Outcome, Result
    from wamigrate.verification import Verification, verify
else:  # a type checker is to complain about names that are not among these

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        return found

    def __dir__() -> list[str]:
        """List the public names, imported or not."""
        return sorted({*globals(), *__all__})


_HOMES = {
    "destinations": "Destination find_destination list_destinations",
    "direct_import": "DirectImport import_directly",
    "errors": (
        "AmbiguousFormatError BatchError DetectionError ExportError NoChatError NothingToExportError "
        "OptionError ParseError PluginError SourceError StrictError TargetExistsError UnknownFormatError "
        "UnsafeArchiveError VerificationError WamigrateError WorkerError"
    ),
    "formats": "find_exporter find_exporters find_parser find_parsers",
    "history_report": "stats",
    "history_stats": "HistoryStats",
    "inspection": "Inspection inspect",
    "library": "convert merge read write",
    "many": "convert_many",
    "migration": "Migration migrate",
    "model": (
        "SCHEMA Archive Attachment Conversation Generator Message Note Part Participant SourceInfo Span "
        "replace"
    ),
    "report": "Outcome Result",
    "verification": "Verification verify",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "SCHEMA",
    "AmbiguousFormatError",
    "Archive",
    "Attachment",
    "BatchError",
    "Conversation",
    "Destination",
    "DetectionError",
    "DirectImport",
    "ExportError",
    "Generator",
    "HistoryStats",
    "Inspection",
    "Message",
    "Migration",
    "NoChatError",
    "Note",
    "NothingToExportError",
    "OptionError",
    "Outcome",
    "ParseError",
    "Part",
    "Participant",
    "PluginError",
    "Result",
    "SourceError",
    "SourceInfo",
    "Span",
    "StrictError",
    "TargetExistsError",
    "UnknownFormatError",
    "UnsafeArchiveError",
    "Verification",
    "VerificationError",
    "WamigrateError",
    "WorkerError",
    "convert",
    "convert_many",
    "find_destination",
    "find_exporter",
    "find_exporters",
    "find_parser",
    "find_parsers",
    "import_directly",
    "inspect",
    "list_destinations",
    "merge",
    "migrate",
    "read",
    "replace",
    "stats",
    "verify",
    "write",
]
