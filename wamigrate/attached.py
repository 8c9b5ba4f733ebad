"""Bodies that are a file: attached, or left out of the export, with or without a caption."""

import re
from typing import Final, NamedTuple

from wamigrate import phrases
from wamigrate.members import MEDIA_NAME, MemberIndex, looks_like_file, visible
from wamigrate.phrases import BLANK, LONGEST, Phrase, phrase_key

_ANGLE: Final = re.compile(
    r"<[\u200e\u200f]?(?P<word>[^\W\d_][^<>:\uff1a\n]{0,30})[:\uff1a]\s?(?P<name>[^<>\n]{1,255}\.\w{1,8})>$"
)
_OLD: Final = re.compile(
    r"(?P<name>[^<>\n]{1,255}\.\w{1,8}) ?<(?P<mark>[\u200e\u200f]?)(?P<word>[^<>:\n]{2,40})>$"
)
_UNKNOWN_NOTE: Final = re.compile(r" ?(?:\([^()\n]{2,40}\)|[^\n]{2,40})$")
_PAGES: Final = re.compile(r"(?P<name>[^\n]{1,255}\.\w{1,8}) • \d+ [^\n]{1,20}")
_NUMBERED: Final = re.compile(r"-?\d{7,8}-")
_ANY: Final = Phrase("media")
_CONTACT: Final = Phrase("contact", "text/vcard")
_KINDS: Final = {
    "PHOTO": Phrase("media", "image"),
    "VIDEO": Phrase("media", "video"),
    "AUDIO": Phrase("media", "audio"),
    "GIF": Phrase("media", "video"),
    "STICKER": Phrase("media", "image/webp"),
}


class File(NamedTuple):
    """A file that a body stands for."""

    name: str | None
    caption: str
    phrase: Phrase


class Evidence(NamedTuple):
    """What is known beside the body's words."""

    ios: bool
    """Whether the chat is an iPhone's."""
    led: bool
    """Whether U+200E or U+200F led the body."""
    files: MemberIndex


def attached_file(core: str, evidence: Evidence) -> File | None:
    """Return the file that is attached, if the body is one.

    Args:
        core: the body without blanks and marks around it.
        evidence: what else is known.

    """
    line, _, rest = core.partition("\n")
    line = line.rstrip(" \t\r")
    name = _named_before_note(line, evidence) or _named_in_brackets(line, evidence, at_start=True)
    if name is not None:
        return File(name, rest.strip(BLANK), _kind(name))
    name = _named_in_brackets(core, evidence, at_start=False)
    if name is None:
        return None
    caption, document = _split_document(core[: core.rfind("<")].strip(BLANK))
    if document is not None and not _same_document(name, document):
        caption = f"{caption}\n{document}".lstrip("\n")
    return File(name, caption, _kind(name))


def omitted_file(core: str, evidence: Evidence) -> File | None:
    """Return the file that the export left out, if the body stands for one.

    Args:
        core: the body without blanks and marks around it.
        evidence: what else is known.

    """
    line, _, rest = core.partition("\n")
    phrase = _placeholder(line) if evidence.ios or line[:1] == "<" else None
    if phrase is not None and (phrase.bracketed or (evidence.ios and (evidence.led or not rest))):
        return File(None, rest.strip(BLANK), phrase)
    mark = max(core.rfind("\u200e"), core.rfind("\u200f"))
    if not evidence.ios or mark < 0:
        return None
    phrase = _placeholder(core[mark + 1 :])
    if phrase is None or phrase.bracketed:
        return None
    caption, document = _split_document(core[:mark].strip(BLANK))
    return File(document, caption, phrase)


def _placeholder(text: str) -> Phrase | None:
    return phrases.placeholders().get(phrase_key(text)) if len(text) <= LONGEST else None


def _named_before_note(line: str, evidence: Evidence) -> str | None:
    """Return the name in ``name (file attached)`` and in what other languages make of it."""
    if line.endswith(")"):
        cut = line.rfind(" (")
        if cut > 0 and phrase_key(line[cut + 2 : -1]) in phrases.attached_notes():
            return _trusted(line[:cut], evidence)
    for prefix, suffix in phrases.attached_without_parentheses():
        if line.startswith(prefix) and line.endswith(suffix):
            return _trusted(line[len(prefix) : len(line) - len(suffix)], evidence)
    if line.endswith(">") and not line.startswith("<") and (old := _OLD.match(line)):
        known = phrase_key(old["word"]) in phrases.attached_words()
        return old["name"] if known or (evidence.ios and old["mark"]) else None
    match = MEDIA_NAME.match(line) if evidence.led and line[-1:] in (")", ">") else None
    return match[0] if match and _UNKNOWN_NOTE.match(line, match.end()) else None


def _trusted(name: str, evidence: Evidence) -> str | None:
    """Return a name unless it looks like somebody's words."""
    bare = visible(name)
    if not bare:
        return None
    return bare if evidence.led or looks_like_file(bare) or evidence.files.find(bare) else None


def _named_in_brackets(text: str, evidence: Evidence, *, at_start: bool) -> str | None:
    """Return the name in ``<attached: name>`` in any language, where WhatsApp's mark stands before it.

    Without the mark, which editors and mail lose, the word must be known and the name be one of WhatsApp's
    or that of a file that came with the chat.
    """
    at = text.rfind("<") if text.endswith(">") else -1
    if at < 0 or (at == 0) is not at_start:
        return None
    match = _ANGLE.match(text, at)
    if match is None:
        return None
    name = match["name"]
    if evidence.ios and (evidence.led if at_start else text[at - 1] in phrases.MARKS):
        return name
    bare = visible(name)
    known = (
        MEDIA_NAME.fullmatch(bare) or (evidence.ios and _NUMBERED.match(bare)) or evidence.files.find(bare)
    )
    return name if known and phrase_key(match["word"]) in phrases.attached_words() else None


def _split_document(head: str) -> tuple[str, str | None]:
    """Split what stands before a document's placeholder into caption and the document's own name.

    iPhones print ``Name.pdf • 2 pages`` there, with the word in the phone's language; for other documents
    only the name.
    """
    before, _, last = head.rpartition("\n")
    bare = visible(last)
    if match := _PAGES.fullmatch(bare):
        return before.strip(BLANK), match["name"]
    if looks_like_file(bare):
        return before.strip(BLANK), bare
    return head, None


def _same_document(name: str, document: str) -> bool:
    """Tell whether ``00000002-Name.pdf`` is ``Name.pdf``; sanitising may have changed all but its suffix."""
    return (
        _NUMBERED.match(visible(name)) is not None and name.rpartition(".")[2] == document.rpartition(".")[2]
    )


def _kind(name: str) -> Phrase:
    """Return what an attached file stands for: its kind and likely media type."""
    if name[-4:].lower() == ".vcf":
        return _CONTACT
    match = MEDIA_NAME.fullmatch(visible(name))
    word = match and (match[1] or match[2])
    return _KINDS[word] if word else _ANY
