"""Redaction replaces what it replaces everywhere, and leaves all other numbers alone."""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from strategies import texts
from typer.testing import CliRunner

import wamigrate as wm
from wamigrate.canon import dumps, generator
from wamigrate.cli import app
from wamigrate.formats import find_exporter
from wamigrate.model import (
    SCHEMA,
    Archive,
    Attachment,
    Conversation,
    Message,
    Part,
    Participant,
    SourceInfo,
    Span,
)
from wamigrate.notes import Notes
from wamigrate.redact import Redactor, keep_literal, redact_name
from wamigrate.redaction import redact
from wamigrate.sensitive import find_sensitive
from wamigrate.target import MemoryTarget

HOME = "+49 170 1234567"
CHAT = """\
25/03/2025, 21:04 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even \
WhatsApp, can read or listen to them.
25/03/2025, 21:04 - +49 170 1234567: Is 0170 1234567 mine, and a_b@example.com my *mail*?
25/03/2025, 21:05 - ChatGPT: Yes: `tel:+491701234567`, [0170/1234567](tel:+491701234567), <a_b@example.com>
25/03/2025, 21:05 - ChatGPT: +49 170 1234567: yours. Mine is +1 800 242 8478.
26/03/2025, 08:00 - +49 170 1234567: Contact +49 171 7654321.vcf (file attached)
26/03/2025, 08:01 - ChatGPT: Never send 4111 1111 1111 1111 or DE89 3704 0044 0532 0130 00.
27/03/2025, 08:01 - ChatGPT: Good morning.
"""
VALUES = ("1234567", "7654321", "example.com", "4111", "3704")


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / f"WhatsApp Chat with {HOME}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"WhatsApp Chat with {HOME}.txt", CHAT)
        archive.writestr("Contact +49 171 7654321.vcf", "BEGIN:VCARD")
    return path


def found(text: str, *regions: str) -> list[str]:
    return [f"{one.kind} {one.value}" for one in find_sensitive(text, regions)]


def redacted(*strings: str, regions: Iterable[str] = ()) -> list[str]:
    redactor = Redactor()
    redactor.learn(strings)
    redactor.settle(list(regions))
    return [redactor.text(string) for string in strings]


@pytest.mark.parametrize(
    "text",
    [
        "+49 170 1234567",
        "+491701234567",
        "call \u2066+49\u00a0170\u20111234567\u2069.",
        "+49 (0)170 1234567",
        "0049 170 1234567",
        "https://wa.me/491701234567?text=hi",
        "https://api.whatsapp.com/send?phone=491701234567",
        "tel:+49-170-1234567",
        "@491701234567",
        "%2B491701234567",
        "```\nphone = '+491701234567'\n```",
        "+49 170 1234567 2 times",
        "٠٠٤٩ ١٧٠ ١٢٣٤٥٦٧",
    ],
)
def test_a_phone_number_is_found_in_every_international_form(text: str) -> None:
    assert found(text) == ["phone +491701234567"]


@pytest.mark.parametrize("text", ["0170 1234567", "0170/1234567", "(0170) 1234567", "01701234567"])
def test_a_national_number_is_found_where_its_country_is_known(text: str) -> None:
    assert found(text) == []
    assert found(text, "US", "DE") == ["phone +491701234567"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<anna.maria+x@mail.example.co.uk>", "mail anna.maria+x@mail.example.co.uk"),
        ("*Anna@Example.com*", "mail anna@example.com"),
        (r"a\_b@example.com", "mail a_b@example.com"),
        ("mailto:anna%40example.com", "mail anna@example.com"),
        ("`git clone anna@example.com:x`", "mail anna@example.com"),
        ("4111 1111 1111 1111 12/26", "card 4111111111111111"),
        ("5555-5555-5555-4444", "card 5555555555554444"),
        ("378282246310005", "card 378282246310005"),
        ("DE89 3704 0044 0532 0130 00 BIC", "account DE89370400440532013000"),
        ("iban=gb29nwbk60161331926819;", "account GB29NWBK60161331926819"),
    ],
)
def test_mail_addresses_cards_and_accounts_are_found(text: str, value: str) -> None:
    assert found(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02 10:00",
        "02.01.2024 - 05.01.2024, 10:00:00",
        "at 10:00 2345678 came",
        "20240102",
        "20240102100000",
        "1704189600",
        "1704189600123",
        "2024-01-02T10:00:00+02:00",
        "Order 302-2345678-2345678",
        "order 2125552368",
        "Order no. 2125552368",
        "Order #2125552368",
        "Bestellnummer 0123456789",
        "v10.0.19045.2364",
        "192.168.100.200:8080",
        "1.234.567,89 €",
        "$ 1,234,567.89",
        "1 000 000 000",
        "52.5200066, 13.4049540",
        "3.14159265358",
        "IMG-20240102-WA0001.jpg",
        "00000012-PHOTO-2024-01-02-10-11-12.jpg",
        "550e8400-e29b-41d4-a716-446655440000",
        "978-3-16-148410-0",
        "4111 1111 1111 1112",
        "1111 1111 1111 1117",
        "DE88 3704 0044 0532 0130 00",
        "DE68 5390 0754 7034 is as long as one of Belgium",
        "XX68 5390 0754 7034",
        "pip install package@1.2.3",
        "@anna on example.com",
        "+1234567",
        "+999 123 456 7890",
        "https://shop.example/item/2125552368",
    ],
)
def test_all_other_numbers_stay(text: str) -> None:
    assert found(text, "DE", "US", "FR", "DK") == []


def test_a_number_of_a_few_digits_is_not_taken_for_one_without_its_prefix() -> None:
    assert redacted("+49 30 123456", "Article 30123456")[1] == "Article 30123456"
    assert redacted("+49 30 12345678", "Article 3012345678")[1] == "Article [phone 1]"


def test_a_run_of_digits_that_is_not_wholly_a_number_is_searched_for_one() -> None:
    assert found("05608) 798)", "DE") == ["phone +495608798"]
    assert found("9 - 1 - 360283", "DE") == []


@pytest.mark.parametrize("text", ["+1 (800) 242-8478", "1-800-242-8478", "https://wa.me/18002428478"])
def test_numbers_of_assistants_are_public_and_stay(text: str) -> None:
    assert found(text, "US") == []


def test_a_value_has_one_placeholder_however_it_is_spelled() -> None:
    assert redacted("+49 170 1234567", "a@b.de, A@B.DE", "0049 170 1234567 and +33 6 12 34 56 78") == [
        "[phone 1]",
        "[mail 1], [mail 1]",
        "[phone 1] and [phone 2]",
    ]


def test_a_value_found_in_one_place_is_replaced_where_nothing_shows_what_it_is() -> None:
    assert redacted("+49 170 1234567", "id_491701234567_x", "0170-123 45 67", "x+49 170 1234567y") == [
        "[phone 1]",
        "id_[phone 1]_x",
        "[phone 1]",
        "x[phone 1]y",
    ]


def test_placeholders_that_are_there_already_are_not_used_again() -> None:
    assert redacted("[phone 7]", "+49 170 1234567") == ["[phone 7]", "[phone 8]"]


def test_a_title_that_was_cut_inside_a_value_holds_no_part_of_it() -> None:
    redactor = Redactor()
    redactor.learn(["Call +49 170 1234567 today"])
    redactor.settle()
    assert redactor.title("Call +49 170 12…") == "Call [phone 1]…"
    assert redactor.title("Call me…") == "Call me…"


def test_links_stay_links_and_placeholders_do_not_become_any() -> None:
    page = "[call](tel:+491701234567) https://wa.me/491701234567"
    html = MarkdownIt().render(redacted(page)[0])
    assert '<a href="tel:phone-1">call</a> https://wa.me/phone-1' in html
    assert "[phone 1]: x" in MarkdownIt().render(keep_literal("[phone 1]: x"))
    assert "href" not in MarkdownIt().render(keep_literal("[phone 1](x)"))


def test_long_numbers_in_file_names_are_replaced_unless_they_are_dates() -> None:
    assert redact_name("WhatsApp Chat with 0170 1234567") == "WhatsApp Chat with [phone 1]"
    assert redact_name("Chat 20240102") == "Chat 20240102"
    assert redact_name("Chat 2024-01-02") == "Chat 2024-01-02"


def test_nothing_that_is_replaced_survives_in_json(chat: Path) -> None:
    data = dumps(wm.read(chat, redact=True)).decode()
    assert [value for value in VALUES if value in data] == []
    assert "+18002428478" in data
    assert "800 242 8478" in data
    assert '"name":"WhatsApp Chat with [phone 1].zip"' in data


def test_nothing_that_is_replaced_survives_in_a_folder_of_notes(
    chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(chat.parent)
    result = wm.convert(chat, "markdown", redact=True)
    output = Path("WhatsApp Chat with [phone 1]-markdown")
    assert result.output == output
    files = {path: path.read_text(encoding="utf-8") for path in output.rglob("*") if path.is_file()}
    everything = "\n".join(f"{path}\n{text}" for path, text in files.items())
    assert [value for value in VALUES if value in everything] == []
    assert files[output / "media" / "Contact [phone 2].vcf"] == "BEGIN:VCARD"
    assert result.media_present == 1


def test_a_linked_file_whose_address_holds_a_value_is_not_linked_to(chat: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(chat) as archive:
        archive.extractall(folder)
    result = wm.convert(folder, "markdown", tmp_path / "out", redact=True, options={"markdown.media": "link"})
    pages = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.md"))
    assert "file:" not in pages
    assert "7654321" not in pages
    assert any(note.code == "media-unwritten" for note in result.notes)


def test_it_says_how_many_and_never_what(chat: Path) -> None:
    notes = [note for note in wm.read(chat, redact=True).notes if note.code == "redacted"]
    assert len(notes) == 1
    assert notes[0].severity == "info"
    assert notes[0].text.startswith("2 phone numbers, 1 mail address, 1 card number, 1 account number ")


def test_nothing_is_replaced_unless_asked_for(chat: Path) -> None:
    data = dumps(wm.read(chat)).decode()
    assert all(value in data for value in VALUES)


def test_ids_are_made_of_what_is_left_and_stay_where_nothing_was_replaced(chat: Path) -> None:
    plain, hidden = wm.read(chat, split="none"), wm.read(chat, split="none", redact=True)
    before, after = (archive.conversations[0].messages for archive in (plain, hidden))
    same = [one.id == other.id for one, other in zip(before, after, strict=True)]
    assert same == [True, False, False, False, False, False, True]
    assert plain.sources[0].id != hidden.sources[0].id
    assert {span.source for message in after for span in message.spans} == {hidden.sources[0].id}
    digits = CHAT.replace("1234567", "1234599")
    path = chat.with_name("WhatsApp Chat with +49 170 1234599.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{path.stem}.txt", digits)
        archive.writestr("Contact +49 171 7654321.vcf", "BEGIN:VCARD")
    assert dumps(wm.read(path, split="none", redact=True)) == dumps(hidden), "another number, the same result"


def test_a_finished_document_is_redacted_as_well(chat: Path, tmp_path: Path) -> None:
    wm.write(wm.read(chat), "json", tmp_path / "chat.json")
    again = wm.read(tmp_path / "chat.json", redact=True)
    data = dumps(again).decode()
    assert [value for value in VALUES if value in data] == []
    html = [MarkdownIt().render(message.text) for one in again.conversations for message in one.messages]
    assert any(page.startswith("<p>[phone 1]: yours.") for page in html)


def test_redacting_twice_changes_nothing_more(chat: Path, tmp_path: Path) -> None:
    once = wm.read(chat, redact=True)
    wm.write(once, "json", tmp_path / "chat.json")
    twice = wm.read(tmp_path / "chat.json", redact=True)
    assert twice.conversations == once.conversations
    assert twice.notes[-1].text.startswith("no phone numbers, ")


def test_a_number_that_an_answer_was_cut_in_is_replaced_whole(tmp_path: Path) -> None:
    long = "The list goes on and on. " * 51
    chat = (
        "25/03/2025, 21:04 - Mira: The list?\n"
        f"25/03/2025, 21:05 - ChatGPT: {long}{'x' * (1300 - len(long) - 8)} +49 170\n"
        "25/03/2025, 21:05 - ChatGPT: 1234567 is the last one.\n"
    )
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    path.write_text(chat, encoding="utf-8")
    answer = wm.read(path, redact=True).conversations[0].messages[1]
    assert answer.text.endswith("[phone 1] is the last one.")
    body = answer.text if answer.raw is None else answer.raw
    assert [body[part.start : part.end][-9:] for part in answer.parts] == ["[phone 1]", "last one."]


def test_parts_of_an_answer_move_with_the_text() -> None:
    body = f"Call {HOME} now\nor {HOME}"
    parts = (Part("a", 0, 0, body.index("\n")), Part("b", 1, body.index("\n") + 1, len(body)))
    message = Message("a", "assistant", "B", None, "text", body, parts=parts)
    one = Conversation(
        "c", None, "chatgpt", (Participant("B", "assistant"),), None, None, (message, reply()), "s"
    )
    (done,), _ = redact([one], Notes(), {}, markdown=[False])
    new = done.messages[0]
    assert [new.text[part.start : part.end] for part in new.parts] == ["Call [phone 1] now", "or [phone 1]"]
    assert new.parts[0].id == new.id != "a"
    assert new.parts[1].id != "b"
    assert done.messages[1].reply_to == new.id


def reply() -> Message:
    return Message("r", "user", "A", None, "text", "Thanks", reply_to="a")


def test_people_who_become_equal_are_numbered() -> None:
    people = (Participant(HOME, "other"), Participant("+491701234567", "other"))
    messages = tuple(Message(one.name, "other", one.name, None, "text", "hi") for one in people)
    (done,), _ = redact(
        [Conversation("c", None, None, people, None, None, messages, "s")], Notes(), {}, markdown=[True]
    )
    assert [one.name for one in done.participants] == ["[phone 1]", "[phone 1] (2)"]
    assert [message.author for message in done.messages] == ["[phone 1]", "[phone 1] (2)"]
    assert len({message.id for message in done.messages}) == 2


SPELLINGS = (
    "+49 170 1234567",
    "+491701234567",
    "+49 (0)170 1234567",
    "0049-170-1234567",
    "0170 1234567",
    "\u202a+49\u00a0171\u20117654321\u202c",
    "wa.me/491717654321",
    "+33 6 12 34 56 78",
    "anna_b@muster.example",
    "Anna.B+x@mail.muster.example",
    "4111 1111 1111 1111",
    "5555555555554444",
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
)
SECRETS = re.compile(
    r"123\D?4567|765\D?4321|12 34 56 78|muster\.example|1111 1111|55555555|3704 0044|60161331"
)


def secrets() -> st.SearchStrategy[str]:
    """Texts with values in them, each between words."""
    values = st.sampled_from(SPELLINGS)
    fill = st.sampled_from(
        ("call", "or", "\n", "**now**", "- a", "`x`", "(see)", "🙂", "2024-01-02", "مرحبا")
    )
    return st.lists(st.one_of(fill, values), max_size=6).map(" or ".join)


def secret_messages() -> st.SearchStrategy[Message]:
    text = st.one_of(secrets(), texts())
    files = st.builds(
        Attachment, name=secrets(), member=st.none() | secrets(), present=st.booleans(), caption=secrets()
    )
    return st.builds(
        Message,
        id=st.uuids().map(str),
        role=st.sampled_from(("user", "assistant", "notice")),
        author=st.sampled_from((HOME, "ChatGPT", None)),
        timestamp=st.none(),
        kind=st.sampled_from(("text", "media")),
        text=text,
        raw=st.none() | text,
        attachments=st.lists(files, max_size=1).map(tuple),
        spans=st.just((Span("s", 1, 0, 1),)),
    )


@given(
    st.lists(st.lists(secret_messages(), max_size=3), min_size=1, max_size=2),
    secrets(),
    secrets(),
    st.booleans(),
)
def test_no_value_survives_anywhere(
    chats: list[list[Message]],
    title: str,
    finding: str,
    markdown: bool,
) -> None:
    people = (
        Participant(
            HOME, "user", None, "+491701234567", (HOME, "\u202a+49\u00a0170\u00a01234567\u202c"), finding
        ),
        Participant("ChatGPT", "assistant", "chatgpt", "+18002428478"),
    )
    conversations = [
        Conversation(f"c{n}", title, "chatgpt", people, None, None, tuple(messages), "s")
        for n, messages in enumerate(chats)
    ]
    notes = Notes()
    notes.add_source(SourceInfo("s", f"Chat {HOME}.txt", title, "whatsapp", "0" * 64, 1))
    notes.add("no-assistant", finding, source="s")
    done, _ = redact(conversations, notes, {}, markdown=[markdown] * len(chats))
    data = dumps(Archive(SCHEMA, generator(), tuple(notes.sources), tuple(done), tuple(notes.items))).decode()
    assert SECRETS.findall(data) == []
    target = MemoryTarget()
    find_exporter("markdown").export(done, target, notes)
    assert SECRETS.findall("".join(f"{name}\n{text.decode()}" for name, text in target.files.items())) == []
    assert len(done) == len(chats)
    assert [len(one.messages) for one in done] == [len(messages) for messages in chats]


@given(texts(80))
def test_a_text_without_values_stays_as_it_is(text: str) -> None:
    redactor = Redactor()
    redactor.learn([text])
    redactor.settle()
    if not redactor.labels:
        assert redactor.text(text) == text


@given(st.lists(st.one_of(secrets(), texts()), max_size=4))
def test_what_is_found_occurs_nowhere_once_replaced(strings: list[str]) -> None:
    redactor = Redactor()
    redactor.learn(strings)
    redactor.settle(["DE"])
    spelled = {string[one.start : one.end] for string in strings for one in redactor.find(string)}
    left = [redactor.text(string) for string in strings]
    assert [(value, text) for value in spelled for text in left if value in text] == []


def test_the_command_line_redacts_and_names_the_result_without_values(
    chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(chat.parent)
    arguments = ["export", chat.name, "--to", "json", "--to", "markdown", "--redact", "--quiet"]
    done = CliRunner().invoke(app, arguments, prog_name="wamigrate")
    assert done.exit_code == 0, done.output
    assert {path.name for path in chat.parent.iterdir()} == {
        chat.name,
        "WhatsApp Chat with [phone 1].json",
        "WhatsApp Chat with [phone 1]-markdown",
    }
    data = Path("WhatsApp Chat with [phone 1].json").read_text(encoding="utf-8")
    assert [value for value in VALUES if value in data] == []


def test_many_texts_without_numbers_are_passed_over_quickly() -> None:
    strings = [f"{'The bread rises slowly in a warm kitchen. ' * 9}{number}" for number in range(40_000)]
    redactor = Redactor()
    started = process_time()
    redactor.learn(strings)
    redactor.settle()
    assert process_time() - started < 1  # a fifth of it, where nothing else runs
    assert redactor.labels == {}


def test_an_untrusted_file_is_named_without_its_number(chat: Path, tmp_path: Path) -> None:
    path = chat.with_name("chat.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("WhatsApp Chat with ChatGPT.txt", CHAT)
        archive.writestr("Contact +49 171 7654321.vcf", bytes(80 << 20))
    result = wm.convert(path, "markdown", tmp_path / "out", redact=True)
    unsafe = [note.text for note in result.notes if note.code == "media-unsafe"]
    assert len(unsafe) == 1
    assert "Contact [phone 2].vcf" in unsafe[0]
    assert "7654321" not in unsafe[0]
