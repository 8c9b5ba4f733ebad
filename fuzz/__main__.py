"""Command line of the fuzzer."""

import sys
from importlib.util import find_spec
from typing import Final

_UNCOUNTED: Final = frozenset(("--blind", "--sum", "--input", "--help", "-h"))
"""What needs no coverage."""

if __name__ == "__main__":
    if not _UNCOUNTED.intersection(sys.argv) and find_spec("atheris"):
        from .instrumented import instrument

        instrument()  # before anything else imports what is to be counted
    from .command import main

    sys.exit(main())
