"""Looking into JSON of which nothing is certain: what is of another type counts as empty."""

from collections.abc import Mapping
from typing import Any, TypeGuard, cast

Json = Mapping[str, Any]


def as_object(value: object) -> Json:
    """Return an object; an empty one where the value is none.

    >>> as_object({"a": 1}), as_object([1]), as_object(None)
    ({'a': 1}, {}, {})
    """
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a list; an empty one where the value is none.

    >>> as_list([1]), as_list("ab")
    ([1], [])
    """
    return cast("list[object]", value) if isinstance(value, list) else []


def as_key(value: object) -> str | None:
    """Return a text that may name something; None where the value is none.

    >>> as_key("a"), as_key({}), as_key(7)
    ('a', None, None)
    """
    return value if isinstance(value, str) else None


def is_list(value: object) -> bool:
    """Tell a list."""
    return isinstance(value, list)


def is_text(value: object) -> TypeGuard[str]:
    """Tell a text with something to see in it.

    >>> is_text("a"), is_text(" "), is_text(None)
    (True, False, False)
    """
    return isinstance(value, str) and bool(value.strip())


def is_number(value: object) -> TypeGuard[float]:
    """Tell a number; JSON's ``true`` is none, though Python counts it as 1.

    >>> is_number(1.5), is_number(True), is_number("1")
    (True, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool)
