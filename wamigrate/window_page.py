"""The page of the window: its templates, and what they are given."""

from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from msgspec.structs import asdict

from wamigrate import window_view as view
from wamigrate.inspection import Inspection, Piece
from wamigrate.window_preview import LONGEST, document_html, extract
from wamigrate.window_session import STEPS, Session, State
from wamigrate.window_words import Words, languages

_PLATFORMS: Final = {"android": "Android", "ios": "iPhone"}
_USUAL: Final = "html"
"""What is chosen as long as nothing is: something to read."""
_AREAS: Final = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


class Listed(NamedTuple):
    """Some of the conversations."""

    pieces: tuple[Piece, ...]
    next: int
    """Number of the first that is not among them."""
    more: int
    """How many come after them."""


def page(session: Session, limit: int, step: str, key: str) -> str:
    """Return the whole page.

    Args:
        session: what it is about.
        limit: bytes that may be uploaded.
        step: what to show: ``choose``, ``check`` or ``take``; where there is no such step yet, how far all is
            is shown.
        key: what the page calls itself.

    """
    # The turn first: a page that is older than it says would wait for ever.
    context = {"turn": session.turn, **_context(session, limit, session.shown(step))}
    return _render("window.jinja", session, limit=limit, page=key, languages=languages(), **context)


def steps(session: Session, limit: int, step: str) -> str:
    """Return the part of the page that changes; the arguments are those of :func:`page`."""
    context = _context(session, limit, session.shown(step))
    return _render("window_steps.jinja", session, limit=limit, **context)


def step_of(state: State) -> str:
    """Return what the history of a browser calls a state.

    >>> step_of("looked"), step_of("looking")
    ('check', 'busy')
    """
    return next((step for step, shown in STEPS.items() if shown == state), "busy")


def conversations(session: Session, start: int) -> str | None:
    """Return the conversations from one on; None where there are none."""
    if session.look is None:
        return None
    return _render("window_list.jinja", session, listed=_listed(session.look.inspection, start))


def conversation(session: Session, key: str, start: int) -> str | None:
    """Return the messages of a conversation from one on; None where there is none of that id."""
    if session.look is not None and session.look.lines.get(key, (0, 0))[1] > LONGEST:
        return Markup("<p>{}</p>").format(Words(session.language)("too_long"))
    data = session.preview(key)
    if data is None:
        return None
    return _render("window_chat.jinja", session, found=extract(data, start, Words(session.language)))


def closed(session: Session) -> str:
    """Return what is shown when the program has ended."""
    return _render("window_closed.jinja", session)


def busy_words(session: Session) -> str:
    """Return what is being done, and for how long already."""
    words = Words(session.language)
    job = session.job
    if job is None:
        return ""
    table = words.table("doing")
    return f"{table.get(job.news.step, table['starting'])} {words.count('seconds', job.seconds)}"


def _render(template: str, session: Session, **context: object) -> str:
    words = Words(session.language)
    return _environment().get_template(template).render(w=words, view=view, session=session, **context)


@cache
def _environment() -> Environment:
    loader = FunctionLoader(lambda name: (files("wamigrate") / name).read_text(encoding="utf-8"))
    return Environment(autoescape=True, loader=loader, undefined=StrictUndefined)


def _context(session: Session, limit: int, state: State) -> dict[str, object]:
    words = Words(session.language)
    context: dict[str, object] = {"trouble": None, "busy": busy_words(session), "state": state}
    context["step"] = step_of(state)
    if session.failure is not None and state == session.state:
        context["trouble"] = view.trouble(session.failure, words, limit)
    if state == "looked" and session.look is not None:
        context |= _found(session, session.look.inspection, words)
    if state == "made":
        context |= _made(session, words)
    return context


def _found(session: Session, found: Inspection, words: Words) -> dict[str, object]:
    platforms = (_PLATFORMS.get(info.platform or "", "") for info in found.sources)
    starts = [chat.started_at for chat in found.chats if chat.started_at is not None]
    ends = [chat.ended_at for chat in found.chats if chat.ended_at is not None]
    dating = view.dating(found.sources, words)
    everybody = [person for chat in found.chats for person in chat.participants]
    wish = session.wish
    return {
        "platforms": ", ".join(dict.fromkeys(filter(None, platforms))),
        "dating": dating,
        "period": words.period(min(starts, default=None), max(ends, default=None)),
        "messages": sum(chat.messages for chat in found.chats),
        "present": sum(chat.attachments.present for chat in found.chats),
        "missing": sum(chat.attachments.missing for chat in found.chats),
        "size": sum(chat.attachments.size for chat in found.chats),
        "findings": view.findings(found.notes, words),
        "sure": any(person.role == "assistant" for person in everybody) and (dating is None or dating.sure),
        "chats": view.chats(found),
        "can_name": view.can_name(found),
        "names": view.names(found),
        "services": view.services(),
        "zones": _zones(),
        "chosen": asdict(session.choice),
        "listed": _listed(found, 0),
        "choices": view.choices(words),
        "wish": f"into:{wish.into}" if wish.into else f"to:{wish.to or _USUAL}",
    }


def _made(session: Session, words: Words) -> dict[str, object]:
    assert session.made is not None
    wish = f"into:{session.wish.into}" if session.wish.into else f"to:{session.wish.to}"
    every = (option for _, options in view.choices(words) for option in options)
    made = session.made
    return {
        "wished": next(option for option in every if option.value == wish),
        "download_name": f"{made.path}.zip" if made.folder else made.path,
        "files": made.files,
        "findings": view.findings(made.notes, words),
        "howto": document_html(made.howto) if made.howto else Markup(),
    }


def _listed(found: Inspection, start: int) -> Listed:
    pieces = tuple(islice(found.conversations, start, start + view.LISTED))
    end = start + len(pieces)
    return Listed(pieces, end, len(found.conversations) - end)


@cache
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if zone.partition("/")[0] in _AREAS)
