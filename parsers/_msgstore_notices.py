"""What Android notes about a chat: rows of type 7, each with a number for what happened."""

from collections.abc import Callable, Iterator
from typing import Final

from wamigrate.database import as_int, as_text
from wamigrate.message_types import numbers
from wamigrate.printed_bodies import length_words
from wamigrate.stored_body import notice
from wamigrate.stored_chat import Body

from ._msgstore_details import Details

_BLOCKED: Final = 58
_PROVIDER: Final = 67
_STATE: Final = 69
_MANAGED: Final = 10
"""``biz_state_id`` of a business whose chats Meta manages."""
_ENCRYPTED: Final = 1
"""``privacy_message_type`` of a business whose chats nobody manages."""


def stored_notice(
    details: Details, message: int, text: str, actor: str, partner: str, called: Callable[[int], str]
) -> Body:
    """Return what a notice of the current schema says.

    Args:
        details: what is stored around messages.
        message: its row.
        text: its own text: a group's name, a description.
        actor: who did it; empty where unknown.
        partner: the other side of the chat; empty in groups.
        called: names somebody by the row of the address.

    """
    number = details.number("message_system", message)
    old, new = (details.first("message_system_number_change", message) or (0, 0))[:2]
    setting = details.first("message_ephemeral_setting", message)
    values = {
        "actor": actor,
        "users": ", ".join(_users(details, message, called)),
        "partner": partner,
        "text": text,
        "old": called(as_int(old))
        or as_text((details.first("message_system_value_change", message) or ("",))[0]),
        "new": called(as_int(new)) or partner,
        "length": length_words(as_int(setting[0])) if setting and as_int(setting[0]) > 0 else "",
    }
    return notice(number, _template(details, message, number), values)


def _users(details: Details, message: int, called: Callable[[int], str]) -> Iterator[str]:
    for (user,) in details.all("message_system_chat_participant", message):
        yield called(as_int(user))


def _template(details: Details, message: int, number: int) -> str | None:
    """Return the words for what happened, which sometimes depend on more than its number."""
    known = numbers("android")
    variant = None
    setting = details.first("message_ephemeral_setting", message)
    if number == _BLOCKED and details.all("message_system_block_contact", message):
        variant = None if details.number("message_system_block_contact", message) else "unblocked"
    elif number == _PROVIDER:
        managed = details.number("message_system_initial_privacy_provider", message) == _MANAGED
        variant = "business" if managed else None
    elif number == _STATE:
        private = details.number("message_system_business_state", message) == _ENCRYPTED
        variant = "encrypted" if private else None
    elif setting is not None and as_int(setting[0]) == 0:
        variant = "timer_off"
    return known.variants[variant] if variant else known.notices.get(number)
