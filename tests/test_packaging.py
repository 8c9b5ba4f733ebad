"""What is installed: packages, data, the script, the public names."""

import inspect
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, entry_points
from pathlib import Path
from typing import Any, Final

import pytest

import wamigrate
from wamigrate import errors, model
from wamigrate.formats import find_exporter, find_parser
from wamigrate.tables import read_table

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = Path(inspect.getfile(wamigrate)).parent
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_list_of_packages_names_every_package_on_disk() -> None:
    folders = [
        PACKAGE,
        *(Path(inspect.getfile(type(found("json")))).parent for found in (find_parser, find_exporter)),
    ]
    inner = [path.parent for folder in folders for path in folder.rglob("__init__.py")]
    assert len(PROJECT["tool"]["setuptools"]["packages"]) == len({*folders, *inner})


def test_mapped_packages_are_the_folders_at_the_root() -> None:
    setuptools = PROJECT["tool"]["setuptools"]
    assert setuptools["packages"] == ["wamigrate", *setuptools["package-dir"]]
    assert {*setuptools["package-dir"].values()} == {"parsers", "exporters"}


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_every_table_is_installed_and_can_be_read() -> None:
    tables = {path.name for path in PACKAGE.glob("*.toml")}
    assert {"bots.toml", "cldr.toml", "dialects.toml"} <= tables
    assert all(read_table(name) for name in tables)


def test_the_script_is_installed() -> None:
    (script,) = entry_points(group="console_scripts", name="wamigrate")
    assert script.value == "wamigrate.cli:main"
    assert callable(script.load())


def test_the_version_is_said_once_and_described_in_the_changelog() -> None:
    version = distribution("wamigrate").version
    assert version == PROJECT["project"]["version"]
    changelog = ROOT / "CHANGELOG.md"
    headings = re.findall(r"^## \[(.+?)\]", changelog.read_text(encoding="utf-8"), re.MULTILINE)
    assert version in headings


def test_the_list_of_public_names_is_what_the_package_offers() -> None:
    assert wamigrate.__all__ == sorted(wamigrate.__all__, key=_constants_then_classes)
    assert all(hasattr(wamigrate, name) for name in wamigrate.__all__)
    assert set(wamigrate.__all__) <= set(dir(wamigrate))
    unknown = "no_such_name"
    with pytest.raises(AttributeError):
        getattr(wamigrate, unknown)


def test_every_error_and_every_record_is_public() -> None:
    wanted = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.WamigrateError)
    }
    wanted |= {
        name
        for name, value in vars(model).items()
        if inspect.isclass(value) and value.__module__ == model.__name__
    }
    assert wanted <= set(wamigrate.__all__)


def test_the_tree_in_the_docstring_of_the_errors_is_their_real_tree() -> None:
    drawn = re.findall(r"^    ([│ ]*)[├└]── (\w+) *(\d*)", errors.__doc__ or "", re.MULTILINE)
    parents: list[type[BaseException]] = [errors.WamigrateError]
    for indent, name, code in drawn:
        class_: type[errors.WamigrateError] = getattr(errors, name)
        depth = len(indent) // 4 + 1
        assert class_.__base__ is parents[depth - 1]
        assert not code or class_.exit_code == int(code)
        parents[depth:] = [class_]
    real = {class_.__name__ for class_ in vars(errors).values() if inspect.isclass(class_)} - {"ClassVar"}
    assert {name for _, name, _ in drawn} | {"WamigrateError"} == real


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, wamigrate; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"msgspec", "orjson", "rich", "typer", "phonenumbers", "dateutil"}.isdisjoint(done.stdout.split())


def test_help_imports_no_format_and_none_of_what_only_the_work_needs() -> None:
    code = (
        "import sys; sys.argv = ['wamigrate', '--help']\n"
        "from wamigrate.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    print('MODULES', *sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    help_, modules = done.stdout.split("MODULES")
    assert "whatsapp" in help_
    assert "markdown" in help_
    loaded = set(modules.split())
    formats = {
        f"{group}.{name}" for group in ("parsers", "exporters") for name in ("json", "whatsapp", "markdown")
    }
    assert loaded.isdisjoint({f"wamigrate.{name}" for name in formats})
    assert loaded.isdisjoint({"rich", "phonenumbers", "dateutil", "wamigrate.pipeline"})


def test_no_requirement_is_of_the_gpl_family() -> None:
    for requirement in PROJECT["project"]["dependencies"]:
        name = re.match(r"[\w.-]+", requirement)
        assert name is not None
        if "sys_platform" not in requirement:
            metadata = distribution(name[0]).metadata
            said = [*metadata.get_all("Classifier", []), *metadata.get_all("License-Expression", [])]
            assert said, f"{name[0]} does not say its licence"
            assert not [words for words in said if "GPL" in words]


def test_every_pin_says_an_exact_version_and_covers_every_requirement() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {
        match[1].lower().replace("_", "-")
        for line in lines
        if (match := re.fullmatch(r"([\w.-]+)==[\w.]+", line))
    }
    assert len(pins) == len([line for line in lines if not line.startswith("#")])
    project = PROJECT["project"]
    for requirement in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        name = re.match(r"[\w.-]+", requirement)
        assert name is not None
        assert name[0] == project["name"] or name[0].lower().replace("_", "-") in pins


def _constants_then_classes(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
