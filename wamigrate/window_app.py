"""The application behind the window: which address answers what."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from wamigrate import window_page as pages
from wamigrate.errors import OptionError
from wamigrate.report import Failure
from wamigrate.window_download import Kept, download
from wamigrate.window_guard import Guard, Keys
from wamigrate.window_session import STEPS, Choice, Session, Wish, unwritable
from wamigrate.window_sessions import Sessions
from wamigrate.window_upload import DiskFullError, TooLargeError, check_room, free_place, place_for, store
from wamigrate.window_words import choose_language, languages

_STATIC: Final = {"window.css": "text/css", "window.js": "text/javascript"}
_FORM: Final = 65_536
"""Bytes that a form may have."""
_GONE: Final = PlainTextResponse("There is no such page; open the address anew.\n", 404)
_FORGOTTEN: Final = PlainTextResponse("What this tab held was deleted; load it anew.\n", 410)
_AFRESH: Final = "gone"

Answer = Callable[[Session, Request], Awaitable[Response]]


@dataclass(frozen=True)
class Window:
    """The application; every answer is about the session in its path."""

    sessions: Sessions
    limit: int
    """Bytes that may be uploaded into a session."""
    quit: Callable[[], None]
    """Ends the program."""

    def routes(self) -> list[Route]:
        """Return every address with what answers there."""
        answers: list[tuple[str, str, Answer]] = [
            ("GET", "", self._page),
            ("GET", "state", self._state),
            ("GET", "view", self._view),
            ("GET", "conversations", self._conversations),
            ("GET", "conversation", self._conversation),
            ("GET", "result", self._result),
            ("PUT", "file", self._file),
            ("POST", "look", self._look),
            ("POST", "make", self._make),
            ("POST", "cancel", self._cancel),
            ("POST", "reconsider", self._reconsider),
            ("POST", "clear", self._clear),
            ("POST", "leave", self._leave),
            ("POST", "quit", self._quit),
        ]
        return [
            Route("/", self._enter),
            Route("/static/{name}", _static),
            *(
                Route(f"/{{session}}/{path}", self._about(answer), methods=[method])
                for method, path, answer in answers
            ),
        ]

    def _about(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            shown = request.query_params.get("page", "") if answer == self._state else ""
            session = self.sessions.find(request.path_params["session"], shown)
            if session is not None:
                return await answer(session, request)
            return RedirectResponse(f"/?{_AFRESH}=1", 303) if answer == self._page else _FORGOTTEN

        return respond

    async def _enter(self, request: Request) -> Response:
        """Begin a new session: every tab has its own."""
        session = self.sessions.add(choose_language(request.headers.get("accept-language", "")))
        if _AFRESH in request.query_params:
            session.fail(Failure("Forgotten", OptionError.exit_code, ""))
        return RedirectResponse(f"/{session.id}/", 303)

    async def _page(self, session: Session, request: Request) -> Response:
        wanted, step = request.query_params.get("lang"), request.query_params.get("step", "")
        if wanted in languages():
            session.language = wanted
            query = f"?step={step}" if step in STEPS else ""
            return RedirectResponse(f"/{session.id}/{query}", 303)
        key = self.sessions.new_page(session)
        return HTMLResponse(await run_in_threadpool(pages.page, session, self.limit, step, key))

    async def _state(self, session: Session, request: Request) -> Response:  # noqa: ARG002 - as all answers
        job = session.job  # once: a thread may end it meanwhile
        news = job.news if job is not None else None
        return JSONResponse(
            {
                "state": session.state,
                "turn": session.turn,
                "words": pages.busy_words(session),
                "done": news.done if news else 0,
                "total": news.total if news else 0,
            }
        )

    async def _view(self, session: Session, request: Request | None = None) -> Response:
        wanted = request.query_params.get("step", "") if request is not None else ""
        turn, step = session.turn, pages.step_of(session.shown(wanted))
        html = await run_in_threadpool(pages.steps, session, self.limit, wanted)
        return HTMLResponse(html, headers={"X-Turn": str(turn), "X-Step": step})

    async def _conversations(self, session: Session, request: Request) -> Response:
        html = pages.conversations(session, _number(request.query_params.get("from")))
        return _GONE if html is None else HTMLResponse(html)

    async def _conversation(self, session: Session, request: Request) -> Response:
        key, start = request.query_params.get("id", ""), _number(request.query_params.get("from"))
        html = await run_in_threadpool(pages.conversation, session, key, start)
        return _GONE if html is None else HTMLResponse(html)

    async def _result(self, session: Session, request: Request) -> Response:  # noqa: ARG002 - as all answers
        return Kept(self._kept(session))

    @asynccontextmanager
    async def _kept(self, session: Session) -> AsyncGenerator[Response]:
        """Answer with the result, which stays until it is downloaded."""
        with self.sessions.serving(session):
            place = await run_in_threadpool(session.take)
            if place is None:
                yield _GONE
                return
            try:
                yield download(place.content)
            finally:
                await run_in_threadpool(session.let_go, place)

    async def _file(self, session: Session, request: Request) -> Response:
        """Take a file: its name in the query, its content as the body."""
        async with session.receiving:  # one at a time, or the limit would count for each alone
            return await self._receive(session, request)

    async def _receive(self, session: Session, request: Request) -> Response:
        failed: Failure | None = None
        allowed = self.limit - session.received
        size = min(_number(request.headers.get("content-length")) or allowed, allowed)
        room = await run_in_threadpool(self.sessions.room, session, size)
        path = free_place(place_for(request.query_params.get("path", ""), session.input))
        try:
            session.folder.mkdir(mode=0o700, exist_ok=True)
            check_room(min(size, room), session.folder)
            with self.sessions.expecting(min(size, room)):
                size = await store(request.stream(), path, min(allowed, room))
                session.received += size
        except TooLargeError:
            failed = Failure("TooLarge" if allowed <= room else "TooMuch", OptionError.exit_code, "")
        except DiskFullError:
            failed = Failure("DiskFull", OptionError.exit_code, "")
        except ClientDisconnect:
            return Response(status_code=400)
        except OSError as error:
            failed = unwritable(error)
        if failed is None:
            return Response(status_code=204)
        await run_in_threadpool(session.clear)
        session.fail(failed)
        return await self._view(session)

    async def _look(self, session: Session, request: Request) -> Response:
        form = await _form(request)
        choice = Choice(
            chat=form.get("chat", ""),
            assistant=form.get("assistant", ""),
            service=form.get("service", ""),
            me=form.get("me", ""),
            date_order=form.get("date_order", ""),
            split=form.get("split", "auto"),
            hours=_number(form.get("hours")) or Choice().hours,
            zone=form.get("zone", ""),
        )
        await run_in_threadpool(session.start_look, choice)
        return await self._view(session)

    async def _make(self, session: Session, request: Request) -> Response:
        form = await _form(request)
        kind, _, name = form.get("wish", "").partition(":")
        redact = bool(form.get("redact"))
        if session.look is None or not name or kind not in {"into", "to"}:
            return await self._view(session)
        wish = Wish(into=name, redact=redact) if kind == "into" else Wish(to=name, redact=redact)
        if await run_in_threadpool(self.sessions.room, session, session.received) < session.received:
            session.fail(Failure("TooMuch", OptionError.exit_code, ""))
        else:
            await run_in_threadpool(session.start_make, wish)
        return await self._view(session)

    async def _cancel(self, session: Session, request: Request) -> Response:  # noqa: ARG002 - as all answers
        await run_in_threadpool(session.cancel)
        return await self._view(session)

    async def _reconsider(self, session: Session, request: Request) -> Response:  # noqa: ARG002 - as all answers
        await run_in_threadpool(session.reconsider)
        return await self._view(session)

    async def _clear(self, session: Session, request: Request) -> Response:  # noqa: ARG002 - as all answers
        async with session.receiving:  # a file that is about to be there goes with all others
            await run_in_threadpool(session.clear)
        return await self._view(session)

    async def _leave(self, session: Session, request: Request) -> Response:
        """Note that a page is closed; if none of the session is opened soon, it is forgotten."""
        self.sessions.leave(session, request.query_params.get("page", ""))
        return Response(status_code=204)

    async def _quit(self, session: Session, request: Request) -> Response:  # noqa: ARG002 - as all answers
        html = pages.closed(session)
        self.quit()
        return HTMLResponse(html)


def make_app(sessions: Sessions, keys: Keys, port: int, limit: int, quit_: Callable[[], None]) -> ASGIApp:
    """Return the application.

    Args:
        sessions: where what is going on is kept.
        keys: the secrets that open it.
        port: on which it is reached.
        limit: bytes that may be uploaded into a session.
        quit_: ends the program.

    """
    window = Window(sessions, limit, quit_)
    app = Starlette(routes=window.routes(), exception_handlers={Exception: _failed})
    return Guard(app, keys, port)


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001 - what Starlette calls
    return PlainTextResponse("Something went wrong in wamigrate itself; reload the page.\n", 500)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        return _GONE
    text = (files("wamigrate") / name).read_text(encoding="utf-8")
    return Response(text, media_type=_STATIC[name])


async def _form(request: Request) -> dict[str, str]:
    """Read a form; what is too long for one is none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


def _number(text: str | None) -> int:
    """Read a number; nothing and nonsense are zero."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 18 else 0  # noqa: PLR2004 - fits everywhere
