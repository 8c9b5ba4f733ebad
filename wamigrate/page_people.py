"""Who wrote what on a WhatsApp Web page, and which of them is the one who saved it.

Pages have shown the side of a message in many ways: classes and ids until 2026, tails at the first bubble of
a run, ticks at messages of one's own, and the word for oneself that screen readers speak. One way is enough;
what it says of a name holds for every message of that name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from wamigrate.bots import phone_of
from wamigrate.jids import bare, phone
from wamigrate.model import Participant
from wamigrate.own_name import own_word
from wamigrate.page_list import ChatPage
from wamigrate.page_row import Row
from wamigrate.page_times import read_stamp
from wamigrate.register import clean_name

_ADDRESS: Final = re.compile(r"(?:true|false)_([^_@]+)@([a-z.]+)_[^_@]*(?:_([^_@]+)@([a-z.]+))?")
"""WhatsApp's own id of a message until 2026: direction, chat, id, and in groups who wrote it."""
_GROUP: Final = "g.us"
_PAIR: Final = 2
_NOBODY: Final = "You"
"""Name of whoever saved the page, where the page has none."""


class Person(NamedTuple):
    """Who wrote a row."""

    name: str | None
    outgoing: bool | None


class People:
    """Who is who on a page.

    Args:
        page: the page.

    Attributes:
        of_rows: who wrote each row.
        owner: name of whoever saved the page, where the page tells.
        names: everybody who writes.

    """

    def __init__(self, page: ChatPage) -> None:
        self._page = page
        self._raw: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._addresses: dict[str, str] = {}
        self._authors = [self._author(row) for row in page.rows]
        self._own = self._own_names()
        self._others = {name for name in self._authors if name is not None and name not in self._own}
        self.owner: str | None = next(iter(self._own), None)
        self.of_rows: list[Person] = list(self._assign())
        self.names: set[str | None] = {person.name for person in self.of_rows}
        for row, person in zip(page.rows, self.of_rows, strict=True):
            self._note_address(row, person)

    def _author(self, row: Row) -> str | None:
        raw = read_stamp(row.stamp).name if row.stamp else row.author
        name = clean_name(raw)
        if name:
            self._raw[name][raw] = None
        return name or None

    def _own_names(self) -> list[str]:
        """Return the names of whoever saved the page, judged by the messages that show a side."""
        votes: Counter[str] = Counter()
        for row, author in self._rows():
            if author is not None and row.stamp and row.outgoing is not None:
                votes[author] += 1 if row.outgoing else -1
        own = [name for name, count in votes.most_common() if count > 0]
        return own or self._own_by_label() or self._own_by_title(votes)

    def _own_by_label(self) -> list[str]:
        """Return who is called by the word for oneself, and by a name in what is copied."""
        named = ((row.label, name) for row, name in self._rows() if name is not None)
        return list(dict.fromkeys(name for label, name in named if label != name and own_word(label)))

    def _own_by_title(self, votes: Mapping[str, int]) -> list[str]:
        """Between two, the chat is named after the other one."""
        names = dict.fromkeys(name for name in self._authors if name is not None)
        title = clean_name(self._page.title or "")
        if len(names) != _PAIR or title not in names:
            return []
        return [name for name in names if name != title and votes.get(name, 0) >= 0]

    def _rows(self) -> Iterator[tuple[Row, str | None]]:
        return zip(self._page.rows, self._authors, strict=True)

    def _assign(self) -> Iterator[Person]:
        """Yield who wrote each row; a row that does not tell belongs to the run before it."""
        you = {row.label for row in self._page.rows if row.outgoing}
        tailed = any(row.tailed for row in self._page.rows)
        before = Person(None, None)
        for row, author in self._rows():
            if not row.is_bubble:
                before = Person(None, None)
            else:
                side = row.outgoing
                if side is None and author is not None and self._own:
                    side = author in self._own
                if side is None and row.label:
                    side = row.label in you or own_word(row.label) == "sure"
                if side is None and tailed and not row.tailed:
                    side = before.outgoing
                before = Person(author or self._name(row, side, before), side)
            yield before

    def _name(self, row: Row, side: bool | None, before: Person) -> str | None:
        """Name who wrote a row that names nobody."""
        if side is None:
            return None
        if side:
            return self.owner or _NOBODY
        label, title = clean_name(row.label), clean_name(self._page.title or "")
        if label in self._others or (label and self._others != {title}):
            self._raw[label][row.label] = None
            return label
        return (before.name if before.outgoing is False else None) or title or None

    def _note_address(self, row: Row, person: Person) -> None:
        """Learn somebody's address from WhatsApp's id of a message."""
        found = _ADDRESS.match(row.key)
        if found is None or person.name is None or person.outgoing is not False:
            return
        user, server = (found[3], found[4]) if found[2] == _GROUP else (found[1], found[2])
        if user and server and server != _GROUP:
            self._addresses.setdefault(person.name, bare(f"{user}@{server}"))

    def participants(self) -> tuple[Participant, ...]:
        """List everybody who writes, in order of appearance."""
        found: dict[str, Participant] = {}
        for person in self.of_rows:
            if person.name is None or person.name in found:
                continue
            own = person.name in self._own or (person.outgoing is True and person.name == _NOBODY)
            found[person.name] = self._participant(person.name, own=own)
        return tuple(found.values())

    def _participant(self, name: str, *, own: bool) -> Participant:
        raw = (*self._raw[name],)
        if own:
            reason = "the page shows these messages as sent"
            return Participant(name, "user", None, phone_of(name), raw or (name,), reason)
        address = self._addresses.get(name)
        number = phone_of(name) or (phone(address) if address else None)
        spellings = dict.fromkeys((*raw, address) if address else raw or (name,))
        return Participant(name, "other", None, number, tuple(spellings))
