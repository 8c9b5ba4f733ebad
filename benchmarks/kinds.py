"""Messages that are more than text: media, deletions, notices, and what else an export has words for."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from benchmarks.hard import Place
from benchmarks.styles import find_words
from benchmarks.talk import phrases
from wamigrate.model import Kind

_IOS_MEDIA: Final = (
    ("PHOTO", "jpg"),
    ("PHOTO", "jpg"),
    ("VIDEO", "mp4"),
    ("AUDIO", "opus"),
    ("STICKER", "webp"),
)
_ANDROID_MEDIA: Final = (("IMG", "jpg"), ("IMG", "jpg"), ("VID", "mp4"), ("PTT", "opus"), ("STK", "webp"))
_OMITTED: Final = ("image", "image", "video", "audio", "sticker", "gif")
_RIGHT_TO_LEFT: Final = ("ar", "fa", "he")


class Body(Struct, frozen=True):
    """What stands after the name, and what it is."""

    text: str
    kind: Kind = "text"
    attachment: str | None = None
    edited: bool = False
    trap: str = ""


def mark(place: Place) -> str:
    """Return the invisible mark that the phone sets before its own words."""
    language = place.style.language
    if place.style.ios:
        return "\u200f" if language in _RIGHT_TO_LEFT else "\u200e"
    if language == "en":
        return ""
    return "\u200f" if language in _RIGHT_TO_LEFT else "\u200e"


def _attached(place: Place) -> Body:
    words, dice, time = find_words(place.style.language), place.dice, place.time
    if place.style.ios:
        kind, suffix = dice.pick(_IOS_MEDIA)
        name = f"{dice.below(30_000):08}-{kind}-{time:%Y-%m-%d-%H-%M-%S}.{suffix}"
        return Body(mark(place) + words["attached_ios"].format(name=name), "media", name)
    kind, suffix = dice.pick(_ANDROID_MEDIA)
    name = f"{kind}-{time:%Y%m%d}-WA{dice.below(90):04}.{suffix}"
    caption = f"\n{place.speaker.one('user')}" if kind == "IMG" and dice.chance(300) else ""
    return Body(mark(place) + words["attached"].format(name=name) + caption, "media", name)


def _document(place: Place) -> Body:
    words, name = find_words(place.style.language), place.speaker.one("documents")
    if place.style.ios:
        index = f"{place.dice.below(30_000):08}-{name}"
        pages = f"{place.dice.between(2, 40)} pages" if place.style.language == "en" else "2"
        attached = words["attached_ios"].format(name=index)
        return Body(f"{name} • \u200e{pages} \u200e{attached}", "media", index)
    return Body(mark(place) + words["attached"].format(name=name), "media", name)


def _omitted(place: Place) -> Body:
    words = find_words(place.style.language)
    if place.style.ios:
        return Body(mark(place) + words[place.dice.pick(_OMITTED)], "media")
    caption = f"\n{place.speaker.one('user')}" if place.dice.chance(60) else ""
    return Body(words["omitted"] + caption, "media")


def _deleted(place: Place) -> Body:
    lead = mark(place) if place.style.ios else ""
    return Body(lead + find_words(place.style.language)["deleted"], "deleted")


def _edited(place: Place) -> Body:
    words = find_words(place.style.language)
    gap = " \u200e" if place.style.ios else " "
    return Body(f"{place.speaker.question()}{gap}{words['edited']}", edited=True)


def _call(place: Place) -> Body:
    if not place.style.ios:
        return Body("null", "unsupported")
    return Body("\u200eMissed voice call. \u200eTap to call back", "call")


def _contact(place: Place) -> Body:
    words = find_words(place.style.language)
    if place.style.ios:
        return Body(mark(place) + words["contact"], "contact")
    name = f"{place.speaker.one('contacts')}.vcf"
    return Body(mark(place) + words["attached"].format(name=name), "contact", name)


def _location(place: Place) -> Body:
    words = find_words(place.style.language)
    link = f"https://maps.google.com/?q={place.dice.below(89)}.{place.dice.below(999_999):06},-{place.dice.below(99)}.5"
    if place.style.ios:
        return Body(f"\u200eLocation: {link}", "location")
    lead = "\u200f" if mark(place) == "\u200f" else ""
    return Body(lead + words["location"].format(link=link), "location")


def _poll(place: Place) -> Body:
    lead = mark(place)
    options = [f"{lead}OPTION: {place.speaker.one('bare')} ({lead}{votes} votes)" for votes in (2, 0)]
    return Body("\n".join([f"{lead}POLL:", place.speaker.one("bare"), *options]), "poll")


def _empty(_: Place) -> Body:
    return Body("", "empty")


_KINDS: Final[tuple[tuple[float, Callable[[Place], Body]], ...]] = (
    (15, _attached),
    (6, _document),
    (20, _omitted),
    (8, _deleted),
    (12, _edited),
    (3, _call),
    (2, _contact),
    (2, _location),
    (1, _poll),
    (1, _empty),
)
"""In how many of a thousand messages each kind stands."""


def draw(place: Place) -> Body | None:
    """Draw what a message is; None, mostly, for plain text."""
    roll = place.dice.below(100_000) / 100
    for in_thousand, make in _KINDS:
        if roll < in_thousand:
            return make(place) if _speaks(place, make) else None
        roll -= in_thousand
    return None


def _speaks(place: Place, make: Callable[[Place], Body]) -> bool:
    """Whether we know the phone's words for this kind in its language."""
    if place.style.language == "en":
        return True
    if make is _edited:
        return find_words(place.style.language)["edited"] != find_words("en")["edited"]
    return make is not _poll and not (place.style.ios and make in (_call, _location))


def opening_notices(place: Place) -> list[str]:
    """Return what WhatsApp writes before the first message."""
    lead = mark(place) if place.style.ios else ""
    assistant = place.names[1]
    found = [lead + find_words(place.style.language)["encrypted"]]
    if place.style.language == "en":
        found.append(lead + (phrases()["meta-ai"] if assistant == "Meta AI" else phrases()["notices"][0]))
    return found


def notice(place: Place) -> str:
    """Return a notice from the middle of a chat."""
    if place.style.language != "en":
        return opening_notices(place)[0]
    lead = mark(place) if place.style.ios else ""
    text: str = place.dice.pick(phrases()["notices"][1:])
    return lead + text.replace("{assistant}", place.names[1])
