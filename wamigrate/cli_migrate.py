"""The commands that bring conversations to a destination, and list the destinations."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wamigrate.cli_options import Debug, Inputs, Json, Media, Options, Overwrite, Quiet, ReportFile, Strict
from wamigrate.cli_reading import ALL, with_reading
from wamigrate.cli_run import print_json, run
from wamigrate.cli_values import filled

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from pathlib import Path

    from wamigrate.direct_import import DirectImport
    from wamigrate.migration import Migration
    from wamigrate.render import Screen
    from wamigrate.settings import ReadOptions

TOKEN: Final = "WAMIGRATE_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable that holds the API key, so that it stands in no history of commands."""


def _complete(incomplete: str) -> list[str]:
    from wamigrate.destinations import list_destinations  # noqa: PLC0415 - `--help` must not load it

    return [one.key for one in list_destinations() if one.key.startswith(incomplete)]


Into = Annotated[
    str,
    typer.Option(
        "--into",
        metavar="DESTINATION",
        help="Where the conversations are to go; `wamigrate destinations` lists what there is.",
        autocompletion=_complete,
    ),
]
Folder = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help="The folder to write. [default: named after input and destination, in the current folder]",
        parser=filled("-o is"),
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="SIZE",
        help="How much text an assistant gets that imports no chats: 32k (tokens), 100k characters. "
        "[default: 32k]",
    ),
]
About = Annotated[
    str | None,
    typer.Option(
        "--about",
        metavar="WORDS",
        help="Only conversations with any of these words go into that text, the most relevant first. "
        "[default: the newest first]",
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="ADDRESS",
        help="Write no files, but send the conversations to the application there (openwebui). What is there "
        "already is not sent again.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option("--token", metavar="KEY", envvar=TOKEN, show_envvar=True, help="API key for --url."),
]
Name = Annotated[
    str | None,
    typer.Argument(
        metavar="DESTINATION",
        help="Tell all about this one.",
        show_default=False,
        autocompletion=_complete,
    ),
]


@with_reading(*ALL)
def migrate(  # noqa: PLR0913 - one parameter for each flag
    inputs: Inputs,
    into: Into,
    output: Folder = None,
    budget: Budget = None,
    about: About = None,
    url: Url = None,
    token: Token = None,
    *,
    reading: "ReadOptions",
    media: Media = None,
    option: Options = None,
    overwrite: Overwrite = False,
    strict: Strict = False,
    report: ReportFile = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make what a destination takes of all INPUTs together: a folder with the files and a HOWTO.md."""

    def work(screen: "Screen") -> int:
        reading["options"] = _format_options(into, option or (), media)
        if url is None:
            return _write(
                inputs,
                into,
                output,
                {"budget": budget, "about": about},
                reading,
                screen,
                overwrite=overwrite,
                strict=strict,
                report=report,
                json=json,
            )
        given = {"-o": output, "--budget": budget, "--about": about, "--report": report}
        return _send(inputs, into, url, token, given, reading, screen, strict=strict, json=json)

    run(work, quiet=quiet, debug=debug)


def destinations(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """List where conversations can go, what each destination imports, and how sure that is."""

    def show(screen: "Screen") -> int:
        from wamigrate import render_migration  # noqa: PLC0415 - `--help` must not load it
        from wamigrate.destinations import find_destination, list_destinations  # noqa: PLC0415 - as above

        if name is not None:
            found = find_destination(name)
            if json:
                print_json(found)
            else:
                _print(render_migration.details(found), screen)
        elif json:
            print_json(list_destinations())
        else:
            _print(render_migration.destination_lines(list_destinations()), screen)
            screen.line()
            screen.line("`wamigrate destinations NAME` tells the evidence, the limits and the steps.")
        return 0

    run(show, debug=debug)


def _write(  # noqa: PLR0913 - one parameter for each kind of flag
    inputs: list[str],
    into: str,
    output: str | None,
    choice: "Mapping[str, str | None]",
    options: "ReadOptions",
    screen: "Screen",
    *,
    overwrite: bool,
    strict: bool,
    report: "Path | None",
    json: bool,
) -> int:
    from wamigrate.migration import migrate as make  # noqa: PLC0415 - `--help` must not load it
    from wamigrate.progress import watching  # noqa: PLC0415 - as above
    from wamigrate.render_migration import migration_lines  # noqa: PLC0415 - as above
    from wamigrate.report import Outcome, make_report, write_report  # noqa: PLC0415 - as above

    with _refusals_reported(report, inputs, output, overwrite=overwrite), watching() as watch:
        screen.beforehand = watch.hide
        found = make(
            inputs,
            into,
            output,
            budget=choice["budget"],
            about=choice["about"],
            overwrite=overwrite,
            watch=watch,
            **options,
        )
    if json:
        _print_report(found)
    else:
        _remark(migration_lines(found), screen)
        screen.place(found.output)
    done = found.results[0]
    code = _verdict(screen, doubtful=strict and found.doubtful)
    if report is not None:
        write_report(make_report((Outcome(done.input, found.results),), code), report)
    return code


@contextmanager
def _refusals_reported(
    report: "Path | None", inputs: list[str], output: str | None, *, overwrite: bool
) -> "Generator[None]":
    """Make sure that a report may be written, and write one where nothing else is."""
    from wamigrate.errors import WamigrateError  # noqa: PLC0415 - `--help` must not load it
    from wamigrate.report import check_place  # noqa: PLC0415 - as above
    from wamigrate.report_place import check_typed, report_refusal  # noqa: PLC0415 - as above

    if report is not None:
        check_typed(report, inputs, output)
        check_place(report, overwrite=overwrite)
    try:
        yield
    except WamigrateError as error:
        if report is not None:
            report_refusal(report, inputs, error)
        raise


def _send(  # noqa: PLR0913 - as above
    inputs: list[str],
    into: str,
    url: str,
    token: str | None,
    given: "Mapping[str, object]",
    options: "ReadOptions",
    screen: "Screen",
    *,
    strict: bool,
    json: bool,
) -> int:
    from wamigrate.direct_import import find_direct, import_directly  # noqa: PLC0415 - `--help` must not load it
    from wamigrate.errors import OptionError  # noqa: PLC0415 - as above
    from wamigrate.openwebui_client import is_exposed  # noqa: PLC0415 - as above
    from wamigrate.progress import watching  # noqa: PLC0415 - as above
    from wamigrate.render_migration import import_lines  # noqa: PLC0415 - as above

    find_direct(into)
    if not token:
        raise OptionError(f"--url: needs an API key, with --token or in the environment as {TOKEN}")
    for flag, value in given.items():
        if value is not None:
            raise OptionError(f"{flag}: --url sends everything and writes no files; leave one of them out")
    if is_exposed(url):
        screen.warning(f"{url}: the key and the chats go there unencrypted, readable on the way; use https")
    with watching() as watch:
        screen.beforehand = watch.hide
        found = import_directly(inputs, into, url, token, watch=watch, **options)
    if json:
        _print_report(found)
    else:
        _remark(import_lines(found), screen)
        screen.line(found.url)
    return _verdict(screen, doubtful=strict and found.doubtful)


def _format_options(into: str, texts: "Iterable[str]", media: str | None) -> dict[str, str]:
    from wamigrate.destinations import find_destination  # noqa: PLC0415 - `--help` must not load it
    from wamigrate.formats import find_exporter, option_types  # noqa: PLC0415 - as above

    options = dict(map(_format_option, texts))
    if media is not None:
        for piece in find_destination(into).pieces:
            if "media" in option_types(find_exporter(piece.exporter)):
                options.setdefault(f"{piece.exporter}.media", media)
    return options


def _format_option(text: str) -> tuple[str, str]:
    from wamigrate.errors import OptionError  # noqa: PLC0415 - `--help` must not load it

    key, equals, value = text.partition("=")
    if not equals or "." not in key:
        raise OptionError(f"--option {text}: must be FORMAT.KEY=VALUE, for example chatgpt.images=pointers")
    return key, value


def _verdict(screen: "Screen", *, doubtful: bool) -> int:
    if not doubtful:
        return 0
    from wamigrate.errors import StrictError  # noqa: PLC0415 - rarely asked for

    screen.error("there are warnings or losses; the result was written all the same")
    return StrictError.exit_code


def _print_report(found: "Migration | DirectImport") -> None:
    from wamigrate.migration_report import report_migration  # noqa: PLC0415 - `--help` must not load it

    print_json(report_migration(found))


def _print(lines: "Iterable[str]", screen: "Screen") -> None:
    for line in lines:
        screen.line(line)


def _remark(lines: "Iterable[str]", screen: "Screen") -> None:
    for line in lines:
        screen.remark(line)
