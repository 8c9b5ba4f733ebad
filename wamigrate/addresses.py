"""Paths as addresses in a web page."""

from urllib.parse import quote, unquote


def as_address(path: str) -> str:
    """Write a path with ``/`` as an address that means just this path.

    >>> as_address("images/PHOTO 100% #1.png")
    'images/PHOTO%20100%25%20%231.png'
    """
    return quote(path)


def from_address(address: str) -> str:
    """Return the path that an address means.

    >>> from_address("images/PHOTO%20100%25%20%231.png")
    'images/PHOTO 100% #1.png'
    """
    return unquote(address)
