"""The published JSON Schemas describe what is really written."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from wamigrate.cli import app
from wamigrate.errors import OptionError
from wamigrate.schemas import KINDS, Kind, field_words, find_kind, find_schema, json_schema

CHAT: Final = (
    "25/03/2025, 20:10 - Ana: How long do eggs take?\n25/03/2025, 20:11 - ChatGPT: *Ten* minutes. Do you?\n"
    "25/03/2025, 20:12 - Ana: <Media omitted>\n"
)
TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def _faults(value: Any, schema: Any, root: dict[str, Any], where: str = "") -> list[str]:
    """Say where a value does not fit; knows the words of JSON Schema that occur here, and fails on others."""
    if "$ref" in schema:
        return _faults(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, where)
    if "anyOf" in schema:
        found = [_faults(value, choice, root, where) for choice in schema["anyOf"]]
        return [] if [] in found else [fault for faults in found for fault in faults]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{where}: {value!r} is none of {schema['enum']}"]
    name = schema["type"]
    if not isinstance(value, TYPES[name]) or (isinstance(value, bool) and name == "integer"):
        return [f"{where}: {value!r} is no {name}"]
    return _inside(value, schema, root, where)


def _inside(value: Any, schema: Any, root: dict[str, Any], where: str) -> list[str]:
    if schema["type"] == "string":
        return [] if re.search(schema.get("pattern", ""), value) else [f"{where}: {value!r} does not match"]
    if schema["type"] == "integer":
        return [] if value >= schema.get("minimum", value) else [f"{where}: {value} is too small"]
    if schema["type"] == "array":
        rows = [_faults(item, schema["items"], root, f"{where}[{i}]") for i, item in enumerate(value)]
        return [fault for faults in rows for fault in faults]
    if schema["type"] != "object":
        return []
    known = schema.get("properties", {})
    faults = [f"{where}.{key}: is missing" for key in known if key not in value]
    for key, item in value.items():
        inner = known.get(key, schema.get("additionalProperties"))
        faults += _faults(item, inner, root, f"{where}.{key}") if inner else [f"{where}.{key}: is unknown"]
    return faults


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    (tmp_path / "broken.txt").write_text("nothing", encoding="utf-8")
    return tmp_path


def _written(kind: Kind, folder: Path) -> Any:
    match kind:
        case "archive":
            CliRunner().invoke(app, ["export", "chat.txt", "--to", "json", "-o", "out.json"])
            return json.loads((folder / "out.json").read_bytes())
        case "inspection":
            return json.loads(CliRunner().invoke(app, ["inspect", "chat.txt", "broken.txt", "--json"]).stdout)
        case "migration":
            arguments = ["migrate", "chat.txt", "--into", "folder", "-o", "made", "--overwrite", "--json"]
            return json.loads(CliRunner().invoke(app, arguments).stdout)
        case "stats":
            return json.loads(CliRunner().invoke(app, ["stats", "chat.txt", "broken.txt", "--json"]).stdout)
        case "report":
            arguments = [
                "export",
                "chat.txt",
                "broken.txt",
                "--to",
                "json",
                "-o",
                "out/",
                "--report",
                "r.json",
            ]
            CliRunner().invoke(app, arguments)
            return json.loads((folder / "r.json").read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_fits_its_schema(kind: Kind, folder: Path) -> None:
    schema = json_schema(kind)
    written = _written(kind, folder)
    assert _faults(written, schema, schema) == []
    assert written["schema"] == schema["$id"].removeprefix("urn:").replace(":", "/")


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_is_found(kind: Kind, folder: Path) -> None:
    schema = json_schema(kind)
    written = _written(kind, folder)
    assert _faults({**written, "schema": "other/1"}, schema, schema)
    assert _faults({key: value for key, value in written.items() if key != "schema"}, schema, schema)
    assert _faults({**written, "more": 1}, schema, schema)


def test_a_report_of_a_failure_and_an_inspection_of_one_fit_too(folder: Path) -> None:
    assert [outcome["failure"] is None for outcome in _written("report", folder)["outcomes"]] == [True, False]
    assert len(_written("inspection", folder)["failures"]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_closed_under_its_references(kind: Kind) -> None:
    schema = json_schema(kind)
    named = set(re.findall(r'"#/\$defs/([^"]*)"', json.dumps(schema)))
    assert named == set(schema["$defs"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_carries_the_words_of_the_code(kind: Kind) -> None:
    schema = json_schema(kind)
    module = sys.modules[find_schema(kind).record.__module__]
    top = schema["$ref"].rpartition("/")[2]
    assert all(record["description"] for record in schema["$defs"].values())
    for name, words in field_words(module)[top].items():
        assert schema["$defs"][top]["properties"][name]["description"] == words


def test_every_schema_has_its_own_id() -> None:
    ids = [json_schema(kind)["$id"] for kind in KINDS]
    named = ("inspection", "migration", "report", "stats")
    assert ids == ["urn:wamigrate:1", *(f"urn:wamigrate-{name}:1" for name in named)]


def test_the_command_knows_every_schema() -> None:
    for kind in KINDS:
        done = CliRunner().invoke(app, ["schema", "--of", kind])
        assert json.loads(done.stdout)["$id"] == json_schema(kind)["$id"]
    with pytest.raises(OptionError, match="there is no schema 'cake'; there are: archive, inspection,"):
        find_kind("cake")
