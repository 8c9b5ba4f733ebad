"""What the people in a phone's databases are called.

Names come from several places: the address book, the name that somebody gave to the own account, the name
that WhatsApp has verified for a business. Whose name is nowhere is called by what the register of assistants
knows, or by the number.
"""

from collections.abc import Iterable

from wamigrate.jids import bare, phone, shown
from wamigrate.model import Participant
from wamigrate.register import address as folded
from wamigrate.register import clean_name, find_bot, official_accounts


class Contacts:
    """Names by address.

    >>> contacts = Contacts()
    >>> contacts.add("491701234567@s.whatsapp.net", "Nora", None, "nora_b")
    >>> contacts.link("205690463334636@lid", "491701234567@s.whatsapp.net")
    >>> contacts.name("205690463334636@lid"), contacts.name("18002428478@s.whatsapp.net")
    ('Nora', 'ChatGPT')

    """

    def __init__(self) -> None:
        self._names: dict[str, dict[str, None]] = {}
        self._links: dict[str, str] = {}

    def add(self, address: str, *names: str | None) -> None:
        """Add names of somebody, the best first; those added before are better."""
        known = self._names.setdefault(bare(address), {})
        known.update(dict.fromkeys(name for name in names if name and clean_name(name)))

    def link(self, hidden: str, address: str) -> None:
        """Say which number is behind an id that hides it."""
        self._links[bare(hidden)] = bare(address)

    def resolve(self, address: str) -> str:
        """Return an address with its number, where that is known."""
        plain = bare(address)
        return self._links.get(plain, plain)

    def names(self, address: str) -> tuple[str, ...]:
        """Return every name that is stored for somebody, the best first."""
        plain = bare(address)
        return tuple({**self._names.get(self.resolve(plain), {}), **self._names.get(plain, {})})

    def name(self, address: str) -> str:
        """Return what to call somebody, cleaned."""
        stored = self.names(address)
        if stored:
            return clean_name(stored[0])
        resolved = self.resolve(address)
        number = phone(resolved)
        bot = find_bot(number or resolved)
        if bot is not None and (bot.number_is_proof or number is None):
            return bot.title
        return official_accounts().get(folded(resolved)) or shown(resolved)

    def participant(self, name: str, address: str) -> Participant:
        """Return somebody as a participant of a chat.

        Args:
            name: what the chat calls this one.
            address: whose.

        """
        resolved, plain = self.resolve(address), bare(address)
        spellings = dict.fromkeys((*self.names(address), resolved, plain))
        return Participant(name, "other", phone=phone(resolved), raw_names=tuple(spellings))


def unique_name(name: str, extra: str | None, taken: Iterable[str]) -> str:
    """Return a name that nobody else in a chat has.

    Args:
        name: what somebody is called.
        extra: what tells this one from others of that name, best a number.
        taken: the others' names.

    >>> unique_name("Ana", "+491701234567", ["Ana"]), unique_name("Ana", None, ["Ana", "Ana (2)"])
    ('Ana (+491701234567)', 'Ana (3)')

    """
    others = set(taken)
    if name in others and extra and f"{name} ({extra})" not in others:
        return f"{name} ({extra})"
    candidate, count = name, 1
    while candidate in others:
        count += 1
        candidate = f"{name} ({count})"
    return candidate
