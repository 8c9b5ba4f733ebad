"""Records of a ChatGPT archive, with the keys and in the order that OpenAI's exports have.

Keys of ours stand under ``wamigrate``. Values are what OpenAI's exports hold where there is nothing to say.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from wamigrate.origin import Detail, Origin
from wamigrate.turns import TurnRole


class Author(Struct, frozen=True):
    """Who speaks."""

    role: TurnRole
    name: None = None
    metadata: dict[str, str] = {}


class ImagePointer(Struct, frozen=True):
    """A picture within a message; the file is found by the beginning of its name."""

    asset_pointer: str
    size_bytes: int | None
    content_type: Literal["image_asset_pointer"] = "image_asset_pointer"
    width: int | None = None
    height: int | None = None
    fovea: None = None
    metadata: None = None


class Content(Struct, frozen=True):
    """What a message says."""

    content_type: Literal["text", "multimodal_text"]
    parts: tuple[ImagePointer | str, ...]


class File(Struct, frozen=True):
    """A file that came with a message."""

    id: str
    name: str
    size: int | None
    mime_type: str


class Metadata(Struct, frozen=True, omit_defaults=True):
    """What else is known about a message."""

    model_slug: str | UnsetType = UNSET
    attachments: tuple[File, ...] = ()
    wamigrate: Detail | None = None


class NodeMessage(Struct, frozen=True):
    """A message."""

    id: str
    author: Author
    create_time: float | None
    content: Content
    end_turn: bool | None
    metadata: Metadata
    update_time: None = None
    status: Literal["finished_successfully"] = "finished_successfully"
    weight: float = 1.0
    recipient: Literal["all"] = "all"
    channel: None = None


class Node(Struct, frozen=True):
    """A place in the tree of messages."""

    id: str
    message: NodeMessage | None
    parent: str | None
    children: tuple[str, ...]


class Head(Struct, frozen=True):
    """A conversation, its mapping empty."""

    title: str
    create_time: float
    update_time: float
    mapping: dict[str, Node]
    current_node: str
    conversation_id: str
    default_model_slug: str
    id: str
    wamigrate: Origin
    moderation_results: tuple[()] = ()
    plugin_ids: None = None
    conversation_template_id: None = None
    gizmo_id: None = None
    gizmo_type: None = None
    is_archived: bool = False
    is_starred: None = None
    safe_urls: tuple[()] = ()
    blocked_urls: tuple[()] = ()
    conversation_origin: None = None
    voice: None = None
    async_status: None = None
    disabled_tool_ids: tuple[()] = ()
    is_do_not_remember: None = None
    memory_scope: Literal["global_enabled"] = "global_enabled"


class User(Struct, frozen=True):
    """Whose archive it is; no account of OpenAI."""

    id: str
    name: str | None
    phone_number: str | None
    email: None = None
