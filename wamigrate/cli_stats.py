"""The command that sums up a history."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wamigrate.cli_options import Debug, Inputs, Json, Overwrite
from wamigrate.cli_reading import LOOKING, with_reading
from wamigrate.cli_run import print_json, run
from wamigrate.cli_values import path

if TYPE_CHECKING:
    from wamigrate.history_report import StatsReport
    from wamigrate.history_stats import HistoryStats
    from wamigrate.render import Screen
    from wamigrate.settings import ReadOptions
    from wamigrate.target import Target

_COLUMNS: Final = 80
"""Where no terminal says how many."""

Svg = Annotated[
    Path | None,
    typer.Option(
        "--svg",
        metavar="FOLDER",
        parser=path("--svg is"),
        help="Write the figures as pictures into a folder, too. Unless --json is given, the last line says "
        "where they are.",
    ),
]


@with_reading(*LOOKING, "redact", "after", "before")
def stats(
    inputs: Inputs,
    *,
    reading: "ReadOptions",
    json: Json = False,
    svg: Svg = None,
    overwrite: Overwrite = False,
    debug: Debug = False,
) -> None:
    """Sum up a history: messages by month and hour, answers, languages, code, files; INPUTs add up."""
    run(lambda screen: _stats(inputs, reading, json, (svg, overwrite), screen), debug=debug)


def _stats(
    inputs: list[str],
    options: "ReadOptions",
    json: bool,
    pictures: tuple[Path | None, bool],
    screen: "Screen",
) -> int:
    from wamigrate import batch  # noqa: PLC0415 - `--help` must not load the pipeline
    from wamigrate.history_report import sum_up  # noqa: PLC0415 - as above
    from wamigrate.inputs import find_inputs  # noqa: PLC0415 - as above
    from wamigrate.progress import watching  # noqa: PLC0415 - as above
    from wamigrate.settings import Settings  # noqa: PLC0415 - as above
    from wamigrate.target import FolderTarget  # noqa: PLC0415 - as above

    folder, overwrite = pictures
    target = None if folder is None else FolderTarget(folder, overwrite=overwrite, option="--svg")
    with watching() as watch:
        screen.beforehand = watch.hide
        report = sum_up(find_inputs(inputs).paths, Settings(**options), watch, screen.trace)
    drawn = target is not None and bool(report.inputs)
    if target is not None and drawn:
        _draw(report.stats, target)
    if json:
        print_json(report)
    else:
        _show(report, screen)
        if drawn:
            screen.place(folder)
    code, message = batch.verdict(report.outcomes())
    if message:
        screen.error(message)
    return code


def _show(report: "StatsReport", screen: "Screen") -> None:
    from wamigrate.render_stats import stats_lines  # noqa: PLC0415 - as above

    if report.inputs:
        width = shutil.get_terminal_size((_COLUMNS, 0)).columns if screen.out.isatty() else _COLUMNS
        encoding = screen.out.encoding or "ascii"
        for line in stats_lines(report.stats, report.inputs, width, encoding):
            screen.line(line)
    if len(report.inputs) + len(report.failures) > 1:
        for outcome in report.failures:
            screen.outcome(outcome, alone=False)


def _draw(stats: "HistoryStats", target: "Target") -> None:
    """Write each chart into a file of its own."""
    from wamigrate.stats_charts import charts  # noqa: PLC0415 - as above

    with target:
        for chart in charts(stats, prefix=""):
            with target.writing(f"{chart.key}.svg") as stream:
                stream.write(f"{chart.svg}\n".encode())
