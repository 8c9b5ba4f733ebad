"""What the tree tells of its parts."""

import pytest

from wamigrate.markup_tree import (
    Code,
    CodeBlock,
    DocumentBuilder,
    Gap,
    Heading,
    Inline,
    Inlines,
    Link,
    Paragraph,
    Quote,
    Strong,
    Table,
    Text,
    split_lines,
)


def cell(text: str) -> Inlines:
    return (Text(text),) if text else ()


@pytest.mark.parametrize(
    ("children", "lines"),
    [
        ([], [()]),
        ([Text("a")], [(Text("a"),)]),
        ([Text("a b\nc\n")], [(Text("a b"),), (Text("c"),), ()]),
        ([Text("a\n"), Code("b"), Text("c\n\nd")], [(Text("a"),), (Code("b"), Text("c")), (), (Text("d"),)]),
        ([Strong((Text("a"),)), Text("\n"), Code("b")], [(Strong((Text("a"),)),), (Code("b"),)]),
    ],
)
def test_nodes_are_parted_at_line_breaks(children: list[Inline], lines: list[Inlines]) -> None:
    assert split_lines(children) == lines


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (["", "a", "b", ""], ["a", "b"]),
        (["  ", "a", "", "\t"], ["a", ""]),
        (["a", "b"], ["a", "b"]),
        (["", "a"], ["a"]),
        (["a", ""], ["a"]),
        (["", "", ""], [""]),
        (["", ""], []),
        ([""], [""]),
        (["a"], ["a"]),
    ],
)
def test_pieces_that_outer_pipes_leave_are_no_cells(row: list[str], shown: list[str]) -> None:
    table = Table((tuple(map(cell, row)),), "|-|")
    assert table.cells == (tuple(map(cell, shown)),)


def test_code_in_a_table_has_no_backslashes_before_its_pipes() -> None:
    code: Inlines = (Text("a\\|"), Code("x\\|y", "``"))
    assert Table(((code, cell("b")),), "|-|-|").cells == (((Text("a\\|"), Code("x|y", "``")), cell("b")),)
    edge: Inlines = (Code("x"),)
    assert Table(((edge, edge),), "|-|-|").cells == ((edge, edge),)


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (CodeBlock("a"), "a"),
        (CodeBlock("\na\n"), "a"),
        (CodeBlock(" \t\n\n a\n\n \t"), "\n a\n"),
        (CodeBlock("py\na", language="py"), "a"),
        (CodeBlock("py\n  a\n    b\n c\n\n  ", language="py", indent=2), "a\n  b\nc\n"),
        (CodeBlock("\n\ta", indent=1), "a"),
        (CodeBlock("a  \nb"), "a  \nb"),
    ],
)
def test_the_code_of_a_block_is_what_stands_between_its_fences(block: CodeBlock, code: str) -> None:
    assert block.code == code


def test_levels_are_counted_by_marks() -> None:
    assert [Heading("### ", ()).level, Heading("  # ", ()).level] == [3, 1]
    assert [Quote("> ", ()).level, Quote("> > ", ()).level, Quote("", ()).level] == [1, 2, 1]


def test_an_address_is_a_target_without_its_title() -> None:
    assert Link((), 'https://x.y "a b"').address == "https://x.y"
    assert Link((), "https://x.y").address == "https://x.y"
    assert Link((), "").address == ""


def test_neighbouring_gaps_are_one() -> None:
    builder = DocumentBuilder()
    builder.gap("\n")
    builder.gap("")
    builder.gap(" ")
    builder.add(Paragraph(cell("a")))
    builder.gap("\n")
    assert builder.blocks == [Gap("\n "), Paragraph(cell("a")), Gap("\n")]
    builder.gap("\t")
    builder.gap("\n")
    assert builder.blocks == [Gap("\n "), Paragraph(cell("a")), Gap("\n\t\n")]
    builder.add(Paragraph(cell("b")))
    assert builder.blocks[2:] == [Gap("\n\t\n"), Paragraph(cell("b"))]
    assert DocumentBuilder().blocks == []
