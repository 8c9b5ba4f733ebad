"""The documentation says what is there, and what it shows is what happens."""

import ast
import contextlib
import doctest
import importlib.util
import inspect
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from wamigrate import errors
from wamigrate.cli import app
from wamigrate.formats import Confidence, Parser, find_exporters, find_parsers, names, option_types
from wamigrate.library import read
from wamigrate.notes import CODES, Notes
from wamigrate.source import open_source

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
PAGES: Final = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "fixtures" / "README.md"])
LINK: Final = re.compile(r"(?<!!)\[[^\]\n]+\]\(<?([^)>\s]+)>?\)")
FENCE: Final = re.compile(r"^ *(`{3,})[^\n]*\n.*?^ *\1$", re.MULTILINE | re.DOTALL)


def _page(path: Path) -> str:
    return path.name if path.parent == ROOT else f"{path.parent.name}/{path.name}"


@contextlib.contextmanager
def _loaded(path: Path) -> Generator[ModuleType, None, None]:
    """Import a module by its path, and forget it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules[path.stem]


@pytest.fixture
def readme() -> Iterator[Any]:
    """The tool that knows the blocks of README.md."""
    with _loaded(ROOT / "tools" / "readme.py") as module:
        yield module


def _prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def test_generated_pages_and_outputs_in_the_readme_are_what_the_code_gives() -> None:
    command = [sys.executable, str(ROOT / "tools" / "docs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_command_and_every_flag_is_documented_with_a_meaning() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        assert f"\n## wamigrate {name}\n" in text
        section = text.partition(f"\n## wamigrate {name}\n")[2].partition("\n## ")[0]
        assert command.help
        assert command.help.split("`")[0].strip() in section
        for parameter in command.params:
            flags = (
                [*parameter.opts, *parameter.secondary_opts]
                if parameter.opts[0].startswith("-")
                else [str(parameter.metavar).strip("[]")]
            )
            for flag in flags:
                rows = re.findall(
                    rf"^\| `[^`]*(?<![\w-]){re.escape(flag)}(?![\w-])[^`]*` \| (.+) \|$",
                    section,
                    re.MULTILINE,
                )
                assert len(rows) == 1, f"{name} {flag}"
                assert rows[0].strip()


def test_every_flag_in_the_documentation_exists() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    flags = {"--help", "--version", "--install-completion", "--show-completion"}
    for command in group.commands.values():
        for parameter in command.params:
            flags.update(parameter.opts, parameter.secondary_opts)
    for path in {ROOT / "README.md", *DOCS.rglob("*.md")} - {DOCS / "benchmarks.md"}:
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"`(?:wamigrate [a-z]+ [^`]*|--[a-z][^`]*)`", text):
            for flag in re.findall(r"(?<!\S)--[a-z-]+", line.strip("`")):
                assert flag in flags, f"{path.name}: {line}"


def test_every_exit_code_is_documented() -> None:
    text = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
    for name, value in vars(errors).items():
        if inspect.isclass(value) and issubclass(value, errors.WamigrateError) and name != "WamigrateError":
            assert re.search(rf"^\| {value.exit_code} \| `{name}` \| \S", text, re.MULTILINE), name
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert codes == {*range(11), 130, 141}


def test_every_finding_is_documented() -> None:
    text = (DOCS / "findings.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", text, re.MULTILINE) == [
        (code, severity) for code, (severity, _) in sorted(CODES.items())
    ]


@pytest.mark.parametrize("name", sorted({*names("parsers"), *names("exporters")}))
def test_every_format_and_every_option_of_it_is_documented(name: str) -> None:
    text = (DOCS / "formats" / f"{name}.md").read_text(encoding="utf-8")
    parser, exporter = find_parsers().get(name), find_exporters().get(name)
    assert (f"`--from {name}`" in text) == (parser is not None)
    assert (f"`--to {name}`" in text) == (exporter is not None)
    for format_ in filter(None, (parser, exporter)):
        for option in option_types(format_):
            assert re.search(rf"^\| `{option}` \| `[^`]+` \| .* \| \S.* \|$", text, re.MULTILINE), option
    for overview in (ROOT / "README.md", DOCS / "formats" / "README.md"):
        assert f"{name}.md)" in overview.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=_page)
def test_every_link_inside_the_documentation_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(_prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        page = (path.parent / file).resolve() if file else path
        assert page.exists(), f"{target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{target}"


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=_page)
def test_every_page_is_reached_from_the_first_one(path: Path) -> None:
    linked = {DOCS / "README.md"}
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        for target in LINK.findall(_prose(page)):
            file = (page.parent / target.partition("#")[0]).resolve()
            if file.suffix == ".md" and file.exists() and file not in linked:
                linked.add(file)
                waiting.append(file)
    assert path in linked


def test_the_readme_has_exactly_two_commands_for_the_set_up(readme: Any) -> None:
    blocks = list(readme.find_blocks((ROOT / "README.md").read_text(encoding="utf-8")))
    commands = {block.name: block.body for block in blocks if block.kind == "command"}
    assert list(commands) == ["try", "test"]
    for name, command in commands.items():
        assert command.count("\n") == 1, f"{name} is one line"
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert "wamigrate export" in commands["try"]
    assert "pytest" in commands["test"]


def test_the_tool_prints_the_commands_of_the_readme() -> None:
    tool = str(ROOT / "tools" / "readme.py")
    done = subprocess.run([sys.executable, "-S", tool, "test"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in (ROOT / "README.md").read_text(encoding="utf-8").split("\n")
    refused = subprocess.run([sys.executable, tool, "nothing"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")


def test_the_first_command_of_the_readme_does_its_job(readme: Any) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = (block.body for block in readme.find_blocks(text) if block.name == "try")
    export = command.rpartition(" && .venv/bin/")[2].strip()
    with readme.sandbox() as folder:
        readme.run(export, folder)
        notes = sorted(path.name for path in folder.glob("out/*/*.md"))
        pictures = list(folder.glob("out/*/media/*.jpg"))
    assert len(notes) > 10
    assert notes.count("index.md") == 2
    assert pictures


def test_examples_of_the_library_in_the_readme_work(readme: Any) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    bodies = [block.body for block in readme.find_blocks(text) if ">>> " in block.body]
    assert bodies
    with readme.sandbox() as folder, contextlib.chdir(folder):
        for body in bodies:
            test = doctest.DocTestParser().get_doctest(body, {}, "README.md", "README.md", 0)
            assert test.examples
            assert doctest.DocTestRunner().run(test).failed == 0


def test_the_batch_script_of_the_readme_has_five_lines_and_works(readme: Any) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (script,) = (block for block in readme.find_blocks(text) if block.kind == "script")
    assert len([line for line in script.body.split("\n") if line]) == 5
    with readme.sandbox() as folder:
        (folder / script.name).write_text(script.body, encoding="utf-8")
        printed = readme.run(f"python {script.name}", folder)
        written = list(folder.glob("*.jsonl"))
        assert len(written) == printed.count("\n") == 2
        assert all(read(path).conversations for path in written)


def test_outputs_in_the_readme_are_replaced_by_what_commands_print(readme: Any) -> None:
    text = "a\n\n```console\n$ echo 1  \n{}$ true\n```\n\n<!-- output: echo 2 -->\n````text\n{}````\nb\n"
    new = text.format("1\n", "2\n")
    assert readme.refreshed(text.format("old\n", "")) == new
    assert readme.refreshed(new) == new
    with pytest.raises(RuntimeError, match="exit status 3"):
        readme.refreshed("```console\n$ exit 3\n```\n")


def _template() -> str:
    """Return the module that CONTRIBUTING.md shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (module,) = re.findall(r"^   ```python\n(.*?)^   ```$", text, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(module)


def test_the_template_for_a_format_reads_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "lines.py"
    path.write_text(_template(), encoding="utf-8")
    chat = tmp_path / "chat.tsv"
    chat.write_text("2025-03-25T21:04\tAna\tWhat is new?\n2025-03-25T21:05\tRobo\tMuch.\n", encoding="utf-8")
    notes = Notes()
    with _loaded(path) as module, closing(open_source(chat)) as source:
        parser = cast("Parser", module.__dict__["parser"])
        assert parser.name == path.stem
        assert parser.sniff(source) is Confidence.SHAPE
        (conversation,) = parser.parse(source, notes)
    spans = [(span.start, span.end) for message in conversation.messages for span in message.spans]
    assert spans == [(0, 34), (34, chat.stat().st_size)]
    assert [message.text for message in conversation.messages] == ["What is new?", "Much."]
    assert notes.sources[0].messages == 2


def test_the_template_for_a_format_refuses_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "lines.py"
    path.write_text(_template(), encoding="utf-8")
    chat = tmp_path / "chat.tsv"
    chat.write_text("2025-03-25T21:04\tAna\tWhat is new?\nno table\n", encoding="utf-8")
    with _loaded(path) as module, closing(open_source(chat)) as source:
        parser = cast("Parser", module.__dict__["parser"])
        with pytest.raises(errors.ParseError, match="line 2"):
            list(parser.parse(source, Notes()))


def test_the_template_has_the_four_sections_and_the_typed_constant() -> None:
    tree = ast.parse(_template())
    sections = re.findall(r"^(\S.*?)\n(?=    \S)", ast.get_docstring(tree) or "", re.MULTILINE)
    assert sections == ["Where it comes from", "Layout", "What survives", "What is lost"]
    assert ast.unparse(tree.body[-1]).startswith("parser: Final[Parser] = ")


def test_the_run_of_all_checks_is_executable_and_sound() -> None:
    script = ROOT / ".ci" / "run"
    if not script.is_file():
        pytest.skip("not part of the source distribution")
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith('tools/readme.py test)"'), "it ends with the tests of the README"
