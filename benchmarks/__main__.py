"""Command line of the benchmarks."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

import benchmarks
from benchmarks.chats import STYLES, messages_of
from benchmarks.corpus import FLAVOURS, make
from benchmarks.environments import CACHE
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
    _add_measuring(parts)
    part = parts.add_parser("worst", help="time inputs that could take ever longer")
    part.add_argument("--sizes", type=float, nargs="+", default=[1.25, 2.5, 5, 10], metavar="MB")
    part.add_argument("--only", nargs="+", default=[], metavar="WORD", help="those whose name holds a word")
    part.set_defaults(run=_worst)
    return parser


def _add_measuring(parts: Any) -> None:
    """Add the parts that measure time and memory, which differ in what they measure by default."""
    for name, default, words in (
        ("all", "parse,commands,batch", "time reading, whole commands and many chats, beside peers"),
        ("speed", "parse", "time reading, beside peers"),
        ("commands", "commands", "time whole commands, beside peers"),
        ("batch", "batch", "time many chats in several processes"),
        ("memory", "memory", "measure the memory of exports"),
    ):
        part = parts.add_parser(name, help=words)
        part.add_argument(
            "--only", type=_list, default=_list(default), help="parts: parse,commands,batch,memory"
        )
        part.add_argument("--sizes", type=_sizes, default=(), help="messages of the chats, as 1k,40k,2.4M")
        part.add_argument("--styles", type=_list, default=STYLES, help="phones")
        part.add_argument("--peers", type=_list, default=(), help="pieces of their names; default: all")
        part.add_argument("--rounds", type=int, default=0, help="0: as many as the size deserves")
        part.add_argument("--chats", type=int, default=1000, help="of the batch")
        part.add_argument("--jobs", type=_sizes, default=(1, 2), help="processes of the batch, as 1,2,4")
        part.add_argument("--cache", help="folder for peers and chats; default: in the user's cache")
        part.add_argument("--results", type=Path, help="keep results here, as JSON lines")
        part.add_argument("--resume", action="store_true", help="do not measure again what is in --results")
        part.add_argument(
            "--dry-run",
            action="store_true",
            help="only say what is in --results, and how long the rest takes",
        )
        part.add_argument(
            "--update-docs", action="store_true", help="write the tables into docs/benchmarks.md"
        )
        part.set_defaults(run=_measure)


def _list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(messages_of(size) for size in _list(text))


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


def _measure(options: argparse.Namespace) -> None:
    from benchmarks import machine, programme, sheet  # noqa: PLC0415 - the other parts do without peers
    from benchmarks.cells import open_results  # noqa: PLC0415 - the same

    if options.cache:
        os.environ[CACHE] = options.cache
    wanted = {
        name: getattr(options, name) for name in ("sizes", "styles", "peers", "rounds", "chats", "jobs")
    }
    order = msgspec.convert({"parts": options.only, **wanted}, programme.Order)
    results = open_results(options.results, resume=options.resume)
    if options.dry_run:
        programme.foretell(order, results, _say)
    else:
        programme.run(order, results, _say)
    text = sheet.render(results.groups, machine.describe(), machine.versions())
    print(text)
    if options.update_docs:
        sheet.DOCS.write_text(sheet.put_into(sheet.DOCS.read_text("utf-8"), text), "utf-8")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _worst(options: argparse.Namespace) -> int:
    from benchmarks import worst  # noqa: PLC0415 - imports every format

    return 1 if worst.main([round(size * 1e6) for size in options.sizes], options.only) else 0


if __name__ == "__main__":
    sys.exit(main())
