"""HTML out and in."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_markup_markdown import tree_shown, without_edges
from test_markup_whatsapp import ANY

from wamigrate.markup import parse_html, parse_whatsapp, to_html, to_markdown, to_plain, to_whatsapp

VOID = {"br", "hr"}
NAMES = "p strong em del code pre ul ol li blockquote a h1 h2 h3 h4 h5 h6 table thead tbody tr th td"
OURS = VOID | set(NAMES.split())


class Balance(HTMLParser):
    """Notes elements, and fails on one that is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OURS
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(ANY, st.booleans())
def test_only_our_own_elements_appear_and_all_are_closed(text: str, assistant: bool) -> None:
    balance = Balance()
    balance.feed(to_html(parse_whatsapp(text, assistant=assistant)))
    balance.close()
    assert balance.open == []
    assert {name for name, _ in balance.attributes} <= {"href", "class", "start"}
    for name, value in balance.attributes:
        assert name != "href" or str(value).lower().startswith(("http:", "https:", "ftp:", "mailto:", "tel:"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~ `c`", "<p><strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("a\n\nb", "<p>a</p><p>b</p>"),
        ("- a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b\n5. c", '<ol><li>a</li><li>b</li></ol><ol start="5"><li>c</li></ol>'),
        ("> a\n> b", "<blockquote>a<br>b</blockquote>"),
        ("```<a>```", "<pre><code>&lt;a&gt;</code></pre>"),
        ('<b> & "', '<p>&lt;b&gt; &amp; "</p>'),
        ("https://x.y?a&b", '<p><a href="https://x.y?a&amp;b">https://x.y?a&amp;b</a></p>'),
        ("www.x.y", '<p><a href="http://www.x.y">www.x.y</a></p>'),
    ],
)
def test_whatsapp_becomes_html(text: str, html: str) -> None:
    assert to_html(parse_whatsapp(text)).replace("\n", "") == html


def test_a_picture_is_a_link_so_that_no_page_is_told_who_reads() -> None:
    html = to_html(parse_whatsapp("![p](https://x.y/i.png)", assistant=True))
    assert html == '<p><a href="https://x.y/i.png">p</a></p>'


@given(
    st.lists(
        st.sampled_from(
            [
                "*bold*",
                "_it_ x",
                "~no~",
                "`code`",
                "- a",
                "- b *c*",
                "1. x",
                "7. y",
                "> q",
                "> r _s_",
                "<b> & c",
                "a",
                "",
                "```\n1 < 2\n  3\n```",
                "https://x.y/a_b now",
                "*_x_* é 😀",
            ]
        ),
        max_size=8,
    ).map("\n".join)
)
def test_html_that_we_write_reads_as_the_same_message(text: str) -> None:
    document = parse_whatsapp(text)
    assert without_edges(tree_shown(parse_html(to_html(document)))) == without_edges(tree_shown(document))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a<b> b </b>c", "a **b** c"),
        ("a &amp; <i>b</i><br>c", "a & *b*  \nc"),
        ("<h2>T</h2>x", "## T\n\nx"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p></ul>", "- a\n  - b\n- c"),
        ('<ol start="3"><li>a<li>b</ol>', "3. a\n4. b"),
        ("<ol><li><pre>x</pre></li></ol>", "1.\n   ```\n   x\n   ```"),
        ('<pre><code class="language-py">a\n  b\n</code></pre>', "```py\na\n  b\n```"),
        ("<blockquote><p>a<br>b</p></blockquote>c", "> a  \n> b\n\nc"),
        ('<a href="https://x.y/(z)">t</a>', "[t](https://x.y/%28z%29)"),
        ('<a href="https://x.y">https://x.y</a>', "https://x.y"),
        ('<a href="javascript:x()">t</a>', "t"),
        ("<table><tr><th>a<th>b<tr><td>1</table>", "| a | b |\n|---|---|\n| 1 | |"),
        ("<script>x</script><style>y</style>z", "z"),
        ("<ul><li></ul>a", "a"),
        ("<ul><li><ul><li>a</ul></ul>", "-\n  - a"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ("<![foo[ x ]]>a", "a"),
        ("</b></p>a", "a"),
        ("<b>a<p>b", "**a**\n\nb"),
        ("# no *tag*", "\\# no \\*tag\\*"),
    ],
)
def test_html_of_others_is_read(html: str, markdown: str) -> None:
    assert to_markdown(parse_html(html)) == markdown


TAGS = (
    "<p> </p> <b> </b> <i> </em> <code> </code> <pre> </pre> <ul> <ol> <li> </li> </ul> </ol> <br> <hr> <h2> "
    "</h2> <table> <tr> <td> </td> </table> <blockquote> </blockquote> <a> </a> <![foo[ <!-- --> "
    "<script> </script> a b & &lt; * _ `"
)


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(TAGS.split()), max_size=25).map(" ".join)))
def test_any_html_is_read_and_written(html: str) -> None:
    document = parse_html(html)
    balance = Balance()
    balance.feed(to_html(document))
    assert balance.open == []
    for text in (to_markdown(document), to_plain(document), to_whatsapp(document)):
        assert "script" not in text or "script" in html
