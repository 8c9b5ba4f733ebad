"""What is recorded of every chat file that was read, whatever its format."""

from wamigrate.model import SourceInfo
from wamigrate.source import Member, Source


def source_info(source: Source, member: Member, format_name: str, sha256: str, size: int) -> SourceInfo:
    """Return the record of a chat file; what a format knows beyond that is put in with ``replace``.

    Args:
        source: what holds the file.
        member: the file.
        format_name: name of the parser.
        sha256: hex digest of the chat, as stored.
        size: of the chat, as stored, in bytes.

    """
    return SourceInfo(
        id=sha256[:12],
        name=source.name,
        member=None if source.kind == "file" else member.name,
        format=format_name,
        sha256=sha256,
        size=size,
    )
