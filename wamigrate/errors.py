"""Every deliberate error; each knows the exit code of the command line.

::

    WamigrateError                  1   base of all; one line for people
    ├── WorkerError                     a process that worked on an input ended before it was done
    ├── OptionError                 2   unknown format, option or value
    ├── SourceError                 3   an input cannot be opened or trusted
    │   ├── UnsafeArchiveError          traversal, link, bomb, encrypted member
    │   └── NoChatError                 the archive or folder holds no chat
    ├── DetectionError              4
    │   ├── UnknownFormatError          no parser knows this input
    │   └── AmbiguousFormatError        several do: ``candidates``
    ├── ParseError                  5   known format, broken content
    ├── ExportError                 6   the result cannot be written
    │   ├── TargetExistsError           and ``--overwrite`` was not given
    │   └── NothingToExportError        success with zero messages does not exist
    ├── VerificationError           7   what was written is not what was read
    ├── PluginError                 8   a format module is broken: ``module``
    ├── StrictError                 9   ``--strict``, and there were warnings or losses
    └── BatchError                 10   some inputs failed, the others are done

The command line prints ``str(error)`` as one line and exits with ``exit_code``.
"""

from typing import ClassVar


class WamigrateError(Exception):
    """Base of every error that wamigrate raises on purpose.

    The message is one line that says what is wrong, where, and what to do.
    """

    exit_code: ClassVar[int] = 1


class WorkerError(WamigrateError):
    """The process that worked on an input ended before it was done, also when tried again."""


class OptionError(WamigrateError):
    """An option, format or value does not exist or does not fit."""

    exit_code = 2


class SourceError(WamigrateError):
    """An input cannot be opened, read or trusted."""

    exit_code = 3


class UnsafeArchiveError(SourceError):
    """An archive tries to leave its place or to grow without end."""


class NoChatError(SourceError):
    """An archive or folder was readable but holds no chat."""


class DetectionError(WamigrateError):
    """The format of an input could not be told."""

    exit_code = 4


class UnknownFormatError(DetectionError):
    """No parser recognises the input."""


class AmbiguousFormatError(DetectionError):
    """Several parsers recognise the input equally well.

    Attributes:
        candidates: names of these parsers, sorted.

    """

    def __init__(self, message: str, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class ParseError(WamigrateError):
    """The format is known, the content is broken."""

    exit_code = 5


class ExportError(WamigrateError):
    """The result cannot be written."""

    exit_code = 6


class TargetExistsError(ExportError):
    """The target is there already and may not be replaced."""


class NothingToExportError(ExportError):
    """There is not one message to write."""


class VerificationError(WamigrateError):
    """What was written is not what was read."""

    exit_code = 7


class PluginError(WamigrateError):
    """A module that should offer a format does not.

    Attributes:
        module: the module's name.

    """

    exit_code = 8

    def __init__(self, message: str, module: str) -> None:
        super().__init__(message)
        self.module = module


class StrictError(WamigrateError):
    """Strict mode, and something was guessed or lost."""

    exit_code = 9


class BatchError(WamigrateError):
    """Some inputs failed; the others are done."""

    exit_code = 10
