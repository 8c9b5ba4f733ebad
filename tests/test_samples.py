"""Real exports made by others, checked by eye; the folder lies beside the project and is never committed."""

from collections import Counter

import pytest
from whatsapp_cases import SAMPLES, Chat, authors, bodies, body, clock, read_chat

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the samples made by others are not beside the project"
)

E2E_2019 = "Messages to this chat and calls are now secured with end-to-end encryption. Tap for more info."


def sample(*parts: str) -> Chat:
    return read_chat(SAMPLES.joinpath(*parts))


@pytest.mark.parametrize(
    ("name", "order", "platform"),
    [
        ("test_[mmddyy]_24hrs.txt", "mdy", "ios"),
        ("test_ddmmyy_24hrs.txt", "dmy", "android"),
        ("test_mmddyy_24hrs.txt", "mdy", "android"),
        ("test_mmddyyyy_12hrs.txt", "mdy", "android"),
        ("test_yyyymmdd_24hrs.txt", "ymd", "android"),
    ],
)
def test_five_shapes_of_one_chat_give_the_same_messages(name: str, order: str, platform: str) -> None:
    chat = sample("chat-miner", name)
    crab = "\U0001f913"
    assert authors(chat.messages) == [
        "John Doe",
        "John Doe",
        "Jahn Doe",
        "John-John Doe",
        None,
        None,
        f"John Doe {crab}",
        crab,
        "John Doe",
    ]
    two_lines = "Lorem ipsum dolor sit amet,\nconsectetur adipiscing elit. Duis libero."
    assert bodies(chat.messages) == [
        "Lorem ipsum dolor sit amet.",
        ".",
        two_lines,
        "Lorem ipsum : dolor sit amet.",
        '+12 345 578 created group "Groupname"',
        "You were added",
        f"Lorem ipsum {crab}",
        f"Lorem ipsum {crab}",
        two_lines,
    ]
    assert [message.timestamp for message in chat.messages] == [
        clock(2019, 1, 1, 11, 25),
        clock(2019, 1, 20, 11, 23),
        clock(2019, 1, 30, 20, 49),
        clock(2020, 6, 10, 15, 55),
        clock(2020, 6, 20, 0, 8),
        clock(2020, 6, 30, 9, 10),
        clock(2021, 12, 10, 10, 10),
        clock(2021, 12, 20, 12, 10),
        clock(2021, 12, 30, 22, 1),
    ]
    assert [message.role == "notice" for message in chat.messages].index(True) == 4
    assert Counter(message.kind for message in chat.messages) == {"text": 7, "notice": 2}
    assert (chat.info.date_order, chat.info.ambiguous, chat.info.platform) == (order, False, platform)


def test_a_german_iphone_chat_with_marks_and_odd_scripts() -> None:
    chat = sample("chatistics", "_chat.txt")
    assert len(chat.messages) == 21
    assert Counter(authors(chat.messages)) == {"Alice Placeholder": 10, "John Doe": 10, None: 1}
    assert chat.messages[0].timestamp == clock(2018, 1, 4, 11, 53, 57)
    assert chat.messages[-1].timestamp == clock(2019, 4, 19, 16, 18, 33)
    notice, marked = chat.messages[2:4]
    assert (notice.kind, body(notice)) == ("notice", "This is an info entry")
    assert body(marked) == "This is a test answer from John Doe"
    assert (chat.info.date_order, chat.info.ambiguous, chat.info.platform) == ("dmy", False, "ios")


def test_lines_of_another_padding_or_another_phone_stay_in_their_message() -> None:
    messages = sample("chatistics", "_chat.txt").messages
    assert body(messages[-4]).endswith(
        "\n[1.2.2019, 00:00:00] John Doe: this line is not a message on its own"
    )
    assert (
        body(messages[-2])
        == "What is that?\n2/11/19, 14:48 Alice Placeholder: this is a message from another chat!"
    )


def test_a_short_chat_with_a_second_line_in_another_style() -> None:
    chat = sample("chatistics", "_chat 2.txt")
    assert authors(chat.messages) == ["Peter Doe", "Peter Doe", "John Doe", "John Doe"]
    assert body(chat.messages[0]) == (
        "This is a message from Peter Doe\n"
        "[1.9.19, 00:00:00] Peter Doe: this is the second line of the first message"
    )
    assert [message.timestamp for message in chat.messages] == [
        clock(2019, 9, 17, 16, 37, 47),
        clock(2019, 9, 17, 16, 38, 6),
        clock(2019, 9, 17, 16, 38, 59),
        clock(2019, 9, 17, 16, 39, 52),
    ]


def test_an_android_chat_with_colons_emoji_and_blank_lines() -> None:
    chat = sample("chatistics", "_chat 3.txt")
    monkey = "\U0001f648"
    assert authors(chat.messages) == [
        None,
        "n",
        "Very long username",
        f"Even longer username with emoticons! {monkey} {monkey}",
        "The final test",
        "John Doe",
        None,
        "The final test",
        "John Doe",
        "John Doe",
        "John Doe",
    ]
    assert body(chat.messages[0]) == E2E_2019
    assert body(chat.messages[4]) == "Does it work with colons?: Hallelujah!"
    assert body(chat.messages[6]).endswith("(Status messages like these should not be collected)")
    assert body(chat.messages[9]) == "\n" * 5 + "\U0001f44d" * 6 + "!"
    assert body(chat.messages[10]).endswith("\n\n\n2/11/19: Arrival\n12/12/19: Departure")
    assert [(stamp.hour, stamp.minute) for message in chat.messages if (stamp := message.timestamp)] == [
        (14, 18),
        (14, 18),
        (14, 21),
        (14, 21),
        (14, 21),
        (14, 22),
        (14, 18),
        (14, 25),
        (14, 33),
        (14, 48),
        (14, 51),
    ]


def test_a_chat_whose_dates_could_be_either_way_is_called_ambiguous() -> None:
    chat = sample("chatistics", "_chat 3.txt")
    assert chat.info.ambiguous
    assert "ambiguous-date-order" in chat.notes.count()
    first = chat.messages[0].timestamp
    assert first is not None
    assert {first.day, first.month} == {2, 11}


def test_an_american_chat_with_an_en_dash_and_both_cases_of_pm() -> None:
    chat = sample("chatistics", "_chat 4.txt")
    assert authors(chat.messages) == ["John Doe"] * 3
    assert [message.timestamp for message in chat.messages] == [
        clock(2019, 9, 17, 8, 30, 52),
        clock(2019, 9, 17, 16, 30, 10),
        clock(2019, 9, 18, 16, 50, 32),
    ]
    assert chat.info.date_order == "mdy"


def test_a_chat_whose_phone_changed_its_language() -> None:
    folder = SAMPLES / "chat-history-manager" / "whatsapp-text_2023-10"
    [path] = folder.glob("*.txt")
    chat = read_chat(path)
    number, name = "+123 45 6789", "Aaaaa Aaaaaaaaaaa"
    assert [message.role == "notice" for message in chat.messages] == [True] * 2 + [False] * 10 + [True]
    assert authors(chat.messages[:12]) == [None] * 2 + [name] * 3 + [number] * 7
    assert chat.messages[0].timestamp == clock(2023, 6, 30, 16, 13)
    assert {message.timestamp for message in chat.messages[1:6]} == {clock(2023, 6, 30, 16, 14)}
    assert {message.timestamp for message in chat.messages[6:]} == {clock(2023, 6, 30, 16, 15)}
    assert body(chat.messages[2]) == "hello there!\n\nthis is a\nmulti-line message!\n"


def test_attachments_of_that_chat_have_kinds_and_captions() -> None:
    folder = SAMPLES / "chat-history-manager" / "whatsapp-text_2023-10"
    [path] = folder.glob("*.txt")
    messages = read_chat(path).messages
    assert [message.kind for message in messages[6:]] == ["media"] * 4 + ["unsupported", "media", "notice"]
    assert [attachment.name for message in messages[6:10] for attachment in message.attachments] == [
        "IMG-20230630-WA0000.jpg",
        "VID-20230630-WA0001.mp4",
        "AUD-20230630-WA0002.opus",
        "STK-20230630-WA0003.webp",
    ]
    assert [message.text for message in messages[6:10]] == ["image comment", "", "", ""]
    assert not any(attachment.present for message in messages for attachment in message.attachments)
    [omitted] = messages[11].attachments
    assert omitted.name is None


def test_an_iphone_archive_with_media_and_a_poll() -> None:
    chat = sample("whatsapp-chat-parser-website", "example.zip")
    assert Counter(authors(chat.messages)) == {"Loris": 29, "John": 12, "Emily": 7, None: 4}
    assert chat.messages[0].timestamp == clock(2019, 6, 20, 15, 58, 47)
    assert chat.messages[-1].timestamp == clock(2019, 6, 20, 16, 45, 28)
    assert Counter(message.kind for message in chat.messages) == {
        "text": 43,
        "media": 4,
        "notice": 4,
        "poll": 1,
    }
    assert (chat.info.member, chat.info.platform, chat.info.date_order) == ("_chat.txt", "ios", "dmy")
    assert not chat.info.ambiguous
    [poll] = [message for message in chat.messages if message.kind == "poll"]
    assert poll.author == "Loris"
    assert body(poll).split("\n")[1] == "When can we meet?"
    assert body(poll).count("OPTION: ") == 5
    assert body(chat.messages[-1]).count("https://github.com/") == 2


def test_the_files_of_an_iphone_archive_belong_to_their_messages() -> None:
    chat = sample("whatsapp-chat-parser-website", "example.zip")
    found = [attachment for message in chat.messages for attachment in message.attachments]
    assert [
        (attachment.name, attachment.present, attachment.size, attachment.media_type) for attachment in found
    ] == [
        ("00000001-PHOTO-2019-06-20-16-00-15.jpg", True, 146284, "image/jpeg"),
        ("00000002-VIDEO-2019-06-20-16-01-42.mp4", True, 64825, "video/mp4"),
        ("00000003-AUDIO-2019-06-20-16-03-55.mp3", True, 240325, "audio/mpeg"),
        ("00000004-whatsapp-chat-parser-example.zip", True, 2721, "application/zip"),
    ]
    assert [attachment.member for attachment in found] == [attachment.name for attachment in found]
    assert {message.author for message in chat.messages if message.attachments} == {"Loris"}
