"""What a reader of Markdown makes of our Markdown is what WhatsApp shows."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from wamigrate import markup_tree as tree
from wamigrate.markup import parse_whatsapp, to_markdown, whatsapp_to_markdown

Char: TypeAlias = tuple[str, frozenset[str]]
Shown: TypeAlias = tuple[str, str, list[Char]]

SPANS = {tree.Strong: "strong", tree.Emphasis: "em", tree.Strike: "s"}


def reader(*, html: bool) -> MarkdownIt:
    """An independent reader: CommonMark with GitHub's tables and strikethrough."""
    markdown = MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    markdown.normalizeLinkText = lambda url: url  # type: ignore[method-assign] # show addresses as written
    return markdown


READERS = [reader(html=True), reader(html=False)]


def inline_shown(children: tree.Inlines, spans: frozenset[str] = frozenset()) -> Iterator[Char]:
    """What WhatsApp shows in lines, by the tree."""
    for node in children:
        match node:
            case tree.Text(text) | tree.Url(text):
                yield from ((char, spans) for char in text)
            case tree.Code(text):
                yield from ((char, spans | {"code"}) for char in text)
            case tree.Strong(inner) | tree.Emphasis(inner) | tree.Strike(inner):
                yield from inline_shown(inner, spans | {SPANS[type(node)]})
            case _:
                pytest.fail(f"not WhatsApp's: {node}")


def tree_shown(document: tree.Document) -> Iterator[Shown]:
    """What WhatsApp shows, block by block, by the tree."""
    for block in document.blocks:
        match block:
            case tree.Paragraph(children):
                yield "text", "", list(inline_shown(children))
            case tree.Item(_mark, children, number):
                yield "item", "" if number is None else str(number), list(inline_shown(children))
            case tree.Quote(_mark, children):
                yield "quote", "", list(inline_shown(children))
            case tree.CodeBlock():
                yield "code", block.language, [(char, frozenset()) for char in block.code + "\n"]
            case tree.Gap():
                pass
            case _:
                pytest.fail(f"not WhatsApp's: {block}")


def inline_rendered(token: Token) -> Iterator[Char]:
    spans: list[str] = []
    for child in token.children or ():
        kind, _, side = child.type.rpartition("_")
        if child.type == "text":
            yield from ((char, frozenset(spans)) for char in child.content)
        elif child.type == "code_inline":
            yield from ((char, frozenset([*spans, "code"])) for char in child.content)
        elif child.type in ("hardbreak", "softbreak"):
            assert child.type == "hardbreak", "a line break that is not shown"
            yield "\n", frozenset(spans)
        elif kind in ("strong", "em", "s"):
            if side == "open":
                spans.append(kind)
            else:
                spans.pop()
        else:
            assert kind == "link", child.type
            assert child.info == "auto" or str(child.attrGet("href")).startswith(("http://www.", ""))


def rendered(markdown: str, md: MarkdownIt) -> Iterator[Shown]:
    """What a reader of Markdown shows, block by block."""
    lists: list[int | None] = []
    quotes = 0
    for token in md.parse(markdown):
        if token.type == "inline":
            chars = list(inline_rendered(token))
            if lists:
                number = lists[-1]
                yield "item", "" if number is None else str(number), chars
            elif quotes:
                yield from (("quote", "", line) for line in lines_of(chars))
            else:
                yield "text", "", chars
        elif token.type == "fence":
            yield "code", token.info, [(char, frozenset()) for char in token.content]
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            start: Any = token.attrGet("start")
            lists.append(None if token.type[0] == "b" else (1 if start is None else int(start)) - 1)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            number = lists[-1]
            lists[-1] = None if number is None else number + 1
        elif token.type in ("blockquote_open", "blockquote_close"):
            quotes += token.nesting
        else:
            assert token.type in ("paragraph_open", "paragraph_close", "list_item_close"), token.type


def lines_of(chars: list[Char]) -> list[list[Char]]:
    lines: list[list[Char]] = [[]]
    for char in chars:
        if char[0] == "\n":
            lines.append([])
        else:
            lines[-1].append(char)
    return lines


def without_edges(blocks: Iterator[Shown]) -> list[Shown]:
    """Drop what is invisible: blanks at the ends of lines, white space around a block, empty quotes."""
    kept: list[Shown] = []
    for kind, detail, chars in blocks:
        if kind == "code":
            kept.append((kind, detail, [(char.replace("\0", "\ufffd"), spans) for char, spans in chars]))
            continue
        lines = lines_of(chars)
        for line in lines:
            while line and line[-1][0] in " \t":
                line.pop()
        flat = [char for line in lines for char in [("\n", frozenset[str]()), *line]]
        while flat and flat[-1][0].isspace():
            flat.pop()
        while flat and flat[0][0].isspace():
            flat.pop(0)
        if flat or kind == "item":
            shown = [(char.replace("\0", "\ufffd"), spans if char != "\n" else frozenset[str]()) for char, spans in flat]
            kept.append((kind, detail, shown))
    return kept


SIGNS = st.sampled_from(
    ["*", "_", "~", "`", "```", "**", "~~", "__", "\n", "\n\n", " ", "  ", "a", "b", "1", "é", "e\u0301", "😀", "👨\u200d👩\u200d👧"]
    + ["- ", "* ", "• ", "> ", "1. ", "12. ", "3) ", "+ ", "#", "# ", "## ", "---", "===", "=", "|", "|-|", ":-", "<", ">"]
    + ["<b>", "</b>", "<!--", "<div>", "&amp;", "&#35;", "[", "]", "(", ")", "!", "[x](y)", "[a]: b", "[[w]]", "\\", "$", "$$"]
    + ["==", "%%", "^", "^id", "https://x.y/a_b_c?d=*e*", "https://a.b/", "www.a.b/_c_", "\t", "    ", ".", ",", "\u3000", "\u2028"]
    + ["\x0b", "\0", "\r", "\r\n", "\u200f", "مرحبا", "你好", "。", "“", "@", ":", "//", "~~~", "***", "x"]
)
RICH = st.lists(SIGNS, max_size=25).map("".join)
ANY = st.one_of(RICH, st.text(max_size=60), st.lists(st.one_of(SIGNS, st.characters(codec="utf-8")), max_size=20).map("".join))


@given(ANY)
@settings(max_examples=300, deadline=None)
def test_a_reader_of_the_markdown_shows_what_whatsapp_shows(text: str) -> None:
    document = parse_whatsapp(text)
    markdown = to_markdown(document)
    wanted = without_edges(tree_shown(document))
    for md in READERS:
        assert without_edges(rendered(markdown, md)) == wanted, markdown
