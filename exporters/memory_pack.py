"""Memory pack: what a person told an assistant about themselves, word for word, to paste into another one.

Where it goes:
    The memory, custom instructions or a new chat of an assistant: all of the file is to be pasted.
    ``--option memory_pack.form=claude`` is the dated list that Claude's import of memories takes, ``gemini``
    the five groups with dated evidence that Gemini's asks for, ``plain`` a request for all others. Read it
    through first, and take out what the new assistant need not know.

Layout:
    Markdown. ``claude``: a code block with a line ``[2025-03-25] - …`` for each statement, the oldest first.
    ``gemini`` and ``plain``: sections for demographics, interests and preferences, relationships, dated
    events and projects, instructions.

What survives:
    Sentences in which the person says something lasting: *I live in*, *I'm allergic to*, *my sister is
    called*, *I'm learning*, *from now on*. Each with its day and the title of its conversation. They are
    found by how they begin, in English, German, Spanish, French, Portuguese, Italian and Dutch, and never
    rephrased. What is forwarded, quoted, pasted, or handed over to be translated or corrected does not count.

What is lost:
    Everything else; a finding counts it. No model reads the chat, so that what is only hinted at is missed.
    Of more statements than ``--option memory_pack.most=NUMBER`` the newest are taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from wamigrate.errors import NothingToExportError, OptionError
from wamigrate.formats import Exporter, Layout
from wamigrate.model import Conversation
from wamigrate.nesting import escape
from wamigrate.notes import Notes
from wamigrate.origin import PLATFORM
from wamigrate.statements import Statement, find_statements, sections
from wamigrate.target import Target
from wamigrate.turns import first_of_role
from wamigrate.wording import count_words

_FENCE: Final = "```"
_GROUPED: Final = (
    "What the user told {}, grouped. Each entry is evidence: the user's own words, with the date and the "
    "title of the conversation. Nothing has been concluded from them."
)
"""No first or second person outside quotations: Gemini's own request asks for that."""
_REQUEST: Final = (
    "Here is what I told {} about myself, word for word, with the day and the title of the conversation. "
    "Please remember it as background about me. Where two statements disagree, the later one counts; do not "
    "conclude more from them than they say."
)


@dataclass(frozen=True)
class MemoryPack:
    """Writes what a person said about themselves."""

    name: str = field(default="memory_pack", init=False)
    title: str = field(default="Memory pack for assistants", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".memory.md", init=False)
    notices: bool = field(default=False, init=False)
    form: Literal["plain", "claude", "gemini"] = "plain"
    """``claude``: a dated list; ``gemini``: five groups in the third person; ``plain``: a request."""
    most: int = 300
    """Statements at most; of more, the newest are taken."""
    required: bool = False
    """Whether it is an error if there is no statement at all; else the file says so."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Find the statements and write them."""
        if self.most < 1:
            raise OptionError(f"--option memory_pack.most={self.most}: must be 1 or more")
        everything = list(conversations)
        found = find_statements(everything)
        chosen = found[-self.most :]
        messages = sum(len(conversation.messages) for conversation in everything)
        if self.required and not found:
            raise NothingToExportError(_nothing(messages))
        text = self._text(chosen, _assistants(everything)) if chosen else f"({_nothing(messages)})"
        with target.writing() as stream:
            stream.write(f"{text}\n".encode("utf-8", "surrogatepass"))
        of = f" of {len(found):,}" if len(chosen) < len(found) else ""
        notes.add(
            "selected",
            f"{len(chosen):,}{of} {'statement' if len(found) == 1 else 'statements'} from "
            f"{count_words(messages, 'message')} {'is' if len(chosen) == 1 else 'are'} in the memory pack: "
            "only what people say about themselves in plain words is found",
        )

    def _text(self, statements: Sequence[Statement], assistants: str) -> str:
        if self.form == "claude":
            return "\n".join((_FENCE, *(f"[{_day(one)}] - {_cited(one)}" for one in statements), _FENCE))
        lead = (_GROUPED if self.form == "gemini" else _REQUEST).format(f"{assistants} on {PLATFORM}")
        return "\n\n".join((lead, *_sections(statements)))


def _sections(statements: Sequence[Statement]) -> Iterator[str]:
    for key, title in sections().items():
        lines = [f"- {_day(one)}: {_cited(one)}" for one in statements if one.section == key]
        if lines:
            yield "\n".join((f"## {title}", "", *lines))


def _cited(statement: Statement) -> str:
    again = f", {statement.times} times" if statement.times > 1 else ""
    return f"“{statement.text}” (in the conversation “{statement.title}”{again})"


def _day(statement: Statement) -> str:
    return "date unknown" if statement.time is None else str(statement.time.date())


def _assistants(conversations: Sequence[Conversation]) -> str:
    people = (first_of_role(conversation, "assistant") for conversation in conversations)
    return " and ".join(dict.fromkeys(escape(person.name) for person in people if person)) or "an assistant"


def _nothing(messages: int) -> str:
    return (
        f"no sentence in {count_words(messages, 'message')} says something lasting about the person in plain "
        "words; there is nothing to paste"
    )


exporter: Final[Exporter] = MemoryPack()
