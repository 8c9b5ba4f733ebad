"""A row of blocks that is looked at while it grows."""

from wamigrate.markup_tree import DocumentBuilder, Gap, Rule


def test_a_gap_that_was_looked_at_still_grows() -> None:
    builder = DocumentBuilder()
    builder.add(Rule("---"))
    builder.gap("\n")
    assert builder.blocks == [Rule("---"), Gap("\n")]
    builder.gap("  \n")
    builder.add(Rule("***"))
    assert builder.blocks == [Rule("---"), Gap("\n  \n"), Rule("***")]
