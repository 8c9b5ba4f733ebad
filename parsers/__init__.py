"""One flat module per input format.

Each module holds, in this order: a docstring with the sections *Where it comes from*, *Layout*,
*What survives*, *What is lost*; constants; one frozen dataclass whose fields are the options; private
helpers; and the typed constant ``parser: Final[Parser] = ...``. A parser reads through ``Source`` and
reports through ``Notes``; it touches no disk, network, clock or terminal. CONTRIBUTING.md shows how to
add one.
"""
