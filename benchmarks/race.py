"""One process in which wamigrate and a peer read the same file in turn; :mod:`benchmarks.speed` starts it.

Arguments: file, rounds, and perhaps a contestant. Prints JSON: the seconds of every round and the number of
messages, by contestant; with a contestant, only that one runs, once, and its peak memory is printed.
"""

import gc
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

import wamigrate
from benchmarks.floors import Row, floors
from benchmarks.peers import Library, peers
from wamigrate.formats import find_parser
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import open_source

Contestant = Callable[[Path], int]


def parse(path: Path) -> list[Conversation]:
    """Read a chat into the schema."""
    source = open_source(path)
    try:
        return list(find_parser("whatsapp").parse(source, Notes()))
    finally:
        source.close()


def _count(chats: Iterable[Conversation]) -> int:
    return sum(len(chat.messages) for chat in chats)


def contestants() -> dict[str, Contestant]:
    """Return everybody who can run here, by name: wamigrate first."""
    found: dict[str, Contestant] = {
        "wamigrate": lambda path: _count(parse(path)),
        "wamigrate.read: roles, Markdown too": lambda path: _count(wamigrate.read(path).conversations),
    }
    for name, library in peers().libraries.items():
        try:
            found |= _peer(name, library)
        except ImportError:
            continue
    return found


def _peer(name: str, library: Library) -> Iterator[tuple[str, Contestant]]:
    module, _, function = library.call.partition(":")
    call: Callable[[str], list[Any]] = getattr(import_module(module), function)
    yield name, lambda path: len(call(str(path)))
    if library.fields:
        yield f"{name}, fields read", lambda path: len(_read_fields(call(str(path)), library.fields))


def _read_fields(messages: list[Any], names: tuple[str, ...]) -> list[Any]:
    """Read the fields of every message, as a program that uses them would."""
    return list(map(attrgetter(*names), messages))


def _rows(path: Path) -> list[Row]:
    return [
        Row(
            message.id,
            message.role,
            message.author or "",
            message.timestamp or datetime.fromtimestamp(0, UTC),
            message.kind,
            message.text,
            message.edited,
            message.forwarded,
            message.spans[0].line,
        )
        for chat in parse(path)
        for message in chat.messages
    ]


def _race(path: Path, rounds: int) -> dict[str, dict[str, Any]]:
    """Let everybody read the file in turn, so that what the machine does meanwhile hits all alike.

    A first round warms up and is not counted.
    """
    readers, bare = contestants(), floors(_rows(path))
    gc.collect()
    gc.freeze()
    results: dict[str, dict[str, Any]] = {name: {"seconds": []} for name in (*readers, *bare)}
    for number in range(rounds + 1):
        for name, run in (readers | bare).items():
            seconds, count = _time(run, path)
            if number:
                results[name]["seconds"].append(seconds)
            if name in readers:
                results[name]["messages"] = count
    return results


def _time(run: Contestant, path: Path) -> tuple[float, int]:
    gc.collect()
    start = perf_counter()
    count = run(path)
    return perf_counter() - start, count


def main() -> None:
    """Run as the module says."""
    path, rounds = Path(sys.argv[1]), int(sys.argv[2])
    if only := sys.argv[3:]:
        contestants()[only[0]](path)
        print(orjson.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}).decode())
    else:
        print(orjson.dumps(_race(path, rounds)).decode())
