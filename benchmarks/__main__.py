"""Command line of the benchmarks."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import benchmarks
from benchmarks.corpus import FLAVOURS, make
from benchmarks.styles import Style, find_styles


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one part; exit status 1 where something is not as right as it has to be."""
    options = _parser().parse_args(arguments)
    status = options.run(options)
    return int(status or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parts = parser.add_subparsers(required=True)
    part = parts.add_parser("corpus", help="write invented chats")
    part.add_argument("folder", type=Path)
    _common(part)
    part.set_defaults(run=_corpus)
    part = parts.add_parser("accuracy", help="score wamigrate on invented chats")
    part.add_argument("--failures", type=int, default=3, help="how many to show for each style")
    _common(part)
    part.set_defaults(run=_accuracy)
    part = parts.add_parser("dates", help="score the order of day and month in short chats")
    part.add_argument("--chats", type=int, default=20)
    _seeded(part)
    part.set_defaults(run=_dates)
    part = parts.add_parser("speed", help="time reading beside chatpack, in one process")
    part.add_argument("--messages", type=int, nargs="+", default=[1_000, 40_000, 400_000])
    part.add_argument("--rounds", type=int, default=0, help="0: as many as the size deserves")
    part.set_defaults(run=_speed)
    part = parts.add_parser("commands", help="time whole commands beside peers")
    part.add_argument("--messages", type=int, default=40_000)
    part.add_argument("--rounds", type=int, default=5)
    part.add_argument("--peer", action="append", help="repeatable; default: all of peers.toml")
    part.set_defaults(run=_commands)
    return parser


def _common(part: argparse.ArgumentParser) -> None:
    part.add_argument("--messages", type=int, default=1000)
    part.add_argument("--flavour", action="append", choices=FLAVOURS, help="repeatable; default: both")
    _seeded(part)


def _seeded(part: argparse.ArgumentParser) -> None:
    styles = list(find_styles())
    part.add_argument("--seed", type=int, default=1)
    part.add_argument(
        "--style", action="append", choices=styles, metavar="STYLE", help="repeatable; default: all"
    )


def _styles(options: argparse.Namespace) -> list[Style]:
    return [style for name, style in find_styles().items() if not options.style or name in options.style]


def _corpus(options: argparse.Namespace) -> None:
    for flavour in options.flavour or FLAVOURS:
        for style in _styles(options):
            print(make(style, flavour, options.messages, options.seed).write(options.folder / flavour))


def _accuracy(options: argparse.Namespace) -> int:
    from benchmarks import accuracy  # noqa: PLC0415 - the other parts do without the parser

    scores = accuracy.run(_styles(options), options.flavour or FLAVOURS, options.messages, options.seed)
    return 0 if accuracy.report(scores, options.failures) else 1


def _dates(options: argparse.Namespace) -> None:
    from benchmarks import dates  # noqa: PLC0415 - the other parts do without the parser

    dates.run(_styles(options), options.chats, options.seed)


def _speed(options: argparse.Namespace) -> None:
    from benchmarks import speed  # noqa: PLC0415 - the other parts do without peers

    speed.run(options.messages, options.rounds)


def _commands(options: argparse.Namespace) -> None:
    from benchmarks import commands  # noqa: PLC0415 - the other parts do without peers

    commands.run(options.messages, options.rounds, options.peer)


if __name__ == "__main__":
    sys.exit(main())
