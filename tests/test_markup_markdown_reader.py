"""Markdown is read as CommonMark means it, and what we write reads back as it was."""

import re
import time
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace
from test_markup_markdown import SIMPLE, tree_shown, without_edges
from test_markup_whatsapp import ANY, RICH

from wamigrate import markup_tree as tree
from wamigrate.markup import (
    parse_markdown,
    parse_whatsapp,
    to_html,
    to_markdown,
    to_plain,
    to_whatsapp,
    whatsapp_to_markdown,
)

Char: TypeAlias = tuple[str, frozenset[str]]
Line: TypeAlias = tuple[str, list[Char]]

SPANS = {tree.Strong: "strong", tree.Emphasis: "em", tree.Strike: "s"}
SIGNS = re.compile(r"(?:[-*+>][ ]|[0-9]+[.)][ ]|#+[ ]|[ ])+\Z")
RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*\Z")


def blocks(markdown: str) -> list[tree.Block]:
    return [block for block in parse_markdown(markdown).blocks if not isinstance(block, tree.Gap)]


def rewritten(markdown: str) -> str:
    return to_markdown(parse_markdown(markdown))


# What we wrote ourselves.


@given(st.one_of(ANY, SIMPLE))
@settings(max_examples=500, deadline=None)
def test_our_markdown_of_a_persons_message_is_written_again_to_the_byte(text: str) -> None:
    markdown = whatsapp_to_markdown(text)
    assert rewritten(markdown) == markdown


@given(st.one_of(ANY, SIMPLE))
@settings(max_examples=300, deadline=None)
def test_our_markdown_of_a_persons_message_has_the_same_structure(text: str) -> None:
    document = parse_whatsapp(text)
    assert shown(parse_markdown(to_markdown(document))) == shown(document)


@given(st.one_of(ANY, SIMPLE, RICH))
@settings(max_examples=500, deadline=None)
def test_our_markdown_of_an_assistants_message_settles_at_once(text: str) -> None:
    """The first reading takes double emphasis away and signs that are none for CommonMark."""
    markdown = rewritten(whatsapp_to_markdown(text, assistant=True))
    assert rewritten(markdown) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "### Plan\n\n1. **Buy** milk  \n   and `bread`\n2. Go\n   - [x] home\n\n---\n\n> *so* it is",
        "Use `a | b`:\n\n| x | y |\n|---|:-:|\n| `1 \\| 2` | **z** |",
        "\\(x^2\\) costs $5, and\n\\[\nx = 1\n\\]\nend",
        "1. a\n   ```py\n   x = 1\n\n     y\n   ```\n2. b\n5. c",
        'See [t](https://x.y/a_(b) "T") ![p](https://x.y/i.png) <https://q.r> https://u.v/w_x.',
        "\\* and 2 \\* 3",
        "a \n\n\nb\n",
    ],
)
def test_our_markdown_of_an_assistants_answer_is_written_again_to_the_byte(text: str) -> None:
    markdown = whatsapp_to_markdown(text, assistant=True)
    assert rewritten(markdown) == markdown


def shown(document: tree.Document) -> list[tuple[str, str, list[Char]]]:
    return without_edges(
        (kind, detail, list(chars)) for kind, detail, chars in tree_shown(without_notation(document))
    )


def without_notation(document: tree.Document) -> tree.Document:
    """Replace escapes by what they mean, and a paragraph that goes on in an item by its lines."""
    merged: list[tree.Block] = []
    for block in document.blocks:
        if isinstance(block, tree.Paragraph | tree.Item | tree.Quote | tree.Heading):
            children = tuple(
                tree.Text(node.shown) if isinstance(node, tree.Notation) else node for node in block.children
            )
            merged.append(replace(block, children=children))
        else:
            merged.append(block)
    return tree.Document(tuple(merged))


# Trees that no text of WhatsApp gives.


def alone(node: tree.Inline) -> tree.Inlines:
    return (node,)


WORDS = st.lists(
    st.sampled_from(
        ["alpha", "Größe", "你好", "x_y", "2*3", "<b>", "&amp;", "#", "1.", "[a]", "|", "😀", "C:\\d"]
    ),
    min_size=1,
    max_size=3,
)
TEXT = WORDS.map(" ".join).map(tree.Text)
LEAF: st.SearchStrategy[tree.Inline] = st.one_of(
    TEXT,
    st.sampled_from(["x", "a|b", "`", " y", "**"]).map(tree.Code),
    st.builds(tree.Link, TEXT.map(alone), st.sampled_from(["https://x.y/a_(b)", "/u", 'z "t&amp;"'])),
    st.just(tree.Url("https://x.y/a_b?c=d&e")),
)
SPAN: st.SearchStrategy[tree.Inline] = st.one_of(
    LEAF,
    st.builds(tree.Strong, LEAF.map(alone)),
    st.builds(tree.Emphasis, LEAF.map(alone)),
    st.builds(tree.Strike, st.builds(tree.Strong, LEAF.map(alone)).map(alone)),
)


def spaced(nodes: Sequence[tree.Inline]) -> tree.Inlines:
    return tuple(node for item in nodes for node in (tree.Text(" "), item))[1:]


LINE = st.lists(SPAN, min_size=1, max_size=4).map(spaced)
CODE = st.sampled_from(["\nx\n", "py\nx = 1\n  y\n", "\n```\n\n"])


@st.composite
def documents(draw: st.DrawFn) -> tree.Document:
    """A tree of all kinds of blocks, with items in items."""
    result: list[tree.Block] = []
    depth = 0
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["text", "item", "quote", "heading", "rule", "code", "table"]))
        inside = draw(st.integers(0, depth))
        depth = inside + 1 if kind == "item" else inside
        line = draw(LINE)
        block: tree.Block
        match kind:
            case "item":
                number = draw(st.sampled_from([None, 1, 2, 12]))
                block = tree.Item("- " if number is None else f"{number}. ", line, number, inside)
            case "quote":
                block = tree.Quote("> " * draw(st.integers(1, 2)), line, inside)
            case "heading":
                block = tree.Heading("#" * draw(st.integers(1, 6)) + " ", (*line, tree.Text(" end")), inside)
            case "rule":
                block = tree.Rule("---", inside)
            case "code":
                body = draw(CODE)
                block = tree.CodeBlock(body, "````", body.partition("\n")[0], depth=inside)
            case "table":
                cell = tuple(map(in_cell, draw(LINE)))
                cells = ((), (tree.Text(" a "),), (tree.Text(" "), *cell, tree.Text(" ")), ())
                block = tree.Table((cells, cells), "|---|---|", inside)
            case _:
                block = tree.Paragraph(line, inside)
        result += [block, tree.Gap(draw(st.sampled_from(["\n", "\n\n", "\n\n\n"])))]
    return tree.Document(tuple(result))


def in_cell(node: tree.Inline) -> tree.Inline:
    """Take pipes away, which a cell cannot hold as they are."""
    match node:
        case tree.Text(text):
            return tree.Text(text.replace("|", "/"))
        case tree.Code(text):
            return tree.Code(text.replace("|", "\\|"))
        case tree.Strong(children) | tree.Emphasis(children) | tree.Strike(children):
            return type(node)(tuple(map(in_cell, children)))
        case tree.Link(children, target):
            return tree.Link(tuple(map(in_cell, children)), target)
        case _:
            return node


@given(documents())
@settings(max_examples=500, deadline=None)
def test_a_tree_is_written_again_to_the_byte(document: tree.Document) -> None:
    markdown = to_markdown(document)
    assert rewritten(markdown) == markdown


@given(documents())
@settings(max_examples=300, deadline=None)
def test_a_tree_reads_back_with_the_same_text(document: tree.Document) -> None:
    again = parse_markdown(to_markdown(document))
    kinds = [(type(block), block.depth) for block in document.blocks if not isinstance(block, tree.Gap)]
    assert [(type(block), block.depth) for block in again.blocks if not isinstance(block, tree.Gap)] == kinds
    # Where a number does not follow on the one before, the writer changes the sign behind it.
    assert to_plain(again).replace(")", ".").split() == to_plain(document).replace(")", ".").split()
    assert to_html(again).split() == to_html(document).split()


# An independent reader of the same Markdown.

PIECES = (
    "* ** *** _ __ ~~ ` `` \\* \\\\ \\! &amp; &copy; &#42; <b> </b> <!--x--> <https://x.y/a> <a@b.c> [ ] ( ) "
    '![ [a](b) [a](/u_(v)_ "t") [a][r] [r] [r]:/u ![i](j) | # ## === --- + - 1. 2) 7. > a b c word é 你 😀 . '
    ', ! "x" {} = :'
)
GLUE = [
    *(
        "\n",
        "\n",
        "\n\n",
        " ",
        " ",
        "  ",
        "  \n",
        "\\\n",
        "    ",
        "\t",
        "\n> ",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n   ",
    ),
    *("\n> > ", "\n\n[r]: /url 'T'\n\n", "\n```py\n", "\n```\n", "\n# ", "\n***\n", "\r\n", "\n\n    "),
]
MARKDOWN = st.lists(st.one_of(st.sampled_from(PIECES.split()), st.sampled_from(GLUE)), max_size=20).map(
    "".join
)


def lines_by_markdown_it(markdown: str) -> Iterator[Line]:
    """The lines that an independent reader finds, each with where it stands."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    around: list[str] = []
    heading = ""
    for token in reader.parse(markdown):
        kind, _, side = token.type.rpartition("_")
        place = "quote" if "blockquote" in around else f"{heading}{around.count('list_item')}"
        if kind in ("blockquote", "list_item"):
            around = [*around, kind] if side == "open" else around[:-1]
        elif kind == "heading":
            heading = token.tag if side == "open" else ""
        elif token.type == "inline":
            yield from ((place, line) for line in split(chars_by_markdown_it(token.children or [], heading)))
        elif token.type in ("fence", "code_block"):
            yield "code", [(char, frozenset()) for char in token.content.removesuffix("\n")]
        elif token.type == "html_block":
            yield from ((place, line) for line in split((char, frozenset[str]()) for char in token.content))


def chars_by_markdown_it(tokens: list[Token], heading: str) -> Iterator[Char]:
    spans: list[str] = []
    for token in tokens:
        kind, _, side = token.type.rpartition("_")
        match token.type:
            case "text" | "html_inline":
                yield from ((char, frozenset(spans)) for char in token.content.replace("\n", " "))
            case "code_inline":
                yield from ((char, frozenset([*spans, "code"])) for char in token.content)
            case "softbreak":
                yield " ", frozenset(spans)
            case "hardbreak":
                yield (" " if heading else "\n"), frozenset(spans)
            case "image":
                yield from (
                    (char, spans_ | frozenset(spans))
                    for char, spans_ in chars_by_markdown_it(token.children or [], heading)
                )
            case _:
                assert side in ("open", "close")
                if side == "open":
                    spans.append(kind)
                else:
                    spans.remove(kind)


def lines_by_tree(markdown: str) -> Iterator[Line]:
    """The lines that our tree has, each with where it stands."""
    for block in blocks(markdown):
        match block:
            case tree.Paragraph(children, depth):
                yield from ((str(depth), line) for line in split(chars_by_tree(children)))
            case tree.Item(_, children, _, depth):
                yield str(depth + 1), list(chars_by_tree(children))
            case tree.Heading(_, children, depth):
                yield f"h{block.level}{depth}", list(chars_by_tree(children))
            case tree.Quote(_, children):
                signs = [node for node in children[:2] if isinstance(node, tree.Notation)]
                signs = [node for node in signs if SIGNS.match(node.source) or RULE.match(node.source)]
                yield "quote", list(chars_by_tree(children[len(signs) :]))
            case tree.CodeBlock():
                yield "code", [(char, frozenset()) for char in block.code]
            case _:
                assert isinstance(block, tree.Rule)


def chars_by_tree(children: tree.Inlines, spans: frozenset[str] = frozenset()) -> Iterator[Char]:
    for node in children:
        match node:
            case tree.Text(text):
                yield from ((char, spans) for char in text)
            case tree.Url(text):
                yield from ((char, spans | {"link"}) for char in text)
            case tree.Code(text):
                yield from ((char, spans | {"code"}) for char in text)
            case tree.Notation():
                yield from ((char, spans) for char in node.shown)
            case tree.Link(inner):
                yield from chars_by_tree(inner, spans if node.image else spans | {"link"})
            case tree.Strong(inner) | tree.Emphasis(inner) | tree.Strike(inner):
                yield from chars_by_tree(inner, spans | {SPANS[type(node)]})


def split(chars: Iterator[Char]) -> Iterator[list[Char]]:
    line: list[Char] = []
    for char in chars:
        if char[0] == "\n":
            yield line
            line = []
        else:
            line.append(char)
    yield line


def visible(lines: Iterator[Line]) -> list[Line]:
    """Leave out blanks, whose formatting nobody sees, and lines without anything else."""
    kept = [
        (place, line if place == "code" else [char for char in line if not char[0].isspace()])
        for place, line in lines
    ]
    return [(place, line) for place, line in kept if "".join(char for char, _ in line).strip()]


def holds_no_table(markdown: str) -> bool:
    return not any(isinstance(block, tree.Table) for block in blocks(markdown))


@given(MARKDOWN.filter(lambda text: "[![" not in text and holds_no_table(text)))
@settings(max_examples=1500, deadline=None)
def test_the_tree_has_what_an_independent_reader_finds(markdown: str) -> None:
    assert visible(lines_by_tree(markdown)) == visible(lines_by_markdown_it(markdown))


@given(MARKDOWN.filter(holds_no_table))
@settings(max_examples=500, deadline=None)
def test_the_markdown_of_others_keeps_its_structure_when_it_is_written_again(markdown: str) -> None:
    """An address inside raw HTML becomes one that can be clicked, as any in a text."""
    assert without_links(lines_by_tree(rewritten(markdown))) == without_links(lines_by_tree(markdown))


def without_links(lines: Iterator[Line]) -> list[Line]:
    return [(place, [(char, spans - {"link"}) for char, spans in line]) for place, line in visible(lines)]


@given(st.one_of(MARKDOWN, RICH, st.text(max_size=60)), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_written_in_all_ways(text: str, breaks: bool) -> None:
    document = parse_markdown(text, breaks=breaks)
    letters = sorted(char for char in to_plain(document) if char.isalpha())
    assert letters == sorted(
        char for char in to_plain(parse_markdown(to_markdown(document))) if char.isalpha()
    )
    assert "script" not in to_html(document) or "script" in text
    assert to_whatsapp(document).count("\n") >= 0


# Feature by feature.


@pytest.mark.parametrize(
    ("markdown", "whatsapp"),
    [
        ("**b** *i* _i_ __b__ ~~s~~ `c`", "*b* _i_ _i_ *b* ~s~ `c`"),
        ("***x***", "_*x*_"),
        ("**a  \nb**", "*a*\n*b*"),
        ("a\nb  \nc\\\nd", "a b\nc\nd"),
        ("+ a\n+ b", "- a\n- b"),
        ("2. a\n1. b", "2. a\n3. b"),
        ("> a  \n> b\n>\n> c", "> a\n> b\n> \n> c"),
        ("T\n===\n\nU\n---", "# T\n\n## U"),
        ("~~~py\nx\n~~~", "```py\nx\n```"),
        ("    x\n     y", "```\nx\n y\n```"),
        ("\\*a\\* &copy; &#42;", "*a* © *"),
        ("``a`b``", "```a`b```"),
        ("[t](https://x.y)", "[t](https://x.y)"),
        ("a  \n***\nb", "a  \n***\nb"),
    ],
)
def test_markdown_becomes_whatsapp(markdown: str, whatsapp: str) -> None:
    assert to_whatsapp(parse_markdown(markdown)) == whatsapp


@pytest.mark.parametrize(
    "markdown",
    [
        "**b** *i* ~~s~~ `c`",
        "**a _b_ c**",
        "- a\n- b",
        "1. a\n2. b",
        "> a  \n> b",
        "```\nx\n```",
        "a  \nb\n\nc",
    ],
)
def test_whatsapp_of_markdown_reads_as_the_same_message(markdown: str) -> None:
    document = parse_markdown(markdown)
    assert shown(parse_whatsapp(to_whatsapp(document))) == shown(document)


@pytest.mark.parametrize(
    ("markdown", "again"),
    [
        ("<div>\n  *a*\n\n*b*</div>", "\\<div>  \n&#32; \\*a\\*\n\n*b*\\</div>"),
        ("a<br>b <b>c</b>", "a\\<br>b \\<b>c\\</b>"),
        ("<!-- a\n\nb -->", "\\<!-- a\n\nb -->"),
        ("[[wiki]] #tag ==h==", "\\[\\[wiki]] \\#tag =\\=h=\\="),
        ("[t](javascript:x())", "\\[t](javascript:x())"),
        ("[t]( <steam://x> )", "\\[t]( \\<steam://x> )"),
        ("~a~ H~2~O", "\\~a\\~ H\\~2\\~O"),
        ("[a][r] [r] [no]\n\n[r]: /u 'T'", '[a](/u "T") [r](/u "T") \\[no]\n\n'),
        ("[t](<a b>)", "[t](a%20b)"),
        ("[t](/a\\(b)", "[t](/a%28b)"),
        ('[t](/u "a\\"b")', '[t](/u "a\\"b")'),
        ("[t]()", "[t]()"),
        ("[![p](i.png)](https://x.y)", "![p](i.png) [p](https://x.y)"),
        ("![a [b](c) d](e)", "![a b d](e)"),
        ("<a@b.c>", "[a@b.c](mailto:a@b.c)"),
        ("\\![t](/u) !\\[t]", "\\![t](/u) !\\[t]"),
        ("# a \\#\n# b #", "# a \\#\n\n# b"),
        ("- a\n+ b", "- a\n- b"),
        ("- a\n\n      b", "- a\n\n  ```\n  b\n  ```"),
        ("-\n- # a", "-\n-\n  # a"),
        ("7) a\n9) b", "7) a\n8) b"),
        ("> - a\n>   1. b\n>\n> # c", "> - a  \n>   1. b\n>\n> # c"),
        ("> ```py\n> x\n> ```\n> y", "```py\nx\n```\n\n> y"),
        ("> a\n\n\n> b", "> a\n\n\n> b"),
        ("| a |\n|---|\n| x \\| `y \\| z` |", "| a |\n|---|\n| x \\| `y \\| z` |"),
        ("~~~ a`b\nx\n~~~", "```\nx\n```"),
        ("```\nx", "```\nx\n```"),
        ("**a**&#98; **&nbsp;c**", "**a**&#98; **&nbsp;c**"),
        ("**a __b__ *c***", "**a b _c_**"),
        ("\u3000a\u3000\n\n\xa0", "\u3000a\u3000\n\n\xa0"),
        ("a\0b", "a\0b"),
        ("a\r\nb\r\n\r\nc", "a b\n\nc"),
        ("", ""),
        (" \n\t\n", "\n\n"),
    ],
)
def test_markdown_is_written_as_we_write_it(markdown: str, again: str) -> None:
    assert rewritten(markdown) == again
    assert rewritten(again) == again


@pytest.mark.parametrize(
    ("markdown", "url"),
    [
        ("see https://x.y/a_b_c now", "https://x.y/a_b_c"),
        ("see https://x.y/*a*b.", "https://x.y/*a*b"),
        ("**https://x.y**", "https://x.y"),
        ("(www.x.y/_a_b)", "www.x.y/_a_b"),
        ("[www.x.y/\\_a](<http://www.x.y/_a>)", "www.x.y/_a"),
        ("https://x.y?a=1&amp;b=2&quot;", "https://x.y?a=1&b=2"),
        ("https://x.y?a&copy;", "https://x.y?a"),
        ("<https://x.y/ü>", "https://x.y/ü"),
        ("HTTP://X.Y", "HTTP://X.Y"),
    ],
)
def test_an_address_in_the_text_is_found(markdown: str, url: str) -> None:
    html = to_html(parse_markdown(markdown))
    address = url if "://" in url else f"http://{url}"
    assert f'<a href="{address}">{url}</a>'.replace("&", "&amp;") in html
    assert html.count("<a ") == 1


@pytest.mark.parametrize(
    "markdown",
    [
        "ahttps://x.y",
        "/https://x.y",
        "https:// x",
        "www.",
        "https://x.y/a\\_b",
        "`https://x.y`",
        "foo://x.y",
        "a@www.x.y",
    ],
)
def test_what_is_no_address_is_text(markdown: str) -> None:
    assert "<a " not in to_html(parse_markdown(markdown))


def test_a_link_may_have_an_address_as_its_text() -> None:
    assert rewritten("[https://x.y](https://u.v)") == "[https://x.y](https://u.v)"


@pytest.mark.parametrize("formula", ["$x_1^2$", "$$a*b*c$$", "$$\nx = *1*\n$$"])
def test_a_formula_is_no_text_to_be_formatted(formula: str) -> None:
    assert blocks(formula) == [tree.Paragraph((tree.Notation(formula, formula, formula),))]


@pytest.mark.parametrize("text", ["$5 and $6", "$ x $", "\\$x\\$", "$5 \\$", "a $$\nx\n$$ b"])
def test_other_dollars_are_money(text: str) -> None:
    (block,) = blocks(text)
    assert isinstance(block, tree.Paragraph)
    assert to_plain(tree.Document((block,))) == text.replace("\\", "").replace("\n", " ")


def test_a_line_end_is_a_break_where_that_is_asked_for() -> None:
    assert to_plain(parse_markdown("a\nb")) == "a b"
    assert to_plain(parse_markdown("a\nb", breaks=True)) == "a\nb"


def test_a_task_has_its_box() -> None:
    assert to_plain(parse_markdown("- [ ] a\n- [x] b\n- [x]")) == "• ☐ a\n• ☑ b\n• [x]"


def test_code_in_a_table_shows_its_pipes_without_backslash() -> None:
    document = parse_markdown("| a |\n|---|\n| `x \\| y` |")
    assert to_plain(document) == "a\nx | y"
    assert "<code>x | y</code>" in to_html(document)


def test_cells_that_are_too_many_stay() -> None:
    assert to_plain(parse_markdown("| a |\n|---|\n| 1 | 2 |")) == "a\n1\t2"


def test_depth_counts_the_items_around() -> None:
    found = [
        (type(block).__name__, getattr(block, "depth", None))
        for block in blocks("- a\n\n  b\n  1. c\n     > d\n\n  ***\n")
    ]
    assert found == [("Item", 0), ("Paragraph", 1), ("Item", 1), ("Quote", 2), ("Rule", 1)]


@pytest.mark.parametrize(
    "text",
    [">" * 10_000 + "a", "> " * 10_000 + "a", "- " * 3_000 + "a", "1. " * 3_000 + "a", "- > " * 3_000 + "a"],
)
def test_what_nests_too_deep_is_text_and_complete(text: str) -> None:
    document = parse_markdown(text)
    assert to_plain(document).endswith("a")
    written = to_markdown(document)
    assert re.sub(r"[ \n\\]", "", written) == re.sub(r"[ \n]", "", text)
    assert rewritten(written) == written


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "[",
            "[a](",
            "![a",
            "*a ",
            "*a*a",
            "**a _b ~~c ",
            "`a ",
            "<!--",
            "<a ",
            "$a",
            "$$a\n",
            "&amp;",
            "\\!^",
        ),
        *(
            "/https://a",
            "://",
            "www.",
            "https://a)",
            "https://....",
            "> a\n",
            "> > > > a\n",
            "- a\n",
            "a\n===\n",
        ),
        *("[a]: /u\n", "|a|\n|-|\n", "```\n", "a  \n", "a\\\n", "#", "*_", "| a ", "[^", "<", "](", "\\"),
    ],
)
def test_rows_of_openers_take_no_square_of_their_length(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    start = time.process_time()
    document = parse_markdown(text)
    to_markdown(document)
    assert time.process_time() - start < 5
