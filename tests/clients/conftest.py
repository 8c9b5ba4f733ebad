"""The tests of this folder drive programs of others, and run only on request: ``pytest -m clients``."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from on_request import deselect

from .client_programs import Client, InstallClient, install


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clients: drives programs of others, which are installed for it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out unless they are asked for."""
    deselect(config, items, "clients")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InstallClient]:
    """Return a function that installs a program of ``clients.toml`` by its name.

    It goes into the folder that ``WAMIGRATE_CLIENTS`` names, which is kept for the next run, or into a
    temporary one.
    """
    named = os.environ.get("WAMIGRATE_CLIENTS")
    folder = Path(named).absolute() if named else tmp_path_factory.mktemp("clients")
    folder.mkdir(parents=True, exist_ok=True)

    def installed(name: str) -> Client:
        return install(name, folder)

    yield installed
    if not named:
        shutil.rmtree(folder, ignore_errors=True)
