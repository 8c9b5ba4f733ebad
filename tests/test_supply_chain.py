"""What others wrote and we ship or need: counted, justified, bounded; and what is shipped holds nothing else.

``WAMIGRATE_DIST`` names a folder with a wheel and an sdist that were built before; without it they are built
here, if the tools for that are installed.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS: Final = sorted(PROJECT["optional-dependencies"].keys() - {"dev"})
FREE: Final = ("MIT", "BSD", "Apache", "ISC", "PSF", "MPL", "Dual License", "Python Software Foundation")
SECURITY: Final = ROOT / "docs" / "security.md"
MOST: Final = 16
"""Packages that a plain installation asks for by itself, at most."""


def name_of(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found[0].lower().replace("_", "-")


def required(*, extras: bool) -> list[str]:
    """Return what the project asks for, without what only its own developers need."""
    groups = [
        PROJECT["dependencies"],
        *(PROJECT["optional-dependencies"][extra] for extra in EXTRAS if extras),
    ]
    return [requirement for group in groups for requirement in group]


def needed(name: str, seen: set[str]) -> Iterator[str]:
    """Yield a package and all that it brings along."""
    if name in seen:
        return
    seen.add(name)
    try:
        found = distribution(name)
    except PackageNotFoundError:  # of another system
        return
    yield name
    for requirement in found.requires or []:
        if "extra ==" not in requirement:
            yield from needed(name_of(requirement), seen)


def test_the_packages_of_a_plain_installation_are_few() -> None:
    assert len(PROJECT["dependencies"]) <= MOST


def test_every_requirement_is_justified_in_the_documentation() -> None:
    rows = re.findall(
        r"^\| `([\w.-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", SECURITY.read_text(), re.MULTILINE
    )
    assert sorted(row[0] for row in rows) == sorted({name_of(one) for one in required(extras=True)})
    for _, purpose, licence, _ in rows:
        assert len(purpose.split()) > 1
        assert licence.startswith(FREE)


def test_nothing_that_is_needed_is_of_the_gpl_family() -> None:
    seen: set[str] = set()
    for name in (one for requirement in required(extras=False) for one in needed(name_of(requirement), seen)):
        metadata = distribution(name).metadata
        said = [
            *metadata.get_all("License-Expression", []),
            *metadata.get_all("License", []),
            *(words for words in metadata.get_all("Classifier", []) if words.startswith("License")),
        ]
        assert said, f"{name} does not say its licence"
        assert not re.search(r"\bL?A?GPL", " ".join(line.split("\n")[0] for line in said)), name
        assert any(word in words for words in said for word in FREE), (name, said)


@pytest.mark.parametrize("requirement", required(extras=True))
def test_every_requirement_says_from_which_version_on(requirement: str) -> None:
    assert re.match(r"[\w.-]+(\[\w+\])?>=\d", requirement)


def tracked() -> list[Path]:
    """Return the files of the project, without what tools have made."""
    skipped = {".venv", ".git", "__pycache__", "build", "dist", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
    skipped |= {".hypothesis", "node_modules", "wamigrate.egg-info"}
    return [
        Path(parent, name)
        for parent, folders, names in os.walk(ROOT)
        for name in (
            folders.__setitem__(slice(None), [one for one in folders if one not in skipped]) or names
        )
    ]


def test_the_project_names_no_package_index() -> None:
    hosts = [".".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    found = [
        path
        for path in tracked()
        if path.is_file() and any(host.encode() in path.read_bytes() for host in hosts)
    ]
    assert found == []
    assert (ROOT / "pyproject.toml") in tracked()


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the sdist."""
    given = os.environ.get("WAMIGRATE_DIST")
    if given:
        return Path(given)
    if not (ROOT / "wamigrate").is_dir() or importlib.util.find_spec("build") is None:
        pytest.skip("there are no sources here, or nothing to build them with")
    if tuple(map(int, version("setuptools").split(".")[:1])) < (77,):
        pytest.skip("setuptools is too old here; the checks of the whole project build with a newer one")
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(
        ROOT, folder / "tree", ignore=shutil.ignore_patterns(".venv", ".git", "*.egg-info", ".*_cache")
    )
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--outdir",
        str(folder / "dist"),
        str(folder / "tree"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "dist"


def test_the_wheel_holds_code_and_tables_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    for name in names:
        path = PurePosixPath(name)
        top = path.parts[0]
        assert top == "wamigrate" or re.fullmatch(r"wamigrate-[\d.]+\.dist-info", top), name
        if top == "wamigrate":
            assert path.suffix in {".py", ".toml", ".jinja", ".css", ".js"} or path.name == "py.typed", name
            assert len(path.parts) == 2 or path.parts[1] in {"parsers", "exporters"}, name
    assert "wamigrate/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_sdist_holds_what_it_takes_to_build_and_test_and_nothing_else(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    folders = {
        "wamigrate",
        "parsers",
        "exporters",
        "tests",
        "fixtures",
        "docs",
        "tools",
        "benchmarks",
        ".ci",
        "fuzz",
    }
    files = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "constraints.txt"}
    files |= {"pyproject.toml", "setup.cfg", "PKG-INFO"}
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    for member in members:
        parts = PurePosixPath(member.name).parts[1:]
        assert member.isfile() or member.isdir(), member.name
        assert not {"..", ".git", ".venv", "__pycache__", "node_modules"} & {*parts}, member.name
        assert not member.name.endswith((".pyc", ".pyo", ".so", ".log", ".orig", "~")), member.name
        if parts and member.isfile():
            assert parts[0] in (files if len(parts) == 1 else folders | {"wamigrate.egg-info"}), member.name
    assert {"tests", "fixtures"} <= {
        PurePosixPath(member.name).parts[1] for member in members if "/" in member.name
    }
