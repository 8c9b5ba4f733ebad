"""A folder of pages: one for each conversation, an index, and the text of all for its search.

The search reads texts in pieces, newest first, as scripts that hold nothing but JSON: pages that were opened
from a disk can load those, and nothing else.
"""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from wamigrate.embedding import address as to_address
from wamigrate.embedding import content_policy, embedded_json
from wamigrate.media import Policy
from wamigrate.model import Conversation
from wamigrate.names import UniqueNames, safe_name
from wamigrate.notes import Notes
from wamigrate.rendered import render_ahead, shown_text
from wamigrate.target import Target
from wamigrate.templates import environment, read_asset

from ._html_bubbles import bubbles
from ._html_files import FilesBeside
from ._html_index import Entry, Index, Month, findings, people_of, program, source_words
from ._html_names import ChatNames
from ._html_one import joined
from ._html_rows import FACETS, People, Row, Rows

_PACKAGE: Final = __package__ or ""
_PIECE: Final = 4_000_000
"""Characters after which a new piece of the search begins."""
_WHOLE: Final = 1_000
"""Conversations up to which the index lists them all; above, each month has a page of its own."""
_INDEX: Final = "index.html"


def write_many(conversations: Iterable[Conversation], policy: Policy, target: Target, notes: Notes) -> None:
    """Write the folder; no more than a few conversations and one piece of the search are held at a time."""
    folder = _Folder(policy, target, notes)
    for conversation, bodies in render_ahead(conversations):
        folder.add(conversation, bodies)
    folder.finish()


class _Search:
    """Writes the texts of messages in pieces."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.pieces: list[tuple[str, int | None, int | None]] = []
        """File, first and last minute of each."""
        self._pages: list[tuple[str, str]] = []
        self._rows: list[tuple[object, ...]] = []
        self._size = 0

    def add(self, entry: Entry, rows: Iterable[Row]) -> None:
        """Take a conversation in."""
        page = len(self._pages)
        self._pages.append((entry.address, entry.title))
        for row in rows:
            text = shown_text(row.body)
            self._size += len(text)
            self._rows.append((page, row.id, row.person, row.minute, row.facets, text))
        if self._size >= _PIECE:
            self.finish()

    def finish(self) -> None:
        """Write what is not yet written."""
        if not self._rows:
            return
        name = f"search/{len(self.pieces) + 1:04}.js"
        data = embedded_json({"pages": self._pages, "rows": self._rows})
        with self._target.writing(name) as stream:
            stream.write(b"wamigrate(%d, %b);\n" % (len(self.pieces), data))
        minutes = [row[3] for row in self._rows if isinstance(row[3], int)]
        self.pieces.append((name, min(minutes, default=None), max(minutes, default=None)))
        self._pages, self._rows, self._size = [], [], 0


class _Folder:
    """Writes pages as conversations come, and the index at the end."""

    def __init__(self, policy: Policy, target: Target, notes: Notes) -> None:
        self._target = target
        self._notes = notes
        self._people = People()
        self._index = Index()
        self._search = _Search(target)
        self._files = FilesBeside(policy, target, notes, "../")
        self._rows = Rows(self._people, self._files, link_replies=False)
        self._names: dict[str, UniqueNames] = {}
        self._waiting: dict[str, str | Entry | None] = {}
        """What a page shows that waits for the conversation after it, to which it leads."""
        own = ("'self'", "file:") if policy == "link" else ("'self'",)
        self._policy = content_policy(
            {
                "script-src": ("'self'",),
                "style-src": ("'self'",),
                "img-src": ("data:", *own),
                "media-src": own,
            }
        )

    def add(self, conversation: Conversation, bodies: Iterable[str]) -> None:
        """Write a conversation, given the texts of its messages as HTML."""
        entry = self._index.add(conversation, "")
        name = self._name(entry)
        entry = self._index.entries[-1] = entry._replace(address=to_address(name))
        self._write_waiting(entry)
        rows = list(self._rows.of(conversation, bodies))
        # Everything of the chat in it is escaped.
        messages = Markup("\n".join(bubbles(conversation.messages, rows)))  # noqa: S704 - see above
        self._waiting = {
            "name": name,
            "chat": ChatNames(conversation).words,
            "entry": entry,
            "messages": messages,
            "before": self._index.entries[-2] if len(self._index.entries) > 1 else None,
        }
        self._search.add(entry, rows)

    def _write_waiting(self, after: Entry | None) -> None:
        if self._waiting:
            name = str(self._waiting.pop("name"))
            self._render("_html_conversation.jinja", name, **self._waiting, after=after, root="../")

    def _name(self, entry: Entry) -> str:
        names = self._names.get(entry.month)
        if names is None:
            names = self._names[entry.month] = UniqueNames()
            names.claim(_INDEX)
        day = f"{entry.start:%Y-%m-%d} " if entry.start else ""
        return f"{entry.month}/{names.claim(safe_name(f'{day}{entry.title}', 'conversation') + '.html')}"

    def finish(self) -> None:
        """Write what all pages share, and the index."""
        self._write_waiting(None)
        self._files.report()
        self._search.finish()
        for name, text in {
            "page.css": read_asset(_PACKAGE, "_html_page.css"),
            "page.js": joined(("_html_page.js", "_html_search.js", "_html_leaf.js")),
            "index.js": joined(("_html_page.js", "_html_search.js", "_html_folder.js")),
        }.items():
            with self._target.writing(f"assets/{name}") as stream:
                stream.write(text.encode())
        months = self._index.months()
        self._write_index(months, whole=len(self._index.entries) <= _WHOLE)

    def _write_index(self, months: list[Month], *, whole: bool) -> None:
        names = list(self._people.names)
        data = embedded_json({"people": names, "pieces": self._search.pieces}).decode()
        for month in months if not whole else ():
            page = f"{month.key}/{_INDEX}"
            self._render("_html_month.jinja", page, month=month, chat=self._index.names.words, root="../")
        self._render(
            "_html_index.jinja",
            _INDEX,
            about=self._index.about(),
            count=self._index.messages,
            data=Markup(data),  # noqa: S704 - escaped for its element
            facets=FACETS,
            findings=list(findings(self._notes)),
            months=months,
            chat=self._index.names.words,
            people=[(name, names.index(name)) for name in people_of(names)],
            pictures=self._index.pictures(),
            program=program(),
            root="",
            sources=[source_words(info) for info in self._notes.sources],
            whole=whole,
        )

    def _render(self, template: str, name: str, **values: object) -> None:
        html = environment(_PACKAGE).get_template(template).render(values, policy=self._policy)
        with self._target.writing(name) as stream:
            stream.write(html.encode())
