"""Assistants write Markdown whether WhatsApp shows it or not: it stays Markdown."""

import re

import pytest
from markdown_it import MarkdownIt

from wamigrate.markup import parse_whatsapp, to_html, to_markdown, to_plain, to_whatsapp, whatsapp_to_markdown
from wamigrate.markup_tree import CodeBlock, Gap, Item


def markdown(text: str) -> str:
    return whatsapp_to_markdown(text, assistant=True)


def html(text: str) -> str:
    """What an independent reader makes of the Markdown."""
    return str(
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown(text))
    )


@pytest.mark.parametrize(
    "text",
    [
        "### Heading",
        "**bold** and `code`",
        "~~gone~~",
        "[text](https://x.y/a_b)",
        '[text](https://x.y "title")',
        "![picture](https://x.y/i.png)",
        "<https://x.y>",
        "| A | B |\n|---|:-:|\n| 1 | `2` |",
        "- a\n  - b\n    - c\n- d",
        "1. a\n   - b\n2. c",
        "- [ ] open\n- [x] done",
        "a\n\n---\n\nb",
        "> quoted",
        "\\* \\#",
        "$x_1^2$ and $$c$$",
        "```python\nprint(1)\n```",
        "这是**重点**内容",
    ],
)
def test_markdown_stays_markdown(text: str) -> None:
    assert markdown(text) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*Step 1:*", "**Step 1:**"),
        ("### *Plan*", "### **Plan**"),
        ("- *File:* a", "- **File:** a"),
        ("(*note*)", "(**note**)"),
        ("*`concat()`*", "**`concat()`**"),
        ("| *a* | b |\n|---|---|", "| **a** | b |\n|---|---|"),
        ("**a *b* c**", "**a _b_ c**"),
        ("> *a*", "> **a**"),
    ],
)
def test_one_star_is_bold_as_whatsapp_shows_it(text: str, wanted: str) -> None:
    assert markdown(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("<div>\n# x", "\\<div>\n\n# x"),
        ("<!-- x", "\\<!-- x"),
        ("[x](javascript:alert(1))", "\\[x](javascript:alert(1))"),
        ("[a]: https://x.y", "\\[a]: https://x.y"),
        ("[1] and [^2]", "\\[1] and \\[^2]"),
        ("[[note]] %%x%% #tag ==h==", "\\[\\[note]] %\\%x%\\% \\#tag =\\=h=\\="),
        ("$$x", "\\$\\$x"),
        ("2*3*4 and __init__", "2\\*3\\*4 and \\_\\_init\\_\\_"),
        ("$a <b> c$", "\\$a \\<b> c\\$"),
    ],
)
def test_what_is_no_markdown_or_not_trusted_is_text(text: str, wanted: str) -> None:
    assert markdown(text) == wanted


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("```ts\nlet a\n```", "ts", "let a"),
        ("```c++\nint a;```", "c++", "int a;"),
        ("```objective-c\na\n```", "objective-c", "a"),
        ("```\na\n```", "", "a"),
        ("```two words\na\n```", "", "two words\na"),
        ("````md\n```py\n```\n````", "md", "```py\n```"),
        ("```py\nx = '```'\n```", "py", "x = '```'"),
        ("See: ```py\nx\n```", "py", "x"),
        ("1. ```sh\n   ls\n     -l\n   ```", "sh", "ls\n  -l"),
        ("   ```sh\n   ls\n   ```", "sh", "ls"),
    ],
)
def test_the_language_of_a_fence_is_no_code(text: str, language: str, code: str) -> None:
    (block,) = (
        block for block in parse_whatsapp(text, assistant=True).blocks if isinstance(block, CodeBlock)
    )
    assert (block.language, block.code) == (language, code)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Sure:\n```js\nlet a", "Sure:\n\n```js\nlet a\n```"),
        ("1. Do:\n   ```sh\n   ls", "1. Do:\n   ```sh\n   ls\n   ```"),
        ("```py\nx\n```\n```py\ny", "```py\nx\n```\n\n```py\ny\n```"),
        ("text\n```", "text  \n\\`\\`\\`"),
        ("text\n```py", "text  \n\\`\\`\\`py"),
        ("Type ``` to open", "Type \\`\\`\\` to open"),
    ],
)
def test_a_fence_that_a_cut_answer_leaves_open_is_closed(text: str, wanted: str) -> None:
    assert markdown(text) == wanted


def test_a_fence_outgrows_the_backticks_in_it() -> None:
    assert markdown("```md\na = '```'\n```") == "````md\na = '```'\n````"


def test_fences_inside_a_line_become_code_in_it() -> None:
    assert markdown("Use ```a``` or ```b`c``` (`d`)") == "Use `a` or ``b`c`` (`d`)"


@pytest.mark.parametrize(
    ("text", "depths"),
    [
        ("- a\n    - b\n        - c\n- d", [0, 1, 2, 0]),
        ("1. a\n   - b\n     - c\n2. d", [0, 1, 2, 0]),
        ("* a\n\t* b\n* c", [0, 1, 0]),
        ("- a\n\n    - b\n\n- c", [0, 1, 0]),
        ("Label\n    - a\n    - b", [0, 0]),
        ("- a\n - b", [0, 0]),
        ("- a\ntext\n  - b", [0, 0]),
    ],
)
def test_the_indent_of_an_item_tells_its_depth(text: str, depths: list[int]) -> None:
    document = parse_whatsapp(text, assistant=True)
    assert [block.depth for block in document.blocks if isinstance(block, Item)] == depths


def test_lists_in_lists_are_lists_in_lists_for_a_reader() -> None:
    rendered = html("1. a\n      - b\n            - c\n2. d\n   more\n\n   ```py\n   x\n   ```\n3. e")
    assert rendered.replace("\n", "") == (
        "<ol><li><p>a</p><ul><li>b<ul><li>c</li></ul></li></ul></li>"
        '<li><p>d<br />more</p><pre><code class="language-py">x</code></pre></li><li><p>e</p></li></ol>'
    )


def test_numbers_that_jump_keep_their_numbers() -> None:
    rendered = html("1. a\n1. b\n3. c\n4. d\n\nText\n\n5. e").replace("\n", "")
    assert rendered == (
        '<ol><li>a</li></ol><ol><li>b</li></ol><ol start="3"><li>c</li><li>d</li></ol><p>Text</p>'
        '<ol start="5"><li>e</li></ol>'
    )


def test_a_list_that_starts_late_is_a_list_inside_an_item_too() -> None:
    rendered = html("- a\n  3. b\n  4. c\n- d").replace("\n", "")
    assert rendered == '<ul><li><p>a</p><ol start="3"><li>b</li><li>c</li></ol></li><li><p>d</p></li></ul>'


def test_a_rule_below_a_line_makes_no_heading_of_it() -> None:
    assert markdown("a\n---\nb\n***\nc") == "a\n\n---\n\nb\n\n***\n\nc"


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert markdown("---\ntitle: x\n---") == "***\n\ntitle: x\n\n---"


def test_a_table_stands_between_blank_lines() -> None:
    wanted = "x\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\ny"
    assert markdown("x\n| a | b |\n|---|---|\n| 1 | 2 |\ny") == wanted


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("| | A | B |\n|---|---|---|\n| x | 1 | 2 |", [["", "A", "B"], ["x", "1", "2"]]),
        ("||A|\n|-|-|\n|x|1|", [["", "A"], ["x", "1"]]),
        ("|A||\n|-|-|\n||1|", [["A", ""], ["", "1"]]),
        ("A | \\|B\n--- | ---\n | 1", [["A", "|B"], ["1", ""]]),
        ("1. x\n   | | A |\n   |---|---|\n   | y | 1 |", [["", "A"], ["y", "1"]]),
    ],
)
def test_empty_cells_of_a_table_are_cells(text: str, cells: list[list[str]]) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(f"before\n{text}"))
    content = [
        tokens[index + 1].content.replace("\\|", "|")
        for index, token in enumerate(tokens)
        if token.type in ("th_open", "td_open")
    ]
    assert content == [cell for row in cells for cell in row]


def test_empty_cells_are_cells_in_html_and_plain_text_too() -> None:
    document = parse_whatsapp("||A|\n|-|-|\n| | 1 |\n|x||", assistant=True)
    assert to_plain(document) == "\tA\n\t1\nx\t"
    assert to_html(document) == (
        "<table><thead><tr><th></th><th>A</th></tr></thead>"
        "<tbody><tr><td></td><td>1</td></tr><tr><td>x</td><td></td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Let \\(x^2\\).", "Let $x^2$."),
        ("Let \\( a_b \\), then", "Let $a_b$, then"),
        ("So\n\\[ x = \\frac{1}{2} \\]\nis", "So  \n$$x = \\frac{1}{2}$$  \nis"),
        ("\\[\nx_1 \\\\\n= y * z\n\\]", "$$\nx_1 \\\\\n= y * z\n$$"),
        ("- *a* \\(b\\)", "- **a** $b$"),
        ("1. a\n   b\n   \\[\n   x_1\n   \\] \n   c", "1. a  \n   b  \n   $$\n   x_1\n   $$  \n   c"),
        ("> \\[ a \\]", "> $$a$$"),
    ],
)
def test_formulas_between_backslashes_are_written_between_dollars(text: str, wanted: str) -> None:
    assert markdown(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "f\\(x\\) and \\(x\\)y",
        "costs $5, so \\(x*y*z\\)",
        "see \\[1\\] or \\[a\\](b)",
        "\\(x",
        "\\(a\\)\\(b\\)",
        "\\(b \\$ c\\)",
        "\\(a\\\\\\)",
        "*\\(a*b\\)*c",
        "\\(a\nb\\)",
        "\\[\nx\n===\ny\n\\]",
        "\\[\nx\n2024. y\n\\]",
        "\\(x &lt; y\\) &amp; &#35; &nbsp;",
        "公式\\(x\\)是",
    ],
)
def test_other_formulas_and_entities_are_shown_as_written(text: str) -> None:
    tokens = [child for token in MarkdownIt().parse(markdown(text)) for child in token.children or ()]
    shown = "".join("\n" if token.type == "hardbreak" else token.content for token in tokens)
    assert shown == text
    assert re.search(r"(?<!\\)\$(?!5)", markdown(text)) is None


def test_a_formula_in_a_link_leaves_the_link_whole() -> None:
    assert html("[\\[a\\]](https://x.y)") == '<p><a href="https://x.y">\\[a\\]</a></p>\n'


@pytest.mark.parametrize("text", ["| a | b |\n| 1 | 2 |", "| a | b |\n|---|", "a | b\nc"])
def test_rows_without_a_fitting_delimiter_are_lines(text: str) -> None:
    header, row = text.split("\n")
    first, second = markdown(text).split("\n")
    assert (first, second.replace("\\", "")) == (header + "  ", row)


def test_lines_of_an_item_stay_in_it() -> None:
    assert markdown("- a\n  b\n  c\n- d") == "- a  \n  b  \n  c\n- d"


def test_plain_text_shows_what_escapes_mean_and_entities_and_formulas_as_written() -> None:
    text = "# T\n&lt;b&gt; \\*x\\* \\(y\\) [a](https://x.y)\n---\n- [x] *done*"
    shown = "T\n&lt;b&gt; *x* \\(y\\) a (https://x.y)\n---\n• ☑ done"
    assert to_plain(parse_whatsapp(text, assistant=True)) == shown


def test_html_has_the_structure_of_the_answer() -> None:
    document = parse_whatsapp(
        "## *T*\n- a\n  - b\n- c\n```py\n1 < 2\n```\n| x |\n|---|\n| 1 |", assistant=True
    )
    assert to_html(document).replace("\n", "") == (
        "<h2><strong>T</strong></h2><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
        '<pre><code class="language-py">1 &lt; 2</code></pre>'
        "<table><thead><tr><th>x</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    )


def test_gaps_hold_only_white_space() -> None:
    document = parse_whatsapp("# a\n\n \n- b\n\n```\nc\n```\n\nd", assistant=True)
    assert all(not block.text.strip() for block in document.blocks if isinstance(block, Gap))


RICH = [
    ("> - *a*", "> - **a**", "> - a"),
    ("> 2.  a", "> 2. a", "> 2. a"),
    ("> > a\n> b\n>\n> c", "> > a\n\n> b\n>\n> c", "> > a\n> b\n> \n> c"),
    ("- > a\n  > b", "- \\> a\n\n  > b", "• > a\n> b"),
    ("a ` b\nc ` d", "a \\` b  \nc \\` d", "a ` b\nc ` d"),
    ("`a```b`", "`a```b`", "a```b"),
    ("1. ```sh\n   ls\n   ```", "1.\n   ```sh\n   ls\n   ```", "1. ls"),
    ("- a\n```\nx\n```\n- b", "- a\n\n```\nx\n```\n\n- b", "• a\nx\n• b"),
    ("*a* **b** _c_ **d**", "**a** **b** *c* **d**", "a b c d"),
    ("**a**_b_", "**a**_b_", "ab"),
    ("_b_**a**", "_b_**a**", "ba"),
    ("***a*** **_a_**", "***a*** ***a***", "a a"),
    ("**a _b_ c** _d_", "**a _b_ c** *d*", "a b c d"),
    ("*a **b** c*", "*a **b** c*", "a b c"),
    ("**a**。b", "**a**。b", "a。b"),
    ("- a\n  # b\n  c", "- a\n\n  # b\n\n  c", "• a\nb\nc"),
    ("1. a\n   # *b*\n2. c", "1. a\n\n   # **b**\n\n2. c", "1. a\nb\n2. c"),
    (
        "- a\n  > b\n  ---\n  | c |\n  |---|\n- d",
        "- a\n\n  > b\n\n  ---\n\n  | c |\n  |---|\n\n- d",
        "• a\n> b\n---\nc\n• d",
    ),
    ("- a\n  \\(x\\) b\n\n  c", "- a  \n  $x$ b\n\n  c", "• a\n\\(x\\) b\n\nc"),
    ("**[a _b_](https://x.y)**", "**[a _b_](https://x.y)**", "a b (https://x.y)"),
    ("say ```a```\n```\nb\n```", "say `a`\n\n```\nb\n```", "say a\nb"),
    ("a\n- ```\n  x\n  ```", "a\n\n-\n  ```\n  x\n  ```", "a\n• x"),
    ("a\n\u2003\nb", "a  \n\u2003  \nb", "a\n\u2003\nb"),
    ("- a\n  \u2003b", "- a  \n  \u2003b", "• a\n\u2003b"),
    ("a\\\nb", "a\\\\  \nb", "a\\\nb"),
    ("[a *b* c](https://x.y/&amp;)", "[a **b** c](https://x.y/\\&amp;)", "a b c (https://x.y/&amp;)"),
    ("![i](https://x.y/i.png)", "![i](https://x.y/i.png)", "i (https://x.y/i.png)"),
    ("[https://x.y](https://x.y)", "[https://x.y](https://x.y)", "https://x.y"),
    ('[a](https://x.y "t")', '[a](https://x.y "t")', "a (https://x.y)"),
    ("[a [b] c](https://x.y)", "[a \\[b\\] c](https://x.y)", "a [b] c (https://x.y)"),
    ("[a ] b](https://x.y)", "\\[a ] b](<https://x.y>)", "[a ] b](https://x.y)"),
    ("<https://x.y/a_b> and https://x.y/a_b.",) * 2 + ("https://x.y/a_b and https://x.y/a_b.",),
    ("x\\", "x\\\\", "x\\"),
    ("\\a \\( \\] \\*", "\\a \\\\( \\\\] \\*", "\\a \\( \\] *"),
    ("# a #\n####### c", "# a #\n\n\\#\\#\\#\\#\\#\\## c", "a #\n####### c"),
    ("a\n\n\n\n# b\ntext", "a\n\n\n\n# b\n\ntext", "a\n\n\n\nb\ntext"),
    ("1. a\n\n2. b\n   more\n\n   para", "1. a\n\n2. b  \n   more\n\n   para", "1. a\n\n2. b\nmore\n\npara"),
    ("1. a\n2) b\n3) c", "1. a\n2. b\n3. c", "1. a\n2) b\n3) c"),
    ("2) a\n5) b\n6) c", "2) a\n\n5. b\n6. c", "2) a\n5) b\n6) c"),
    ("- a\n1. b\n- c", "- a\n\n1. b\n\n- c", "• a\n1. b\n• c"),
    ("- [ ] a\n- [X] *b*", "- [ ] a\n- [X] **b**", "• ☐ a\n• ☑ b"),
    ("- a\n  - b\n\ntext", "- a\n  - b\n\ntext", "• a\n  • b\n\ntext"),
    ("  | a | b |\n  |:--|--:|\n  | 1 | 2 |", "| a | b |\n|:--|--:|\n| 1 | 2 |", "a\tb\n1\t2"),
    ("a | b\n--|--\n1 | 2\nend", "a | b\n--|--\n1 | 2\n\nend", "a\tb\n1\t2\nend"),
    ("\n\n- a\n", "\n\n- a\n", "\n\n• a\n"),
    ("* * *\n_ _ _", "***\n\n_ _ _", "---\n---"),
    ("Sum: $a+b$ and $$c$$ \\(d\\)", "Sum: $a+b$ and $$c$$ \\\\(d\\\\)", "Sum: $a+b$ and $$c$$ \\(d\\)"),
]


@pytest.mark.parametrize(("text", "written", "shown"), RICH)
def test_an_answer_is_written_shown_and_given_back(text: str, written: str, shown: str) -> None:
    document = parse_whatsapp(text, assistant=True)
    assert markdown(text) == to_markdown(document) == written
    assert to_plain(document) == shown
    assert to_whatsapp(document) == text


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("```py\nx = 1\n``` end", ["x = 1"]),
        ("```py\na ```b\n```", ["a ```b"]),
        ("```py\na\n```x\n```", ["a\n```x"]),
        ("```py\na\n```.\n```sh\nb\n```", ["a", "b"]),
        ("````\n```\na\n```\n````", ["```\na\n```"]),
        ("`` a\n```\nb\n```", ["b"]),
        ("```a b c```", ["a b c"]),
        ("say ```a b c``` now", []),
        ("say ```a``` and ```b```\n```\nc\n```", ["c"]),
        ("say ```a b\nc``` now", ["a b\nc"]),
        ("```\n\n```", []),
        ("x\n```py", []),
        ("x\n```py\n", []),
        ("x\n```py\ny", ["y"]),
        ("x ```py\ny", ["y"]),
        ("See: ```py\n  x\n```", ["  x"]),
        ("x ``` y z", []),
        (
            "```this_word_is_far_too_long_for_a_language\ny\n```",
            ["this_word_is_far_too_long_for_a_language\ny"],
        ),
        ("- ```py\n  y\n  ```\n- b", ["y"]),
        ("    ```py\n      y\n    ```", ["  y"]),
    ],
)
def test_code_reaches_from_its_fence_to_the_end_of_it(text: str, bodies: list[str]) -> None:
    document = parse_whatsapp(text, assistant=True)
    assert [block.code for block in document.blocks if isinstance(block, CodeBlock)] == bodies
    assert to_whatsapp(document) == text


def test_code_that_starts_in_an_item_stands_in_it() -> None:
    document = parse_whatsapp(
        "- a\n  - ```\n    x\n    ```\n- ```\n  y\n  ```\n\n```\nz\n```", assistant=True
    )
    assert [block.depth for block in document.blocks if isinstance(block, CodeBlock)] == [2, 1, 0]
    items = [(block.depth, block.number) for block in document.blocks if isinstance(block, Item)]
    assert items == [(0, None), (1, None), (0, None)]
    numbered = parse_whatsapp("12. ```\n    x\n    ```", assistant=True)
    assert [block.number for block in numbered.blocks if isinstance(block, Item)] == [12]


def test_what_follows_code_in_its_line_is_text() -> None:
    assert markdown("```\na\n``` - b\n- c") == "```\na\n```\n\n\\- b\n\n- c"
    assert markdown("```\na\n```  \n- c") == "```\na\n```\n\n- c"


def test_a_tab_is_as_wide_as_four_blanks() -> None:
    document = parse_whatsapp("- a\n \t- b\n\t- c\n    - d\n     - e", assistant=True)
    assert [block.depth for block in document.blocks if isinstance(block, Item)] == [0, 1, 1, 1, 1]


def test_a_formula_over_lines_of_an_item_is_one_and_lines_around_it_stay() -> None:
    text = "- a\n  b\n  \\[\n  x\n  = y\n  \\]\n  c"
    assert markdown(text) == "- a  \n  b  \n  $$\n  x\n  = y\n  $$  \n  c"
    assert to_whatsapp(parse_whatsapp(text, assistant=True)) == text
    assert markdown("- a\n  \\[\n  x\n  c") == "- a  \n  \\\\\\[  \n  x  \n  c"
    first = "- a\n\n  \\[\n  x\n  \\]"
    assert markdown(first) == "- a\n\n  $$\n  x\n  $$"
