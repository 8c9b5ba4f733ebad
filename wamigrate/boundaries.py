"""Header or text? Deciding which lines that look like headers begin a message.

Answers of assistants hold log lines, agendas and quoted chats, some of them in the very shape of the file's
own headers. Each candidate that something speaks against is weighed: order in time, names, line ends, open
code fences, and what WhatsApp itself would write. Two points make it text.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import compress, count
from typing import Final

from wamigrate.timeline import Timeline

TEXT: Final = 2
"""Points from which a candidate is text."""

_TOLERANCE: Final = timedelta(minutes=2)
_CLOCK_CHANGE: Final = timedelta(hours=1)
"""Going back by no more than this is what clocks do in autumn."""
_LATE: Final = timedelta(days=2)
"""Messages that were sent without a connection arrive within this time, mostly."""
_ENOUGH: Final = 20
"""Messages from which on a file's own habits count fully."""
_BLOCK: Final = 20
"""A run of this many known names out of order is another part of the chat, not a quotation."""
_LONG_RUN: Final = 400
_RARE: Final = 3
_RARE_SHARE: Final = 0.01
_SKEW_SHARE: Final = 0.2
_CORE_SHARE: Final = 0.9
_TIME_NAME: Final = re.compile(r"\d{1,2}[:.]\d{2}(?:[ -]+\d{1,2}[:.]\d{2})?")
"""What stands before a colon in a timetable is no name."""
_AHEAD: Final = 200
"""Candidates among which a code block must end."""
_BACK: Final = 100
"""Candidates, taken for text, behind which the opening of a code block is looked for."""
_MOST: Final = 0.02
"""Share of candidates that may be text for one and the same reason."""
_OPTION_LINE: Final = re.compile(rb"\n[^\n:]{2,20}: [^\n]*\(\d+ [^\n()]+\)\r?\Z")
_POLL: Final = re.compile(rb"(?:\xe2\x80[\x8e\x8f])?[^\n:]{3,20}:\n[^\n]+\n[^\n:]{2,20}: ")
_FENCE: Final = b"```"


@dataclass
class Candidates:
    """Everything in a file that looks like a header; one entry each, in file order."""

    moments: Sequence[datetime | None]
    """Time, or None where date or time does not exist."""
    names: Sequence[str | None]
    """Cleaned name, or None where the header names nobody."""
    counts: Counter[str | None]
    """How often each name stands there."""
    bodies: Sequence[bytes]
    loose: set[int]
    """Those after a bare LF in a file whose messages end in CRLF."""
    sure_ends: bool
    """Whether the file keeps to CRLF between messages and LF inside."""
    is_notice: Callable[[int], bool]
    """Whether the text is one that WhatsApp writes, in any language known."""
    trusted: frozenset[str] = frozenset()
    """Names known from outside: the chat's title, assistants that chat with one person only."""
    speaks_of_group: Callable[[], bool] = lambda: False
    """Whether WhatsApp speaks of a group in this file; looked up only where it matters."""
    odd_style: frozenset[int] = frozenset()
    """Those whose date is printed unlike most."""

    @cached_property
    def timeline(self) -> Timeline:
        """What the times tell of their order."""
        return Timeline(self.moments)


@dataclass
class _Cast:
    """Who writes in this file."""

    counts: Counter[str | None]
    core: frozenset[str]
    is_pair: bool
    is_known_pair: bool = False
    """Whether the chat's title or an assistant's name shows that only two can write."""
    total: int = 0
    odd_clock: bool = False
    """Whether so many dates do not exist that this says nothing about single lines."""
    weights: dict[str, int] = field(default_factory=dict[str, int])

    def knows(self, name: str | None) -> bool:
        """Tell whether a name writes here regularly."""
        return name is not None and (name in self.core or self.counts[name] > _RARE)


def find_texts(candidates: Candidates) -> dict[int, tuple[str, ...]]:
    """Find the candidates that are text of the message before.

    Returns:
        for each its reasons, in words.

    """
    cast = _cast(candidates)
    disorder = _disorder(candidates, cast)
    suspects = disorder.keys() | candidates.loose | set(candidates.timeline.undated)
    strange = {
        name for name, count in cast.counts.items() if name is None or count <= _RARE or _stranger(name, cast)
    }
    if strange:
        suspects |= set(compress(count(), map(strange.__contains__, candidates.names)))
    texts: dict[int, tuple[str, ...]] = {}
    copies = _copies(candidates, disorder)
    fences = _Fences(candidates, texts)
    for index in sorted(suspects - {0}):
        reasons = _weigh(index, candidates, cast, disorder, copies, fences)
        if sum(points for points, _ in reasons) >= TEXT:
            texts[index] = tuple(words for points, words in reasons if points > 0)
    return texts


def _weigh(
    index: int,
    candidates: Candidates,
    cast: _Cast,
    disorder: dict[int, timedelta],
    copies: set[int],
    fences: "_Fences",
) -> list[tuple[int, str]]:
    reasons = _rate_header(index, candidates, cast, disorder, fences.texts)
    if candidates.sure_ends and index not in candidates.loose:
        reasons.append((-1, "line end between messages"))
    if index in candidates.loose:
        reasons.append((2, "line end inside a message"))
        if _is_poll_edge(index, candidates):
            reasons.append((-2, "poll"))
    if reasons and index in candidates.odd_style:
        reasons.append((1, "date in another style"))
    reasons += _rate_fence(index, candidates, cast, disorder, fences, doubted=bool(reasons))
    if index in disorder and index in copies:
        reasons.append((2, "copy of an earlier message"))
    return reasons


def _rate_header(
    index: int,
    candidates: Candidates,
    cast: _Cast,
    disorder: dict[int, timedelta],
    texts: dict[int, tuple[str, ...]],
) -> list[tuple[int, str]]:
    """Points for time and name. One who writes here regularly needs more than a wrong time to be doubted."""
    name = candidates.names[index]
    inside = _is_inside(index, candidates, texts)
    reasons: list[tuple[int, str]] = []
    if candidates.moments[index] is None and not cast.odd_clock:
        reasons.append((1 if cast.knows(name) else 2, "no such date or time"))
    far = disorder.get(index, _TOLERANCE) > _CLOCK_CHANGE
    if index in disorder:
        limit = _LATE if cast.knows(name) else _CLOCK_CHANGE
        enough = disorder[index] > limit and len(candidates.moments) >= _ENOUGH
        reasons.append((2 if enough else 1, "out of order"))
    if reasons and cast.knows(name) and inside and (far or index not in disorder):
        reasons.append((1, "inside a text"))
    if name is None:
        reasons.append(_rate_nameless(index, candidates, cast, texts))
    elif points := _stranger(name, cast):
        sure = cast.is_known_pair or inside or b"\n" in candidates.bodies[index - 1]
        reasons.append((points if sure else 1, "unknown name"))
    return reasons


def _rate_fence(
    index: int,
    candidates: Candidates,
    cast: _Cast,
    disorder: dict[int, timedelta],
    fences: "_Fences",
    *,
    doubted: bool,
) -> list[tuple[int, str]]:
    """Points for standing inside a code block that closes; one that does not is a cut answer's end."""
    name = candidates.names[index]
    rare = name is not None and name not in cast.core and cast.counts[name] <= _RARE
    if not (doubted or rare) or not fences.is_open(index):
        return []
    for i in range(index, min(index + _AHEAD, len(candidates.names))):
        if i > index and cast.knows(candidates.names[i]) and i not in disorder:
            break
        if _FENCE in candidates.bodies[i]:
            return [(2 if rare else 1, "inside a code block")]
    return []


def _copies(candidates: Candidates, disorder: dict[int, timedelta]) -> set[int]:
    """Return those far out of order whose time, name and first line stand earlier: they are quotations."""
    moments = {candidates.moments[index] for index, gap in disorder.items() if gap > _CLOCK_CHANGE}
    seen: set[tuple[datetime | None, str | None, bytes]] = set()
    found: set[int] = set()
    for index, moment in enumerate(candidates.moments) if moments else ():
        if moment in moments:
            key = moment, candidates.names[index], candidates.bodies[index].partition(b"\n")[0].rstrip(b"\r")
            if index in disorder and key in seen:
                found.add(index)
            seen.add(key)
    return found


def _rate_nameless(
    index: int, candidates: Candidates, cast: _Cast, texts: dict[int, tuple[str, ...]]
) -> tuple[int, str]:
    """Points for a header that names nobody: WhatsApp's own lines look so, in words that may be unknown.

    Between two people such lines are rare; one that follows or begins a text of several lines is text. What
    WhatsApp writes in languages other than English begins with a mark if it begins with a name.
    """
    body = candidates.bodies[index]
    if candidates.is_notice(index):
        return -2, "notice"
    if body.startswith((b"\xe2\x80\x8e", b"\xe2\x80\x8f")):
        return 0, "marked as WhatsApp's"
    before = candidates.bodies[index - 1]
    spoken = candidates.names[index - 1] is not None and (
        b"\n" in before or b"\n" in body or before.endswith(b":")
    )
    inside = spoken or index - 1 in texts
    return (2, "nobody named, inside a text") if cast.is_pair and inside else (1, "nobody named")


def _cast(candidates: Candidates) -> _Cast:
    counts = candidates.counts
    total = sum(count for name, count in counts.items() if name is not None)
    missing = len(candidates.timeline.undated)
    cast = _Cast(
        counts,
        frozenset(),
        is_pair=False,
        total=total,
        odd_clock=missing > max(_RARE, _MOST * len(candidates.moments)),
    )
    common = [(name, count) for name, count in counts.most_common() if name is not None]
    regular = [name for name, count in common if count > max(_RARE, _RARE_SHARE * total)]
    if len(regular) > 2 or not common or candidates.speaks_of_group():  # noqa: PLR2004 - three people are a group
        return replace(cast, core=frozenset(regular))
    known = [name for name, _ in common if name in candidates.trusted]
    others = [(name, count) for name, count in common if name not in candidates.trusted]
    if known:
        clear = bool(others) and (len(others) == 1 or others[0][1] > others[1][1])
        core = frozenset([*known[:1], *([others[0][0]] if clear else [])])
        return replace(cast, core=core, is_pair=clear, is_known_pair=clear)
    top = [name for name, _ in common[:2]]
    share = sum(count for _, count in common[:2]) / total
    is_pair = total >= _ENOUGH and share >= _CORE_SHARE and all(counts[name] > _RARE for name in top)
    return replace(cast, core=frozenset(top if is_pair else regular), is_pair=is_pair)


def _stranger(name: str, cast: _Cast) -> int:
    """Points for a name that does not belong: 2 where only two people can write, else 1 for rare ones."""
    points = cast.weights.get(name)
    if points is None:
        points = cast.weights[name] = _rate(name, cast)
    return points


def _rate(name: str, cast: _Cast) -> int:
    if name in cast.core:
        return 0
    if cast.is_pair or (_TIME_NAME.fullmatch(name) and cast.counts[name] <= _RARE):
        return 2
    return int(cast.counts[name] == 1 or (cast.counts[name] <= _RARE and cast.total >= 10 * _ENOUGH))


def _disorder(candidates: Candidates, cast: _Cast) -> dict[int, timedelta]:
    """Find the candidates that stand out of the order of time, and by how much.

    Where time goes back, either what follows is a quotation of something older, or what came before was
    dated into the future; the run that names fewer known people is the odd one.
    """
    odd: dict[int, timedelta] = {}
    for index in candidates.timeline.descents:
        if index not in odd:
            _judge_descent(index, candidates, cast, odd)
    _forgive_skew(odd, candidates, cast)
    return odd


def _forgive_skew(odd: dict[int, timedelta], candidates: Candidates, cast: _Cast) -> None:
    """Drop what is out of order because somebody's clock was wrong: then most of their messages are."""
    late = Counter(candidates.names[i] for i, gap in odd.items() if gap > _CLOCK_CHANGE)
    skewed = {name for name, count in late.items() if count > max(_RARE, _SKEW_SHARE * cast.counts[name])}
    for i in [i for i in odd if candidates.names[i] in skewed and cast.knows(candidates.names[i])]:
        del odd[i]


def _judge_descent(index: int, candidates: Candidates, cast: _Cast, odd: dict[int, timedelta]) -> None:
    """Decide which side of a step back in time is out of order, if any, and note by how much."""
    moments = candidates.moments
    now = moments[index]
    last = next((moment for i in range(index - 1, -1, -1) if i not in odd and (moment := moments[i])), None)
    if now is None or last is None or now >= last - _TOLERANCE:
        return
    if _is_block(_low_run(index, last, moments, 2 * _BLOCK), candidates, cast):
        return
    low = _low_run(index, last, moments, _LONG_RUN)
    high = _high_run(index, now, moments, odd)
    if all(candidates.names[i] is None for i in range(index)):
        return
    recovered = low[-1] + 1 < len(moments)
    if not recovered and all(cast.knows(candidates.names[i]) for i in low):
        return  # older messages at the end of the file: another part of the chat, as far as one can tell
    if 0 in high or _prefer_low(low, high, candidates, cast, recovered=recovered):
        odd.update((i, last - moment) for i in low if (moment := moments[i]) is not None)
    else:
        odd.update((i, moment - now) for i in high if (moment := moments[i]) is not None)


def _low_run(index: int, last: datetime, moments: Sequence[datetime | None], limit: int) -> list[int]:
    """Return the candidates from ``index`` on that are older than ``last``, ``limit`` at most."""
    run: list[int] = []
    for i in range(index, min(index + limit, len(moments))):
        moment = moments[i]
        if moment is not None and moment >= last - _TOLERANCE:
            break
        run.append(i)
    return run


def _high_run(
    index: int, now: datetime, moments: Sequence[datetime | None], odd: dict[int, timedelta]
) -> list[int]:
    """Return the accepted candidates before ``index`` that are younger than ``now``."""
    run: list[int] = []
    for i in range(index - 1, max(index - _LONG_RUN, 0) - 1, -1):
        moment = moments[i]
        if i in odd or moment is None:
            continue
        if moment <= now + _TOLERANCE:
            break
        run.append(i)
    return run


def _is_block(low: list[int], candidates: Candidates, cast: _Cast) -> bool:
    """Tell a second export, appended to the first, from a quotation."""
    known = sum(candidates.names[i] is None or cast.knows(candidates.names[i]) for i in low)
    return len(low) >= _BLOCK and known >= 0.9 * len(low)


def _prefer_low(
    low: list[int], high: list[int], candidates: Candidates, cast: _Cast, *, recovered: bool
) -> bool:
    known_low, known_high = (sum(cast.knows(candidates.names[i]) for i in run) for run in (low, high))
    if known_low != known_high:
        return known_low < known_high
    if recovered:
        return len(low) <= len(high)
    return (
        len({candidates.names[i] for i in high}) < len({candidates.names[i] for i in low})
        or len(low) < len(high) - 1
    )


def _is_poll_edge(index: int, candidates: Candidates) -> bool:
    """Tell the ends of a poll: some iOS exports write them with bare LF."""
    return bool(
        _POLL.match(candidates.bodies[index]) or _OPTION_LINE.search(b"\n" + candidates.bodies[index - 1])
    )


def _is_inside(index: int, candidates: Candidates, texts: dict[int, tuple[str, ...]]) -> bool:
    """Tell whether the lines around a candidate show that it stands inside a text.

    A quotation is announced, or follows a blank line, or the text goes on after it; a message that came
    late stands alone.
    """
    before, body = candidates.bodies[index - 1], candidates.bodies[index]
    announced = not before.strip() or before.rstrip(b" \r").endswith((b":", b"\n", _FENCE))
    return announced or b"\n" in body or index - 1 in texts


class _Fences:
    """Knows whether a code fence is open before a candidate."""

    def __init__(self, candidates: Candidates, texts: dict[int, tuple[str, ...]]) -> None:
        self.texts = texts
        self._bodies = candidates.bodies

    def is_open(self, index: int) -> bool:
        """Tell whether the message before ``index``, with the texts that belong to it, leaves one open."""
        count = 0
        for i in range(index - 1, max(index - 1 - _BACK, -1), -1):
            count += self._bodies[i].count(_FENCE)
            if i not in self.texts:
                break
        return count % 2 == 1
