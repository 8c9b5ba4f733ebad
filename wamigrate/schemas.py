"""The JSON Schemas of what wamigrate writes for programs, made from the types that are written."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct

from wamigrate.errors import OptionError

if TYPE_CHECKING:
    import ast

Kind = Literal["archive", "inspection", "migration", "report", "stats"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""What has a schema: the documents that ``--to json``, ``--report`` and ``--json`` of commands write."""
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DATE_TIME: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$"
_AS_WRITTEN: Final[dict[type, dict[str, Any]]] = {Path: {"type": "string"}}
"""What is no type of JSON, as it is written."""


class Schema(NamedTuple):
    """A published schema."""

    id: str
    """Identifies it; a name, not an address."""
    title: str
    record: type[Struct]
    """The top of the document."""
    modules: tuple[ModuleType, ...]
    """Where the records in it are defined."""


def json_schema(of: Kind = "archive") -> dict[str, Any]:
    """Describe a document in JSON Schema 2020-12; ``$defs`` has an entry for each record.

    Args:
        of: which document.

    >>> json_schema()["$id"], sorted(json_schema()["$defs"])[:3]
    ('urn:wamigrate:1', ['Archive', 'Attachment', 'Conversation'])
    >>> json_schema("report")["$ref"]
    '#/$defs/Report'

    """
    schema = find_schema(of)
    (top,), records = msgspec.json.schema_components(
        [schema.record], schema_hook=_AS_WRITTEN.__getitem__, ref_template="#/$defs/{name}"
    )
    for name, record in records.items():
        _describe(next(getattr(module, name) for module in schema.modules if hasattr(module, name)), record)
    return {"$schema": _DIALECT, "$id": schema.id, "title": schema.title, **top, "$defs": records}


def find_kind(name: str) -> Kind:
    """Return the document of this name.

    Raises:
        OptionError: there is none.

    """
    for kind in KINDS:
        if kind == name:
            return kind
    raise OptionError(f"there is no schema {name!r}; there are: {', '.join(KINDS)}")


def find_schema(of: Kind) -> Schema:
    """Return what is known of a schema; the modules are loaded only now."""
    from wamigrate import model  # noqa: PLC0415 - each schema needs its own modules

    match of:
        case "archive":
            title = "Conversations with assistants, as wamigrate writes them"
            return Schema("urn:wamigrate:1", title, model.Archive, (model,))
        case "inspection":
            from wamigrate import inspection, report  # noqa: PLC0415 - as above

            modules = (inspection, report, model)
            title = "What wamigrate found out about inputs"
            return Schema("urn:wamigrate-inspection:1", title, inspection.Inspections, modules)
        case "migration":
            from wamigrate import (  # noqa: PLC0415 - as above
                destinations,
                direct_import,
                migration,
                migration_report,
                parcels,
                report,
            )

            title = "What wamigrate made for a destination, or sent there"
            made = (migration_report, migration, direct_import, destinations, parcels, report, model)
            return Schema("urn:wamigrate-migration:1", title, migration_report.MigrationReport, made)
        case "report":
            from wamigrate import report  # noqa: PLC0415 - as above

            title = "What became of the inputs of a run of wamigrate"
            return Schema("urn:wamigrate-report:1", title, report.Report, (report, model))
        case _:  # "stats", the last
            from wamigrate import history_report, history_stats, report, spread  # noqa: PLC0415 - as above

            title = "What is in a history, summed up by wamigrate"
            parts = (history_report, history_stats, spread, report, model)
            return Schema("urn:wamigrate-stats:1", title, history_report.StatsReport, parts)


@cache
def field_words(module: ModuleType) -> dict[str, dict[str, str]]:
    """Collect the string that stands below each field of a module's classes, which Python itself throws away.

    Args:
        module: a module with classes.

    """
    import ast  # noqa: PLC0415 - only the schema needs it
    import inspect  # noqa: PLC0415 - the same

    records = (node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef))
    return {record.name: dict(_field_words(record.body)) for record in records}


def _field_words(body: "list[ast.stmt]") -> Iterator[tuple[str, str]]:
    import ast  # noqa: PLC0415 - as above

    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, " ".join(words.split())
            case _:
                pass


def _describe(record: type[Struct], schema: dict[str, Any]) -> None:
    """Add what msgspec leaves out of a record's schema: words on fields, and the form of timestamps."""
    import inspect  # noqa: PLC0415 - as above

    schema["description"] = inspect.getdoc(record)  # without the indentation that Python before 3.13 keeps
    module = inspect.getmodule(record)
    assert module is not None
    for field in msgspec.structs.fields(record):
        properties = schema["properties"][field.name]
        words = field_words(module)[record.__name__].get(field.name)
        if words:
            properties["description"] = words
        if field.type == datetime | None:
            properties["anyOf"][0]["pattern"] = _DATE_TIME
