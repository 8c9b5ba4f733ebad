"""Write the pages of ``docs/`` that follow from the code, and the generated parts of README.md.

``python tools/docs.py`` writes them, ``python tools/docs.py --check`` writes nothing and exits with 1 if a
file differs. Command line, formats, exit codes, findings and the library are described where they are
programmed; here it becomes Markdown.
"""

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from pages_destinations import destinations_page, destinations_table
from pages_library import inline as markdown
from pages_library import library_page
from pages_schema import schema_page
from readme import README, ROOT, refreshed
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from wamigrate import cli, cli_run, errors
from wamigrate.catalogue import Entry, list_formats
from wamigrate.errors import WamigrateError
from wamigrate.formats import Exporter, Parser, find_exporters, find_parsers
from wamigrate.interruption import INTERRUPTED
from wamigrate.notes import CODES

DOCS: Final = ROOT / "docs"
_MADE: Final = "<!-- Made by tools/docs.py; do not edit. -->\n\n"
_PART: Final = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- /made -->)", re.DOTALL)
_SECTION: Final = re.compile(r"^(\S[^\n]*?):?\n(    [^\n]+\n(?:    [^\n]*\n|\n)*)", re.MULTILINE)
_CLASS: Final = re.compile(r"[├└]── (\w+)")


def main() -> int:
    """Write everything, or check it; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the generated documentation, or check it.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check = parser.parse_args().check
    pages = make_pages()
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    stray = sorted(set((DOCS / "formats").glob("*.md")) - pages.keys())
    for path in [*stale, *stray]:
        name = path.relative_to(ROOT)
        if check:
            print(f"{name}: is not what the code says; run python tools/docs.py", file=sys.stderr)
        elif path in pages:
            path.parent.mkdir(exist_ok=True)
            path.write_text(pages[path], encoding="utf-8", newline="\n")
            print(f"{name}: written")
        else:
            path.unlink()
            print(f"{name}: removed")
    return int(check and bool(stale or stray))


def make_pages() -> dict[Path, str]:
    """Return every generated file with its text."""
    pages = {DOCS / "formats" / f"{name}.md": _format_page(name) for name in _format_names()}
    pages |= {
        DOCS / "formats" / "README.md": f"# Formats\n\n{_formats_table('')}",
        DOCS / "commands.md": "".join(_commands_page()),
        DOCS / "destinations.md": destinations_page(),
        DOCS / "exit-codes.md": "".join(_exit_codes_page()),
        DOCS / "findings.md": "".join(_findings_page()),
        DOCS / "library.md": library_page(),
        DOCS / "report.md": schema_page("report"),
        DOCS / "inspection.md": schema_page("inspection"),
        DOCS / "migration.md": schema_page("migration"),
        DOCS / "stats.md": schema_page("stats"),
    }
    pages = {path: _MADE + text.rstrip() + "\n" for path, text in pages.items()}
    readme = README.read_text(encoding="utf-8")
    made = {"formats": _formats_table("docs/formats/"), "destinations": destinations_table()}
    pages[README] = refreshed(_PART.sub(lambda part: part[1] + made[part[2]] + part[3], readme))
    return pages


def _format_names() -> list[str]:
    return sorted({*find_parsers(), *find_exporters()})


def _formats_table(folder: str) -> str:
    catalogue = list_formats()
    rows = ["| format | what it is | read with | written with |", "|---|---|---|---|"]
    for name in _format_names():
        entries = [entry for entry in (*catalogue.parsers, *catalogue.exporters) if entry.name == name]
        reads = f"`--from {name}`" if name in find_parsers() else ""
        writes = f"`--to {name}`" if name in find_exporters() else ""
        rows.append(f"| [{name}]({folder}{name}.md) | {entries[0].title} | {reads} | {writes} |")
    return "\n".join(rows) + "\n"


def _format_page(name: str) -> str:
    catalogue = list_formats()
    parts = [f"# {name}\n\n"]
    for title, formats, entries in (
        (f"Reading: `--from {name}`", find_parsers(), catalogue.parsers),
        (f"Writing: `--to {name}`", find_exporters(), catalogue.exporters),
    ):
        if name in formats:
            entry = next(entry for entry in entries if entry.name == name)
            parts += [f"## {title}\n\n", *_format_part(formats[name], entry)]
    return "".join(parts)


def _format_part(format_: Parser | Exporter, entry: Entry) -> Iterator[str]:
    module = inspect.getmodule(type(format_))
    assert module is not None
    text = inspect.getdoc(module) or ""
    first = _SECTION.search(text)
    yield markdown(text[: first.start() if first else None]).strip() + "\n\n"
    for heading, body in _SECTION.findall(text + "\n"):
        yield f"### {heading}\n\n{markdown(inspect.cleandoc(body))}\n\n"
    if entry.options:
        yield f"### Options\n\nSet with `--option {entry.name}.KEY=VALUE`.\n\n"
        yield "| key | takes | default | meaning |\n|---|---|---|---|\n"
        meanings = field_docs(module, type(format_).__name__)
        for option in entry.options:
            default = "" if option.default is None else f"`{option.default}`"
            meaning = markdown(meanings.get(option.key, ""))
            values = option.values.replace("|", "\\|")
            yield f"| `{option.key}` | `{values}` | {default} | {meaning} |\n"
        yield "\n"


def field_docs(module: ModuleType, name: str) -> dict[str, str]:
    """Return the docstrings below the fields of a class, each on one line."""
    found: dict[str, str] = {}
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.ClassDef) and statement.name == name:
            for field, text in zip(statement.body, statement.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    assert isinstance(text.value, ast.Constant)
                    found[ast.unparse(field.target)] = " ".join(str(text.value.value).split())
    return found


def _commands_page() -> Iterator[str]:
    group = get_command(cli.app)
    assert isinstance(group, TyperGroup)
    context = Context(group, info_name="wamigrate", **group.context_settings)
    yield f"# Command line\n\n{group.help}\n\n"
    yield "See also: [exit codes](exit-codes.md), [formats](formats/README.md), [findings](findings.md).\n\n"
    yield from _parameters(context)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"## wamigrate {name}\n\n{markdown(command.help or '')}\n\n"
        yield from _parameters(Context(command, info_name=name, parent=context))


def _parameters(context: Context) -> Iterator[str]:
    usage = re.sub(r"{(\w+)}", r"\1", " ".join(context.get_usage().removeprefix("Usage: ").split()))
    yield f"```text\n{usage}\n```\n\n"
    yield "| argument or flag | meaning |\n|---|---|\n"
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        assert record is not None, f"{parameter.name} is not explained"
        flag, meaning = (" ".join(part.split()).replace("|", "\\|") for part in record)
        flag = re.sub(r" <\w+>", "", flag.replace(" <list[str]>", "..."))
        yield f"| `{flag}` | {meaning} |\n"
    yield "\n"


def _exit_codes_page() -> Iterator[str]:
    yield "# Exit codes\n\n"
    yield "| code | error | meaning |\n|---|---|---|\n"
    yield "| 0 | | done |\n"
    yield f"| {WamigrateError.exit_code} | | internal error: run again with `--debug` and report it |\n"
    for name in _CLASS.findall(errors.__doc__ or ""):
        class_: type[WamigrateError] = getattr(errors, name)
        meaning = (inspect.getdoc(class_) or "").partition("\n")[0]
        yield f"| {class_.exit_code} | `{name}` | {markdown(meaning)} |\n"
    yield f"| {INTERRUPTED} | | interrupted by Ctrl-C; with several inputs by any of these signals, "
    yield "and `--resume` goes on |\n"
    yield "| 129, 143 | | stopped by a closed terminal (SIGHUP), by `kill` (SIGTERM) |\n"
    yield f"| {cli_run.PIPE_CLOSED} | | the program that reads standard output has gone |\n"
    yield "\nEvery error is one line on standard error: what, where, and what to do. The classes are those "
    yield "of the [library](library.md); each knows its `exit_code`. Wrong flags are code 2 as well. With "
    yield "several inputs, one failure does not stop the others, and the code is 10.\n"


def _findings_page() -> Iterator[str]:
    yield "# Findings\n\n"
    yield "What is guessed, doubtful, repaired or lost is said: after a run, in `--report FILE`, in the JSON "
    yield "(`notes`), and by `wamigrate inspect`. A finding never holds words of the chat. With `--strict` "
    yield "the exit code is 9 if there is any *warning* or *loss*.\n\n"
    yield "| code | severity | meaning |\n|---|---|---|\n"
    for code, (severity, meaning) in sorted(CODES.items()):
        yield f"| `{code}` | {severity} | {markdown(meaning)} |\n"


if __name__ == "__main__":
    sys.exit(main())
