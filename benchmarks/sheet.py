"""Results as Markdown tables, and their place in ``docs/benchmarks.md``."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from textwrap import shorten
from typing import Final

from msgspec.structs import replace

from benchmarks.cells import Cell, Group, only, ratio
from benchmarks.chats import short

DOCS: Final = Path(__file__).parents[1] / "docs/benchmarks.md"
_BEGIN: Final = "<!-- results: `python -m benchmarks all --update-docs` writes what follows -->"
_END: Final = "<!-- end of results -->"
HEADS: Final = (
    "| | wall s | CPU s | thousand messages / s | MB / s | peak MB "
    "| × floor | wamigrate is × as fast | by CPU | messages |"
)
_NONE: Final = "–"
_START: Final = "start: wamigrate --help"
_OURS: Final = "wamigrate"
_FOLDERS: Final = re.compile(r"/[^\s']*/(?=[^\s/])")
_WORDS: Final = 120
"""Characters of an error that a table has room for."""
_FLOORS: Final = {"parse": "floor: records, JSON", "commands": "floor: records to JSON"}


def render(groups: Sequence[Group], machine: str, pins: Sequence[str]) -> str:
    """Return all results as Markdown."""
    dates = sorted({group.date for group in groups}) or ["no day"]
    about = (
        f"Measured {' to '.join(dict.fromkeys((dates[0], dates[-1])))}. {machine} Peers: {', '.join(pins)}."
    )
    blocks = [about]
    for part, title in (("parse", "Reading"), ("commands", "Whole commands")):
        found = only(groups, "parse" if part == "parse" else "commands")
        if found:
            blocks.append(f"### {title}")
            blocks.extend(table(_counted(group, groups)) for group in found)
            blocks.extend(growth(found))
    if found := only(groups, "batch"):
        blocks += ["### Many chats", *(jobs(group) for group in found)]
    if found := only(groups, "memory"):
        blocks += ["### Memory", memory(found)]
    return "\n\n".join(blocks) + "\n"


def _counted(group: Group, groups: Sequence[Group]) -> Group:
    """Give commands the numbers of messages that their readers found in the same chat."""
    parsed = [other for other in groups if other.key == ("parse", group.style, group.messages)]
    counts = {cell.name: cell.messages for other in parsed for cell in other.cells}
    cells = [
        replace(cell, messages=counts[cell.reader]) if cell.reader in counts else cell for cell in group.cells
    ]
    return replace(group, cells=tuple(cells))


def _title(group: Group) -> str:
    return f"**{group.style}, {group.messages:,} messages, {group.size / 1e6:,.1f} MB**"


def table(group: Group) -> str:
    """Return one chat's contestants as a table."""
    lines = [
        f"{_title(group)}, medians of up to {group.rounds} rounds:",
        "",
        HEADS,
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(_row(cell, group) for cell in group.cells),
    ]
    return "\n".join(lines)


def _row(cell: Cell, group: Group) -> str:
    if not cell.wall:
        return f"| {cell.name} | {_why(cell) or 'not run'} |" + " |" * 8
    wall, cpu = median(cell.wall), median(cell.cpu)
    fields = [
        f"{wall:.3f}",
        f"{cpu:.3f}",
        f"{group.messages / wall / 1000:,.0f}",
        f"{group.size / 1e6 / wall:,.1f}",
        f"{cell.peak / 1e6:,.0f}",
        _times(_over_floor(cell, group)),
        _times(_faster(cell, group)),
        _times(_faster(cell, group, by_cpu=True)),
        _count(cell, group) + (f"; {_why(cell)}" if cell.why else ""),
    ]
    if cell.name == _START:
        fields[2] = fields[3] = fields[5] = _NONE
    return f"| {cell.name} | " + " | ".join(fields) + " |"


def _why(cell: Cell) -> str:
    """Say why a cell is empty, in short, and without the folders of the machine."""
    return shorten(_FOLDERS.sub("", cell.why), _WORDS, placeholder=" …").rstrip(": ")


def _over_floor(cell: Cell, group: Group) -> float | None:
    floor = group.cell(_FLOORS.get(group.part, ""))
    return ratio(cell.wall, floor.wall) if floor and cell.role != "floor" else None


def _faster(cell: Cell, group: Group, *, by_cpu: bool = False) -> float | None:
    """Return how many times as long a peer takes as ours."""
    ours = group.cell(cell.beside or _OURS) if cell.role == "peer" else None
    if ours is None:
        return None
    return ratio(cell.cpu, ours.cpu) if by_cpu else ratio(cell.wall, ours.wall)


def _times(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}"


def _count(cell: Cell, group: Group) -> str:
    """Write how many messages were found; a wrong number is marked."""
    if cell.messages is None:
        return _NONE
    return f"{cell.messages:,}" if cell.messages == group.messages else f"**{cell.messages:,}**, wrong"


def growth(groups: Sequence[Group]) -> list[str]:
    """Return what a message costs ours, in chats of every length, without the start of a command."""
    blocks: list[str] = []
    for style in dict.fromkeys(group.style for group in groups):
        chats = [group for group in groups if group.style == style]
        ours = dict.fromkeys(cell.name for group in chats for cell in group.cells if _grows(cell, chats))
        if ours and len(chats) > 1:
            blocks.append(_growth(style, chats, list(ours)))
    return blocks


def _grows(cell: Cell, chats: Sequence[Group]) -> bool:
    runs = sum(group.cell(cell.name) is not None for group in chats)
    return cell.role != "peer" and cell.name != _START and runs > 1


def _growth(style: str, chats: Sequence[Group], names: Iterable[str]) -> str:
    starts = [start for group in chats if (start := _start(group))]
    left_out = f", start ({median(starts):.2f} s) left out" if starts else ""
    lines = [
        f"**{style}: microseconds of processor time for each message**{left_out}:",
        "",
        "| |" + "".join(f" {short(group.messages)} |" for group in chats),
        "|---|" + "---:|" * len(chats),
        *(f"| {name} |" + "".join(f" {_each(name, group)} |" for group in chats) for name in names),
    ]
    return "\n".join(lines)


def _start(group: Group) -> float:
    cell = group.cell(_START)
    return median(cell.cpu) if cell else 0.0


def _each(name: str, group: Group) -> str:
    cell = group.cell(name)
    if cell is None:
        return _NONE
    return f"{(median(cell.cpu) - _start(group)) / group.messages * 1e6:.1f}"


def jobs(group: Group) -> str:
    """Return what more processes gain on many chats."""
    one = next((cell for cell in group.cells if cell.wall), None)
    lines = [
        f"{_title(group)}, `wamigrate export FOLDER --to json`:",
        "",
        "| | wall s | CPU s | peak MB of a process | × as fast as the first |",
        "|---|---:|---:|---:|---:|",
    ]
    for cell in group.cells:
        if cell.wall and one:
            gain = ratio(one.wall, cell.wall)
            figures = (
                f"{median(cell.wall):.1f} | {median(cell.cpu):.1f} | {cell.peak / 1e6:,.0f} | {_times(gain)}"
            )
            lines.append(f"| {cell.name} | {figures} |")
        else:
            lines.append(f"| {cell.name} | {_why(cell)} | | | |")
    return "\n".join(lines)


def memory(groups: Sequence[Group]) -> str:
    """Return the most memory of each export, also as a multiple of the chat's size."""
    names = list(dict.fromkeys(cell.name for group in groups for cell in group.cells))
    heads = "".join(
        f" {group.style}, {short(group.messages)}, {group.size / 1e6:,.0f} MB |" for group in groups
    )
    lines = [
        "Peak memory, MB (multiple of the chat's size):",
        "",
        f"| |{heads}",
        "|---|" + "---:|" * len(groups),
    ]
    lines += [f"| `{name}` |" + "".join(f" {_peak(name, group)} |" for group in groups) for name in names]
    return "\n".join(lines)


def _peak(name: str, group: Group) -> str:
    cell = next((cell for cell in group.cells if cell.name == name), None)
    if cell is None or not cell.wall:
        return (_why(cell) if cell else "") or _NONE
    return f"{cell.peak / 1e6:,.0f} ({cell.peak / group.size:.1f})"


def put_into(page: str, results: str) -> str:
    """Return a page with the results between its markers.

    Raises:
        ValueError: the page lacks a marker.

    """
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"the page lacks the markers {_BEGIN} and {_END}")
    before, _, rest = page.partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{results}\n{_END}{rest.partition(_END)[2]}"
