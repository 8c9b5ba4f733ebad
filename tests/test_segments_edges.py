"""Where what stands far down in an answer decides."""

from test_segments import BREAD, boundaries

NEAR = "Rise, shape, bake. " * 15
FAR = f"{NEAR}At the end brush it with linseed oil."


def test_a_word_that_an_answer_ends_with_keeps_a_bare_word_after_hours_in_its_conversation() -> None:
    (one,) = boundaries(BREAD[0], f"a 0 {NEAR}", "u 400 Linseed?")
    assert [name for name, _ in one.evidence] == ["pause"]
    assert boundaries(BREAD[0], f"a 0 {FAR}", "u 400 Linseed?") == []


def test_a_report_with_a_word_that_an_answer_ends_with_is_less_new() -> None:
    told = "My uncle owns a linseed mill near Antwerp station and ships barrels across Europe"
    assert len(boundaries(BREAD[0], f"a 0 {NEAR}", f"u 100 {told}")) == 1
    assert boundaries(BREAD[0], f"a 0 {FAR}", f"u 100 {told}") == []
    found = [boundaries(BREAD[0], f"a 0 {answer}", f"u 400 {told}")[0] for answer in (NEAR, FAR)]
    assert [[name for name, _ in one.evidence] for one in found] == [["pause", "fresh"], ["pause"]]
