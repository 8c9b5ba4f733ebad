"""When Python's garbage collector, the search for cycles among objects, is not worth its time."""

import atexit
import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Generator[None]:
    """Make many objects without a search for cycles among them.

    Python searches all young objects whenever some hundreds of new ones were made, which takes a tenth of
    the time for records by the hundred thousand that hold no cycles. What is no longer used is given back
    all the same; only cycles wait until the end. It holds for the whole process; of several threads the one
    that turned the search off turns it on again.

    >>> with collection_paused():
    ...     gc.isenabled()
    False

    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def skip_last_collection() -> None:
    """Let the end of the program go without searching everything that is still there for cycles.

    All memory goes back to the system then anyway; the search took a twentieth of a second.
    """
    atexit.register(gc.freeze)
