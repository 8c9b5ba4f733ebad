"""Templates, style sheets and scripts that lie beside the module that fills them.

Templates escape everything that is not marked as HTML, fail on names that do not exist, and do nothing but
fill in: no file names, no dates, no order of their own.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(package: str) -> "Environment":
    """Return what loads the templates of a package.

    Args:
        package: its name; ``__package__`` of the module that asks.

    >>> environment("wamigrate").from_string("<p>{{ text }}</p>").render(text="<b>")
    '<p>&lt;b&gt;</p>'

    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to import

    return Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )


@cache
def read_asset(package: str, name: str) -> str:
    """Return a style sheet or script that lies in a package.

    Raises:
        FileNotFoundError: there is none.

    """
    return (files(package) / name).read_text(encoding="utf-8")
