"""Pictures in SVG for the inside of a page: no scripts, no styles, nothing from elsewhere.

Everything is drawn in ``currentColor`` and in patterns of it, so that a picture takes the colour of the text
around it, by day and by night, and reads without colour. Looks are attributes, which a strict
Content-Security-Policy allows; classes are there for pages that want more.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML may hold (https://www.w3.org/TR/xml/#charsets), not even escaped."""


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """Write an element.

    Args:
        name: of the element.
        content: markup inside it.
        attributes: ``_`` in their names becomes ``-``, one at the end is dropped; None leaves one out.

    >>> element("rect", width=3, class_="bar", stroke_width=None)
    '<rect width="3" class="bar"/>'

    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(printable(_number(value)))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{words}>{content}</{name}>" if content else f"<{name}{words}/>"


def words(
    text: str, x: float, y: float, *, anchor: str = "start", size: int = 13, label: str = "label"
) -> str:
    """Write words at a place.

    Args:
        text: any text.
        x: where they begin, end or have their middle, as ``anchor`` says.
        y: of the line they stand on.
        anchor: ``start``, ``end`` or ``middle``.
        size: of the letters.
        label: class.

    """
    return element(
        "text",
        character_data(text),
        x=x,
        y=y,
        class_=f"chart-{label}",
        font_size=size,
        text_anchor=None if anchor == "start" else anchor,
        fill="currentColor",
    )


def picture(key: str, title: str, description: str, size: tuple[float, float], parts: Iterable[str]) -> str:
    """Write a picture that says what it shows to those who do not see it.

    Args:
        key: begins all ids in it; no two pictures of a page may have the same.
        title: its name.
        description: what it shows.
        size: width and height, in the unit of everything in it.
        parts: elements.

    """
    width, height = size
    content = (
        element("title", character_data(title), id=f"{key}-title"),
        element("desc", character_data(description), id=f"{key}-desc"),
        element("defs", hatching(f"{key}-hatch")),
        *parts,
    )
    return element(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        class_=f"chart chart-{key}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        font_family="inherit",
    )


def hatching(id_: str) -> str:
    """Write a pattern of slanting lines."""
    stroke = element("path", d="M0 0V6", stroke="currentColor", stroke_width=2.5)
    return element(
        "pattern",
        stroke,
        id=id_,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def character_data(text: str) -> str:
    r"""Escape text for the inside of an element.

    >>> character_data("<b>\0&")
    '&lt;b&gt;�&amp;'
    """
    return escape(printable(text), quote=False)


def printable(text: str) -> str:
    """Replace what XML cannot hold."""
    return _CONTROL.sub("\ufffd", text)


def _number(value: object) -> str:
    """Write a number with two digits behind the point at most, the same everywhere."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
