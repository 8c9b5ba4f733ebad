"""The command that verifies what was written."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wamigrate.cli_options import Debug, Json, Quiet, complete
from wamigrate.cli_reading import ALL, with_reading
from wamigrate.cli_run import print_json, run
from wamigrate.cli_values import path as given_path

if TYPE_CHECKING:
    from wamigrate.render import Screen
    from wamigrate.settings import ReadOptions
    from wamigrate.verification import Verification

_WRITTEN: Final = {
    True: "as it was written",
    False: "changed since it was written",
    None: "nothing tells whether it was changed",
}
Archive = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="What was written: a file or folder, also one that `migrate` made.",
        show_default=False,
        parser=given_path("PATH is"),
    ),
]
Against = Annotated[
    list[Path] | None,
    typer.Option(
        "--against",
        metavar="INPUT",
        parser=given_path("--against is"),
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

    wrong = sum(found.counts.values())
    if found.pieces:
        for piece in found.pieces:
            _show(piece, screen)
        state = count_words(wrong, "finding") if wrong else "nothing is wrong with it"
        screen.remark(f"{found.path}: {count_words(len(found.pieces), 'piece')} of a migration; {state}")
        return
    for finding in found.findings:
        readers = f" (matters to {', '.join(finding.readers)})" if finding.readers else ""
        screen.error(f"{found.path}: {finding.where}: {finding.text}{readers}")
    hidden = wrong - len(found.findings)
    if hidden:
        screen.error(f"{found.path}: {count_words(hidden, 'more finding')}; --json counts them by rule")
    if not found.is_archive:
        screen.remark(
            f"{found.path}: {found.format}, text that no rule is about; {_WRITTEN[found.as_written]}"
        )
        return
    held = f"{count_words(found.messages, 'message')} in {count_words(found.conversations, 'conversation')}"
    state = count_words(wrong, "finding") if wrong else "every rule holds"
    state += f"; {_WRITTEN[False]}" if found.as_written is False else ""
    screen.remark(f"{found.path}: {found.format}, {held}; {state}")
    if found.against is not None:
        screen.remark(f"{found.against}: {count_words(found.compared, 'message')} found in it")
        for reason, number in found.left_out.items():
            screen.remark(f"  {count_words(number, 'message')} left out: {reason}")
