"""Data and scripts inside a page, so that nothing in the data can end its element or become a script.

Rules: HTML, "Restrictions for contents of script elements"; Content Security Policy Level 3, "Source Lists".
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

import msgspec

_encode: Final = msgspec.json.Encoder().encode
_HARMFUL: Final = (
    (b"<", b"\\u003c"),  # could end the element, or open a comment in it
    ("\N{LINE SEPARATOR}".encode(), b"\\u2028"),  # line ends of JavaScript, not of JSON
    ("\N{PARAGRAPH SEPARATOR}".encode(), b"\\u2029"),
)


def embedded_json(value: object) -> bytes:
    r"""Write JSON that may stand inside a ``<script>`` element, as data or as a part of a script.

    >>> embedded_json(["</script><!--", "\u2028"])
    b'["\\u003c/script>\\u003c!--","\\u2028"]'
    """
    encoded = _encode(value)
    for raw, escaped in _HARMFUL:
        encoded = encoded.replace(raw, escaped)
    return encoded


def address(path: str) -> str:
    """Write a path, or the part of an address behind ``#``, so that any text may be in it.

    >>> address("2025-03/100% sure?.html")
    '2025-03/100%25%20sure%3F.html'
    """
    return quote(path)


def content_hash(text: str) -> str:
    """Return the source expression that allows an inline script or style sheet with just this text.

    >>> content_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def content_policy(allowed: Mapping[str, Iterable[str]]) -> str:
    """Write a Content Security Policy that forbids everything but what is allowed.

    Args:
        allowed: source expressions by directive.

    >>> content_policy({"img-src": ("data:",)})
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"

    """
    rules = [f"{directive} {' '.join(sources)}" for directive, sources in allowed.items()]
    return "; ".join(("default-src 'none'", *rules, "base-uri 'none'", "form-action 'none'"))
