"""Who is who in a chat: the register of assistants, and which participant is one.

The register is ``bots.toml``. What decides, surest first:

1. ``--assistant``;
2. the number, in whatever form it is printed;
3. the name, where people do not bear it, too (``ChatGPT``, ``ChatGPT 🤖``, ``Claude AI``, but not
   ``Claude``);
4. a line that only chats with one assistant have;
5. conduct: answers at once, never opens, writes long and formatted.

Rungs 4 and 5, and names that people bear, count only where at most two write. Everybody else is a person:
``user`` is whoever talks to the assistant or exported the chat, ``other`` everyone else. Whom the source
itself shows to be the owner of the phone (a database knows who sent what, WhatsApp Web says ``You``) is no
assistant, unless ``--assistant`` or ``--me`` say otherwise. Every decision says its reason in words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from wamigrate.conduct import measure, sample
from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Message, Participant, Role, replace
from wamigrate.notes import Notes
from wamigrate.own_name import own_word
from wamigrate.register import (
    WEAK,
    Bot,
    Fingerprint,
    Match,
    Period,
    active,
    address,
    bots_by_name,
    business_fingerprints,
    clean_name,
    cut_length,
    find_bot,
    fold,
    match_name,
    match_participant,
    official_accounts,
    phone_of,
    read_register,
    register,
    spellings,
)

__all__ = [
    "Bot",
    "Fingerprint",
    "Match",
    "Period",
    "active",
    "apply_roles",
    "assign_roles",
    "business_fingerprints",
    "clean_name",
    "cut_length",
    "decide",
    "find_bot",
    "match_participant",
    "phone_of",
    "register",
]

_PAIR: Final = 2


class _Owner(NamedTuple):
    """Whose phone wrote the export."""

    name: str
    reason: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Chat:
    conversation: Conversation
    participants: dict[str, Participant]
    """All, by name; also authors that the conversation does not list."""
    writers: tuple[str, ...]
    """Who writes more than notices, in order of appearance."""
    owner: _Owner | None
    matches: dict[str, Match]
    official: dict[str, str]
    """Who bears the number of an official account that is no assistant, with its title."""

    def sample(self) -> list[tuple[Message, ...]]:
        return sample(self.conversation.messages)


class _Verdict(NamedTuple):
    service: str | None
    reason: str


def _survey(conversation: Conversation, me: str | None) -> _Chat:
    writers: dict[str, None] = {}
    owner: _Owner | None = None
    authors: dict[str, None] = {}
    for message in conversation.messages:
        name = message.author
        if name is None:
            continue
        if message.role == "notice":
            authors[name] = None
            continue
        writers[name] = None
        if message.flags and owner is None and "deleted-by-you" in message.flags:
            owner = _Owner(name, "deleted a message where the export says 'you'", sure=True)
    participants = {participant.name: participant for participant in conversation.participants}
    for name in (*writers, *authors):
        participants.setdefault(name, Participant(name, "other"))
    if me is not None:
        owner = _Owner(_resolve(participants, me, "--me"), "given with --me", sure=True)
    else:
        said = _owner_by_source(conversation, tuple(writers))
        owner = said if said and said.sure else owner or said
    matches = {name: match for name, one in participants.items() if (match := match_participant(one))}
    official = {
        name: title
        for name, one in participants.items()
        for spelling in spellings(one)
        if (title := official_accounts().get(address(spelling)))
    }
    owner = owner or _owner_by_title(conversation.title, tuple(writers))
    return _Chat(conversation, participants, tuple(writers), owner, matches, official)


def _owner_by_source(conversation: Conversation, writers: tuple[str, ...]) -> _Owner | None:
    """Return whom the source shows to be the owner: a parser that knows says so, or the name is ``You``."""
    for one in conversation.participants:
        if one.role == "user" and one.reason:
            return _Owner(one.name, one.reason, sure=True)
    words = {name: word for name in writers if (word := own_word(name))}
    if len(words) != 1:
        return None
    ((name, word),) = words.items()
    if fold(name) == fold(clean_name(conversation.title or "")):
        return None
    return _Owner(name, f"'{name}' is how an export calls whoever made it", sure=word == "sure")


def _owner_by_title(title: str | None, writers: tuple[str, ...]) -> _Owner | None:
    """Tell the owner of a chat between two: it is named after the one whose phone it is not."""
    if not title or len(writers) != _PAIR:
        return None
    shown = f" {fold(clean_name(title))} "
    ends = [
        name for name in writers if shown.startswith(f" {fold(name)} ") or shown.endswith(f" {fold(name)} ")
    ]
    if len(ends) != 1:
        return None
    other = writers[1] if ends[0] == writers[0] else writers[0]
    return _Owner(other, f"the chat is named after {ends[0]}, so it is this one's phone", sure=False)


def _resolve(participants: Mapping[str, Participant], text: str, option: str) -> str:
    """Find a participant by name, number or the assistant that it is."""
    wanted = clean_name(text)
    for name, one in participants.items():
        if any(fold(spelling) == fold(wanted) for spelling in spellings(one)):
            return name
    for name, one in participants.items():
        if address(wanted) in {address(spelling) for spelling in spellings(one)}:
            return name
    bot = find_bot(wanted)
    for name, one in participants.items():
        match = match_participant(one)
        if bot is not None and match is not None and match.bot is bot:
            return name
    raise OptionError(f"{option} {text}: nobody in the chat is called so; there are: {_listed(participants)}")


def _listed(names: Iterable[str], most: int = 8) -> str:
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return (", ".join(every[:most]) or "nobody") + more


def _assistants(chat: _Chat, assistant: str | None, service: str | None) -> dict[str, _Verdict]:
    """Climb down the ladder; the first rung that finds somebody decides."""
    proven = _by_proof(chat)
    if assistant is not None:
        name, key = _given(chat, assistant, service)
        others = proven if len(chat.writers) > _PAIR else {}
        return others | {name: _Verdict(key or _service(chat, name), "given with --assistant")}
    if proven or len(chat.writers) > _PAIR:
        return proven
    return _by_line(chat) or _by_conduct(chat)


def _given(chat: _Chat, assistant: str, service: str | None) -> tuple[str, str | None]:
    """Read ``NAME`` or ``NAME=SERVICE``; a name that holds ``=`` is tried as it is first."""
    name, equals, key = assistant.rpartition("=")
    if service is None and equals and fold(clean_name(assistant)) not in map(fold, chat.participants):
        assistant, service = name, key
    found = _resolve(chat.participants, assistant, "--assistant")
    if chat.owner and chat.owner.name == found and chat.owner.reason == "given with --me":
        raise OptionError(f"--assistant {assistant}: cannot be the one given with --me, too")
    if service is None:
        return found, None
    bot = find_bot(service)
    if bot is None:
        known = ", ".join(sorted(bot.key for bot in register()))
        raise OptionError(f"--assistant {assistant}={service}: no such service; leave it out or use: {known}")
    return found, bot.key


def _by_proof(chat: _Chat) -> dict[str, _Verdict]:
    """Judge by numbers and names; between two, a number beats another assistant's name."""
    settled = {
        name: _Verdict(one.service, one.reason or "the source says so")
        for name, one in chat.participants.items()
        if one.role == "assistant"
    }
    if settled:
        return settled
    candidates = chat.participants if len(chat.writers) < _PAIR else chat.writers
    proofs = {name: chat.matches[name] for name in candidates if _proves(chat, name)}
    rivals = len(chat.writers) == _PAIR and len({match.bot.key for match in proofs.values()}) > 1
    best = min((match.rank for match in proofs.values()), default=0)
    return {
        name: _Verdict(match.bot.key, match.reason)
        for name, match in proofs.items()
        if match.rank == best or not rivals
    }


def _proves(chat: _Chat, name: str) -> bool:
    return name in chat.matches and chat.matches[name].rank != WEAK and not _is_owner(chat, name)


def _is_owner(chat: _Chat, name: str) -> bool:
    return chat.owner is not None and chat.owner.sure and chat.owner.name == name


def _by_line(chat: _Chat) -> dict[str, _Verdict]:
    marks = [(bot, mark) for bot in register() for mark in bot.fingerprints if mark.decides]
    for message in (message for window in chat.sample() for message in window):
        line = message.text.replace("\u00a0", " ").lower()
        for bot, mark in marks:
            if (message.role == "notice") != (mark.line == "notice") or not mark.fits(line):
                continue
            bearer = _bearer(chat, mark, message.author)
            if bearer is not None and bearer not in chat.official and not _is_owner(chat, bearer):
                return {bearer: _Verdict(bot.key, f"the chat has {mark.meaning}")}
    return {}


def _bearer(chat: _Chat, mark: Fingerprint, author: str | None) -> str | None:
    """Who is the assistant, given whose line it is; iPhones print the other side as a notice's author."""
    if mark.line == "assistant" or (mark.line == "notice" and author in chat.writers):
        return author
    if mark.line == "notice":
        author = chat.owner.name if chat.owner else None
    others = [name for name in chat.writers if name != author]
    if len(others) == 1:
        return others[0] if author is not None else None
    if len(others) != _PAIR:
        return None
    first, second = (
        len(measure(chat.sample(), name, other).signs()) for name, other in (others, others[::-1])
    )
    return None if first == second else others[first < second]


def _by_conduct(chat: _Chat) -> dict[str, _Verdict]:
    if len(chat.writers) != _PAIR:
        return {}
    for name, other in (chat.writers, chat.writers[::-1]):
        if name in chat.official or _is_owner(chat, name):
            continue
        mine, theirs = measure(chat.sample(), name, other), measure(chat.sample(), other, name)
        weak = chat.matches.get(name)
        if mine.convinces(theirs, named=weak is not None):
            called = f"{weak.reason} and " if weak else ""
            return {
                name: _Verdict(_service(chat, name), f"{called}behaves like an assistant: {mine.describe()}")
            }
    return {}


def _service(chat: _Chat, name: str) -> str | None:
    """Which assistant somebody is who is known to be one: by name, by introducing itself, by the title."""
    if name in chat.matches:
        return chat.matches[name].bot.key
    for message in (message for window in chat.sample() for message in window):
        if message.author == name and message.role != "notice":
            found = _introduction().search(message.text[:1000].lower())
            if found:
                return _by_title()[found[1]].key
    titled = match_name(clean_name(chat.conversation.title or ""))
    return titled.bot.key if titled else None


@cache
def _by_title() -> dict[str, Bot]:
    return {bot.title.lower(): bot for bot in register() if bot.evidence != "C"}


@cache
def _introduction() -> re.Pattern[str]:
    phrases = "|".join(map(re.escape, read_register().words.introductions))
    return re.compile(rf"(?<!\w)(?:{phrases}) ({'|'.join(map(re.escape, _by_title()))})(?!\w)")


def _people(chat: _Chat, assistants: Mapping[str, _Verdict]) -> dict[str, tuple[Role, str]]:
    people = [name for name in chat.writers if name not in assistants]
    user, reason = _user(chat, people, assistants)
    roles: dict[str, tuple[Role, str]] = {}
    for name in chat.participants:
        if name in chat.official:
            roles[name] = ("other", f"number is {chat.official[name]}'s, which is no assistant")
        elif name not in chat.writers:
            roles[name] = ("other", "writes no message")
        else:
            roles[name] = ("other", f"one of {len(people)} people" if len(people) > 1 else "a person")
    if user is not None:
        roles[user] = ("user", reason)
    return roles


def _user(chat: _Chat, people: list[str], assistants: Mapping[str, _Verdict]) -> tuple[str | None, str]:
    """Who is the user, surest first, and why; null where nothing tells (groups without ``--me``)."""
    if chat.owner and chat.owner.sure and chat.owner.name not in assistants:
        return chat.owner.name, chat.owner.reason
    people = [name for name in people if name not in chat.official]
    if len(people) == 1:
        return people[0], "the only person who writes"
    if chat.owner and chat.owner.name in people:
        return chat.owner.name, chat.owner.reason
    asking = _asking(chat, people) if assistants else []
    if len(asking) == 1:
        return asking[0], "the only one who addresses the assistant"
    if len(people) == _PAIR and not assistants:
        return people[0], "writes first; nothing tells whose phone it is"
    return None, ""


def _asking(chat: _Chat, people: list[str]) -> list[str]:
    """Return the people who mention an assistant with ``@``."""
    names = "|".join(re.escape(name).replace(r"\ ", r"\s") for name in chat.matches)
    mention = re.compile(rf"@\W?(?:{names})(?!\w)", re.IGNORECASE)  # iPhones wrap the name in isolates
    found: dict[str, None] = {}
    for message in chat.conversation.messages:
        if message.author in people and message.author not in found and mention.search(message.text):
            found[message.author] = None
    return list(found)


def decide(
    conversation: Conversation,
    *,
    assistant: str | None = None,
    service: str | None = None,
    me: str | None = None,
    notes: Notes | None = None,
) -> dict[str, Participant]:
    """Find out who is who, and leave the conversation as it is.

    Args:
        conversation: as a parser yields it: cleaned names as authors, notices with the role ``notice``.
        assistant: a participant's name or number, or ``NAME=SERVICE``; overrules everything else.
        service: key or name of the assistant in the register; together with ``assistant`` only.
        me: name or number of the participant who exported the chat.
        notes: takes ``no-assistant`` where nobody is one.

    Returns:
        every participant by name with role, service, phone and reason, also authors that the conversation
        does not list. Where the source itself says who is the assistant, and no option is given, what it
        says.

    Raises:
        OptionError: ``assistant``, ``service`` or ``me`` does not exist or does not fit.

    """
    if service is not None and assistant is None:
        raise OptionError(f"service {service}: say whose it is with --assistant NAME={service}")
    if assistant is me is None and any(one.role == "assistant" for one in conversation.participants):
        return {one.name: one for one in conversation.participants}
    chat = _survey(conversation, me)
    assistants = _assistants(chat, assistant, service)
    people = _people(chat, assistants)
    if not assistants and notes is not None:
        names = f" among {_listed(chat.writers)}" if chat.writers else ""
        notes.add("no-assistant", f"nobody could be told to be an assistant{names}; "
                  "say who with --assistant NAME", source=conversation.source)  # fmt: skip
    decided: dict[str, Participant] = {}
    for name, one in chat.participants.items():
        if name in assistants:
            key, reason = assistants[name]
            decided[name] = Participant(name, "assistant", key, _phone(one, key), one.raw_names, reason)
        else:
            role, reason = people[name]
            decided[name] = Participant(name, role, None, _phone(one, None), one.raw_names, reason)
    return decided


def _phone(participant: Participant, service: str | None) -> str | None:
    bot = bots_by_name().get(service or "")
    known = bot.numbers[0] if bot and bot.number_is_proof and bot.evidence in "AB" and bot.numbers else None
    return participant.phone or phone_of(participant.name) or known


def roles_of(messages: Iterable[Message], participants: Iterable[Participant]) -> list[Role]:
    """Return the role of each message's author; notices stay notices."""
    roles: dict[str | None, Role] = {one.name: one.role for one in participants}
    return [
        message.role if message.role == "notice" else roles.get(message.author, message.role)
        for message in messages
    ]


def apply_roles(conversation: Conversation, participants: Mapping[str, Participant]) -> Conversation:
    """Give every message the role of its author; notices stay notices.

    Args:
        conversation: the conversation.
        participants: what :func:`decide` returned for it.

    """
    roles = roles_of(conversation.messages, participants.values())
    messages = tuple(
        message if role == message.role else replace(message, role=role)
        for message, role in zip(conversation.messages, roles, strict=True)
    )
    service = next((one.service for one in participants.values() if one.service), None)
    return replace(
        conversation, service=service, participants=tuple(participants.values()), messages=messages
    )


def assign_roles(
    conversation: Conversation,
    *,
    assistant: str | None = None,
    service: str | None = None,
    me: str | None = None,
    notes: Notes | None = None,
) -> Conversation:
    """Decide who is who and apply it; arguments and errors are those of :func:`decide`."""
    decided = decide(conversation, assistant=assistant, service=service, me=me, notes=notes)
    return apply_roles(conversation, decided)
