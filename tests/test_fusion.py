"""One message out of its copies: field by field, the copy that knows most."""

import pytest
from merge_cases import line

from wamigrate.fusion import fuse, fuse_people
from wamigrate.model import Attachment, Message, Participant, Span, replace

SCALE = "Do I need a scale?"


def media(*files: Attachment, text: str = "", spans: tuple[Span, ...] = ()) -> Message:
    return line(text, kind="media", attachments=files, spans=spans)


PRESENT = Attachment("IMG-1.jpg", "image/jpeg", 5, None, "IMG-1.jpg", present=True)
ABSENT = Attachment(None, "image")


def test_a_single_copy_stays_as_it_is() -> None:
    message = line(SCALE, flags=("waiting",))
    assert fuse([message]) is message


def test_time_author_role_and_id_are_those_of_the_first_copy() -> None:
    first = line(SCALE, 5, "ChatGPT", id="first")
    found = fuse([first, line(f"{SCALE} And a bowl?", 9, "Mira", id="second")])
    assert (found.id, found.role, found.author, found.timestamp) == (
        "first",
        "assistant",
        "ChatGPT",
        first.timestamp,
    )


@pytest.mark.parametrize("kind", ["deleted", "unsupported", "empty"])
def test_a_text_wins_over_what_stands_for_a_missing_message_however_long_that_is(kind: str) -> None:
    hollow = line("This message was deleted, and nobody knows what it said.", kind=kind)
    for copies in ([hollow, line("ok")], [line("ok"), hollow]):
        assert (fuse(copies).text, fuse(copies).kind) == ("ok", "text")


def test_an_edited_text_wins_over_a_longer_one_that_was_not() -> None:
    for copies in ([line(SCALE), line("ok", edited=True)], [line("ok", edited=True), line(SCALE)]):
        found = fuse(copies)
        assert (found.text, found.edited) == ("ok", True)


def test_an_undamaged_text_wins_over_a_longer_one_that_is_damaged() -> None:
    damaged = line("Br*t and more of it", flags=("damaged-text",))
    for copies in ([damaged, line("Brot")], [line("Brot"), damaged]):
        assert (fuse(copies).text, fuse(copies).flags) == ("Brot", ())


def test_what_is_known_to_be_a_file_or_a_call_wins_over_a_longer_text() -> None:
    found = fuse([line("Missed voice call at noon"), line("Missed call", kind="call")])
    assert (found.kind, found.text) == ("call", "Missed call")


def test_the_longer_text_wins_and_of_equally_long_ones_the_one_with_marks() -> None:
    assert fuse([line("a scale?"), line(SCALE)]).text == SCALE
    assert fuse([line(SCALE), line("a *scale*?")]).text == SCALE
    assert fuse([line("a scale"), line("a *scale*")]).text == "a *scale*"
    assert fuse([line("a *scale*"), line("a scale")]).text == "a *scale*"


def test_line_ends_inside_a_text_win_over_spaces_and_those_around_it_do_not_count() -> None:
    assert fuse([line("one two"), line("one\ntwo")]).text == "one\ntwo"
    assert fuse([line("one two"), line("\n\none two\n")]).text == "one two"


def test_of_texts_that_tell_as_much_the_first_is_taken() -> None:
    assert fuse([line("one"), line("two")]).text == "one"
    assert fuse([line("two"), line("one")]).text == "two"


def test_kind_and_body_as_received_come_with_the_text() -> None:
    found = fuse([line("You deleted this", kind="deleted"), line(SCALE, raw=f"\u200e{SCALE}")])
    assert (found.kind, found.text, found.raw) == ("text", SCALE, f"\u200e{SCALE}")
    assert fuse([line(SCALE, kind="deleted"), line(SCALE)]).kind == "text"


def test_edits_forwards_and_answers_are_told_if_any_copy_tells_them() -> None:
    found = fuse([line("a"), line("a", edited=True), line("a", forwarded=True, reply_to="x")])
    assert (found.edited, found.forwarded, found.reply_to) == (True, True, "x")
    found = fuse([line("a", reply_to="x"), line("a", reply_to="y")])
    assert (found.edited, found.forwarded, found.reply_to) == (False, False, "x")


def test_flags_of_a_text_stay_only_with_it() -> None:
    waiting = line("Waiting for this message", kind="unsupported", flags=("waiting", "viewed-once"))
    found = fuse([waiting, line(SCALE, flags=("pinned", "suspect-boundary"))])
    assert found.flags == ("pinned", "suspect-boundary", "viewed-once")
    assert fuse([line("a"), line("a")]).flags == ()


def test_places_are_those_of_all_copies_each_once_and_first_that_of_the_file() -> None:
    one, other, third = (Span(source, 1, 0, 0) for source in "abc")
    found = fuse([line("a", spans=(one,)), line("a", spans=(other, one)), line("a", spans=(third,))])
    assert found.spans == (one, other, third)
    found = fuse([media(ABSENT, spans=(one,)), media(PRESENT, spans=(other,))])
    assert found.spans == (other, one)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ((ABSENT,), (PRESENT,)),
        ((ABSENT, ABSENT), (PRESENT,)),
        ((ABSENT, ABSENT), (Attachment("b.jpg", "image"),)),
        ((ABSENT,), (ABSENT, ABSENT)),
    ],
)
def test_the_copy_with_the_most_files_then_names_then_attachments_tells_them(
    less: tuple[Attachment, ...], more: tuple[Attachment, ...]
) -> None:
    for copies in ([media(*less), media(*more)], [media(*more), media(*less)]):
        found = fuse(copies).attachments
        assert [file.name for file in found] == [file.name for file in more]
        assert [file.present for file in found] == [file.present for file in more]


def test_each_attachment_is_completed_by_the_one_at_its_place() -> None:
    here = (replace(PRESENT, media_type=None), Attachment("b.pdf", None))
    there = (Attachment(None, "image/jpeg", sha256="ab"), Attachment(None, "application/pdf", 7))
    found = fuse([media(*here), media(*there), media(Attachment(None, "image", sha256="cd"))]).attachments
    assert [(file.name, file.media_type, file.size, file.sha256) for file in found] == [
        ("IMG-1.jpg", "image/jpeg", 5, "ab"),
        ("b.pdf", "application/pdf", 7, None),
    ]


def test_name_size_digest_and_caption_are_filled_in_and_never_overwritten() -> None:
    bare = Attachment(None, "image", present=True)
    full = Attachment("a.jpg", "image/jpeg", 5, "ab", caption="My loaf")
    (found,) = fuse([media(bare), media(full)]).attachments
    assert found == replace(full, present=True)
    other = Attachment("a.jpg", "image/png", 9, "cd", caption="Other")
    (found,) = fuse([media(replace(full, present=True)), media(other)]).attachments
    assert found == replace(full, present=True)
    nothing = replace(full, size=0, caption="", present=True)
    (found,) = fuse([media(nothing), media(full)]).attachments
    assert (found.size, found.caption) == (0, "")


def test_the_path_of_a_file_that_another_copy_has_is_not_taken() -> None:
    named = Attachment("a.jpg", "image", member="else/a.jpg")
    (found,) = fuse([media(PRESENT), media(replace(named, name=None))]).attachments
    assert found.member == "IMG-1.jpg"
    (found,) = fuse([media(Attachment("a.jpg", "image")), media(replace(named, name=None))]).attachments
    assert found.member is None


def test_a_more_exact_type_is_taken_only_within_the_same_family() -> None:
    (found,) = fuse([media(Attachment("a", "image")), media(Attachment("a", "image/png"))]).attachments
    assert found.media_type == "image/png"
    (found,) = fuse([media(Attachment("a", "image")), media(Attachment("a", "video/mp4"))]).attachments
    assert found.media_type == "image"
    (found,) = fuse([media(Attachment("a", "image")), media(Attachment("a", None))]).attachments
    assert found.media_type == "image"


def test_what_a_file_of_another_name_is_told_to_be_says_nothing_about_this_one() -> None:
    strange = Attachment("other.jpg", "image/png", 9, "cd", caption="Other")
    late = Attachment(None, None, 7, "ab")
    (found,) = fuse(
        [media(Attachment("a.jpg", "image", present=True)), media(strange), media(late)]
    ).attachments
    assert found == Attachment("a.jpg", "image", 7, "ab", present=True)


def test_a_text_that_the_copy_with_the_file_lacks_is_the_caption_of_the_first_file() -> None:
    found = fuse([media(PRESENT, PRESENT), media(ABSENT, text="My loaf")])
    assert found.text == "My loaf"
    assert [file.caption for file in found.attachments] == ["My loaf", None]
    own = media(replace(PRESENT, caption="as it was"), text="My loaf")
    assert fuse([own, media(ABSENT, text="My loaf")]).attachments[0].caption == "as it was"


def test_a_text_without_files_has_none() -> None:
    assert fuse([line("a"), line("b")]).attachments == ()


# --- people


def person(name: str, role: str = "other", **changes: object) -> Participant:
    return replace(Participant(name, "other"), role=role, **changes)


@pytest.mark.parametrize(
    ("roles", "wanted"),
    [
        (("other", "assistant"), "assistant"),
        (("user", "assistant"), "assistant"),
        (("other", "user"), "user"),
        (("notice", "other"), "other"),
        (("user", "user"), "user"),
    ],
)
def test_the_surest_role_wins_with_its_reason(roles: tuple[str, str], wanted: str) -> None:
    copies = [person("Ana", role, reason=f"{role} it is") for role in roles]
    for order in (copies, copies[::-1]):
        found = fuse_people({7: order})[7]
        assert (found.role, found.reason) == (wanted, f"{wanted} it is")


def test_a_name_wins_over_a_word_for_you_and_that_over_a_number() -> None:
    copies = [
        person("+49 (151) 123-45\u00a0678\u20119".replace("\u20119", "\u20119")),
        person("You"),
        person("Ana"),
    ]
    for order in (copies, copies[::-1]):
        assert fuse_people({1: order})[1].name == "Ana"
        assert fuse_people({1: [one for one in order if one.name != "Ana"]})[1].name == "You"


def test_of_several_names_the_best_copys_is_taken() -> None:
    assert fuse_people({1: [person("Ana"), person("Ana Lima")]})[1].name == "Ana"


def test_service_number_and_all_names_are_gathered() -> None:
    copies = [
        person("Bot", "user", raw_names=("~ Bot",)),
        person("Bot 2", raw_names=("Bot 2", "~ Bot"), phone="+1800", service="chatgpt"),
        person("Bot 3", phone="+1900", service="copilot"),
    ]
    found = fuse_people({1: copies})[1]
    assert (found.service, found.phone, found.raw_names) == ("chatgpt", "+1800", ("~ Bot", "Bot 2"))
    teller = [person("A", service="copilot"), person("B", "assistant", service="chatgpt")]
    assert fuse_people({1: teller})[1].service == "chatgpt"
    assert fuse_people({1: [person("A")]})[1] == person("A")


def test_people_of_the_same_name_are_numbered() -> None:
    found = fuse_people({4: [person("Ana")], 2: [person("Ana")], 9: [person("Ben")], 5: [person("Ana")]})
    assert {number: one.name for number, one in found.items()} == {
        4: "Ana",
        2: "Ana (2)",
        9: "Ben",
        5: "Ana (3)",
    }


def test_a_number_that_somebody_has_in_the_name_is_not_given_twice() -> None:
    found = fuse_people({1: [person("Ana")], 2: [person("Ana (2)")], 3: [person("Ana")]})
    assert [one.name for one in found.values()] == ["Ana", "Ana (2)", "Ana (3)"]
