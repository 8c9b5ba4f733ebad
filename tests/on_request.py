"""Tests that run only on request, because what they drive is not on every machine."""

import pytest


def deselect(config: pytest.Config, items: list[pytest.Item], marker: str) -> None:
    """Leave out the tests with a marker, unless ``-m`` asks for it."""
    if marker in str(config.getoption("-m")):
        return
    unwanted = {item for item in items if item.get_closest_marker(marker)}
    if unwanted:
        config.hook.pytest_deselected(items=list(unwanted))
        items[:] = [item for item in items if item not in unwanted]
