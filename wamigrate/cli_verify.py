"""The command that verifies what was written."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wamigrate.cli_options import Debug, Json, Quiet, complete
from wamigrate.cli_reading import ALL, with_reading
from wamigrate.cli_run import print_json, run

if TYPE_CHECKING:
    from wamigrate.render import Screen
    from wamigrate.settings import ReadOptions
    from wamigrate.verification import Verification

# `readable=False`: typer's own check speaks in several lines and with another exit code.
Archive = Annotated[
    Path,
    typer.Argument(
        metavar="PATH", help="What was written: a file or folder.", show_default=False, readable=False
    ),
]
Against = Annotated[
    list[Path] | None,
    typer.Option(
        "--against",
        metavar="INPUT",
        readable=False,
        help="The export it was made from: every message of it must be there, with text, time and order; "
        "may be repeated, for what was merged. Give the other options as when it was made.",
    ),
]
Written = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="The format it was written in. [default: found out]",
        autocompletion=complete("exporters"),
    ),
]


@with_reading(*ALL)
def verify(
    path: Archive,
    against: Against = None,
    to: Written = None,
    *,
    reading: "ReadOptions",
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read an archive back: check that its readers' rules hold, and that no message of INPUT is missing."""
    run(lambda screen: _verify(path, against, to, reading, json, screen), quiet=quiet, debug=debug)


def _verify(
    path: Path,
    against: list[Path] | None,
    to: str | None,
    options: "ReadOptions",
    json: bool,
    screen: "Screen",
) -> int:
    from wamigrate.errors import VerificationError  # noqa: PLC0415 - `--help` must not load it
    from wamigrate.verification import verify as check  # noqa: PLC0415 - as above

    found = check(path, against, to=to, **options)
    if json:
        print_json(found)
    else:
        _show(found, screen)
    return 0 if found.sound else VerificationError.exit_code


def _show(found: "Verification", screen: "Screen") -> None:
    from wamigrate.wording import count_words  # noqa: PLC0415 - as above

    for finding in found.findings:
        readers = f" (matters to {', '.join(finding.readers)})" if finding.readers else ""
        screen.error(f"{found.path}: {finding.where}: {finding.text}{readers}")
    hidden = sum(found.counts.values()) - len(found.findings)
    if hidden:
        screen.error(f"{found.path}: {count_words(hidden, 'more finding')}; --json counts them by rule")
    held = f"{count_words(found.messages, 'message')} in {count_words(found.conversations, 'conversation')}"
    state = "every rule holds" if found.sound else f"{count_words(sum(found.counts.values()), 'finding')}"
    screen.remark(f"{found.path}: {found.format}, {held}; {state}")
    if found.against is not None:
        screen.remark(f"{found.against}: {count_words(found.compared, 'message')} found in it")
        for reason, number in found.left_out.items():
            screen.remark(f"  {count_words(number, 'message')} left out: {reason}")
