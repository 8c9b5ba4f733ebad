"""Writing the parts of a ChatGPT archive."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from wamigrate.derived import UniqueIds, derive_id
from wamigrate.epoch import Clock
from wamigrate.json_list import join_rows, write_list
from wamigrate.manifest import MANIFEST, manifest
from wamigrate.media import Media, Policy
from wamigrate.model import Attachment, Conversation, Message, Participant
from wamigrate.notes import Notes
from wamigrate.origin import detail, model_slug, origin
from wamigrate.target import Target
from wamigrate.turns import Turns, conversation_title, first_of_role

from ._chatgpt_page import Page
from ._chatgpt_records import Author, Content, File, Head, ImagePointer, Metadata, Node, NodeMessage, User

_EMPTY_MAPPING: Final = b'"mapping":{}'
"""Cannot occur inside an encoded string, where quotation marks are escaped."""
_AUTHORS: Final = {"user": Author("user"), "assistant": Author("assistant")}
_encode: Final = msgspec.json.Encoder().encode


class Files(Media):
    """Brings files to the root of the archive, under names that begin with their ids."""

    def __init__(self, policy: Policy, target: Target, notes: Notes) -> None:
        super().__init__(policy, target, notes)

    def bring(self, message: Message, source: str) -> dict[Attachment, File]:
        """Return the files of a message that are in the archive, after bringing them there."""
        found: dict[Attachment, File] = {}
        for attachment in message.attachments:
            member = attachment.member
            if self.place(attachment, source).address is not None and member is not None:
                name = attachment.name or member.rpartition("/")[2]
                kind = attachment.media_type or ""
                kind = kind if "/" in kind else "application/octet-stream"
                found[attachment] = File(_file_id(source, member), name, attachment.size, kind)
        return found

    def _path(self, source: str, member: str, name: str) -> str:
        return f"{_file_id(source, member)}-{name}"


class Writer:
    """Writes ``conversations.json``, and keeps what the other files of the archive tell.

    Args:
        files: brings the files of messages.
        notes: has the sources, and takes findings.
        pointers: whether pictures stand inside messages.

    """

    def __init__(self, files: Files, notes: Notes, *, pointers: bool = False) -> None:
        self._files = files
        self._notes = notes
        self._pointers = pointers
        self._clock = Clock(notes)
        self._ids = UniqueIds()
        self._page = Page()
        self._owner: Participant | None = None

    def document(self, conversations: Iterable[Conversation]) -> Iterator[bytes]:
        """Yield ``conversations.json`` in pieces."""
        yield from write_list(self._conversation(found) for found in conversations if found.messages)
        self._clock.report()

    def others(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the small files, once the conversations are written."""
        owner = self._owner
        name, phone = (None, None) if owner is None else (owner.name, owner.phone)
        yield "user.json", _encode(User(derive_id("user", name or ""), name, phone)) + b"\n"
        yield "chat.html", self._page.html()
        yield MANIFEST, manifest(self._notes)

    def _conversation(self, conversation: Conversation) -> Iterator[bytes]:
        id_ = self._ids.claim(conversation.id)
        root = derive_id("root", id_)
        claimed = UniqueIds(root)
        keys = [root, *(claimed.claim(message.id) for message in conversation.messages)]
        before, _, after = _encode(self._head(conversation, id_, keys[-1])).partition(_EMPTY_MAPPING)
        yield before + b'"mapping":{\n' + _entry(Node(root, None, None, (keys[1],)))
        yield b",\n"
        yield from join_rows(map(_entry, self._nodes(conversation, keys)))
        yield b"}" + after

    def _head(self, conversation: Conversation, id_: str, last: str) -> Head:
        start, end = self._clock.span(conversation)
        title = conversation_title(conversation)
        self._page.add(title, start, len(conversation.messages))
        self._owner = self._owner or first_of_role(conversation, "user")
        return Head(
            title=title,
            create_time=self._clock.seconds(start),
            update_time=self._clock.seconds(end),
            mapping={},
            current_node=last,
            conversation_id=id_,
            default_model_slug=model_slug(conversation),
            id=id_,
            wamigrate=origin(conversation, self._notes),
        )

    def _nodes(self, conversation: Conversation, keys: list[str]) -> Iterator[Node]:
        """Yield the nodes of the messages; ``keys`` are those of all nodes, the root's first."""
        turns = Turns(conversation)
        slug = model_slug(conversation)
        for index, message in enumerate(conversation.messages, 1):
            files = self._files_of(message, conversation)
            answer = turns.role(message) == "assistant"
            metadata = Metadata(slug if answer else msgspec.UNSET, tuple(files.values()), detail(message))
            found = NodeMessage(
                keys[index],
                _AUTHORS["assistant" if answer else "user"],
                None if message.timestamp is None else self._clock.seconds(message.timestamp),
                self._content(message, turns, files),
                answer or None,
                metadata,
            )
            yield Node(keys[index], found, keys[index - 1], tuple(keys[index + 1 : index + 2]))

    def _files_of(self, message: Message, conversation: Conversation) -> dict[Attachment, File]:
        if not message.attachments:
            return {}
        return self._files.bring(message, message.spans[0].source if message.spans else conversation.source)

    def _content(self, message: Message, turns: Turns, files: dict[Attachment, File]) -> Content:
        if files and self._pointers:
            shown = [found for found in files if (found.media_type or "").startswith("image")]
            if shown:
                pointers = (_pointer(files[attachment]) for attachment in shown)
                return Content("multimodal_text", (*pointers, turns.text(message, shown)))
        return Content("text", (turns.text(message),))


def _entry(node: Node) -> bytes:
    return _encode(node.id) + b":" + _encode(node)


def _pointer(file: File) -> ImagePointer:
    return ImagePointer(f"file-service://{file.id}", file.size)


def _file_id(source: str, member: str) -> str:
    return "file-" + derive_id("file", source, member).replace("-", "")
