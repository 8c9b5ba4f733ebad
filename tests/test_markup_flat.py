"""Two ways to write an assistant's message: at once where it is flat, else through the tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.markup import to_markdown, whatsapp_to_markdown
from wamigrate.markup_assistant import parse_assistant
from wamigrate.markup_flat import write_flat
from wamigrate.markup_quick import read_assistant

MARKS = st.sampled_from(
    [
        "",
        "",
        "• ",
        "* ",
        "- ",
        "+ ",
        "1. ",
        "2. ",
        "2) ",
        "10. ",
        "007. ",
        "# ",
        "### ",
        "#",
        "-",
        "•",
        "> ",
        " ",
        "[ ] ",
    ]
)
WORDS = st.sampled_from(
    ["flour", "*bold*", "**bold**", "_it_", "`x_1`", "~~no~~", "a*b", "2 * 3", "$5", "C#", "&lt;", "1.",
     "- x", "#tag", "http://example.org/a_b", "[x](https://example.org)", "---", "***", "é", "🙂", "|", "```",
     "\\", "[ ] task", "\u2028"]
)  # fmt: skip
LINES = st.tuples(MARKS, st.lists(WORDS, max_size=3).map(" ".join)).map("".join)
CODE = st.sampled_from(
    [
        "```\nx\n```",
        "```py\n  if x:\n\n    # y | z\n```",
        "```c++\n\n`a` ``b``\n- c\n\n```",
        "```\n\n```",
        "``` py\nx\n```",
        "```py \nx\n```",
        "```\nx\n``` ",
        "```\nx\n```y",
        "```\nx```",
        "````\nx\n````",
        "```\na ``` b\n```",
        "```\nx\n````",
        "  ```\n  x\n  ```",
        "- ```\nx\n```",
        "```x```",
        "```\nopen",
    ]
)
TEXTS = st.lists(st.one_of(LINES, st.just(""), CODE), min_size=1, max_size=9).map("\n".join)


def through_the_tree(text: str) -> str:
    return to_markdown(parse_assistant(text, read_assistant))


@given(TEXTS)
def test_both_ways_write_the_same_text(text: str) -> None:
    written = write_flat(text)
    if written is not None:
        assert written == through_the_tree(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sure:\n• *flour*\n• water\n\nBake.",
        "1. one\n2. two\n4. four\n5) five\n\n\n- dash\n* star\nafter it",
        "# Title\n## Part\ntext\nmore text\n\n\n\nend\n",
        "\n\nblank lines before\n- item",
        "**Step 1**\nMix.\n**Step 2**\nBake.",
        "- *a*\n- _b_\n3. c\n4. d",
        "> said",
        "He:\n> *said*\n> it\nand left\n>this\n\n> that\n- item\n> last",
        "```\nx\n```",
        "Try *this*:\n```python\n\n  x = {}  # a | b\n\n```\nand that:\n\n\n```\n> y\n```",
        "1. a\n```sh\nls\n```\n2. b\n\n# Title\n```\n- c\n```\n",
    ],
)
def test_flat_messages_are_written_at_once_and_alike(text: str) -> None:
    assert write_flat(text) == through_the_tree(text) == whatsapp_to_markdown(text, assistant=True)


@pytest.mark.parametrize(
    "text",
    [
        "```\nx",
        "  ```\n  x\n  ```",
        "- ```\nx\n```",
        "```\nx\n``` and more",
        "````\n```\n````",
        "```\n \n```",
        "```\nx\ry\n```",
        "a | b\n--|--\n1 | 2",
        "- a\n  - b",
        ">> said",
        "> - said",
        "> said ",
        ">",
        "> [ ] todo",
        "- [ ] todo",
        "a\n---\nb",
        "* * *",
        "a\r\nb",
        "-\n```",
    ],
)
def test_messages_with_more_take_the_tree(text: str) -> None:
    assert write_flat(text) is None
