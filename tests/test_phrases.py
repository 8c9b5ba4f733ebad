from wamigrate import phrases
from wamigrate.phrases import LONGEST, phrase_key
from wamigrate.tables import read_table
from wamigrate.words import BIDI

LANGUAGES = read_table("dialects.toml")["languages"]


def test_the_tables_hold_every_language_in_full() -> None:
    android = {"media_omitted", "file_attached", "chat_title", "location", "deleted", "deleted_by_you"}
    android |= {"missed_voice_call", "missed_video_call", "live_location", "waiting"}
    ios = {f"{kind}_omitted" for kind in ("image", "video", "audio", "gif", "sticker", "document", "contact")}
    assert sum(android <= set(words) for words in LANGUAGES.values()) >= 60
    assert sum(ios <= set(words) for words in LANGUAGES.values()) >= 41


def test_no_entry_holds_an_invisible_mark_or_an_unnamed_gap() -> None:
    for words in LANGUAGES.values():
        for entries in words.values():
            for entry in entries:
                assert not set(entry) & set(BIDI + "<>")
                assert entry == entry.strip()


def test_templates_hold_their_gaps() -> None:
    for words in LANGUAGES.values():
        for key, entries in words.items():
            for entry in entries:
                gaps = entry.count("{")
                assert gaps == sum(gap in entry for gap in ("{X}", "{Y}", "{Z}"))
                assert gaps or key not in (
                    "file_attached",
                    "chat_title",
                    "notice_number_changed",
                    "notice_security_code",
                )


def test_every_phrase_is_short_enough_to_be_looked_up() -> None:
    assert max(map(len, phrases.whole_bodies())) <= LONGEST
    assert max(map(len, phrases.placeholders())) <= LONGEST


def test_every_character_of_a_phrase_takes_at_most_three_bytes() -> None:
    for key in (*phrases.whole_bodies(), *phrases.placeholders(), phrases.BLANK):
        assert max(len(char.encode()) for char in key) <= 3


def test_the_form_of_a_phrase_is_its_own_form() -> None:
    for key in (
        *phrases.whole_bodies(),
        *phrases.placeholders(),
        *phrases.edited_notes(),
        *phrases.attached_words(),
    ):
        assert phrase_key(key) == key


def test_case_marks_and_one_period_make_no_difference() -> None:
    assert phrase_key("\u200eDiese Nachricht wurde gelöscht.") == phrase_key("diese nachricht wurde GELÖSCHT")
    assert phrase_key("null..") != phrase_key("null")
    assert phrase_key("a\u00a0b") == "a b"
    assert phrase_key("“a”") == phrase_key('"a"') == phrase_key("«a»") == "'a'"
