"""Worker processes behind the interface of :class:`concurrent.futures.Executor`.

A worker is a fresh interpreter that is told over a pipe what to do, driven by a thread of its own here. So,
other than with :class:`concurrent.futures.ProcessPoolExecutor`,

* a worker that is killed (the system does so where memory runs out) concerns no call but its own, which is
  tried once more in a fresh worker;
* no module of the program that uses the library is run again, so a script needs no ``__main__`` guard;
* no lock of a thread is ever copied, as it is by a fork;
* a worker stops by itself, and puts in order what it was writing, when the process that started it is gone.

Functions and arguments are pickled; functions by name, so they stand at the top of a module.
"""

import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, BinaryIO, Final, ParamSpec, TypeVar, cast

from wamigrate.errors import WorkerError

P = ParamSpec("P")
T = TypeVar("T")
_LENGTH: Final = struct.Struct(">Q")
"""Stands before every message in a pipe."""
_TRIES: Final = 2
_GONE: Final = (OSError, EOFError, ValueError)
"""What talking to a worker raises that is gone, or was dismissed between two steps."""
_GRACE: Final = 10.0
"""Seconds that a worker has to put in order what it was writing."""
_MOMENT: Final = 1.0
"""Seconds that a thread needs at most once its worker has ended."""
_TICK: Final = 0.02
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""What can ask a worker to stop, on this system."""
_TERMINATED: Final = 143
"""What a shell reports of a program that SIGTERM ended."""
_START: Final = "import sys; sys.path[:] = sys.argv[1:]; from wamigrate.workers import serve; serve()"


class WorkerPool(Executor):
    """Runs calls in up to ``jobs`` processes, each of which is started when there is something to do for it.

    A call whose worker ended before its time, twice, raises a :class:`~wamigrate.errors.WorkerError`.
    As a context manager it waits for all calls; leaving it by an exception stops them.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._calls: SimpleQueue[tuple[Future[object], bytes] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._stopping = False

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that are there now."""
        with self._lock:
            return [worker.pid for worker in self._workers]

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function in a worker; the arguments are those of the base class."""
        message = pickle.dumps((fn, args, kwargs))
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot call anything after the pool was shut down")
            self._calls.put((cast("Future[object]", future), message))
            if len(self._threads) < self._jobs:
                name = f"wamigrate-worker-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._drive, name=name, daemon=True)
                thread.start()
                self._threads.append(thread)  # now that there is one to wait for
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; see the base class."""
        with self._lock:
            first, self._closed = not self._closed, True
        if cancel_futures:
            self._cancel_waiting()
        if first or cancel_futures:
            for _ in self._threads:
                self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def stop(self) -> None:
        """Stop at once: what waits is cancelled, what runs is broken off, its worker puts it in order.

        A worker that takes too long for that is forced to end.
        """
        self._stopping = True
        self._each(Worker.dismiss)
        self.shutdown(wait=False, cancel_futures=True)
        self._wait_for_end()
        self._each(Worker.kill)
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        """Wait for the threads, but not for ever.

        A signal can break off the main thread just when it has taken the lock of a future. Nobody ever gives
        it back then, and a thread that has something to tell that future waits for it.
        """
        end = time.monotonic() + _GRACE
        for thread in self._threads:
            while thread.is_alive() and (left := end - time.monotonic()) > 0:
                if not self._has_workers():
                    end = min(end, time.monotonic() + _MOMENT)
                thread.join(min(_TICK, left))

    def _has_workers(self) -> bool:
        with self._lock:
            return any(worker.is_alive for worker in self._workers)

    def _each(self, action: "Callable[[Worker], None]") -> None:
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            action(worker)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for all calls, or stop them where something went wrong."""
        if kind is None:
            self.shutdown()
        else:
            self.stop()

    def _cancel_waiting(self) -> None:
        """Cancel what no worker has begun; that everybody may go home is said anew afterwards."""
        with suppress(Empty):
            while True:
                call = self._calls.get_nowait()
                if call is not None:
                    call[0].cancel()

    def _drive(self) -> None:
        """Make one worker after the other do one call after the other."""
        worker: Worker | None = None
        while (call := self._calls.get()) is not None:
            future, message = call
            if future.set_running_or_notify_cancel():
                worker = self._answer(future, message, worker)
        if worker is not None:
            self._part_with(worker)

    def _answer(self, future: "Future[object]", message: bytes, worker: "Worker | None") -> "Worker | None":
        """Let a call be done; return the worker that may do the next one."""
        how = "it was stopped"
        for _ in range(_TRIES):
            try:
                worker = worker or self._hire()
                good, value = worker.call(message)
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for the answer
                how = self._part_with(worker) if worker else "it could not be started"
                worker = None
                if not isinstance(error, _GONE):
                    how = f"{how} ({type(error).__name__})"
                if self._stopping:
                    break
                continue
            if good:
                future.set_result(value)
            else:
                future.set_exception(value if isinstance(value, BaseException) else WorkerError(str(value)))
            return worker
        future.set_exception(WorkerError(f"the process that worked on it ended before its time: {how}"))
        return None

    def _hire(self) -> "Worker":
        worker = Worker()
        with self._lock:
            self._workers.add(worker)
        if self._stopping:
            worker.dismiss()
        return worker

    def _part_with(self, worker: "Worker") -> str:
        """Wait for the end of a worker; say how it ended."""
        with self._lock:
            self._workers.discard(worker)
        return worker.end()


class Worker:
    """One worker process."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-c", _START, *sys.path]
        with _undisturbed():
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter, and paths it uses itself
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows: no Ctrl-C for it
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._back: IO[bytes] = self._process.stdout

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process.poll() is None

    def call(self, message: bytes) -> tuple[bool, object]:
        """Let it do a call; return whether that went well, and what came out.

        Raises:
            OSError: it is gone.
            EOFError: it went before it had an answer.

        """
        _send(self._to, message)
        answer = _receive(self._back)
        try:
            good, value = pickle.loads(answer)  # noqa: S301 - comes from our own process
        except Exception as error:  # noqa: BLE001 - an exception of anybody's making may refuse to be restored
            return False, WorkerError(f"what the process answered cannot be read: {error}")
        return bool(good), value

    def dismiss(self) -> None:
        """Tell it to stop, whatever it is doing."""
        with suppress(OSError):
            self._to.close()

    def kill(self) -> None:
        """Force it to end."""
        self._process.kill()

    def end(self) -> str:
        """Wait for its end, and force it where that takes too long; say how it ended."""
        self.dismiss()
        try:
            code = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        self._back.close()
        if code >= 0:
            return f"exit code {code}"
        words = "; there may be too little memory, try fewer --jobs" if -code == _kill_signal() else ""
        return f"{_signal_name(-code)}{words}"


def _kill_signal() -> int:
    return int(getattr(signal, "SIGKILL", 0))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextmanager
def _undisturbed() -> Generator[None]:
    """Start a process that Ctrl-C in the terminal does not reach until it knows what to do about it."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


def serve() -> None:
    """Do what comes in over standard input, and answer over standard output, until the former ends."""
    with os.fdopen(os.dup(0), "rb") as calls, os.fdopen(os.dup(1), "wb") as answers:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)  # whatever prints does not get between the answers
        _serve(calls, answers)


def _serve(calls: BinaryIO, answers: BinaryIO) -> None:
    waiting: SimpleQueue[bytes | None] = SimpleQueue()
    alone = threading.Event()

    def hear() -> None:
        with suppress(EOFError, OSError):
            while True:
                waiting.put(_receive(calls))
        alone.set()
        waiting.put(None)
        _interrupt_main()

    def interrupted(number: int, frame: object) -> None:
        del frame
        if number != signal.SIGINT or alone.is_set():  # Ctrl-C is for the process that started this one
            raise KeyboardInterrupt

    for handled in _SIGNALS:
        signal.signal(handled, interrupted)
    with suppress(AttributeError):  # Windows has no mask
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    with suppress(KeyboardInterrupt, BrokenPipeError):
        threading.Thread(target=hear, daemon=True).start()
        while (message := waiting.get()) is not None:
            _send(answers, _do(message))
    # Everything is in order; nobody is there to whom the interpreter could say more.
    os._exit(_TERMINATED)


def _interrupt_main() -> None:
    """Interrupt the main thread, also where it waits for the system."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)


def _do(message: bytes) -> bytes:
    """Make a call, and pickle what comes of it."""
    try:
        function, args, kwargs = pickle.loads(message)  # noqa: S301 - comes from the process that started this one
        answer: tuple[bool, object] = True, function(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller is to have it
        answer = False, error
    try:
        return pickle.dumps(answer)
    except Exception as error:  # noqa: BLE001 - nothing that cannot be pickled may stop the worker
        return pickle.dumps((False, WorkerError(f"{type(answer[1]).__name__} cannot be sent back: {error}")))


def _send(stream: IO[bytes], message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
