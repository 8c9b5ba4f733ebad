"""Placeholders for telephone numbers, mail addresses, card and account numbers.

``[phone 1]``, ``[mail 2]``, ``[card 1]``, ``[account 1]``: the same value has the same placeholder, however
it is spelled. In the address of a link, where brackets and spaces would break it, that is ``phone-1``.
:mod:`wamigrate.redaction` applies them to everything that was read from an input.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from wamigrate.sensitive import KINDS, Found, SensitiveKind, find_sensitive, may_hold
from wamigrate.telephones import digit_forms, in_address

_WORDS: Final[dict[SensitiveKind, tuple[str, str]]] = {
    "phone": ("phone number", "phone numbers"),
    "mail": ("mail address", "mail addresses"),
    "card": ("card number", "card numbers"),
    "account": ("account number", "account numbers"),
}
_MARK: Final = re.compile(rf"\[({'|'.join(KINDS)}) (\d{{1,6}})\]")
_LINKING: Final = re.compile(rf"(?<!\\)(?=\[(?:{'|'.join(KINDS)}) \d+\][(:\[])")
"""Placeholders that CommonMark would take for a link or its definition."""
_NUMBER: Final = re.compile(r"\+?\(?\d(?:[ \u00a0().\-\u2010-\u2015]{0,3}\d){6,}")
_DATE: Final = re.compile(r"(?:19|20)\d\d\D?(?:0\d|1[0-2])\D?[0-3]\d(?!\d)")
_BEGINNING: Final = re.compile(r"[+(%\d]|[A-Za-z](?=[A-Za-z]\d\d)")
"""Where the spelling of a number may begin."""
_HEAD: Final = 7
"""Characters by which spellings are looked up; none is shorter."""
_CUT: Final = "…"
_SHORTEST: Final = 4
"""Characters of a value that a title must at least end with to be taken for its beginning."""


class Redactor:
    """Finds values in everything that belongs to one input, then replaces them everywhere.

    >>> redactor = Redactor()
    >>> redactor.learn(["Call +49 170 1234567", "wa.me/491701234567"])
    >>> redactor.settle()
    >>> redactor.text("wa.me/491701234567"), redactor.text("0049 170 1234567")
    ('wa.me/phone-1', '[phone 1]')

    Attributes:
        labels: the placeholder of each value.

    """

    def __init__(self) -> None:
        self.labels: dict[tuple[SensitiveKind, str], str] = {}
        self._numbers: Counter[str] = Counter()
        self._names: dict[str, None] = {}
        self._texts: dict[str, None] = {}
        self._seen: set[str] = set()
        self._found: dict[str, list[Found]] = {}
        self._redacted: dict[str, str] = {}
        self._regions: tuple[str, ...] = ()
        self._known: dict[str, str] = {}
        self._spellings: dict[str, tuple[SensitiveKind, str]] = {}
        self._lengths: dict[str, set[int]] = {}

    def learn_names(self, names: Iterable[str | None]) -> None:
        """Take note of names of files; a long number in one is taken for a phone's, unless it is a date."""
        self._names.update(dict.fromkeys(filter(None, names)))
        self.learn(self._names)

    def learn(self, texts: Iterable[str | None]) -> None:
        """Take note of texts; the numbers of placeholders that they hold already are not used again."""
        for text in texts:
            if not text or text in self._seen:
                continue
            self._seen.add(text)
            if "[" in text:
                for kind, number in _MARK.findall(text):
                    self._numbers[kind] = max(self._numbers[kind], int(number))
            if may_hold(text):
                self._texts[text] = None

    def settle(self, regions: Collection[str] = ()) -> None:
        """Find every value in what was learned; call it once, before anything is replaced.

        Args:
            regions: countries whose national phone numbers are found, as ISO 3166 codes.

        """
        self._regions = tuple(sorted(regions))
        first = {text: self._search(text) for text in self._texts}
        phones = {one.value for found in first.values() for one in found if one.kind == "phone"}
        self._known = {
            form: phone for phone in sorted(phones) if phone[0] == "+" for form in digit_forms(phone)
        }
        self._found = {text: self._search(text) for text in self._texts} if phones else first
        for text, found in self._found.items():
            for one in found:
                self._label(one.kind, one.value)
                if one.kind != "mail":  # a mail address is found wherever it stands
                    self._spellings[text[one.start : one.end]] = (one.kind, one.value)
        self._spellings |= {
            value.removeprefix("+"): (kind, value) for kind, value in self.labels if kind != "mail"
        }
        for spelling in self._spellings:
            self._lengths.setdefault(spelling[:_HEAD], set()).add(len(spelling))
        for text in self._texts:
            self._found[text] = self._complete(text, self._found[text])
            self._redacted[text] = self._replace(text, self._found[text])

    def text(self, text: str) -> str:
        """Return a text with every value replaced; it need not have been learned."""
        if text in self._seen:
            return self._redacted.get(text, text)
        return self._replace(text, self.find(text))

    def find(self, text: str) -> list[Found]:
        """Return what is replaced in a text."""
        if text in self._seen:
            return self._found.get(text, [])
        return self._complete(text, self._search(text))

    def title(self, title: str) -> str:
        """Return a title with every value replaced, also one that it was cut off in."""
        if not title.endswith(_CUT):
            return self.text(title)
        body = title.removesuffix(_CUT)
        for spelling, key in self._spellings.items():
            for size in range(len(spelling) - 1, _SHORTEST - 1, -1):
                if body.endswith(spelling[:size]):
                    return self.text(body[:-size]) + self.labels[key] + _CUT
        return self.text(title)

    def summary(self) -> str:
        """Say in words how many values were found.

        >>> Redactor().summary()
        'no phone numbers, mail addresses, card numbers or account numbers'
        """
        counts = Counter(kind for kind, _ in self.labels)
        words = [f"{counts[kind]:,} {_WORDS[kind][counts[kind] > 1]}" for kind in KINDS if counts[kind]]
        return ", ".join(words) or "no phone numbers, mail addresses, card numbers or account numbers"

    def _search(self, text: str) -> list[Found]:
        found = find_sensitive(text, self._regions, self._known)
        if text not in self._names:
            return found
        taken = [range(one.start, one.end) for one in found]
        more = (
            Found(match.start(), match.end(), "phone", "".join(filter(str.isdecimal, match[0])))
            for match in _NUMBER.finditer(text)
            if not _DATE.match(match[0]) and not any(match.start() in one for one in taken)
        )
        return sorted([*found, *more])

    def _complete(self, text: str, found: list[Found]) -> list[Found]:
        """Add what is spelled as a value found elsewhere, whatever stands around it."""
        if not self._lengths:
            return found
        gaps = zip([0, *(one.end for one in found)], [*(one.start for one in found), len(text)], strict=True)
        more = [one for start, end in gaps for one in self._spelled(text, start, end)]
        return sorted([*found, *more]) if more else found

    def _spelled(self, text: str, start: int, end: int) -> Iterator[Found]:
        for match in _BEGINNING.finditer(text, start, end):
            at = match.start()
            if at < start:
                continue
            for length in sorted(self._lengths.get(text[at : at + _HEAD], ()), reverse=True):
                key = self._spellings.get(text[at : at + length])
                if key is not None and at + length <= end:
                    start = at + length
                    yield Found(at, start, *key)
                    break

    def _label(self, kind: SensitiveKind, value: str) -> str:
        key = kind, value
        if key not in self.labels:
            self._numbers[kind] += 1
            self.labels[key] = f"[{kind} {self._numbers[kind]}]"
        return self.labels[key]

    def _replace(self, text: str, found: Iterable[Found]) -> str:
        return "".join(self._pieces(text, found))

    def _pieces(self, text: str, found: Iterable[Found]) -> Iterator[str]:
        end = 0
        for one in found:
            yield text[end : one.start]
            label = self._label(one.kind, one.value)
            yield label[1:-1].replace(" ", "-") if in_address(text, one.start) else label
            end = one.end
        yield text[end:]

    def shift(self, text: str, places: Iterable[int]) -> list[int]:
        """Return where places of a text are after replacing; inside a value, where its placeholder ends."""
        found = self.find(text)
        pieces = list(self._pieces(text, found))
        moved: list[int] = []
        for place in places:
            new = place
            for one, label in zip(found, pieces[1::2], strict=True):
                if one.start < place:
                    new += len(label) - (min(one.end, place) - one.start)
            moved.append(new)
        return moved


def redact_name(name: str) -> str:
    """Return the name of a file without values.

    >>> redact_name("WhatsApp Chat with +49 170 1234567")
    'WhatsApp Chat with [phone 1]'
    """
    redactor = Redactor()
    redactor.learn_names([name])
    redactor.settle()
    return redactor.text(name)


def keep_literal(text: str) -> str:
    r"""Return CommonMark in which placeholders are neither links nor definitions of links.

    >>> print(keep_literal("[phone 1]: home"))
    \[phone 1]: home
    """
    return _LINKING.sub(r"\\", text)
