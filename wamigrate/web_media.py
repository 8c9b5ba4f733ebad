"""Which file of an export from WhatsApp Web a message means, also where the message does not name it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from wamigrate.members import MemberIndex, media_type
from wamigrate.model import Attachment
from wamigrate.phrases import phrase_key
from wamigrate.source import Member
from wamigrate.tables import read_table

_NAMED_BY_TIME: Final = re.compile(
    r"WhatsApp \w+ (\d{4})-(\d\d)-(\d\d) \D{1,4} (\d{1,2})[.:_](\d\d)[.:_](\d\d)(?: ?([AP])M)?"
)
"""How WhatsApp Web calls a picture that has no name: ``WhatsApp Image 2026-01-02 at 9.05.12 AM.jpeg``."""
_NOON: Final = 12


class WebMedia:
    """The files of an export from WhatsApp Web.

    Pictures, recordings and the like have no names of their own: the message then says ``image``, and the
    file bears the message's time.

    Args:
        members: the files.

    >>> media = WebMedia([Member("media/WhatsApp Image 2026-01-02 at 9.05.12 PM.jpeg", 5, None)])
    >>> media.attach("image", datetime(2026, 1, 2, 21, 5, 12), None).member
    'media/WhatsApp Image 2026-01-02 at 9.05.12 PM.jpeg'

    """

    def __init__(self, members: Sequence[Member]) -> None:
        self.index: MemberIndex = MemberIndex(members)
        self._by_time: defaultdict[datetime, list[Member]] = defaultdict(list)
        for member in members:
            taken = _time(member.basename)
            if taken is not None:
                self._by_time[taken].append(member)

    def knows(self, name: str) -> bool:
        """Tell whether a file of this name came with the export."""
        return self.index.find(name) is not None

    def attach(
        self, name: str, when: datetime | None, caption: str | None, fallback: str | None = None
    ) -> Attachment:
        """Return the attachment of a message.

        Args:
            name: as the message prints it: a file name, or a word such as ``image``.
            when: time of the message.
            caption: text beside the file.
            fallback: media type where the name tells none.

        """
        if "." in name or self.knows(name):
            return self.index.attach(name, caption, fallback)
        noun = noun_type(name)
        for member in self._by_time.get(when, ()) if when else ():
            if member.name not in self.index.used and _is_a(noun, member):
                return self.index.attach(member.basename, caption, noun)
        return Attachment(name=None if noun else name, media_type=noun, caption=caption)


def _is_a(noun: str | None, member: Member) -> bool:
    """Tell whether a file is of the type that the message speaks of, as far as both are known."""
    kind = media_type(member.basename)
    return noun is None or kind is None or kind.partition("/")[0] == noun.partition("/")[0]


def noun_type(name: str) -> str | None:
    """Return the media type for a word that stands for a file's name; null for names of files.

    >>> noun_type("voice message"), noun_type("Plan.pdf")
    ('audio', None)
    """
    if "." in name:
        return None
    key = phrase_key(name)
    return next((kind for kind, words in read_table("web.toml")["nouns"].items() if key in words), None)


def _time(name: str) -> datetime | None:
    match = _NAMED_BY_TIME.match(name)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    if match[7]:
        hour = hour % _NOON + (_NOON if match[7] == "P" else 0)
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the browser's wall clock
    except ValueError:
        return None
