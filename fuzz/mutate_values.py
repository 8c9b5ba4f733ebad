"""Changes of JSON: another value, a key less, an element twice."""

from random import Random
from typing import Any, Final, cast

_DEEP: Final = 200
_ODD: Final[tuple[object, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**53 + 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    0.5,
    -0.0,
    1e308,
    float("inf"),
    float("nan"),
    "",
    " ",
    "\n",
    "\0",
    "\ud800",
    "\udfff\ud800",
    "x" * 400,
    "0",
    "-1",
    "1e5",
    "2025-03-25T21:04:05",
    "2025-03-25T21:04:05Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "@",
    "18002428478@s.whatsapp.net",
    "<br>",
    "<a href='x'>",
    "```",
    "../../etc/passwd",
    "text",
    "notice",
    "user",
    list[object](),
    dict[str, object](),
    [list[object]()],
    {"": ""},
    1742936645,
    -1e18,
    253402300800,
    253402300799999,
)


def change(value: object, chance: Random) -> object:
    """Change one place of a tree of values, and return the tree."""
    places: list[tuple[Any, Any]] = []
    _gather(value, places)
    if not places:
        return chance.choice(_ODD)
    holder, key = chance.choice(places)
    kind = chance.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        _, other = chance.choice(places)
        holder[key] = _copy(chance.choice(places)[0]) if chance.randrange(2) else other
    elif kind == 2:  # noqa: PLR2004 - the third of six
        _repeat(holder, key, chance)
    elif kind == 3:  # noqa: PLR2004 - the fourth of six
        holder[key] = _varied(holder[key], chance)
    else:
        holder[key] = _deep(chance) if not chance.randrange(60) else chance.choice(_ODD)
    return value


def _gather(value: object, places: list[tuple[Any, Any]]) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            table = cast("dict[str, object]", one)
            places.extend((table, key) for key in table)
            waiting.extend(table.values())
        elif isinstance(one, list):
            row = cast("list[object]", one)
            places.extend((row, place) for place in range(len(row)))
            waiting.extend(row)


def _repeat(holder: Any, key: Any, chance: Random) -> None:
    if isinstance(holder, dict):
        table = cast("dict[str, object]", holder)
        table[f"{key}{chance.choice(('', 'x', '2'))}"] = _copy(table[key])
    else:
        holder.insert(key, _copy(holder[key]))


def _varied(value: object, chance: Random) -> object:
    if isinstance(value, str) and value:
        at = chance.randrange(len(value))
        return (
            value[:at]
            + chance.choice(("", "\0", "\n", "\ud83d", value[at:] * 2, "0", "Z", "<br>"))
            + value[at + 1 :]
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        return chance.choice((value + 1, -value, value * 1000, str(value), value / 7))
    return chance.choice(_ODD)


def _deep(chance: Random) -> object:
    value: object = chance.choice(_ODD)
    for _ in range(chance.randrange(_DEEP)):
        value = [value] if chance.randrange(2) else {"a": value}
    return value


def _copy(value: object) -> object:
    """Copy a tree, so that no later change is made in two places."""
    if isinstance(value, dict):
        return {key: _copy(one) for key, one in cast("dict[str, object]", value).items()}
    return [_copy(one) for one in cast("list[object]", value)] if isinstance(value, list) else value
