"""WhatsApp's rules: what is formatting, what is text, and that nothing is lost on the way."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.markup import parse_whatsapp, to_plain, to_whatsapp
from wamigrate.markup_tree import (
    Block,
    Code,
    CodeBlock,
    Emphasis,
    Gap,
    Inline,
    Inlines,
    Item,
    Paragraph,
    Quote,
    Strike,
    Strong,
    Text,
    Url,
)

WORDS = (
    "* _ ~ ` ``` ** ~~ __ *** ~~~ ~~~~ a b 1 x é e\u0301 😀 👨\u200d👩\u200d👧 مرحبا 你好 。 “ ” @ : // . , "
    "( ) [ ] ! \\ $ $$ == %% ^ ^id # ## --- === = | |-| :- < > <b> </b> <!-- <div> &amp; &#35; [x](y) [a]: "
    "[[w]] ```python <3 $5 C# https://x.y/a_b_c?d=*e* https://a.b/ www.a.b/_c_ a*b snake_case **b** _e_ "
    "\\(y\\) \\[z\\] \\[ \\] <https://q.r> [t](https://u.v)"
)
BLANKS = ["\n", "\n", "\n\n", " ", " ", "  ", "    ", "\t", "\u3000", "\xa0", "\u2028", "\x0b", "\x0c", "\0"]
STARTS = [
    "- ",
    "* ",
    "• ",
    "> ",
    "1. ",
    "12. ",
    "3) ",
    "+ ",
    "# ",
    "## ",
    "### ",
    "    - ",
    "\n```\n",
    "\u200f",
]
LONGER = ["\n  \\[\n  ", "\n  \\]\n", "\r", "\r\n", "| a | b |\n|---|---|\n", "*c d*", "- [ ] "]
SIGNS = st.sampled_from([*WORDS.split(" "), *BLANKS, *STARTS, *LONGER])
RICH = st.lists(SIGNS, max_size=25).map("".join)
ANY = st.one_of(
    RICH,
    st.text(max_size=60),
    st.lists(st.one_of(SIGNS, st.characters(codec="utf-8")), max_size=20).map("".join),
)


def inline(text: str) -> list[Inline]:
    """The nodes of a message of one paragraph."""
    (block,) = parse_whatsapp(text).blocks
    assert isinstance(block, Paragraph)
    return list(block.children)


def blocks(text: str) -> list[Block]:
    return [block for block in parse_whatsapp(text).blocks if not isinstance(block, Gap)]


def words(*texts: str) -> Inlines:
    return tuple(Text(text) for text in texts)


@given(ANY, st.booleans())
def test_the_tree_writes_its_source_to_the_byte(text: str, assistant: bool) -> None:
    assert to_whatsapp(parse_whatsapp(text, assistant=assistant)) == text


@given(ANY, st.booleans())
def test_plain_text_keeps_every_letter_outside_of_links(text: str, assistant: bool) -> None:
    text = text.replace("&", "+").replace("](", "] (").replace("```python", "```")
    shown = to_plain(parse_whatsapp(text, assistant=assistant))
    assert [char for char in shown if char.isalpha()] == [char for char in text if char.isalpha()]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("*b*", Strong(words("b"))),
        ("_i_", Emphasis(words("i"))),
        ("~s~", Strike(words("s"))),
        ("`c`", Code("c")),
        ("*two words*", Strong(words("two words"))),
        ("*_x_*", Strong((Emphasis(words("x")),))),
        ("~_*x*_~", Strike((Emphasis((Strong(words("x")),)),))),
        ("*a _b_ c*", Strong((Text("a "), Emphasis(words("b")), Text(" c")))),
        ("*`concat()`*", Strong((Code("concat()"),))),
        ("`*x*`", Code("*x*")),
        ("*a**b*", Strong(words("a**b"))),
    ],
)
def test_markers_make_spans(text: str, node: Inline) -> None:
    assert inline(text) == [node]


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4",
        "snake_case_name",
        "a*b*",
        "x * b*",
        "*b *",
        "**b**",
        "__b__",
        "~~s~~",
        "*b*c",
        "*",
        "**",
        "`c`d",
        "``c``",
        "(*b*)",
        "*b",
        "b*",
        "*b\nc*",
        "_b\nc_",
        "`b\nc`",
        "a_b",
        "5 * 3 * 2",
        "# h",
        "[x](y)",
        "| a |",
        "<b>",
    ],
)
def test_what_breaks_a_rule_is_text(text: str) -> None:
    assert inline(text) == [Text(text)]


@pytest.mark.parametrize("before", ["", " ", "x ", "\n", "\xa0", "> ", ">", "_", "~", "x\n"])
def test_a_marker_opens_at_a_line_start_after_white_space_and_after_a_marker(before: str) -> None:
    text = before + "*b*"
    last = blocks(text)[-1]
    assert isinstance(last, Paragraph | Quote)
    assert last.children[-1] == Strong(words("b"))


@pytest.mark.parametrize("after", ["", " ", "\n", ".", ",", ")", "😀", "_", "-", "\u2019"])
def test_a_marker_closes_before_anything_but_a_letter_or_digit(after: str) -> None:
    assert Strong(words("b")) in inline("*b*" + after + "x" if after == "\n" else "*b*" + after)


@pytest.mark.parametrize("after", ["x", "1", "é", "你", "ж"])
def test_a_marker_does_not_close_before_a_letter_or_digit(after: str) -> None:
    assert inline(f"*b*{after}") == [Text(f"*b*{after}")]


def test_the_first_end_that_fits_closes_a_span() -> None:
    assert inline("*a *b* c*") == [Strong(words("a *b")), Text(" c*")]


def test_crossing_markers_go_to_the_one_that_opens_first() -> None:
    assert inline("*a _b* c_") == [Strong(words("a _b")), Text(" c_")]


def test_code_in_a_line_needs_no_end_that_stands_free_twice() -> None:
    assert inline("`a`b c`") == [Code("a`b c")]


@pytest.mark.parametrize("mark", ["* ", "- ", "• "])
def test_bullets_are_three_signs_and_one_blank(mark: str) -> None:
    assert blocks(f"{mark}a\n{mark}b") == [Item(mark, words("a")), Item(mark, words("b"))]


@pytest.mark.parametrize("text", [" - a", "-  a", "- ", "-a", "+ a", "\t- a", "-\ta", "• ", "*  a"])
def test_an_indent_more_blanks_or_no_text_make_no_bullet(text: str) -> None:
    assert blocks(text) == [Paragraph(words(text))]


def test_numbers_have_one_or_two_digits_and_keep_their_gaps() -> None:
    assert [item.number for item in blocks("1. a\n2. b\n7. c\n12. d") if isinstance(item, Item)] == [
        1,
        2,
        7,
        12,
    ]


@pytest.mark.parametrize("text", ["123. a", "1.a", "1) a", " 1. a", "1.  a", "1. ", "١. a"])
def test_other_numbers_are_text(text: str) -> None:
    assert blocks(text) == [Paragraph(words(text))]


def test_a_quotation_is_a_sign_and_one_blank_and_may_be_empty() -> None:
    assert blocks("> a *b*\n> ") == [Quote("> ", (Text("a "), Strong(words("b")))), Quote("> ", ())]


@pytest.mark.parametrize("text", [">a", ">", ">  a", " > a", ">\ta"])
def test_other_angles_are_text(text: str) -> None:
    assert blocks(text) == [Paragraph(words(text))]


def test_a_fence_may_span_lines_and_keeps_its_content() -> None:
    text = "```\n  *a*\n\n- b\n```"
    (block,) = blocks(text)
    assert isinstance(block, CodeBlock)
    assert block.code == "  *a*\n\n- b"


def test_a_fence_may_start_and_end_inside_a_line() -> None:
    assert blocks("see ```a\nb``` ok") == [
        Paragraph(words("see ")),
        CodeBlock("a\nb"),
        Paragraph(words("ok")),
    ]


def test_several_fences_fit_into_one_line() -> None:
    assert inline("```a b``` and ```c```") == [Code("a b", "```"), Text(" and "), Code("c", "```")]


def test_a_fence_alone_in_its_line_is_a_block() -> None:
    assert blocks("run\n```ls -la```\nthen") == [
        Paragraph(words("run")),
        CodeBlock("ls -la"),
        Paragraph(words("then")),
    ]


@pytest.mark.parametrize("text", ["``````", "``` ```", "```\n```", "```a", "a ``` b", "```  "])
def test_a_fence_without_content_or_end_is_text(text: str) -> None:
    assert blocks(text) == [Paragraph(words(text))]


def test_a_word_after_a_persons_fence_is_content() -> None:
    (block,) = blocks("```hello\nworld```")
    assert isinstance(block, CodeBlock)
    assert (block.language, block.code) == ("", "hello\nworld")


def test_what_follows_a_fence_in_its_line_is_no_list() -> None:
    assert blocks("```a\nb```- c")[1:] == [Paragraph(words("- c"))]


def test_blank_lines_part_paragraphs_and_stay() -> None:
    document = parse_whatsapp("a\n\n \n\nb\n")
    assert document.blocks == (Paragraph(words("a")), Gap("\n\n \n\n"), Paragraph(words("b")), Gap("\n"))


def test_every_kind_of_line_end_ends_a_line() -> None:
    text = "- a\r\n- b\r- c\n"
    document = parse_whatsapp(text)
    assert [block.children for block in document.blocks if isinstance(block, Item)] == [
        words("a"),
        words("b"),
        words("c"),
    ]
    assert to_whatsapp(document) == text


@pytest.mark.parametrize(
    "url", ["https://x.y/a_b_c?d=*e*", "http://a.b/_c_", "https://w.org/x_(y)", "www.a.b/c_d"]
)
def test_markers_in_an_address_are_part_of_it(url: str) -> None:
    assert inline(f"see {url} now") == [Text("see "), Url(url), Text(" now")]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("*https://x.y*", [Strong((Url("https://x.y"),))]),
        ("_https://x.y/a_b_", [Emphasis((Url("https://x.y/a_b"),))]),
        ("(https://x.y).", [Text("("), Url("https://x.y"), Text(").")]),
        ("<https://x.y>", [Text("<"), Url("https://x.y"), Text(">")]),
        ("https://x.y!", [Url("https://x.y"), Text("!")]),
        ("http:// x", [Text("http:// x")]),
        ("foo://x", [Text("foo://x")]),
    ],
)
def test_an_address_ends_before_the_punctuation_around_it(text: str, nodes: list[Inline]) -> None:
    assert inline(text) == nodes


@pytest.mark.parametrize("assistant", [False, True])
@pytest.mark.parametrize(
    "unit",
    [
        "*a ",
        "`a ",
        "~a _b *c ",
        "[a](",
        "\\(a",
        "\\[a",
        "\\(a\\) ",
        "\\[a\\] ",
        "- a\n  \\[\n  b\n",
        "\\(\\\\",
        "$a",
        "a\n```b\n",
        "https://a)",
        "- ",
        "[",
    ],
)
def test_rows_of_openers_take_no_square_of_their_length(unit: str, assistant: bool) -> None:
    text = unit * (60_000 // len(unit))
    start = time.process_time()
    document = parse_whatsapp(text, assistant=assistant)
    assert time.process_time() - start < 5
    assert to_whatsapp(document) == text


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("````````b`", [Code("`", "```"), Code("b")]),
        ("```````a`", [Code("`", "```"), Text("a`")]),
        ("`a``b` c` d", [Code("a``b"), Text(" c` d")]),
        ("`a```b` c", [Code("a```b"), Text(" c")]),
        ("see ````a``` x", [Text("see "), Code("`a", "```"), Text(" x")]),
        ("a` b `c` d`", [Text("a` b "), Code("c"), Text(" d`")]),
        ("` a`", [Text("` a`")]),
        ("`a ` b", [Text("`a ` b")]),
        ("`a\n`b`", [Text("`a\n"), Code("b")]),
    ],
)
def test_runs_of_backticks_are_read_from_left_to_right(text: str, nodes: list[Inline]) -> None:
    assert inline(text) == nodes


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("*a\n*b*", [Text("*a\n"), Strong(words("b"))]),
        ("*a *b\n*c*", [Text("*a *b\n"), Strong(words("c"))]),
        ("*a* *b*", [Strong(words("a")), Text(" "), Strong(words("b"))]),
        ("_a *b_ c*", [Emphasis(words("a *b")), Text(" c*")]),
        ("*a `b* c` d*", [Strong((Text("a "), Code("b* c"), Text(" d")))]),
        ("~*a*~ *~b~*", [Strike((Strong(words("a")),)), Text(" "), Strong((Strike(words("b")),))]),
        ("*a*\x07", [Text("*a*\x07")]),
        ("*a*\x7f", [Text("*a*\x7f")]),
        ("*a*\x9f", [Text("*a*\x9f")]),
        ("*a*\xa0", [Strong(words("a")), Text("\xa0")]),
        ("*a*\ufffe", [Text("*a*\ufffe")]),
        ("*a*\ufdd0", [Text("*a*\ufdd0")]),
        ("*a*\ufdef", [Text("*a*\ufdef")]),
        ("*a*\ufffd", [Strong(words("a")), Text("\ufffd")]),
        ("*a*\U0001fffe", [Text("*a*\U0001fffe")]),
        ("*a*\ud800", [Text("*a*\ud800")]),
        ("*a*\ue000", [Strong(words("a")), Text("\ue000")]),
    ],
)
def test_a_marker_pairs_with_the_next_that_closes_on_its_line(text: str, nodes: list[Inline]) -> None:
    assert inline(text) == nodes


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("HTTPS://X.y", [Url("HTTPS://X.y")]),
        ("ftp://x.y", [Url("ftp://x.y")]),
        ("xhttp://x.y", [Text("xhttp://x.y")]),
        ("a/http://x.y", [Text("a/http://x.y")]),
        (".www.x.y", [Text(".www.x.y")]),
        ("@www.x.y", [Text("@www.x.y")]),
        ("-www.x.y", [Text("-www.x.y")]),
        ("awww.x.y", [Text("awww.x.y")]),
        ("www.", [Text("www.")]),
        ("www.x", [Url("www.x")]),
        ("https://.", [Text("https://.")]),
        ("https://x.y/(a) b", [Url("https://x.y/(a)"), Text(" b")]),
        ("(https://x.y/(a)) b", [Text("("), Url("https://x.y/(a)"), Text(") b")]),
        ("a) https://x.y/(b) c", [Text("a) "), Url("https://x.y/(b)"), Text(" c")]),
        ("see: foo://x", [Text("see: foo://x")]),
        ("https://x.y/a] b", [Url("https://x.y/a"), Text("] b")]),
        ("https://x.y/[a] b", [Url("https://x.y/[a]"), Text(" b")]),
        ("{https://x.y}", [Text("{"), Url("https://x.y"), Text("}")]),
        ("https://x.y?!…”’»。， b", [Url("https://x.y"), Text("?!…”’»。， b")]),
        ("https://x.y/', b", [Url("https://x.y/"), Text("', b")]),
        ("https://x.y/a_ b", [Url("https://x.y/a_"), Text(" b")]),
        ("_see https://x.y/a_ b", [Emphasis((Text("see "), Url("https://x.y/a"))), Text(" b")]),
        ("_see_ https://x.y/a_ b", [Emphasis(words("see")), Text(" "), Url("https://x.y/a_"), Text(" b")]),
        ("*see _https://x.y_*", [Strong((Text("see "), Emphasis((Url("https://x.y"),))))]),
        ("_see\nhttps://x.y/a_ b", [Text("_see\n"), Url("https://x.y/a_"), Text(" b")]),
        ('"https://x.y" https://a.b', [Text('"'), Url("https://x.y"), Text('" '), Url("https://a.b")]),
        ("https://x.y`a`", [Url("https://x.y"), Text("`a`")]),
    ],
)
def test_addresses_begin_and_end_where_a_person_means_them_to(text: str, nodes: list[Inline]) -> None:
    assert inline(text) == nodes


def test_a_marker_far_before_an_address_is_not_closed_by_it() -> None:
    near, far = f"_{'a ' * 400}https://x.y/b_", f"_{'a ' * 600}https://x.y/b_"
    assert isinstance(inline(near)[0], Emphasis)
    assert inline(far)[-1] == Url("https://x.y/b_")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> a\n> \n> *b*", "> a\n> \n> b"),
        ("- a\n* b\n3. c", "• a\n• b\n3. c"),
        ("a\n\n \nb\n", "a\n\n\nb\n"),
        ("see ```x\n  y```\nwww.a.b", "see x\n  y\nwww.a.b"),
    ],
)
def test_plain_text_is_what_a_person_sees(text: str, shown: str) -> None:
    assert to_plain(parse_whatsapp(text)) == shown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a ```b\nc```   ", [Paragraph(words("a ")), CodeBlock("b\nc"), Gap("   ")]),
        ("```b\nc```\n- d", [CodeBlock("b\nc"), Gap("\n"), Item("- ", words("d"))]),
        ("```b\nc``` \n\nd", [CodeBlock("b\nc"), Gap(" \n\n"), Paragraph(words("d"))]),
        (
            "```b\nc``` d\n- e",
            [CodeBlock("b\nc"), Gap(" "), Paragraph(words("d")), Gap("\n"), Item("- ", words("e"))],
        ),
        ("  \n- a", [Gap("  \n"), Item("- ", words("a"))]),
        ("- a\n \n", [Item("- ", words("a")), Gap("\n \n")]),
        (
            "a\n- b\nc",
            [Paragraph(words("a")), Gap("\n"), Item("- ", words("b")), Gap("\n"), Paragraph(words("c"))],
        ),
        (" ```b```", [Gap(" "), CodeBlock("b")]),
        ("\u2003```b```", [Paragraph((Text("\u2003"), Code("b", "```")))]),
        ("x ```b```", [Paragraph((Text("x "), Code("b", "```")))]),
        ("```b``` x", [Paragraph((Code("b", "```"), Text(" x")))]),
        ("```a\nb``````c\nd```", [CodeBlock("a\nb"), CodeBlock("c\nd")]),
        ("", []),
        ("\n", [Gap("\n")]),
    ],
)
def test_a_message_is_a_row_of_blocks_and_gaps(text: str, wanted: list[Block]) -> None:
    document = parse_whatsapp(text)
    assert list(document.blocks) == wanted
    assert to_whatsapp(document) == text
