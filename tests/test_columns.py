"""Many messages at once."""

from datetime import datetime

import msgspec
import pytest

from wamigrate.columns import rebuild
from wamigrate.model import Attachment, Message, Part, Span, replace

FULL = Message(
    "id",
    "user",
    "Mira",
    datetime(2025, 3, 3),  # noqa: DTZ001 - the phone's wall clock
    "media",
    "*look*",
    None,
    (Attachment("a.jpg", caption="*look*"), Attachment("b.jpg", caption="other"), Attachment("c.jpg")),
    edited=True,
    forwarded=True,
    reply_to="other",
    flags=("view-once",),
    spans=(Span("s", 1, 0, 9),),
    parts=(Part("id", 0, 0, 6),),
)


def test_no_field_is_forgotten() -> None:
    blank = Message("", "other", None, None, "text", "")
    fields = {field.name for field in msgspec.structs.fields(Message)} - {"raw"}
    assert all(getattr(FULL, name) != getattr(blank, name) for name in fields), "FULL has a value in each"
    assert rebuild([replace(FULL, raw="*look*!")], ids=["id"]) == (replace(FULL, raw="*look*!"),)


def test_without_columns_nothing_changes() -> None:
    assert rebuild([FULL]) == (FULL,)


def test_each_column_changes_its_own_field_alone() -> None:
    assert rebuild([FULL], ids=["new"])[0].id == "new"
    assert rebuild([FULL], replies=[None])[0].reply_to is None
    assert rebuild([FULL], roles=["other"])[0].role == "other"
    assert rebuild([FULL], timestamps=[None])[0].timestamp is None
    assert rebuild(rebuild([FULL], ids=["new"]), ids=["id"]) == (FULL,)


def test_a_new_text_keeps_the_body_and_takes_the_caption_along() -> None:
    (changed,) = rebuild([FULL], texts=["**look**"])
    assert changed.raw == "*look*"
    assert [found.caption for found in changed.attachments] == ["**look**", "other", None]


def test_the_body_as_received_is_never_replaced_by_a_later_text() -> None:
    (once,) = rebuild([FULL], texts=["one"])
    (twice,) = rebuild([once], texts=["two"])
    assert twice.raw == "*look*"
    (back,) = rebuild([twice], texts=["*look*"])
    assert back.raw is None


def test_a_column_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        rebuild([FULL], ids=[])
