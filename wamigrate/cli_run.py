"""What all commands of the command line do alike: run, print JSON, turn errors into one line and a code."""

import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn, cast

import typer

from wamigrate.cli_values import RefusedError
from wamigrate.errors import ExportError, OptionError
from wamigrate.garbage_collection import skip_last_collection
from wamigrate.interruption import InterruptedRunError, stoppable

if TYPE_CHECKING:
    from wamigrate.render import Screen

_REFUSAL: Final = cast("type[Exception]", typer.BadParameter.__mro__[2])
"""What all refusals of the library under Typer derive from, in whatever module this version keeps it."""
_SIGNAL: Final = 128
"""What shells add to the number of a signal that ended a program."""
PIPE_CLOSED: Final = 141
"""What a shell reports of a program that SIGPIPE ended; nobody reads any more, and that is no error."""


def print_json(value: object) -> None:
    """Print a value as JSON."""
    from wamigrate.printed_json import encode_indented  # noqa: PLC0415 - `--help` must not load it

    sys.stdout.buffer.write(encode_indented(value) + b"\n")


def run(
    work: Callable[["Screen"], int], *, quiet: bool = False, debug: bool = False, aside: bool = False
) -> NoReturn:
    """Do the work of a command and exit with its code; ``aside`` keeps standard output for the result."""
    from wamigrate.render import Screen  # noqa: PLC0415 - `--help` must not load it

    screen = Screen(sys.stderr if aside else sys.stdout, quiet=quiet, debug=debug)
    with _private(), stoppable():
        code = _guard(work, screen)
    raise typer.Exit(code)


def start(app: typer.Typer) -> NoReturn:
    """Run the command line; what cannot be understood becomes one line, as all errors do."""
    skip_last_collection()
    try:
        code = app(prog_name="wamigrate", standalone_mode=False)
    except RefusedError as error:
        sys.exit(_say(error.message))
    except _REFUSAL as error:
        sys.exit(_refuse(error, app))
    sys.exit(code or 0)


def _refuse(error: Exception, app: typer.Typer) -> int:
    """Say what a person typed that does not fit; where nothing was typed, show the help."""
    words: str = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    if "\n" in words and context is not None and not sys.argv[1:]:
        sys.stderr.write(f"{words}\n")
        return OptionError.exit_code
    command = _command(app) if context is None else context.command_path
    line = " ".join(words.split("\n")).rstrip(".")
    return _say(f"{line}; `{command} --help` tells what there is")


def _say(text: str) -> int:
    from wamigrate.render import printable  # noqa: PLC0415 - `--help` must not load it

    sys.stderr.write(f"error: {printable(text)}\n")
    return OptionError.exit_code


def _command(app: typer.Typer) -> str:
    """Tell which command was typed, where the library does not say."""
    functions = {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    typed = next((word for word in sys.argv[1:] if word in functions), None)
    return f"wamigrate {typed}" if typed else "wamigrate"


@contextmanager
def _private() -> Generator[None]:
    """Let whatever a command writes be its owner's alone, also what other libraries write for it."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _guard(work: Callable[["Screen"], int], screen: "Screen") -> int:
    """Turn every exception into one line and an exit code."""
    try:
        with stoppable():
            code = work(screen)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        said = isinstance(stop, InterruptedRunError)
        screen.error(stop if said else "interrupted; what was not finished is removed")
        return _SIGNAL + int(getattr(signal, str(stop), signal.SIGINT))
    except Exception as error:  # noqa: BLE001 - the last resort: one line instead of a trace
        return _failed(error, screen)
    return code


def _failed(error: Exception, screen: "Screen") -> int:
    if isinstance(error, BrokenPipeError) or isinstance(error.__cause__, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered has no reader
        return PIPE_CLOSED
    from wamigrate.places import has_folder  # noqa: PLC0415 - `--help` must not load it
    from wamigrate.report import failure  # noqa: PLC0415 - as above

    if isinstance(error, OSError) and error.filename is None and has_folder():
        # nothing but the standard output is meant
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        screen.error(f"standard output: cannot be written ({error.strerror})")
        return ExportError.exit_code
    screen.trace(error)
    screen.error(failure(error).message)
    return failure(error).exit_code
