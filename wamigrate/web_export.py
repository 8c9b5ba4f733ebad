"""Finding exports from WhatsApp Web and for desktop: ``chat.txt``, ``chat.md`` and a folder ``media``.

Their ``chat.txt`` is always written the American way, ``[1/2/26, 9:05:12 AM] Name: text``, whatever the
language. From phones' exports it differs by lines without a time at the beginning and by notices after a
dash.
"""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from wamigrate.chatfile import ChatFile, chat_title, is_debris
from wamigrate.encoding import to_utf8
from wamigrate.errors import SourceError
from wamigrate.lines import Lock, Shape
from wamigrate.notices import notice_topic
from wamigrate.source import Member, Source

_HEAD: Final = 1 << 16
_DATE: Final = rb"[1-9]\d?/[1-9]\d?/\d\d"
_TIME: Final = rb"(?:1[0-2]|[1-9]):[0-5]\d"
_NAME: Final = rb"[^\n:]{1,400}|[^\n]{1,400}?"
_NAME_END: Final = rb":(?: |(?=\r?(?:\n|\Z)))"
_NAMELESS: Final = rb"(?!- |<[^<>\n]{1,200}>\r?(?:\n|\Z))"
_SHAPE: Final = Shape("[0/0/0, 0:0:0 w] ", "copy", time_first=False, has_seconds=True, has_year=True)
HEADER: Final = re.compile(rb"(?:\A|(?<=\n))\[" + _DATE + b", " + _TIME + rb":[0-5]\d [AP]M\] ")
_NOTICE: Final = re.compile(HEADER.pattern + rb"- ")
HEADER_LINE: Final = re.compile(rb"\n(\[([1-9]\d?)/([1-9]\d?)/\d\d, " + _TIME + rb":[0-5]\d [AP]M\] [^\n]*)")
"""A line that begins with a header, after a line end: the line, and the numbers of day and month."""
_MARKDOWN: Final = re.compile(rb"(?:\xef\xbb\xbf)?# [^\n]+\n[^\n]+: [^\n]+\n\n")
_COPY: Final = re.compile(r"(?: ?\(\d+\))+$")


class WebChat(NamedTuple):
    """The files of one exported chat."""

    source: Source
    """The input, or the archive inside it that holds the chat."""
    text: Member
    markdown: Member | None

    @property
    def media(self) -> tuple[Member, ...]:
        """Every other file of the export."""
        if self.source.kind == "file":
            return ()
        folder = self.text.name.removesuffix(self.text.basename)
        return tuple(
            member
            for member in self.source.members
            if member.name.startswith(folder)
            and member not in (self.text, self.markdown)
            and not is_debris(member)
        )

    @property
    def title(self) -> str | None:
        """Name of the chat as far as the archive's name tells it; the name may have lost characters."""
        if self.source.kind != "zip":
            return None
        stem = self.source.name.rpartition("/")[2]
        stem = stem[: -len(".zip")] if stem.casefold().endswith(".zip") else stem
        return _COPY.sub("", stem).strip() or None


def web_lock(names: Collection[str] = ()) -> Lock:
    """Return what cuts ``chat.txt`` into messages; notices, after a dash, and ``<…>`` have no name.

    Args:
        names: those that hold a colon.

    """
    long = [re.escape(name.encode()) for name in sorted(names, key=len, reverse=True)]
    author = _NAMELESS + b"(?:" + b"|".join([*long, _NAME]) + b")" + _NAME_END
    header = rb"(\[" + _DATE + rb", )(" + _TIME + rb")(:[0-5]\d [AP]M\] )((?:" + author + b")?)"
    return Lock(_SHAPE, header, 1)


def find_web_chats(source: Source) -> list[WebChat]:
    """Find the exports from WhatsApp Web in a source, also in archives inside it.

    Raises:
        SourceError: the source cannot be read.

    """
    if source.kind == "file":
        member = source.members[0]
        return [WebChat(source, member, None)] if is_web_text(source, member) else []
    found = _find(source)
    if not found and not any(map(_is_phone_chat, source.members)):
        for member in source.members:
            if member.name.casefold().endswith(".zip") and not is_debris(member):
                found += _find_inside(source, member)
    return found


def _is_phone_chat(member: Member) -> bool:
    return member.basename == "_chat.txt" or (
        member.name.casefold().endswith(".txt") and chat_title(member.basename) is not None
    )


def _find_inside(source: Source, member: Member) -> list[WebChat]:
    try:
        return _find(source.nested(member))
    except SourceError:
        return []


def _find(source: Source) -> list[WebChat]:
    texts = [member for member in source.members if member.basename == "chat.txt" and not is_debris(member)]
    chats = [WebChat(source, member, _markdown(source, member)) for member in texts]
    return [chat for chat in chats if is_web_chat(chat)]


def is_web_chat(chat: WebChat) -> bool:
    """Tell whether files are an export from WhatsApp Web."""
    if chat.markdown is not None and _MARKDOWN.match(chat.source.head(chat.markdown, _HEAD)):
        return HEADER.search(to_utf8(chat.source.head(chat.text, _HEAD)).data) is not None
    return is_web_text(chat.source, chat.text)


def is_web_file(file: ChatFile) -> bool:
    """Tell whether a chat file is the text of an export from WhatsApp Web."""
    if file.source.kind != "file" and file.member.basename != "chat.txt":
        return False
    markdown = None if file.source.kind == "file" else _markdown(file.source, file.member)
    return is_web_chat(WebChat(file.source, file.member, markdown))


def is_web_text(source: Source, member: Member) -> bool:
    """Tell whether a text is that of an export from WhatsApp Web, by what phones never write."""
    head = to_utf8(source.head(member, _HEAD)).data.removeprefix(b"\xef\xbb\xbf")
    first = HEADER.search(head)
    if first is None or b"\n[" not in b"\n" + head:
        return False
    opening = head[: first.start()].partition(b"\n")[0].decode("utf-8", "replace")
    return notice_topic(opening) == "encryption" or _NOTICE.search(head) is not None


def _markdown(source: Source, text: Member) -> Member | None:
    return source.get(f"{text.name.removesuffix('chat.txt')}chat.md")
