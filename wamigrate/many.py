"""The library's way to convert many inputs: on many processors, on a cluster, in several goes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Unpack

from wamigrate.batch import Order, carry_out
from wamigrate.report import Outcome
from wamigrate.settings import ReadOptions


def convert_many(  # noqa: PLR0913 - each is a choice of its own, with a default
    inputs: str | Path | Iterable[str | Path],
    to: str | Iterable[str],
    output: str | Path = ".",
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    resume: bool = False,
    overwrite: bool = False,
    on_outcome: Callable[[Outcome], None] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    **options: Unpack[ReadOptions],
) -> tuple[Outcome, ...]:
    """Convert many inputs, each on its own: one that fails does not stop the others.

    Results have the same names and the same bytes whoever works, and whatever is done first.

    Args:
        inputs: files, ZIP archives, folders of one export or of several, patterns; also addresses that
            ``fsspec`` knows, such as ``s3://bucket/chats/*.zip``, with the extra ``wamigrate[cluster]``.
        to: names of the exporters (``markdown``, ``json``, …).
        output: the folder for all results, a path or an address.
        executor: who does the work: any :class:`concurrent.futures.Executor`, such as a process pool or what
            ``get_executor`` of a Dask client returns; None: ``jobs`` processes. Its workers need wamigrate,
            and must see the same files.
        jobs: how many processes; 1: this one.
        resume: whether to leave what an earlier run has finished, and do only what is left or has changed.
        overwrite: whether to replace older results.
        on_outcome: called here, in the order of the inputs, with what became of each as soon as it is known.
        storage_options: what ``fsspec`` is to know about places elsewhere, such as credentials; never shown.
        options: see :class:`wamigrate.settings.Settings`.

    Returns:
        what became of each input, in their order: results with all counts and findings, or a failure.

    Raises:
        OptionError: something asked for does not exist or does not fit.

    """
    given = [inputs] if isinstance(inputs, str | Path) else inputs
    order = Order(
        inputs=tuple(map(str, given)),
        to=(to,) if isinstance(to, str) else tuple(dict.fromkeys(to)),
        reading=options,
        output=f"{str(output).rstrip('/')}/",
        options=tuple(f"{key}={value}" for key, value in (options.get("options") or {}).items()),
        overwrite=overwrite,
        jobs=jobs,
        resume=resume,
        storage=dict(storage_options or {}),
    )
    return carry_out(order, _Telling(on_outcome), executor=executor).outcomes


class _Telling:
    """Tells the caller of :func:`convert_many` about outcomes, and about nothing else."""

    def __init__(self, told: Callable[[Outcome], None] | None) -> None:
        self._told = told

    def skipped(self, paths: Sequence[Path]) -> None:
        """Say nothing."""

    def expects(self, inputs: int) -> None:
        """Say nothing."""

    def outcome(self, outcome: Outcome, *, alone: bool) -> None:
        """Tell the caller."""
        del alone
        if self._told is not None:
            self._told(outcome)

    def trace(self, error: BaseException) -> None:
        """Say nothing: the outcome holds the failure."""

    def error(self, text: object) -> None:
        """Warn: what goes wrong beside the inputs has no place in an outcome."""
        import warnings  # noqa: PLC0415 - rarely needed

        warnings.warn(str(text), RuntimeWarning, stacklevel=2)
