"""WhatsApp's own addresses (JIDs), such as ``18002428478@s.whatsapp.net``: whom or what they name."""

import re
from typing import Final

_PEOPLE: Final = frozenset({"s.whatsapp.net", "c.us", "lid", "hosted", "hosted.lid"})
"""Servers of accounts: by number, the same as Web used to call it, and by an id that hides the number."""
_NUMBERS: Final = "s.whatsapp.net"
_DEVICE: Final = re.compile(r"[.:].*")
_E164: Final = re.compile(r"[1-9]\d{6,14}")
"""Digits of a number with its country code (ITU-T E.164)."""
_PRIVATE: Final = frozenset({*_PEOPLE, "bot"})


def bare(address: str) -> str:
    """Return an address without the device that it was written from, the same for all spellings.

    >>> bare("491701234567.0:12@s.whatsapp.net"), bare("491701234567@c.us"), bare("4917-16@g.us")
    ('491701234567@s.whatsapp.net', '491701234567@s.whatsapp.net', '4917-16@g.us')
    """
    user, _, server = address.rpartition("@")
    if server not in _PEOPLE:
        return address
    return f"{_DEVICE.sub('', user)}@{_NUMBERS if server == 'c.us' else server}"


def phone(address: str) -> str | None:
    """Return the number that an address is made of, as E.164; None where it hides the number or has none.

    >>> phone("18002428478@s.whatsapp.net"), phone("205690463334636@lid"), phone("0@s.whatsapp.net")
    ('+18002428478', None, None)
    """
    user, _, server = bare(address).rpartition("@")
    return f"+{user}" if server == _NUMBERS and _E164.fullmatch(user) else None


def shown(address: str) -> str:
    """Return what to call somebody of whom nothing but the address is known.

    >>> shown("18002428478@s.whatsapp.net"), shown("205690463334636@lid")
    ('+18002428478', '205690463334636@lid')
    """
    user, _, server = bare(address).rpartition("@")
    return f"+{user}" if server == _NUMBERS and user.isdecimal() else address


def is_private(address: str) -> bool:
    """Tell the address of one person or assistant from that of a group, list or channel.

    >>> is_private("867051314767696@bot"), is_private("120363023356659014@g.us")
    (True, False)
    """
    return address.rpartition("@")[2] in _PRIVATE
