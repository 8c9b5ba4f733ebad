"""The command line: parses flags and delegates; ``render`` prints, ``batch`` and ``inspection`` work."""

import os
import sys
from dataclasses import replace
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wamigrate.cli_migrate import destinations, migrate
from wamigrate.cli_options import (
    Debug,
    Inputs,
    Jobs,
    Json,
    Media,
    Merge,
    MergeTo,
    Of,
    Options,
    Output,
    Overwrite,
    Quiet,
    ReportFile,
    Resume,
    Scheduler,
    Strict,
    To,
)
from wamigrate.cli_reading import ALL, LOOKING, with_reading
from wamigrate.cli_run import print_json, run, start
from wamigrate.cli_stats import stats
from wamigrate.cli_values import RefusedError
from wamigrate.cli_verify import verify
from wamigrate.cli_web import web
from wamigrate.errors import OptionError
from wamigrate.formats import names

if TYPE_CHECKING:
    from wamigrate.batch import Order
    from wamigrate.render import Screen
    from wamigrate.settings import ReadOptions

_STREAM: Final = "-"

app: Final = typer.Typer(
    name="wamigrate",
    help="Take your conversations with ChatGPT, Copilot and other assistants out of WhatsApp.",
    epilog=f"Reads: {', '.join(names('parsers'))}. Writes: {', '.join(names('exporters'))}.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help starts faster and reads the same everywhere
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only here

        typer.echo(f"wamigrate {version('wamigrate')}")
        raise typer.Exit


def _limits(given: list[str] | None) -> list[str] | None:
    """Check limits, and set them for this process and those that it starts."""
    if given:
        from wamigrate.limits import VARIABLE, Limits  # noqa: PLC0415 - only here

        whole = ",".join(filter(None, (os.environ.get(VARIABLE), *given)))
        try:
            Limits.parse(whole)
        except OptionError as error:
            raise RefusedError(f"--limit: {error}") from error
        os.environ[VARIABLE] = whole
    return given


@app.callback()
def wamigrate(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            callback=_limits,
            metavar="KEY=VALUE",
            help="Bound of what is read, such as members=2000000 or total=1T (docs/security.md). Repeatable.",
        ),
    ] = None,
) -> None:
    """Take conversations with assistants out of WhatsApp."""


@app.command()
@with_reading(*ALL)
def export(  # noqa: PLR0913 - one parameter for each flag
    inputs: Inputs,
    to: To,
    output: Output = None,
    merge: Merge = False,
    *,
    reading: "ReadOptions",
    media: Media = None,
    option: Options = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    jobs: Jobs = None,
    resume: Resume = False,
    scheduler: Scheduler = None,
    report: ReportFile = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Convert chats: one result for each INPUT and FORMAT. The last line printed says where it is."""
    from wamigrate.batch import Order  # noqa: PLC0415 - `--help` must not load the pipeline

    order = Order(
        inputs=tuple(inputs),
        to=tuple(dict.fromkeys(to)),
        reading=reading,
        output=output,
        media=media,
        options=tuple(option or ()),
        overwrite=overwrite,
        strict=strict,
        report=report,
        merge=merge,
        resume=resume,
        scheduler=scheduler,
    )
    _start(order, jobs, quiet=quiet, debug=debug)


@app.command(name="merge")
@with_reading(*ALL)
def merge_copies(  # noqa: PLR0913 - one parameter for each flag
    inputs: Inputs,
    to: MergeTo = None,
    output: Output = None,
    *,
    reading: "ReadOptions",
    media: Media = None,
    option: Options = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    report: ReportFile = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make one history of copies of a chat, without doubles: the same as `export --merge`, as JSON."""
    from wamigrate.batch import Order  # noqa: PLC0415 - as above

    order = Order(
        inputs=tuple(inputs),
        to=tuple(dict.fromkeys(to or ["json"])),
        reading=reading,
        output=output,
        media=media,
        options=tuple(option or ()),
        overwrite=overwrite,
        strict=strict,
        report=report,
        merge=True,
    )
    _start(order, quiet=quiet, debug=debug)


@app.command()
@with_reading(*LOOKING)
def inspect(
    inputs: Inputs,
    *,
    reading: "ReadOptions",
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show what an input is: format, dates and how sure, who is the assistant and why, what is in it."""
    reading["text"] = "raw"
    run(lambda screen: _inspect(inputs, reading, json, screen), debug=debug)


@app.command()
def formats(json: Json = False, debug: Debug = False) -> None:
    """List what can be read and written, with the options of each format."""

    def show(screen: "Screen") -> int:
        from wamigrate.catalogue import list_formats  # noqa: PLC0415 - as above

        if json:
            print_json(list_formats())
        else:
            screen.formats(list_formats())
        return 0

    run(show, debug=debug)


@app.command()
def schema(of: Of = "archive", debug: Debug = False) -> None:
    """Print the JSON Schema of what `--to json` writes, or of something else that is written for programs."""

    def show(_: "Screen") -> int:
        from wamigrate.schemas import find_kind, json_schema  # noqa: PLC0415 - as above

        print_json(json_schema(find_kind(of)))
        return 0

    run(show, debug=debug)


for _command in (migrate, destinations, stats, verify, web):
    app.command()(_command)


def main() -> None:
    """Run the command line; what a terminal cannot show is printed escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    start(app)


def _start(order: "Order", jobs: str | None = None, *, quiet: bool, debug: bool) -> None:
    run(lambda screen: _export(order, jobs, screen), quiet=quiet, debug=debug, aside=order.output == _STREAM)


def _export(order: "Order", jobs: str | None, screen: "Screen") -> int:
    from wamigrate import batch  # noqa: PLC0415 - as above
    from wamigrate.crew import parse_jobs  # noqa: PLC0415 - as above
    from wamigrate.progress import watching  # noqa: PLC0415 - as above

    with watching() as watch:
        screen.beforehand = watch.hide
        if jobs is not None:
            order = replace(order, jobs=parse_jobs(jobs))
        run = batch.carry_out(replace(order, share=jobs is None), screen, watch)
    screen.summary(run.outcomes)
    screen.places(run.outcomes, order.output)
    if run.message:
        screen.error(run.message)
    return run.exit_code


def _inspect(inputs: list[str], wanted: "ReadOptions", json: bool, screen: "Screen") -> int:
    from wamigrate import batch, inspection  # noqa: PLC0415 - as above
    from wamigrate.inputs import find_inputs  # noqa: PLC0415 - as above
    from wamigrate.progress import watching  # noqa: PLC0415 - as above
    from wamigrate.settings import Settings  # noqa: PLC0415 - as above

    with watching() as watch:
        screen.beforehand = watch.hide
        report = inspection.inspect_all(find_inputs(inputs).paths, Settings(**wanted), watch, screen.trace)
    if json:
        print_json(report)
    else:
        screen.inspections(report)
    code, message = batch.verdict(report.outcomes())
    if message:
        screen.error(message)
    return code
