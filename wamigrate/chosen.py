"""What a person chose of an input: the format it is to be read as, and the one chat of several.

Databases know by themselves which of their chats is meant (:mod:`wamigrate.stored_chat`), by the option
``chat`` of their parsers. All others are asked here for everything, and what is not meant is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from wamigrate.errors import NoChatError, OptionError, ParseError, UnknownFormatError, WamigrateError
from wamigrate.formats import Confidence, Parser, detect, option_types
from wamigrate.long_chat import LongChat, Surveyor
from wamigrate.model import Conversation, Participant
from wamigrate.notes import Notes
from wamigrate.register import address, clean_name, find_bot, fold
from wamigrate.settings import Settings
from wamigrate.source import Source, describe_bytes

T = TypeVar("T")
_LISTED: Final = 20
_TEXT: Final = describe_bytes(b"text")
"""What is said of any text; parsers know more of what one lacks."""
_PAIR: Final = 2


def parse_chosen(parser: Parser, source: Source, notes: Notes, settings: Settings) -> Iterator[Conversation]:
    """Yield the conversations of a source that are meant.

    Args:
        parser: what ``settings`` say is to read it.
        source: the input.
        notes: takes the sources and findings of what is meant.
        settings: what was asked for.

    Raises:
        OptionError: no chat is called as ``settings.chat`` says.
        WamigrateError: as the parser's; where the input is of another format than was said, it says which.

    """
    try:
        if settings.chat is None or "chat" in option_types(parser):
            yield from parser.parse(source, notes)
        else:
            chats = _Chosen(settings.chat, source)
            yield from chats.among(parser.parse(source, notes), lambda chat: chat)
            chats.forget_others(notes)
    except (NoChatError, ParseError) as error:
        raise _advised(error, parser, source, settings) from error


def survey_chosen(
    parser: Surveyor, source: Source, at_least: int, settings: Settings
) -> tuple[LongChat, ...] | None:
    """Look through an input for long chats that are meant; arguments and errors as above."""
    try:
        found = parser.survey(source, at_least)
    except (NoChatError, ParseError) as error:
        raise _advised(error, parser, source, settings) from error
    if found is None or settings.chat is None:
        return found
    return tuple(_Chosen(settings.chat, source).among(found, lambda chat: chat.excerpt))


class _Chosen:
    """The chats of one name among all of a source."""

    def __init__(self, wanted: str, source: Source) -> None:
        self._wanted = wanted
        self._where = source.name
        self._found = False
        self._sources: set[str] = set()
        self._others: dict[str, None] = {}

    def among(self, found: Iterable[T], chat_of: Callable[[T], Conversation]) -> Iterator[T]:
        """Yield what is meant.

        Raises:
            OptionError: nothing is.

        """
        for one in found:
            chat = chat_of(one)
            if is_called(chat, self._wanted):
                self._found = True
                self._sources |= {span.source for said in chat.messages for span in said.spans}
                self._sources.add(chat.source)
                yield one
            else:
                self._others[_label(chat)] = None
        if not self._found:
            raise OptionError(
                f"chat {self._wanted!r}: there is no such chat in {self._where}; there are: "
                f"{_listed(list(self._others))}"
            )

    def forget_others(self, notes: Notes) -> None:
        """Remove the sources and findings of chats that are not meant."""
        if self._others:
            notes.sources[:] = [info for info in notes.sources if info.id in self._sources]
            notes.items[:] = [note for note in notes.items if note.source in (None, *self._sources)]


def is_called(chat: Conversation, wanted: str) -> bool:
    """Tell whether a chat is meant by a name: its title, or the name, number or service of the other one.

    A chat of two is called after the other one; its owner, where the title tells who that is, does not name
    it. What was split before has titles of its own, and is called after those who are not the user.

    >>> people = (Participant("Ana", "other"), Participant("ChatGPT", "other"))
    >>> chat = Conversation("", "ChatGPT", None, people, None, None, (), "s")
    >>> [is_called(chat, name) for name in ("chatgpt", "+1 800 242 8478", "Ana", "Copilot")]
    [True, True, False, False]
    """
    title, name = fold(chat.title or ""), fold(clean_name(wanted))
    return bool(name) and (title == name or any(_goes_by(person, wanted) for person in _others(chat)))


def _others(chat: Conversation) -> list[Participant]:
    """Return those whom a chat may be called after."""
    people = [person for person in chat.participants if person.role != "user"]
    if chat.id or not chat.title:
        return people
    titled = [person for person in people if fold(person.name) == fold(chat.title)]
    return titled or (people if len(people) <= _PAIR else [])


def _goes_by(person: Participant, wanted: str) -> bool:
    names = {fold(clean_name(name)) for name in (person.name, *person.raw_names)}
    if fold(clean_name(wanted)) in names:
        return True
    digits = address(clean_name(wanted))
    if digits.isdecimal() and digits in (address(person.name), (person.phone or "").removeprefix("+")):
        return True
    bot = find_bot(wanted)
    return bot is not None and find_bot(person.phone or person.name) == bot


def _label(chat: Conversation) -> str:
    names = " and ".join(person.name for person in _others(chat))
    return (names if chat.id else chat.title) or names or chat.title or "a chat without a name"


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _LISTED:,} more" if len(labels) > _LISTED else ""
    return (", ".join(labels[:_LISTED]) or "none") + more


def _advised(
    error: NoChatError | ParseError, parser: Parser, source: Source, settings: Settings
) -> WamigrateError:
    """Return an error that says what an input is, where it is not what was said; else the error as it is."""
    try:
        if settings.from_ is None or parser.sniff(source) is not Confidence.NO:
            return error
        other = detect(source)
    except UnknownFormatError:
        words = source.describe()
        return error if words == _TEXT else _unlike(error, parser, source, f"is {words}")
    except WamigrateError:
        return error
    advice = f"looks like {other.title}: leave --from out, or give --from {other.name}"
    return _unlike(error, parser, source, advice)


def _unlike(error: WamigrateError, parser: Parser, source: Source, words: str) -> WamigrateError:
    return type(error)(f"{source.name}: cannot be read as {parser.title}; it {words}")
