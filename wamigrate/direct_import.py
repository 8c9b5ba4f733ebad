"""Bringing conversations into a running Open WebUI over the network, without doubles on a second run.

What is there already is found by tag and id: every conversation bears the tag ``whatsapp`` and, inside, an
id that follows from its content. So a run that broke off is simply repeated.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Unpack

import msgspec
from msgspec import Struct

from wamigrate.destinations import Destination, find_destination
from wamigrate.errors import ExportError, NothingToExportError, OptionError
from wamigrate.formats import Exporter
from wamigrate.migration import find_paths, reading_inputs
from wamigrate.model import Conversation, Note
from wamigrate.notes import Notes
from wamigrate.openwebui_client import TIMEOUT, OpenWebUI
from wamigrate.origin import PLATFORM
from wamigrate.parcels import configured
from wamigrate.pipeline import Reading, Watch, watch_nothing
from wamigrate.settings import ReadOptions, Settings
from wamigrate.target import MemoryTarget
from wamigrate.wording import count_words

_BATCH_BYTES: Final = 2 << 20
"""Bytes that are sent at once, if one conversation is not larger."""
_BATCH: Final = 25
"""Conversations that are sent at once."""
_rows: Final = msgspec.json.Decoder(list[msgspec.Raw])


class DirectImport(Struct, frozen=True):
    """What was brought to a server."""

    destination: str
    """Key of the destination."""
    title: str
    url: str
    input: str
    conversations: int
    """Conversations that are to be there: those sent and those that were there before."""
    messages: int
    """Messages in them."""
    sent: int
    """Conversations that were sent now."""
    present: int
    """Conversations that were there already."""
    left_out: dict[str, int]
    """Messages left out on request, by the setting that asked for it."""
    notes: tuple[Note, ...]

    @property
    def doubtful(self) -> bool:
        """Whether any finding is a warning or a loss."""
        return any(note.severity != "info" for note in self.notes)


def import_directly(
    inputs: str | Path | Sequence[str | Path],
    into: str,
    url: str,
    token: str,
    *,
    timeout: float = TIMEOUT,
    watch: Watch = watch_nothing,
    **options: Unpack[ReadOptions],
) -> DirectImport:
    """Bring the conversations of some exports to a running application.

    Args:
        inputs: a file, ZIP archive, folder or pattern, or several of them.
        into: key of the destination; so far ``openwebui``.
        url: address of the application, as a browser shows it.
        token: API key of the user whose chats they become.
        timeout: seconds without any answer after which the server is given up; an import has more, by its
            size.
        watch: told what is being done.
        options: see :class:`wamigrate.settings.Settings`.

    Returns:
        what was sent, and what was there already.

    Raises:
        OptionError: the destination has no such way in, or an option does not fit.
        ExportError: the server cannot be reached, refuses the token, or does not take a conversation. The
            message says how many are there; a second run sends the others.
        NothingToExportError: there is nothing to send.
        WamigrateError: an input cannot be read; :mod:`wamigrate.errors` lists the kinds.

    """
    destination = find_direct(into)
    settings = Settings(**options)
    exporter = configured(destination.pieces[0], settings)
    paths = find_paths(inputs)
    with (
        OpenWebUI(url, token, timeout=timeout) as server,
        reading_inputs(paths, settings, watch) as read,
    ):
        kept, left_out = settings.filter_for(exporter).keep(read.conversations)
        if not kept:
            raise NothingToExportError(f"{read.input}: no message is left to send; nothing was sent")
        notes = Notes()
        notes.sources[:] = read.notes.sources
        present = _present(server, watch)
        new = [conversation for conversation in kept if conversation.id not in present]
        _send(server, new, _writer(exporter, read, notes), len(kept) - len(new), watch)
    findings = [*read.notes.items, *_once(notes.items)]
    return DirectImport(
        destination.key,
        destination.title,
        server.url,
        read.input,
        len(kept),
        sum(len(conversation.messages) for conversation in kept),
        len(new),
        len(kept) - len(new),
        dict(left_out),
        tuple(findings),
    )


def find_direct(into: str) -> Destination:
    """Return a destination that conversations can be brought to over the network.

    Raises:
        OptionError: there is none of that name, or it has no such way in.

    """
    destination = find_destination(into)
    if not destination.direct:
        raise OptionError(f"--url: wamigrate cannot bring anything to {destination.title} by itself")
    return destination


def _present(server: OpenWebUI, watch: Watch) -> set[str]:
    """Return the ids of the conversations that were brought there before."""
    ids = server.tagged(PLATFORM.lower())
    found: set[str] = set()
    for number, id_ in enumerate(ids, 1):
        found.add(str(server.chat(id_).get("id")))
        watch("looking what is there", number, len(ids))
    return found


def _writer(exporter: Exporter, read: Reading, notes: Notes) -> Callable[[Conversation], bytes]:
    """Return what writes a conversation in the application's own form."""

    def write(conversation: Conversation) -> bytes:
        with MemoryTarget() as target:
            target.sources = read.media
            exporter.export([conversation], target, notes)
        (row,) = _rows.decode(target.files[""])
        return bytes(row)

    return write


def _once(notes: Sequence[Note]) -> Iterator[Note]:
    """Yield findings of an exporter that was called for each conversation; one is about all of them."""
    for index, note in enumerate(notes):
        if note.code != "assumed-zone" or note not in notes[:index]:
            yield note


def _send(
    server: OpenWebUI,
    conversations: Sequence[Conversation],
    write: Callable[[Conversation], bytes],
    present: int,
    watch: Watch,
) -> None:
    total = present + len(conversations)
    done = present
    for batch in _batches(conversations, write):
        ids = [id_ for id_, _ in batch]
        try:
            returned = server.import_chats([chat for _, chat in batch])
        except ExportError as error:
            raise ExportError(f"{error}; {_state(done, total)}") from error
        if [str(chat.get("id")) for chat in returned] != ids:
            raise ExportError(
                f"{server.url}: does not say that it took what it was sent; {_state(done, total)}"
            )
        done += len(batch)
        watch("sending", done, total)


def _batches(
    conversations: Sequence[Conversation], write: Callable[[Conversation], bytes]
) -> Iterator[list[tuple[str, bytes]]]:
    """Yield conversations with their ids, as many together as are sent at once."""
    batch: list[tuple[str, bytes]] = []
    size = 0
    for conversation in conversations:
        chat = write(conversation)
        if batch and (size + len(chat) > _BATCH_BYTES or len(batch) >= _BATCH):
            yield batch
            batch, size = [], 0
        batch.append((conversation.id, chat))
        size += len(chat)
    if batch:
        yield batch


def _state(done: int, total: int) -> str:
    """Say how far it came, and how to go on; what was sent last may have arrived or not."""
    are = "is" if done == 1 else "are"
    return (
        f"at least {done:,} of {count_words(total, 'conversation')} {are} there; wait until the server has "
        "nothing more to do, then the same command sends the others and doubles none"
    )
