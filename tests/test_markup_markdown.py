"""What a reader of Markdown makes of our Markdown is what WhatsApp shows."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from test_markup_whatsapp import ANY, RICH

from wamigrate import markup_tree as tree
from wamigrate.markup import parse_whatsapp, to_markdown, whatsapp_to_markdown

Char: TypeAlias = tuple[str, frozenset[str]]
Shown: TypeAlias = tuple[str, str, list[Char]]

SPANS = {tree.Strong: "strong", tree.Emphasis: "em", tree.Strike: "s"}


def reader(*, html: bool) -> MarkdownIt:
    """An independent reader: CommonMark with GitHub's tables and strikethrough."""
    markdown = MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    markdown.normalizeLinkText = lambda link: link  # type: ignore[method-assign] # show addresses as written
    return markdown


SIMPLE = st.lists(
    st.sampled_from(
        [
            "*a b:*",
            "_x_",
            "~y z~",
            "`c d`",
            "**q**",
            "https://x.y/a_b.",
            "https://x.y?a=b&c=d#e",
            "é",
            "!",
            "(",
            ")",
            " ",
            " ",
            " ",
            "\n",
            "word",
            "- ",
            "1. ",
            "2. ",
            "• ",
            ". ",
            ", ",
            "> ",
            "\n\n",
            "### ",
        ]
    ),
    max_size=20,
).map("".join)

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
            shown = [
                (char.replace("\0", "\ufffd"), spans if char != "\n" else frozenset[str]())
                for char, spans in flat
            ]
            kept.append((kind, detail, shown))
    return kept


def same(text: str) -> None:
    """Check that readers of our Markdown show what WhatsApp shows."""
    document = parse_whatsapp(text)
    markdown = to_markdown(document)
    wanted = without_edges(tree_shown(document))
    for md in READERS:
        assert without_edges(rendered(markdown, md)) == wanted, markdown


@given(ANY)
@settings(max_examples=400, deadline=None)
def test_a_reader_of_the_markdown_shows_what_whatsapp_shows(text: str) -> None:
    same(text)


@given(st.one_of(RICH, SIMPLE, ANY), st.booleans())
@settings(max_examples=400, deadline=None)
def test_the_quick_way_writes_what_the_tree_writes(text: str, assistant: bool) -> None:
    wanted = to_markdown(parse_whatsapp(text, assistant=assistant))
    assert whatsapp_to_markdown(text, assistant=assistant) == wanted


@given(ANY, st.booleans())
@settings(max_examples=400, deadline=None)
def test_nothing_reaches_past_the_message(text: str, assistant: bool) -> None:
    markdown = whatsapp_to_markdown(text, assistant=assistant)
    for md in READERS:
        tokens = md.parse(f"before\n\n{markdown}\n\nafter [a] %%")
        assert [token.type for token in tokens[:3]] == ["paragraph_open", "inline", "paragraph_close"]
        assert tokens[1].content == "before"
        assert [token.type for token in tokens[-3:]] == ["paragraph_open", "inline", "paragraph_close"]
        assert [(child.type, child.content) for child in tokens[-2].children or ()] == [
            ("text", "after [a] %%")
        ]
        assert tokens[-2].level == 1
        assert not any(token.type in ("html_block", "code_block") for token in tokens)
        children = [child for token in tokens for child in token.children or ()]
        assert not any(child.type == "html_inline" for child in children)
    assert markdown.lstrip("\n").partition("\n")[0].rstrip() != "---"


# A message put together from known pieces: what is shown is known without any reader of ours.

PLAIN = "alpha beta Grüße 你好 three"
OTHER = "e\u0301tude 😀 مرحبا snake_case 2*3 C# $5 <3 a&b [1] x|y #tag **no** ==h=="
WORD = st.sampled_from([*PLAIN.split(), *OTHER.split()])
PLAIN_WORDS = st.lists(st.sampled_from(PLAIN.split()), min_size=1, max_size=3).map(" ".join)
MARKS = {"*": "strong", "_": "em", "~": "s", "`": "code"}


def marked(text: str, marks: str) -> tuple[str, list[Char]]:
    """A text between markers, and what it shows as."""
    spans = frozenset(MARKS[mark] for mark in marks)
    return f"{marks}{text}{marks[::-1]}", [(char, spans) for char in text]


PIECE = st.one_of(
    WORD.map(lambda text: (text, [(char, frozenset[str]()) for char in text])),
    st.builds(
        marked, PLAIN_WORDS, st.sampled_from(["*", "_", "~", "`", "*_", "_*", "~*", "*`", "_~*", "*_~", "_`"])
    ),
)


@st.composite
def line(draw: st.DrawFn) -> tuple[str, list[Char]]:
    source, shown = "", list[Char]()
    for index, (text, chars) in enumerate(draw(st.lists(PIECE, min_size=1, max_size=4))):
        blank = " " if index else ""
        source += blank + text
        shown += [(char, frozenset[str]()) for char in blank] + chars
    return source, shown


@st.composite
def block(draw: st.DrawFn) -> tuple[str, list[Shown]]:
    kind = draw(st.sampled_from(["text", "bullet", "number", "quote", "code"]))
    if kind == "code":
        content = draw(st.sampled_from(["x = 1", "  *a*\n# b\n- c", "a `b` ``c``\n<b>", "[a]: b\n---"]))
        return f"```\n{content}\n```", [("code", "", [(char, frozenset[str]()) for char in content + "\n"])]
    lines = draw(st.lists(line(), min_size=1, max_size=3))
    if kind == "text":
        chars = [char for _, chars in lines for char in [*chars, ("\n", frozenset[str]())]]
        return "\n".join(source for source, _ in lines), [("text", "", chars[:-1])]
    if kind == "quote":
        return "\n".join(f"> {source}" for source, _ in lines), [("quote", "", chars) for _, chars in lines]
    numbers = draw(st.lists(st.integers(0, 99), min_size=len(lines), max_size=len(lines)))
    marks = [str(number) if kind == "number" else "" for number in numbers]
    sign = draw(st.sampled_from("*-•"))
    sources = [
        f"{mark}. {source}" if mark else f"{sign} {source}"
        for mark, (source, _) in zip(marks, lines, strict=True)
    ]
    return "\n".join(sources), [("item", mark, chars) for mark, (_, chars) in zip(marks, lines, strict=True)]


@given(st.lists(block(), min_size=1, max_size=5), st.sampled_from(["\n\n", "\n\n\n"]))
@settings(max_examples=300, deadline=None)
def test_known_formatting_comes_out_as_it_went_in(parts: list[tuple[str, list[Shown]]], gap: str) -> None:
    text = gap.join(source for source, _ in parts)
    wanted = [shown for _, blocks in parts for shown in blocks]
    markdown = whatsapp_to_markdown(text)
    for md in READERS:
        assert without_edges(rendered(markdown, md)) == wanted, markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*b* _i_ ~s~ `c`", "**b** *i* ~~s~~ `c`"),
        ("*_x_* _*x*_ *a _b_*", "***x*** ***x*** **a _b_**"),
        ("a\nb", "a  \nb"),
        ("a\n\n\nb", "a\n\n\nb"),
        ("* a\n- b\n• c", "- a\n- b\n- c"),
        ("1. a\n2. b\n4. c", "1. a\n2. b\n\n4) c"),
        ("Buy:\n- milk\nand go", "Buy:\n\n- milk\n\nand go"),
        ("> a\n> b\nc", "> a  \n> b\n\nc"),
        ("see ```a\nb``` ok", "see \n\n```\na\nb\n```\n\nok"),
        ("```a``` and ```b`c```", "`a` and ``b`c``"),
        ("```\na ```` b```", "```\na \n```\n\n\\` b\\`\\`\\`"),
        ("  two blanks", "&#32; two blanks"),
        ("a\n\tb", "a  \n&#9;b"),
        ("*a!*😀", "**a!**&#128512;"),
        ("*a!*😀- b", "**a!**&#128512;- b"),
        ("*a*😀", "**a**😀"),
        ("*a!*。b", "**a!**。b"),
        ("*a。*b", "\\*a。\\*b"),
        ("_a_😀", "*a*😀"),
        ("> a\n> \n> b", "> a\n>\n> b"),
        ("see ````a``` x", "see `` `a `` x"),
        ("``` a ```", "```\n a \n```"),
        ("x ``` a ``` y", "x `  a  ` y"),
        ("`a` ```c``````d```", "`a` `cd`"),
        ("x\n\n- a\n\n\n- b", "x\n\n- a\n\n\n- b"),
        ("\na", "\na"),
        ("a\n", "a\n"),
        ("a\r\nb", "a  \nb"),
    ],
)
def test_whatsapp_becomes_common_markdown(text: str, markdown: str) -> None:
    assert whatsapp_to_markdown(text) == markdown
    same(text)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("# heading", "\\# heading"),
        ("#tag (#tag) C# a#b", "\\#tag (\\#tag) C# a#b"),
        ("[[wiki]] [x](y) ![i](j) [^1]", "\\[\\[wiki]] \\[x](y) !\\[i](j) \\[^1]"),
        ("[a]: https://x.y", "\\[a]: https://x.y"),
        ("==hl== a == b", "=\\=hl=\\= a == b"),
        ("so ==hl== it", "so =\\=hl=\\= it"),
        ("so %%c%% it", "so %\\%c%\\% it"),
        ("$5 and $6 but $x$ and $$y$$", "$5 and $6 but \\$x\\$ and \\$\\$y\\$\\$"),
        ("%%comment%% 50%", "%\\%comment%\\% 50%"),
        ("text ^block 2^3", "text \\^block 2^3"),
        ("<b>x</b> <3 a < b", "\\<b>x\\</b> <3 a < b"),
        ("<!-- x", "\\<!-- x"),
        ("&amp; &#35; AT&T", "\\&amp; \\&\\#35; AT&T"),
        ("a\n---", "a  \n\\---"),
        ("a\n===", "a  \n=\\=\\="),
        ("a\n=", "a  \n\\="),
        ("---\ntitle: x\n---", "\\---  \ntitle: x  \n\\---"),
        ("***", "\\*\\*\\*"),
        ("_ _ _", "\\_ \\_ \\_"),
        ("+ x", "\\+ x"),
        ("1) x", "1\\) x"),
        ("2024. x", "2024\\. x"),
        (">x", "\\>x"),
        ("|a|b|\n|-|-|", "|a|b|  \n\\|-|-|"),
        ("a | b\n--- | ---", "a | b  \n\\--- | ---"),
        ("~~~\nx", "\\~\\~\\~  \nx"),
        ("```\nx", "\\`\\`\\`  \nx"),
        ("a\\*b C:\\Users", "a\\\\\\*b C:\\Users"),
        ("end\\\nx", "end\\\\  \nx"),
        ("**no** __no__ ~~no~~", "\\*\\*no\\*\\* \\_\\_no\\_\\_ \\~\\~no\\~\\~"),
        ("2*3*4 snake_case 2 * 3", "2\\*3\\*4 snake_case 2 * 3"),
        ("- # x", "- \\# x"),
        ("- [ ] x", "- \\[ ] x"),
        ("> - x", "> \\- x"),
    ],
)
def test_what_whatsapp_shows_literally_is_escaped_and_no_more(text: str, markdown: str) -> None:
    assert whatsapp_to_markdown(text) == markdown
    same(text)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("https://x.y/a_b?c=d&e=f#g", "https://x.y/a_b?c=d&e=f#g"),
        ("see https://x.y/a_b_c?d=*e* now", "see <https://x.y/a_b_c?d=*e*> now"),
        ("(https://x.y)", "(<https://x.y>)"),
        ("*https://x.y*", "**<https://x.y>**"),
        ("https://x.y/~me.", "<https://x.y/~me>."),
        ("<https://x.y>", "\\<<https://x.y>>"),
        ("www.x.y/a_b", "www.x.y/a_b"),
        ("www.x.y/_a_?b&c\\d", "[www.x.y/\\_a\\_?b&c\\d](<http://www.x.y/_a_?b&amp;c\\\\d>)"),
        ("!www.x.y/_a_", "!www.x.y/\\_a\\_"),
        ("https://x.y/a==b", "<https://x.y/a==b>"),
        ("https://x.y?a=1&amp;b", "<https://x.y?a=1&amp;b>"),
        ("a https://x.y, b", "a https://x.y, b"),
        ("a https://x.y\u2026 b", "a <https://x.y>\u2026 b"),
        ("a\nhttps://x.y\nb", "a  \nhttps://x.y  \nb"),
        ("www.x.y/_a_", "[www.x.y/\\_a\\_](<http://www.x.y/_a_>)"),
    ],
)
def test_an_address_stays_whole_and_can_be_clicked(text: str, markdown: str) -> None:
    assert whatsapp_to_markdown(text) == markdown
    same(text)


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "Grüße 😀 👨\u200d👩\u200d👧 e\u0301 مرحبا\u200f 你好",
        "a\u2028b\x0bc",
        "50% (yes!) x:y; 1-2",
    ],
)
def test_ordinary_text_is_not_touched(text: str) -> None:
    assert whatsapp_to_markdown(text) == text
    assert to_markdown(parse_whatsapp(text)) == text
