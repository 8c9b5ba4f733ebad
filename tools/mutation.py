"""Check the tests by changing the code: run mutmut on a seeded sample of mutants of one group of modules.

``python tools/mutation.py clock --size 250`` copies the tree into a temporary folder, lets mutmut 3 change
one place of the group's modules at a time, runs the group's tests against each change, and prints the share
that was noticed and the mutants that were not. Groups and their tests are in ``mutation.toml``. mutmut comes
with ``pip install mutmut``; it is no development dependency, as nothing else needs it. POSIX only.

The modules are imported for each mutant anew, so that what makes a table or a pattern at import counts too;
what they remember is forgotten before each test; and Hypothesis does not simplify what it finds.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
OUTCOMES: Final[dict[int | None, str]] = {
    1: "killed",
    2: "killed",  # a module or a file of tests cannot be loaded
    3: "killed",
    24: "timeout",
    -24: "timeout",
    36: "timeout",
    152: "timeout",
    5: "no test",
    33: "no test",
    0: "survived",
    None: "not run",
}
"""What mutmut's exit codes mean."""
NOTICED: Final = ("killed", "timeout")
ENOUGH: Final = 0.85
NOT_COPIED: Final = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "browser", "clients", "build", "dist"
)
SECTION: Final = """
[tool.mutmut]
source_paths = ["wamigrate"]
only_mutate = {modules}
also_copy = ["conftest.py", "fixtures", "parsers", "exporters", "tools", "benchmarks"]
pytest_add_cli_args = {arguments}
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
track_dependencies = false
process_isolation = "forkserver"
forkserver_warmup = "import"
preload_modules_file = "preload.txt"
timeout_constant = 10.0
timeout_multiplier = 3.0
"""
PRELOADED: Final = ("hypothesis", "hypothesis.strategies", "msgspec", "orjson", "markdown_it", "pytest")
"""What is imported once for all mutants."""
CONFTEST: Final = """
import sys

import pytest
from hypothesis import HealthCheck, Phase, settings
from mutmut.state import state

settings.register_profile(
    "mutants",
    settings.get_profile("ci"),
    max_examples=50,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
AT_IMPORT = set()


def pytest_collection_modifyitems(config, items):
    doubles = [item for item in items if "__mutmut_" in item.name]
    config.hook.pytest_deselected(items=doubles)
    items[:] = [item for item in items if "__mutmut_" not in item.name]
    items.sort(key=lambda item: state().duration_by_test.get(item.nodeid, 0))


def pytest_collection_finish():
    AT_IMPORT.update(state()._stats)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown():
    state()._stats.update(AT_IMPORT)


@pytest.fixture(autouse=True)
def _forget():
    for name in {names}:
        for value in list(vars(sys.modules.get(name, sys)).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()
"""
"""Stands above the copied tests: quick ones come first, each reaches what runs at import, none finds a cache
filled."""


def main() -> int:
    """Run as the arguments say."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("group", choices=sorted(table["groups"]))
    parser.add_argument("--size", type=int, default=150, help="mutants in the sample (150)")
    parser.add_argument("--seed", type=int, default=table["seed"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wamigrate-mutation.") as name:
        folder = Path(name) / "tree"
        prepare(folder, table["groups"][given.group])
        return check(folder, given.size, given.seed)


def prepare(folder: Path, group: dict[str, Any]) -> None:
    """Copy the tree, with a section for mutmut in its ``pyproject.toml``."""
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    modules = [f"wamigrate/{module}.py" for module in group["modules"]]
    tests = [f"tests/test_{test}.py" for test in group["tests"]]
    for test in tests:
        text = (folder / test).read_text(encoding="utf-8")
        for old, new in group.get("quicker", {}).items():
            text = text.replace(old, new)
        (folder / test).write_text(text, encoding="utf-8")
    arguments = ["-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # Hypothesis is there already
    if slow := group.get("slow"):
        arguments += ["-k", " and ".join(f"not {test}" for test in slow)]
    section = SECTION.format(modules=modules, arguments=arguments, tests=[*tests, *modules])
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write(section)
    (folder / "preload.txt").write_text("\n".join(PRELOADED), encoding="utf-8")
    names = [f"wamigrate.{module}" for module in group["modules"]]
    (folder / "conftest.py").write_text(CONFTEST.replace("{names}", repr(names)), encoding="utf-8")


def check(folder: Path, size: int, seed: int) -> int:
    """Run the sample and print what became of it; return 1 where less than 85 % was noticed."""
    mutmut(folder, "run", "--max-children", "1", "none.of.them")  # makes the mutants, and runs none
    names = sorted(results(folder))
    pick = random.Random(seed)  # noqa: S311 - a sample that can be repeated, no secret
    sample = names if len(names) <= size else sorted(pick.sample(names, size))
    said = mutmut(folder, "run", "--max-children", "1", *sample)
    found = {name: OUTCOMES.get(code, f"exit {code}") for name, code in results(folder).items()}
    if not sample or any(found[name] == "not run" for name in sample):
        sys.exit(f"mutmut stopped: do the group's tests pass?\n{said[-2000:]}")
    for name in sample:
        if found[name] not in NOTICED:
            print(f"\n{found[name]}: {name}\n{difference(mutmut(folder, 'show', name))}")
    counts = Counter(found[name] for name in sample)
    share = sum(counts[outcome] for outcome in NOTICED) / len(sample)
    print(f"\n{len(names)} mutants, {len(sample)} tried, seed {seed}: {share:.1%} noticed; {dict(counts)}")
    return int(share < ENOUGH)


def mutmut(folder: Path, *words: str) -> str:
    """Run mutmut in a folder and return what it prints."""
    command = [sys.executable, "-m", "mutmut", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.stdout


def results(folder: Path) -> dict[str, int | None]:
    """Return the exit code of each mutant's tests."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_bytes())["exit_code_by_key"]
    return found


def difference(shown: str) -> str:
    """Return the changed lines of a mutant that was shown."""
    changed = (
        line for line in shown.split("\n") if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")
    )
    return "\n".join(f"    {line}" for line in changed)


if __name__ == "__main__":
    sys.exit(main())
