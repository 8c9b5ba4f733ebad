"""Dask's distributed scheduler as an executor: ``--scheduler tcp://host:8786``, or ``local``.

Workers elsewhere need wamigrate too, and see the same files under the same paths, or inputs and results by
address (``s3://…``).
"""

import asyncio
import logging
import threading
from collections.abc import Generator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from typing import Any, Final, cast

from wamigrate.errors import OptionError

LOCAL: Final = "local"
_PATIENCE: Final = 10.0
"""Seconds in which a scheduler has to answer."""


@contextmanager
def connect(scheduler: str, jobs: int) -> Generator[Executor]:
    """Connect to a scheduler; one that was started for this ends with it.

    Args:
        scheduler: its address, or ``local``.
        jobs: how many worker processes a local one gets.

    Raises:
        OptionError: nobody answers there, or Dask is not installed.

    """
    distributed = _load()
    with ExitStack() as stack:
        address: Any = scheduler
        if scheduler == LOCAL:
            address = stack.enter_context(_local(distributed, jobs))
        else:
            _greet(scheduler)
        client = stack.enter_context(distributed.Client(address, timeout=_PATIENCE, set_as_default=False))
        yield cast("Executor", stack.enter_context(client.get_executor(pure=False)))


def _greet(scheduler: str) -> None:
    """Make sure that somebody answers; Dask's client itself waits for ever where a port is open and silent.

    Raises:
        OptionError: nobody does.

    """
    comm = import_module("distributed.comm")
    answers: SimpleQueue[Exception | None] = SimpleQueue()

    async def greet() -> None:
        (await asyncio.wait_for(comm.connect(scheduler, timeout=_PATIENCE), _PATIENCE)).abort()

    def ask() -> None:
        try:
            asyncio.run(greet())
            answers.put(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody can be worked with
            answers.put(error)

    # a thread, as this one may be running an event loop already (in a notebook), and as Dask may not stop
    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=_PATIENCE + 1)
    except Empty:
        found = TimeoutError()
    if found is not None:
        raise OptionError(
            f"--scheduler {scheduler}: no scheduler answers there within {_PATIENCE:.0f} seconds; "
            "an address looks like tcp://host:8786"
        ) from found


def _local(distributed: Any, jobs: int) -> Any:
    """Start a scheduler with workers on this machine.

    Whoever reaches a scheduler can run programs, so other users of the machine must not: it speaks TLS with
    keys of its own.

    Raises:
        OptionError: what makes the keys is not installed.

    """
    if find_spec("cryptography") is None:
        raise OptionError("--scheduler local: needs the extra cluster: pip install 'wamigrate[cluster]'")
    return distributed.LocalCluster(
        protocol="tls://",
        security=True,
        n_workers=max(jobs, 1),
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        silence_logs=logging.ERROR,
        memory_limit=0,
    )


def _load() -> Any:
    try:
        import distributed  # noqa: PLC0415 - slow to import, and part of an extra
    except ImportError as error:
        raise OptionError(
            "--scheduler: needs Dask, which is not installed; `pip install 'wamigrate[cluster]'` does that"
        ) from error
    return distributed
