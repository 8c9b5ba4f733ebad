"""On a narrow terminal words stay whole: a table that is too wide becomes lists."""

import io
import re
from pathlib import Path
from typing import Final

import pytest

from wamigrate import render
from wamigrate.inspection import INSPECTION, Inspections, inspect

EXAMPLE: Final = Path(__file__).resolve().parent.parent / "fixtures/examples/WhatsApp Chat with ChatGPT.zip"
FOUND: Final = inspect(EXAMPLE)
STYLES: Final = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(render, "_WIDE", width)
    out = io.StringIO()
    render.Screen(out).inspections(Inspections(INSPECTION, (FOUND,), ()))
    return out.getvalue().partition("\n")[2]


@pytest.mark.parametrize("width", [30, 40, 45, 50, 60, 66, 70, 80, 100, 120])
def test_no_word_is_broken_and_no_line_too_long(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _shown(width, monkeypatch)
    assert set(_shown(1000, monkeypatch).split()) <= set(shown.split())
    assert max(map(len, shown.split("\n"))) <= width


def test_a_row_is_a_list_of_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _shown(40, monkeypatch)
    assert (
        "\n\nParticipant  ChatGPT\nRole         assistant\nService      chatgpt\nPhone        +18002428478\n"
        in shown
    )
    assert "\n\nParticipant  Nora Vance\nRole         user\nMessages     63\n" in shown


@pytest.mark.parametrize("columns", ["40", "160"])
def test_a_terminal_gets_the_same_in_colours(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    render.Screen(out).inspections(Inspections(INSPECTION, (FOUND,), ()))
    plain = STYLES.sub("", out.getvalue()).partition("\n")[2]
    lines = [line.rstrip() for line in plain.split("\n")]
    assert lines == _shown(int(columns), monkeypatch).split("\n")
