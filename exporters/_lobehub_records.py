"""Rows of a LobeHub data file, with the names of its own tables (``packages/database/src/schemas``)."""

from typing import Literal

from msgspec import Struct

from wamigrate.origin import Detail, Origin
from wamigrate.turns import TurnRole


class Agent(Struct, frozen=True, rename="camel"):
    """An assistant that conversations are held with."""

    id: str
    client_id: str
    slug: str
    title: str
    description: str
    tags: list[str]


class Session(Struct, frozen=True, rename="camel"):
    """The drawer with an agent's topics."""

    id: str
    client_id: str
    slug: str
    title: str
    type: Literal["agent"] = "agent"


class AgentToSession(Struct, frozen=True, rename="camel"):
    """Which agent a drawer belongs to."""

    agent_id: str
    session_id: str


class About(Struct, frozen=True):
    """Where a topic comes from."""

    conversation: str
    """Our id of the conversation."""
    part: int
    """Number of the topic within the conversation, from 1."""
    title: str
    """The conversation's."""
    origin: Origin


class TopicMetadata(Struct, frozen=True):
    """What is known about a topic."""

    wamigrate: About


class Topic(Struct, frozen=True, rename="camel"):
    """A conversation, or a part of a long one."""

    id: str
    client_id: str
    title: str
    session_id: str
    created_at: str
    updated_at: str
    metadata: TopicMetadata


class MessageMetadata(Struct, frozen=True, omit_defaults=True):
    """What is known about a message."""

    time: str | None = None
    """ISO 8601, where the time had to be moved; without an offset it counts as UTC."""
    nuls: tuple[int, ...] = ()
    """Where the text has U+FFFD for NUL."""
    detail: Detail | None = None


class Metadata(Struct, frozen=True):
    """The whole field."""

    wamigrate: MessageMetadata


class Line(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A message."""

    id: str
    client_id: str
    role: TurnRole
    content: str
    session_id: str
    topic_id: str
    agent_id: str
    created_at: str
    updated_at: str
    metadata: Metadata | None = None
