"""Small chats for runs over many inputs, and what a run left behind."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from wamigrate.journal import JOURNAL
from wamigrate.report import Outcome


def write_chats(folder: Path, chats: int, messages: int = 4) -> list[Path]:
    """Write chats that differ."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number in range(chats):
        lines = [
            f"{25 + n // 600}/03/2025, {10 + n // 60 % 10}:{n % 60:02} - "
            f"{('Mira', 'ChatGPT')[n % 2]}: *{number}* and {n}\n"
            for n in range(messages)
        ]
        path = folder / f"chat {number:03}.txt"
        path.write_text("".join(lines), encoding="utf-8", newline="")
        paths.append(path)
    return paths


def contents(folder: Path) -> Mapping[str, str]:
    """Return all files below a folder with a digest of what they hold; the journal aside."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != JOURNAL)
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def left_over(folder: Path) -> list[str]:
    """Return the temporary files that a run has left."""
    return [path.name for path in folder.rglob(".wamigrate-*") if path.name != JOURNAL]


class Notebook:
    """Listens to a run and writes down what it hears."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.errors: list[str] = []
        self.traces: list[BaseException] = []

    def skipped(self, paths: Sequence[Path]) -> None:
        pass

    def expects(self, inputs: int) -> None:
        pass

    def outcome(self, outcome: Outcome, *, alone: bool) -> None:
        del alone
        self.outcomes.append(outcome)

    def trace(self, error: BaseException) -> None:
        self.traces.append(error)

    def error(self, text: object) -> None:
        self.errors.append(str(text))
