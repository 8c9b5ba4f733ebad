"""The command that opens the window."""

from typing import TYPE_CHECKING, Annotated

import typer

from wamigrate.cli_options import Debug
from wamigrate.cli_run import run
from wamigrate.cli_values import whole_number

if TYPE_CHECKING:
    from wamigrate.render import Screen

Port = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="N",
        help="Port to listen on. [default: any that is free]",
        show_default=False,
        parser=whole_number("--port", 0, 65_535, "a number from 0 to 65535"),
    ),
]
Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Whether to open the page in your browser.")
]
Limit = Annotated[
    str, typer.Option("--limit", metavar="SIZE", help="How much may be given to it at most: 500MB, 4GB.")
]


def web(port: Port = 0, browser: Browser = True, limit: Limit = "2GB", debug: Debug = False) -> None:
    """Open a page in your browser that does all this, without a terminal; nothing leaves this computer."""

    def work(screen: "Screen") -> int:
        _check_installed()
        from wamigrate.window_server import serve  # noqa: PLC0415 - `--help` must not load it
        from wamigrate.window_upload import parse_size  # noqa: PLC0415 - as above

        def told(address: str) -> None:
            screen.line(address)
            screen.remark("Nothing leaves this computer. Ctrl-C ends it and deletes everything it was given.")

        serve(parse_size(limit), told, port=port, browser=browser, trace=debug)
        screen.remark("Ended; everything it was given is deleted.")
        return 0

    run(work, debug=debug)


def _check_installed() -> None:
    from importlib.util import find_spec  # noqa: PLC0415 - `--help` must not load it

    from wamigrate.errors import OptionError  # noqa: PLC0415 - as above

    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise OptionError(
            f"wamigrate web needs {' and '.join(missing)}: install them with pip install 'wamigrate[web]'"
        )
