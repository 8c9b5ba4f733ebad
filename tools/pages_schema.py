"""The pages about what programs read beside the archive: the report of a run, an inspection, a migration."""

from collections.abc import Iterator
from typing import Any, Final

from pages_library import inline as markdown

from wamigrate.schemas import Kind, json_schema

_TITLES: Final[dict[Kind, str]] = {
    "archive": "The archive, `wamigrate/1`",
    "inspection": "The inspection, `wamigrate-inspection/1`",
    "migration": "The migration, `wamigrate-migration/1`",
    "report": "The report, `wamigrate-report/1`",
    "stats": "Statistics of a history, `wamigrate-stats/1`",
}
_TEXTS: Final[dict[Kind, str]] = {
    "archive": "What `--to json` writes.",
    "inspection": """\
`wamigrate inspect --json` prints what was found out about every input: format, dates, participants,
conversations and findings. It holds names and titles, but no messages.""",
    "migration": """\
`wamigrate migrate --json` prints what was made for a destination, and where: the files, what became of the
input in each, and findings; with `--url` what was sent. Where nothing could be made, nothing is printed but
the error.""",
    "report": """\
`--report FILE` writes what became of every input of a run: counts, findings, where the results are, and
errors. It is written also where inputs could not be read.""",
    "stats": """\
`wamigrate stats INPUT…` sums up what is in a history: messages by month, days and hours, how long answers
are and how long they took, the longest conversations, languages, code, pictures and files. It prints bars of
signs, which need no colour and fit into 40 columns; `--svg FOLDER` draws the same figures as pictures, and
`--json` prints all numbers. Several inputs add up, and a message that several of them hold counts once.

What to know about the numbers:

* Words are what stands between blanks, as word processors count; each character of Chinese and Japanese is
  one. Thai, Lao, Khmer and Burmese put no blanks between words, so that too few are counted.
* Delays are no finer than the times in the export: iPhones and databases have seconds, Android whole minutes.
  Each is the time from the last message of a question to the first of its answer.
* Days and hours are those of the phone's clock. Databases have UTC; `--tz` says where the phone was.
* Languages are an estimate: seven by their common words, others by their script. Short messages say nothing.
* Median and p90 are right to one part in 128, however long the history is.""",
}
_USE: Final = """\
prints its JSON Schema (2020-12), identified by `{id}`. The top is [{top}](#{anchor}). Every key is always
there. A new version may add keys; a key that changes or goes makes a new number in `schema`.
"""


def schema_page(of: Kind) -> str:
    """Return the page about a document."""
    return "".join(_parts(of))


def _parts(of: Kind) -> Iterator[str]:
    schema = json_schema(of)
    top = schema["$ref"].rpartition("/")[2]
    yield f"# {_TITLES[of]}\n\n{_TEXTS[of]}\n\n```sh\nwamigrate schema --of {of}\n```\n\n"
    yield _USE.format(id=schema["$id"], top=top, anchor=top.lower()) + "\n"
    for name, record in schema["$defs"].items():
        yield f"## {name}\n\n{markdown(record['description'])}\n\n"
        yield "| field | type | what |\n|---|---|---|\n"
        for key, field in record["properties"].items():
            yield f"| `{key}` | {_type(field)} | {markdown(field.get('description', ''))} |\n"
        yield "\n"


def _type(schema: dict[str, Any]) -> str:
    """Name the type of a field in words."""
    words = str(schema.get("type", ""))
    match schema:
        case {"anyOf": choices}:
            words = " or ".join(_type(choice) for choice in choices)
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            words = f"[{name}](#{name.lower()})"
        case {"enum": values}:
            words = ", ".join(f"`{value}`" for value in values if value is not None)
            words += " or null" if None in values else ""
        case {"type": "array", "items": items}:
            words = f"list of {_type(items)}"
        case {"type": "object", "additionalProperties": values}:
            words = f"object with values of type {_type(values)}"
        case {"pattern": _}:
            words = "timestamp"
        case _:
            pass
    return words
