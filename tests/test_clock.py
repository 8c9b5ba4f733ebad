"""Dates as printed: the quick way for the usual ones, the grammar for all."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate import clock
from wamigrate.clock import read_date

NUMBERS = st.integers(0, 9999).map(str) | st.integers(0, 31).map("{:02}".format)
SIGNS = st.sampled_from([".", "/", "-"])


DATES = st.tuples(
    st.sampled_from(["", "[", "\u200e["]),
    NUMBERS,
    SIGNS,
    NUMBERS,
    SIGNS,
    NUMBERS,
    st.sampled_from(["", ", ", " "]),
).map("".join)


@given(DATES)
def test_the_quick_way_reads_what_the_grammar_reads(text: str) -> None:
    found = read_date(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_PLAIN_DATE", re.compile(r"(?!)"))
        assert read_date(text) == found
