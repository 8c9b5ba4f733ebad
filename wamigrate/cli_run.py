"""What all commands of the command line do alike: run, print JSON, turn errors into one line and a code."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from wamigrate.errors import ExportError

if TYPE_CHECKING:
    from wamigrate.render import Screen

INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""What a shell reports of a program that SIGPIPE ended; nobody reads any more, and that is no error."""


def print_json(value: object) -> None:
    """Print a value as JSON."""
    import msgspec  # noqa: PLC0415 - `--help` must not load it

    data = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(data + b"\n")


def run(
    work: Callable[["Screen"], int], *, quiet: bool = False, debug: bool = False, aside: bool = False
) -> NoReturn:
    """Do the work of a command and exit with its code; ``aside`` keeps standard output for the result."""
    from wamigrate.render import Screen  # noqa: PLC0415 - `--help` must not load it

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
        from wamigrate.report import failure  # noqa: PLC0415 - `--help` must not load it

        screen.trace(error)
        screen.error(failure(error).message)
        return failure(error).exit_code
    return code
