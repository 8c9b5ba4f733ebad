import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.classify import Classifier, Reading
from wamigrate.model import Kind, Platform
from wamigrate.phrases import BLANK
from wamigrate.source import Member
from wamigrate.tables import read_table
from wamigrate.words import BIDI

L = "\u200e"
R = "\u200f"
LANGUAGES = read_table("dialects.toml")["languages"]
PHOTO = "00000012-PHOTO-2025-01-15-10-22-33.jpg"
FILES = [
    Member("_chat.txt", 900, None),
    Member("IMG-20250115-WA0003.jpg", 10, None),
    Member(f"media/{PHOTO}", 11, None),
    Member("My notes.pdf", 3, None),
    Member("00000002-Plan.pdf", 5, None),
]


def column(*keys: str) -> list[str]:
    return [entry for words in LANGUAGES.values() for key in keys for entry in words.get(key, ())]


def read(platform: Platform, body: str, *, authored: bool = True) -> Reading | None:
    """Read a body with fresh state, and hold the prefilter to its promise."""
    classifier = Classifier(platform, FILES)
    found = classifier.read(body, authored=authored)
    assert classifier.worth_a_look([body.encode()]) or not authored or found is None
    return found


def kind(platform: Platform, body: str) -> Kind:
    found = read(platform, body)
    return found.kind if found else "text"


# Text that stays text


@pytest.mark.parametrize("platform", ["android", "ios", "web"])
@pytest.mark.parametrize(
    "body",
    [
        "<Media omitted> is what the export prints",
        "I left the office and added milk",
        "pros - cons",
        "Ana left",
        "Ana added Bob",
        "This message was deleted, I think",
        "Null",
        "null and void",
        "Voice call",
        "No answer",
        "<3",
        "if a > b then <c>",
        "<div>hello</div>",
        "hello <this message was edited by me>",
        "see there (file attached)",
        "<attached: something>",
        "look here: https://maps.google.com/?q=1.5,-2.25",
        "location: behind you",
        "Is WhatsApp end-to-end encrypted?",
        "You received a view once photo",
        "Waiting for this message. I will go home then.",
        "POLL: tea or coffee?",
        "a\u2028b\x0bc\x85d",
        "hello\n<Media omitted>",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "½ ﬁ \u2011",
    ],
)
def test_what_people_write_stays_text(platform: Platform, body: str) -> None:
    assert read(platform, body) is None


def test_a_leading_mark_alone_shows_nothing_on_android() -> None:
    assert read("android", f"{L}hello") is None
    assert read("android", f"hello {L}image omitted") is None
    assert read("android", f"hello {L}<Nachricht verändert>") is None


def test_placeholders_of_iphones_are_text_on_android() -> None:
    assert read("android", "image omitted") is None
    assert kind("ios", "image omitted") == "media"


# Files


@pytest.mark.parametrize("template", column("file_attached"))
@pytest.mark.parametrize("mark", ["", L, R])
def test_an_attached_file_is_known_in_every_language(template: str, mark: str) -> None:
    found = read("android", mark + template.replace("{X}", "IMG-20250115-WA0003.jpg"))
    assert found is not None
    assert found.kind == "media"
    assert found.text == ""
    (attachment,) = found.attachments
    assert (attachment.name, attachment.member) == ("IMG-20250115-WA0003.jpg", "IMG-20250115-WA0003.jpg")
    assert (attachment.present, attachment.size, attachment.media_type) == (True, 10, "image/jpeg")


@pytest.mark.parametrize("template", column("file_attached"))
def test_lines_below_an_attached_file_are_its_caption(template: str) -> None:
    found = read("android", template.replace("{X}", "IMG-20250115-WA0003.jpg") + "\nAt the lake\n\nwith Bob")
    assert found is not None
    assert found.text == found.attachments[0].caption == "At the lake\n\nwith Bob"


@pytest.mark.parametrize("word", column("attached"))
def test_an_attached_file_in_brackets_is_known_in_every_language(word: str) -> None:
    for body in (f"{L}<{word}: {PHOTO}>", f"{L}<{word}\uff1a{PHOTO}>", f"<{word}: {PHOTO}>"):
        found = read("ios", body)
        assert found is not None
        assert found.attachments[0].member == f"media/{PHOTO}"


def test_the_word_in_the_brackets_may_be_unknown_after_a_mark() -> None:
    assert kind("ios", f"{L}<vedhengt: {PHOTO}>") == "media"
    assert kind("ios", f"<vedhengt: {PHOTO}>") == "text"


def test_a_caption_may_stand_before_or_below_the_brackets() -> None:
    for body in (f"At the lake {L}<attached: {PHOTO}>", f"{L}<attached: {PHOTO}>\nAt the lake"):
        found = read("ios", body)
        assert found is not None
        assert found.text == "At the lake"
        assert found.attachments[0].member == f"media/{PHOTO}"


@pytest.mark.parametrize(
    "body",
    [
        "2015-08-04-PHOTO-00004762.jpg <\u200eattached>",
        "2015-08-04-PHOTO-00004762.jpg <attached>",
        "2015-08-04-PHOTO-00004762.jpg (Datei angehängt)",
        "2015-08-04-PHOTO-00004762.jpg <\u200efile eklendi>",
    ],
)
def test_the_old_order_puts_the_name_first(body: str) -> None:
    found = read("ios", body)
    assert found is not None
    assert found.attachments[0].name == "2015-08-04-PHOTO-00004762.jpg"
    assert found.attachments[0].media_type == "image/jpeg"


def test_words_after_a_name_of_whatsapp_may_be_unknown_after_a_mark() -> None:
    assert kind("android", f"{L}IMG-20250115-WA0009.jpg (unknown words)") == "media"
    assert kind("android", "IMG-20250115-WA0009.jpg (my favourite)") == "text"


def test_a_document_of_an_iphone_has_its_name_and_pages_before_the_placeholder() -> None:
    found = read("ios", f"Plan.pdf • {L}2 pages {L}document omitted")
    assert found is not None
    assert found.text == ""
    assert (found.attachments[0].name, found.attachments[0].member) == ("Plan.pdf", "00000002-Plan.pdf")
    found = read("ios", f"Plan.pdf • {L}2 Seiten {L}<Anhang: 00000002-Plan.pdf>")
    assert found is not None
    assert found.text == ""
    assert found.attachments[0].member == "00000002-Plan.pdf"


def test_a_contact_is_a_contact() -> None:
    for platform, body in (
        ("android", "Ana.vcf (file attached)"),
        ("ios", f"{L}<attached: 00000003-Ana.vcf>"),
    ):
        found = read("android" if platform == "android" else "ios", body)
        assert found is not None
        assert found.kind == "contact"
        assert found.attachments[0].media_type == "text/vcard"
    assert kind("ios", f"{L}Contact card omitted") == "contact"


@pytest.mark.parametrize("words", column("media_omitted"))
def test_omitted_media_is_known_in_every_language(words: str) -> None:
    for body in (f"<{words}>", f"< {words} >", f"<{words.upper()}>", f"<{words}>\nAt the lake"):
        if words.upper().casefold() != words.casefold() and words.upper() in body:
            continue  # Turkish i and German ß have other capitals
        found = read("android", body)
        assert found is not None, body
        assert found.kind == "media"
        assert found.text == body.partition("\n")[2]
        assert not found.attachments[0].present


@pytest.mark.parametrize(
    ("key", "media_type"),
    [
        ("image_omitted", "image"),
        ("video_omitted", "video"),
        ("audio_omitted", "audio"),
        ("gif_omitted", "video"),
        ("sticker_omitted", "image/webp"),
        ("document_omitted", None),
        ("contact_omitted", "text/vcard"),
    ],
)
def test_omitted_files_of_iphones_are_known_in_every_language(key: str, media_type: str | None) -> None:
    for words, mark in itertools.product(column(key), (L, R, "")):
        found = read("ios", f"{mark}{words}")
        assert found is not None, words
        assert found.kind == ("contact" if key == "contact_omitted" else "media")
        assert found.text == ""
        assert found.attachments[0].media_type == media_type


def test_a_caption_may_stand_before_what_an_iphone_left_out() -> None:
    found = read("ios", f"At the lake {L}image omitted")
    assert found is not None
    assert (found.kind, found.text) == ("media", "At the lake")


def test_video_notes_and_view_once_recordings_are_flagged() -> None:
    found = read("ios", f"{L}video note omitted")
    assert found is not None
    assert found.flags == ("video-note",)
    found = read("android", "<View once voice message omitted>")
    assert found is not None
    assert found.flags == ("view-once",)


def test_mentioned_files_are_remembered() -> None:
    classifier = Classifier("android", FILES)
    classifier.read("My_notes.pdf (file attached)", authored=True)
    classifier.read("IMG-20250115-WA0099.jpg (file attached)", authored=True)
    assert classifier.used == {"My notes.pdf"}


# Edited, deleted, calls, places, polls, what cannot be exported


@pytest.mark.parametrize("words", column("edited"))
def test_an_edit_note_is_taken_off_in_every_language(words: str) -> None:
    for body in (f"hello {L}<{words}>", f"hello <{words}>", f"hello {L}<{words}.>"):
        for platform in ("android", "ios"):
            found = read("android" if platform == "android" else "ios", body)
            assert found == Reading("text", "hello", edited=True)


def test_an_edit_note_in_an_unknown_language_needs_a_mark_before_it() -> None:
    assert read("ios", f"hello {L}<zpráva upravena>") == Reading("text", "hello", edited=True)
    assert read("ios", "hello <zpráva upravena>") is None


def test_an_edited_file_is_a_file() -> None:
    found = read("ios", f"{L}<attached: {PHOTO}> {L}<This message was edited>")
    assert found is not None
    assert (found.kind, found.edited, found.attachments[0].member) == ("media", True, f"media/{PHOTO}")


def test_an_edit_note_keeps_lines_and_leading_spaces_of_the_text() -> None:
    assert read("android", "  a\n  b <This message was edited>") == Reading("text", "  a\n  b", edited=True)


@pytest.mark.parametrize(
    ("keys", "expected", "flags"),
    [
        (("deleted",), "deleted", ()),
        (("deleted_by_you",), "deleted", ("deleted-by-you",)),
        (("missed_voice_call", "missed_video_call"), "call", ()),
        (("live_location",), "location", ("live-location",)),
        (("waiting",), "unsupported", ("waiting",)),
    ],
)
def test_phrases_are_known_in_every_language(
    keys: tuple[str, ...], expected: Kind, flags: tuple[str, ...]
) -> None:
    shared = {entry for entry in column("deleted") if entry in column("deleted_by_you")}
    for phrase in column(*keys):
        for platform, body in (("android", phrase), ("ios", f"{L}{phrase}."), ("android", f"{phrase}.")):
            found = read("ios" if platform == "ios" else "android", body)
            assert found is not None, phrase
            assert found.kind == expected
            assert found.text == body.strip(L)
            assert found.flags == flags or phrase in shared
            assert not found.notice


def test_who_deleted_a_message_is_flagged() -> None:
    for body in ("You deleted this message as admin", "This message was deleted by admin Ana"):
        found = read("android", body)
        assert found is not None
        assert (found.kind, found.flags) == ("deleted", ("deleted-by-admin",))


def test_calls_with_their_length_need_a_mark() -> None:
    for body in (
        f"Voice call. {L}12 sec",
        f"Missed voice call. {L}Tap to call back",
        "Sprachanruf. 3 Min.",
        "No answer",
    ):
        assert kind("ios", f"{L}{body}") == "call"
    assert kind("ios", "Sprachanruf. 3 Min.") == "text"


@pytest.mark.parametrize("word", column("location"))
def test_a_place_is_known_in_every_language(word: str) -> None:
    url = "https://maps.google.com/?q=52.5200,-13.4050"
    for colon, below in itertools.product((": ", " : ", "\uff1a"), ("", "\nCafé Anna\nMain Street 1")):
        body = f"{word}{colon}{url}{below}"
        assert read("android", body) == Reading("location", body)


def test_a_place_with_a_name_is_known_after_a_mark() -> None:
    venue = "Café Anna (Main Street 1): https://foursquare.com/v/0123456789abcdef01234567"
    assert kind("ios", f"{L}{venue}") == "location"
    assert kind("ios", f"{L}Sted: https://maps.google.com/?q=1,2") == "location"
    assert kind("ios", venue) == "text"


def test_a_poll_is_read_without_its_marks() -> None:
    body = f"{L}POLL:\nTea?\n{L}OPTION: Yes ({L}2 votes)\n{L}OPTION: No ({L}0 votes)"
    assert read("ios", body) == Reading("poll", body.replace(L, ""))


def test_null_is_kept_as_what_android_could_not_export() -> None:
    assert read("android", "null") == Reading("unsupported", "null")
    assert read("ios", "null") is None


@pytest.mark.parametrize("body", ["", " ", "\n", L, f"{R} \n", "\u00a0", "\ufeff"])
def test_a_body_without_visible_characters_is_empty(body: str) -> None:
    for platform in ("android", "ios"):
        assert read("android" if platform == "android" else "ios", body) == Reading("empty", "")


def test_view_once_and_waiting_are_told_by_a_marked_sentence() -> None:
    found = read("ios", f"{L}You received a view once photo. You can only open it on your phone.")
    assert found is not None
    assert (found.kind, found.flags) == ("unsupported", ("view-once",))
    found = read("ios", f"{L}Waiting for this message. This may take a while.")
    assert found is not None
    assert (found.kind, found.flags) == ("unsupported", ("waiting",))
    found = read("ios", f"{L}Warte auf diese Nachricht. Das kann etwas dauern.")
    assert found is not None
    assert found.flags == ("waiting",)


# Notices


def test_a_marked_body_of_an_iphone_is_a_notice_though_it_has_an_author() -> None:
    body = "This business uses a secure service from Meta to manage this chat. Tap to learn more."
    assert read("ios", L + body) == Reading("notice", body, notice=True, topic="business")
    assert read("ios", f"{L}Ana added Bob") == Reading("notice", "Ana added Bob", notice=True, topic="group")


def test_an_unknown_marked_body_is_kept_and_flagged() -> None:
    for mark in (L, R):
        expected = Reading("notice", "Something new happened", flags=("unknown-notice",), notice=True)
        assert read("ios", f"{mark}Something new happened") == expected


def test_an_opening_of_a_notice_needs_no_mark() -> None:
    body = "Messages to this chat and calls are now secured with end-to-end encryption. Tap for more info."
    for platform in ("android", "ios"):
        found = read("android" if platform == "android" else "ios", body)
        assert found == Reading("notice", body, notice=True, topic="encryption")


def test_a_whole_sentence_of_a_notice_needs_no_mark() -> None:
    body = "Ana updated the message timer. New messages will disappear from this chat "
    body += "90 days after they're sent, except when kept."
    assert read("android", body) == Reading("notice", body, notice=True, topic="disappearing")
    tap = f"{body} Tap to change."
    assert read("android", tap) == Reading("notice", tap, notice=True, topic="disappearing")


def test_a_body_without_author_is_always_a_notice() -> None:
    expected = Reading("notice", "Ana hat Bob hinzugefügt", notice=True, topic="group")
    assert read("android", f"{L}Ana hat Bob hinzugefügt", authored=False) == expected
    unknown = Reading("notice", "hello", flags=("unknown-notice",), notice=True)
    assert read("android", "hello", authored=False) == unknown
    call = Reading("call", "Missed voice call", notice=True, topic="call")
    assert read("android", "Missed voice call", authored=False) == call


def test_a_notice_in_two_paragraphs_is_one_notice() -> None:
    body = "Only messages that people share with @AI are read.\n\nMessages are generated by AI."
    assert read("android", body, authored=False) == Reading("notice", body, notice=True, topic="meta-ai")


def test_a_bare_placeholder_of_the_web_export_is_unsupported() -> None:
    expected = Reading("unsupported", "<type message>", notice=True)
    assert read("web", "<type message>", authored=False) == expected


# The prefilter


PIECES = st.one_of(
    st.sampled_from(
        [
            *column(
                "deleted",
                "missed_voice_call",
                "image_omitted",
                "document_omitted",
                "waiting",
                "live_location",
            ),
            *(f"<{words}>" for words in column("media_omitted", "edited")),
            *(f"{word}: https://maps.google.com/?q=1.5,-2.25" for word in column("location")),
            *(template.replace("{X}", "IMG-20250115-WA0003.jpg") for template in column("file_attached")),
            *(f"<{word}: {PHOTO}>" for word in column("attached")),
            *(
                opening
                for entry in read_table("dialects.toml")["notices"]
                for opening in entry.get("openings", ())
            ),
            "POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)",
            "Plan.pdf • 2 pages",
            *(
                sentence.replace("{X}", "Ana").replace("{Y}", "24 hours after they're")
                for entry in read_table("dialects.toml")["notices"]
                for sentence in entry.get("sentences", ())
            ),
            "null",
            "This message was deleted by admin Ana",
            "Café (Main Street 1): https://foursquare.com/v/0123456789abcdef01234567",
        ]
    ),
    st.sampled_from(
        [L, R, " ", "\n", "\r\n", ".", "\u00a0", "hello", "Hier steht etwas.", "。", "<", ">", ":", ")"]
    ),
    st.text(max_size=8),
)
BODIES = st.lists(PIECES, max_size=6).map("".join)


@given(BODIES, st.sampled_from(["android", "ios", "web"]))
def test_the_prefilter_never_passes_over_what_reading_would_find(body: str, platform: Platform) -> None:
    classifier = Classifier(platform, FILES)
    if not classifier.worth_a_look([body.encode()]):
        assert classifier.read(body, authored=True) is None


@given(BODIES, st.sampled_from(["android", "ios", "web"]))
def test_a_body_without_author_never_becomes_text(body: str, platform: Platform) -> None:
    found = Classifier(platform).read(body, authored=False)
    assert found is not None
    assert found.notice
    assert found.text == body.strip(BLANK)


@given(BODIES, st.sampled_from(["android", "ios"]))
def test_what_is_read_comes_from_the_body(body: str, platform: Platform) -> None:
    found = Classifier(platform, FILES).read(body, authored=True)
    if found is not None:
        visible = body.translate(dict.fromkeys(map(ord, BIDI)))
        for line in found.text.split("\n"):
            assert line.translate(dict.fromkeys(map(ord, BIDI))) in visible


def test_the_prefilter_passes_over_ordinary_answers() -> None:
    answer = (
        "Sure! Here is what I would do:\n\n• *First*, boil the water.\n• Then add the tea.\n\nEnjoy your cup."
    )
    for platform in ("android", "ios"):
        classifier = Classifier("android" if platform == "android" else "ios", FILES)
        assert not classifier.worth_a_look([(answer * 5).encode(), b"what is the capital of Peru?"])
