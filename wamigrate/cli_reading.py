"""The flags that say how an input is read: written down once, for every command that reads."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Final

from wamigrate.cli_options import (
    After,
    Assistant,
    Before,
    Chat,
    DateOrder,
    From,
    Me,
    Notices,
    Redact,
    Rejoin,
    Repair,
    Split,
    Text,
    Year,
    Zone,
)

LOOKING: Final = ("from_", "tz", "date_order", "year", "chat", "assistant", "me", "split")
"""Flags of a command that only looks at an input."""
_PLACE: Final = "reading"
"""Parameter in whose place the flags come."""
_FIELDS: Final = {"tz": "time_zone"}
"""What :class:`wamigrate.settings.Settings` calls differently."""


def _flags(  # noqa: PLR0913 - one parameter for each flag
    *,
    from_: From = None,
    tz: Zone = None,
    date_order: DateOrder = None,
    year: Year = None,
    chat: Chat = None,
    assistant: Assistant = None,
    me: Me = None,
    split: Split = None,
    rejoin: Rejoin = True,
    repair: Repair = False,
    redact: Redact = False,
    text: Text = "markdown",
    after: After = None,
    before: Before = None,
    notices: Notices = None,
) -> None:
    """Hold the flags, in the order in which the help shows them."""


_PARAMETERS: Final = signature(_flags).parameters
ALL: Final = tuple(_PARAMETERS)
"""Flags of a command that writes, or compares with what was written."""
Command = Callable[..., None]


def with_reading(*names: str) -> Callable[[Command], Command]:
    """Give a command these flags, in the place of its keyword ``reading``, which gets their values.

    typer reads the flags of a command from its signature, so the signature is what is changed.

    Args:
        names: of the flags; :data:`LOOKING` or :data:`ALL`, or some of them.

    """
    flags = [_PARAMETERS[name] for name in ALL if name in names]

    def decorate(command: Command) -> Command:
        own = signature(command)
        parameters = [
            one.replace(kind=Parameter.KEYWORD_ONLY)
            for parameter in own.parameters.values()
            for one in (flags if parameter.name == _PLACE else (parameter,))
        ]

        @wraps(command)
        def run(**given: Any) -> None:
            reading = {_FIELDS.get(flag.name, flag.name): given.pop(flag.name) for flag in flags}
            command(**given, reading=reading)

        vars(run)["__signature__"] = own.replace(parameters=parameters)
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate
