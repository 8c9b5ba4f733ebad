"""The command line: parses flags and delegates; ``render`` prints, ``batch`` and ``inspection`` work."""

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from wamigrate.errors import ExportError
from wamigrate.formats import names

if TYPE_CHECKING:
    from wamigrate.batch import Order
    from wamigrate.render import Screen
    from wamigrate.settings import ReadOptions

INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""What a shell reports of a program that SIGPIPE ended; nobody reads any more, and that is no error."""
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


class DateOrderChoice(StrEnum):
    """What ``--date-order`` takes."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class TextChoice(StrEnum):
    """What ``--text`` takes."""

    MARKDOWN = "markdown"
    RAW = "raw"


class MediaChoice(StrEnum):
    """What ``--media`` takes."""

    COPY = "copy"
    LINK = "link"
    OMIT = "omit"


def _complete(group: str) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        known = names("parsers") if group == "parsers" else names("exporters")
        return [name for name in known if name.startswith(incomplete)]

    return complete


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only here

        typer.echo(f"wamigrate {version('wamigrate')}")
        raise typer.Exit


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="File, ZIP archive, folder of one export or of several, or a quoted pattern ('chats/*.zip').",
        show_default=False,
    ),
]
To = Annotated[
    list[str],
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="What to write; may be repeated.",
        autocompletion=_complete("exporters"),
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH|-",
        help="Where to write; several results go into it as a folder, as does one if it ends with a slash. "
        "- is standard output. [default: named after the input, in the current folder]",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FORMAT",
        help="What the input is. [default: found out]",
        autocompletion=_complete("parsers"),
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--tz",
        metavar="ZONE",
        help="Time zone of the phone, such as Europe/Berlin. [default: times as printed, without offset]",
    ),
]
DateOrder = Annotated[
    DateOrderChoice | None,
    typer.Option("--date-order", help="Order of day, month and year. [default: found out]"),
]
Assistant = Annotated[
    str | None,
    typer.Option(
        "--assistant",
        metavar="NAME[=SERVICE]",
        help="Who is the assistant, by name or number, and of which service. [default: found out]",
    ),
]
Me = Annotated[str | None, typer.Option("--me", metavar="NAME", help="Who exported the chat.")]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="auto|none|day|gap=6h",
        help="Where conversations end: where the subject changes, never, with the day, or after a pause. "
        "[default: auto]",
    ),
]
Text = Annotated[
    TextChoice, typer.Option("--text", help="Texts as CommonMark, or with WhatsApp's own marks.")
]
Rejoin = Annotated[
    bool, typer.Option("--rejoin/--no-rejoin", help="Put the parts of answers that were cut together again.")
]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair", help="Repair damage that is certain, such as eaten dollar signs; each repair is noted."
    ),
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Replace phone numbers, mail addresses, card and account numbers by placeholders such as "
        "[phone 1], everywhere but inside media files.",
    ),
]
After = Annotated[
    str | None,
    typer.Option("--after", metavar="DATE", help="Only messages of this day or moment, and later."),
]
Before = Annotated[
    str | None, typer.Option("--before", metavar="DATE", help="Only messages before this day or moment.")
]
Notices = Annotated[
    bool | None,
    typer.Option(
        "--notices/--no-notices",
        help="Keep what WhatsApp itself wrote. [default: yes in single files, no in folders]",
    ),
]
Media = Annotated[
    MediaChoice | None,
    typer.Option("--media", help="What to do with pictures and other files. [default: copy]"),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="FORMAT.KEY=VALUE",
        help="An option of a format, see `wamigrate formats`; may be repeated.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an older result.")]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Exit with code 9 if anything was doubtful or lost; write all the same."),
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write counts and findings as JSON.")
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print errors and where the results are, no more.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error comes from.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback()
def wamigrate(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take conversations with assistants out of WhatsApp."""


@app.command()
def export(  # noqa: PLR0913, PLR0917 - one parameter for each flag
    inputs: Inputs,
    to: To,
    output: Output = None,
    from_: From = None,
    tz: Zone = None,
    date_order: DateOrder = None,
    assistant: Assistant = None,
    me: Me = None,
    split: Split = None,
    rejoin: Rejoin = True,
    repair: Repair = False,
    redact: Redact = False,
    text: Text = TextChoice.MARKDOWN,
    after: After = None,
    before: Before = None,
    notices: Notices = None,
    media: Media = None,
    option: Options = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    report: ReportFile = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Convert chats: one result for each INPUT and FORMAT. The last line printed says where it is."""
    from wamigrate.batch import Order  # noqa: PLC0415 - `--help` must not load the pipeline

    wanted = _wanted(from_, tz, date_order, assistant, me, split)
    wanted["text"] = text.value
    wanted["rejoin"], wanted["repair"], wanted["redact"] = rejoin, repair, redact
    wanted["notices"] = notices
    wanted["after"], wanted["before"] = after, before
    order = Order(
        inputs=tuple(inputs),
        to=tuple(dict.fromkeys(to)),
        reading=wanted,
        output=output,
        media=None if media is None else media.value,
        options=tuple(option or ()),
        overwrite=overwrite,
        strict=strict,
        report=report,
    )
    _run(lambda screen: _export(order, screen), quiet=quiet, debug=debug, aside=output == _STREAM)


@app.command()
def inspect(  # noqa: PLR0913, PLR0917 - one parameter for each flag
    inputs: Inputs,
    from_: From = None,
    tz: Zone = None,
    date_order: DateOrder = None,
    assistant: Assistant = None,
    me: Me = None,
    split: Split = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show what an input is: format, dates and how sure, who is the assistant and why, what is in it."""
    wanted = _wanted(from_, tz, date_order, assistant, me, split)
    wanted["text"] = "raw"
    _run(lambda screen: _inspect(inputs, wanted, json, screen), debug=debug)


@app.command()
def formats(json: Json = False, debug: Debug = False) -> None:
    """List what can be read and written, with the options of each format."""

    def show(screen: "Screen") -> int:
        from wamigrate.catalogue import list_formats  # noqa: PLC0415 - as above

        if json:
            _print_json(list_formats())
        else:
            screen.formats(list_formats())
        return 0

    _run(show, debug=debug)


@app.command()
def schema(debug: Debug = False) -> None:
    """Print the JSON Schema of what `--to json` writes."""

    def show(_: "Screen") -> int:
        from wamigrate.canon import json_schema  # noqa: PLC0415 - as above

        _print_json(json_schema())
        return 0

    _run(show, debug=debug)


def main() -> None:
    """Run the command line; what a terminal cannot show is printed escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="wamigrate")


def _wanted(
    from_: str | None,
    tz: str | None,
    date_order: DateOrderChoice | None,
    assistant: str | None,
    me: str | None,
    split: str | None,
) -> "ReadOptions":
    return {
        "from_": from_,
        "time_zone": tz,
        "date_order": None if date_order is None else date_order.value,
        "assistant": assistant,
        "me": me,
        "split": split,
    }


def _export(order: "Order", screen: "Screen") -> int:
    from wamigrate import batch  # noqa: PLC0415 - as above
    from wamigrate.progress import watching  # noqa: PLC0415 - as above

    with watching() as watch:
        screen.beforehand = watch.hide
        run = batch.carry_out(order, screen, watch)
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
        _print_json(report)
    else:
        screen.inspections(report)
    code, message = batch.verdict(report.outcomes())
    if message:
        screen.error(message)
    return code


def _print_json(value: object) -> None:
    import msgspec  # noqa: PLC0415 - as above

    data = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(data + b"\n")


def _run(
    work: Callable[["Screen"], int], *, quiet: bool = False, debug: bool = False, aside: bool = False
) -> NoReturn:
    """Do the work of a command and exit with its code; ``aside`` keeps standard output for the result."""
    from wamigrate.render import Screen  # noqa: PLC0415 - as above

    screen = Screen(sys.stderr if aside else sys.stdout, quiet=quiet, debug=debug)
    raise typer.Exit(_guard(work, screen))


def _guard(work: Callable[["Screen"], int], screen: "Screen") -> int:
    """Turn every exception into one line and an exit code."""
    try:
        code = work(screen)
        sys.stdout.flush()
    except KeyboardInterrupt:
        screen.error("interrupted; what was not finished is removed")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: one line instead of a trace
        if isinstance(error, BrokenPipeError) or isinstance(error.__cause__, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered has no reader
            return PIPE_CLOSED
        if isinstance(error, OSError) and error.filename is None:  # nothing but the standard output is meant
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            screen.error(f"standard output: cannot be written ({error.strerror})")
            return ExportError.exit_code
        from wamigrate.report import failure  # noqa: PLC0415 - as above

        screen.trace(error)
        screen.error(failure(error).message)
        return failure(error).exit_code
    return code
