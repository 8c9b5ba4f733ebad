"""Questions and answers in turns, as programs that train language models demand them.

Chat templates and trainers take conversations that begin with the user, alternate, and end with an answer.
People write several messages in a row, so what one side writes without a break becomes one turn.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from wamigrate.errors import NothingToExportError
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.turns import TurnRole, Turns
from wamigrate.wording import count_words

_BETWEEN: Final = "\n\n"
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_BEFORE: Final = "before the first question"
_AFTER: Final = "after the last answer"
_ALONE: Final = "in a conversation without question and answer"


class Turn(NamedTuple):
    """What one side says before the other speaks."""

    role: TurnRole
    text: str


class Alternation(NamedTuple):
    """A conversation in turns, and what has no place in it."""

    turns: tuple[Turn, ...]
    """User and assistant by turns, the user first, the assistant last; empty if there is no such pair."""
    left_out: tuple[tuple[Message, str], ...]
    """Messages that have no place, each with the reason."""


class Alternator:
    """Puts conversations into turns and counts what is left out.

    Args:
        notes: where that is noted.

    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._left_out: Counter[str] = Counter()

    def each(self, conversations: Iterable[Conversation]) -> Iterator[tuple[Conversation, tuple[Turn, ...]]]:
        """Yield each conversation that has turns, with them.

        Raises:
            NothingToExportError: none has.

        """
        found = False
        for conversation in conversations:
            alternation = alternate(conversation)
            self._left_out.update(reason for _, reason in alternation.left_out)
            if alternation.turns:
                found = True
                yield conversation, alternation.turns
        for reason, count in self._left_out.items():
            was = "was" if count == 1 else "were"
            self._notes.add("unpaired", f"{count_words(count, 'message')} {reason} {was} left out")
        if not found:
            raise NothingToExportError(
                "no conversation has a question and an assistant's answer; --assistant NAME says who that is"
            )


def alternate(conversation: Conversation) -> Alternation:
    r"""Put a conversation into turns.

    >>> chat = Conversation("", None, None, (), None, None, (
    ...     Message("", "assistant", "ChatGPT", None, "text", "Hi!"),
    ...     Message("", "user", "Ana", None, "text", "Bread?"),
    ...     Message("", "user", "Ana", None, "text", "With rye?"),
    ...     Message("", "assistant", "ChatGPT", None, "text", "Yes."),
    ... ), "")
    >>> found = alternate(chat)
    >>> [tuple(turn) for turn in found.turns]
    [('user', 'Bread?\n\nWith rye?'), ('assistant', 'Yes.')]
    >>> [reason for _, reason in found.left_out]
    ['before the first question']

    """
    messages = conversation.messages
    turns = Turns(conversation)
    roles: list[TurnRole] = [turns.role(message) for message in messages]
    first = roles.index("user") if "user" in roles else len(roles)
    last = len(roles) - roles[::-1].index("assistant") if "assistant" in roles else 0
    if first >= last:
        return Alternation((), tuple((message, _ALONE) for message in messages))
    left_out = [(message, _BEFORE) for message in messages[:first]]
    left_out += [(message, _AFTER) for message in messages[last:]]
    runs: list[tuple[TurnRole, list[str]]] = []
    for message, role in zip(messages[first:last], roles[first:last], strict=True):
        if not runs or runs[-1][0] != role:
            runs.append((role, []))
        runs[-1][1].append(turns.text(message))
    return Alternation(tuple(Turn(role, join_texts(texts)) for role, texts in runs), tuple(left_out))


def join_texts(texts: Sequence[str]) -> str:
    r"""Put texts in Markdown together; code that one leaves open ends with it.

    >>> join_texts(["```js\nlet a;", "That is all."])
    '```js\nlet a;\n```\n\nThat is all.'
    """
    closed = (text + _open_fence(text) for text in texts[:-1])
    return _BETWEEN.join((*closed, *texts[-1:]))


def _open_fence(text: str) -> str:
    """Return the line that closes the code which a text leaves open (CommonMark 0.31, section 4.5)."""
    fence = ""
    if "```" in text or "~~~" in text:
        for found in _FENCE.finditer(text):
            run, info = found.groups()
            if not fence:
                fence = run if run[0] == "~" or "`" not in info else ""
            elif run.startswith(fence) and not info.strip():
                fence = ""
    return f"\n{fence}" if fence else ""
