"""One flat module per output format.

Each module holds, in this order: a docstring with the sections *Where it goes*, *Layout*,
*What survives*, *What is lost*; constants; one frozen dataclass whose fields are the options; private
helpers; and the typed constant ``exporter: Final[Exporter] = ...``. An exporter writes through
``Target`` and reports through ``Notes``; it touches no disk, network, clock or terminal. CONTRIBUTING.md
shows how to add one.
"""
