"""One page with everything: conversations as data that a script shows one at a time."""

from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO, Final

from wamigrate.embedding import address as to_address
from wamigrate.embedding import content_hash, content_policy, embedded_json
from wamigrate.media import Policy
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.rendered import render_ahead
from wamigrate.target import Target
from wamigrate.templates import environment, read_asset

from ._html_files import Files, FilesBeside, FilesInside
from ._html_index import Index, findings, people_of, program, source_words
from ._html_names import ChatNames
from ._html_rows import FACETS, ROLES, People, Rows

_PACKAGE: Final = __package__ or ""
_SCRIPTS: Final = ("_html_page.js", "_html_search.js", "_html_one.js")
LARGE: Final = 100_000
"""Messages above which browsers take long to open one page."""


def write_one(conversations: Iterable[Conversation], policy: Policy, target: Target, notes: Notes) -> None:
    """Write the page; no more than a few conversations are held at a time, and of files one."""
    with target.writing() as stream:
        _Page(stream, policy, target, notes).write(conversations)


class _Page:
    """Writes from top to bottom: the style, the data, then what people see, and the script."""

    def __init__(self, stream: BinaryIO, policy: Policy, target: Target, notes: Notes) -> None:
        self._stream = stream
        self._notes = notes
        self._policy = policy
        self._people = People()
        self._index = Index()
        self._files: Files = (
            FilesInside(target, notes, stream.write)
            if policy == "copy"
            else FilesBeside(policy, target, notes)
        )
        self._rows = Rows(self._people, self._files, link_replies=True)

    def write(self, conversations: Iterable[Conversation]) -> None:
        """Write everything."""
        script, style = joined(_SCRIPTS), read_asset(_PACKAGE, "_html_page.css")
        coming = render_ahead(conversations)
        first = list(islice(coming, 1))
        # Who else there is will only be known at the end; the page's script names them all.
        title = ChatNames(*(conversation for conversation, _ in first)).words
        policy = self._security(script, style)
        self._render("_html_one_top.jinja", policy=policy, style=style, title=title)
        while first:
            self._add(*first.pop())
        for conversation, bodies in coming:
            self._add(conversation, bodies)
        self._files.report()
        if self._index.messages > LARGE:
            self._notes.add(
                "large-page",
                f"{self._index.messages:,} messages in one page open slowly: html.pages=many writes a folder",
            )
        names = list(self._people.names)
        data = {"people": names, "roles": ROLES}
        self._stream.write(b'<script type="application/json" id="data">%b</script>\n' % embedded_json(data))
        self._render(
            "_html_one.jinja",
            about=self._index.about(),
            count=self._index.messages,
            facets=FACETS,
            findings=list(findings(self._notes)),
            months=self._index.months(),
            chat=self._index.names.words,
            people=[(name, names.index(name)) for name in people_of(names)],
            pictures=self._index.pictures(),
            program=program(),
            script=script,
            sources=[source_words(info) for info in self._notes.sources],
        )

    def _add(self, conversation: Conversation, bodies: Iterable[str]) -> None:
        rows = list(self._rows.of(conversation, bodies))
        entry = self._index.add(conversation, f"#c-{to_address(conversation.id)}")
        data = embedded_json([conversation.id, entry.title, entry.heading, rows])
        self._stream.write(b'<script type="application/json" class="c">%b</script>\n' % data)

    def _security(self, script: str, style: str) -> str:
        files = ("blob:", "file:") if self._policy == "link" else ("blob:",)
        return content_policy(
            {
                "script-src": (content_hash(script),),
                "style-src": (content_hash(style),),
                "img-src": ("data:", *files),
                "media-src": files,
            }
        )

    def _render(self, template: str, **values: object) -> None:
        self._stream.write(environment(_PACKAGE).get_template(template).render(values).encode())


def joined(scripts: Iterable[str]) -> str:
    """Put scripts together so that none of their names is seen outside."""
    body = "\n".join([read_asset(_PACKAGE, name) for name in scripts])
    return f'(() => {{\n"use strict";\n{body}}})();\n'
