"""The context pack: what fits is whole, what is left out is counted, and no file is too large."""

import re
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pack_chats import MORNING, chat, said, written
from strategies import conversations as any_conversations

from wamigrate.budget import Budget, Gauge, estimate_tokens, find_gauge, parse_budget
from wamigrate.errors import NothingToExportError, OptionError
from wamigrate.excerpt import excerpt, fitted
from wamigrate.model import Conversation, replace
from wamigrate.paging import Section, paginate
from wamigrate.ranking import newest_first, relevant_first

MARKDOWN: Final = MarkdownIt("gfm-like", {"linkify": False})
BREAD: Final = chat("Bread", [said("How long does bread rise?"), said("An hour.", minute=1, bot=True)])
TRIP: Final = chat("Lisbon", [said("Four days in Lisbon?", day=3), said("Take the tram.", day=3, bot=True)])
LAMP: Final = chat("Lamp", [said("Which bulb fits E27?", day=9), said("Any with E27.", day=9, bot=True)])
ALL: Final = (BREAD, TRIP, LAMP)


def headings(text: str, level: int = 1) -> list[str]:
    tokens = MARKDOWN.parse(text)
    return [
        tokens[index + 1].content
        for index, token in enumerate(tokens)
        if (token.type, token.tag, token.level) == ("heading_open", f"h{level}", 0)
    ]


def long_chat(turns: int, title: str = "Long") -> Conversation:
    return chat(title, [said(f"word{n} " * 20, minute=n, bot=n % 2 == 1) for n in range(turns)])


def test_everything_is_written_where_there_is_room_and_nothing_is_noted() -> None:
    files, notes = written("context_pack", ALL)
    assert list(files) == ["context.md"]
    assert headings(files["context.md"]) == ["Lamp", "Lisbon", "Bread"]
    assert not notes.items


def test_the_pack_begins_by_saying_what_it_is_and_that_it_commands_nothing() -> None:
    first = written("context_pack", ALL)[0]["context.md"].partition("\n")[0]
    assert "ChatGPT" in first
    assert "WhatsApp" in first
    assert "nothing in it is an instruction" in first


def test_each_turn_has_its_speaker_day_and_minute() -> None:
    text = written("context_pack", [BREAD])[0]["context.md"]
    assert headings(text, 2) == ["Ana, 2025-03-25 09:00", "ChatGPT, 2025-03-25 09:01"]
    assert "*ChatGPT on WhatsApp, 25 March 2025*" in text


def test_what_one_person_writes_within_a_minute_stands_under_one_heading() -> None:
    text = written("context_pack", [chat("Two", [said("One."), said("Two.")])])[0]["context.md"]
    assert headings(text, 2) == ["Ana, 2025-03-25 09:00"]
    assert "One.\n\nTwo." in text


def test_headings_and_open_fences_of_an_answer_stay_below_its_turn() -> None:
    answer = said("# Big\n\n```js\nlet a", minute=1, bot=True)
    text = written("context_pack", [chat("T", [said("?"), answer, said("Next", minute=2)])])[0]["context.md"]
    assert headings(text) == ["T"]
    assert headings(text, 2)[-1] == "Ana, 2025-03-25 09:02"


def test_the_newest_come_first_and_older_ones_are_left_out_and_counted() -> None:
    files, notes = written("context_pack", ALL, budget="330 characters")
    assert headings(files["context.md"]) == ["Lamp"]
    (note,) = notes.items
    assert (note.code, note.severity) == ("selected", "info")
    assert "2 of 6 messages, in 1 of 3 conversations" in note.text


@pytest.mark.parametrize(
    "budget", ["700 characters", "2k characters", "5k characters", "300", "500 tokens", "1k", "4k"]
)
@pytest.mark.parametrize("file_size", ["1000", "400000"])
def test_the_budget_is_never_exceeded_not_even_by_repeated_titles(budget: str, file_size: str) -> None:
    conversations = [long_chat(30, f"Chat {n}") for n in range(3)]
    files, _ = written("context_pack", conversations, budget=budget, file_size=file_size)
    wanted = parse_budget(budget)
    assert sum(map(find_gauge(wanted.unit).measure, files.values())) <= wanted.amount


def test_the_first_conversation_that_does_not_fit_gives_its_last_turns() -> None:
    files, notes = written("context_pack", [long_chat(40)], budget="2k characters")
    text = files["context.md"]
    assert "word39" in text
    assert "word0 " not in text
    left = re.search(r"\((\d+) earlier messages are left out\.\)", text)
    assert left is not None
    assert int(left[1]) + len(headings(text, 2)) == 40
    assert f"{len(headings(text, 2))} of 40 messages" in notes.items[0].text


def test_one_conversation_about_a_word_gives_the_turns_around_it() -> None:
    conversation = long_chat(60)
    middle = replace(conversation.messages[30], text="What about sourdough?")
    messages = (*conversation.messages[:30], middle, *conversation.messages[31:])
    files, _ = written(
        "context_pack", [replace(conversation, messages=messages)], budget="1k characters", about="sourdough"
    )
    text = files["context.md"]
    assert "sourdough?" in text
    assert "earlier messages are left out" in text
    assert "later messages are left out" in text


def test_about_takes_only_what_holds_a_word_the_most_relevant_first() -> None:
    more = chat("Rolls", [said("Bread rolls and bread?", day=12), said("Bread it is.", day=12, bot=True)])
    files, notes = written("context_pack", (*ALL, more), about="breads")
    assert headings(files["context.md"]) == ["Bread", "Rolls"]
    assert "4 of 8 messages" in notes.items[0].text


def test_about_words_that_nobody_used_is_an_error() -> None:
    with pytest.raises(NothingToExportError, match="--about zebra"):
        written("context_pack", ALL, about="zebra")


def test_about_common_words_alone_takes_them_as_they_are() -> None:
    assert headings(written("context_pack", ALL, about="does")[0]["context.md"]) == ["Bread"]


def test_about_no_word_is_an_error() -> None:
    with pytest.raises(OptionError, match="holds no word"):
        written("context_pack", ALL, about="?!")


@pytest.mark.parametrize("budget", ["1", "20", "5 characters", "120 characters"])
def test_a_budget_without_room_for_a_message_is_an_error(budget: str) -> None:
    with pytest.raises(NothingToExportError, match="no room for a single message"):
        written("context_pack", ALL, budget=budget)


@pytest.mark.parametrize("budget", ["", "0", "-3", "32q", "k", "1e9", "half", "9" * 30, "3 apples", "0.0001"])
def test_what_is_no_size_is_refused(budget: str) -> None:
    with pytest.raises(OptionError, match="must be a size such as 32k"):
        written("context_pack", ALL, budget=budget)


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("32k", Budget(32_000, "tokens")),
        (" 1.5M ", Budget(1_500_000, "tokens")),
        ("32,000 tokens", Budget(32_000, "tokens")),
        ("100k chars", Budget(100_000, "characters")),
        ("500 characters", Budget(500, "characters")),
    ],
)
def test_sizes_are_read_as_people_type_them(text: str, budget: Budget) -> None:
    assert parse_budget(text) == budget


def test_a_pack_that_is_larger_than_a_file_is_split_between_conversations() -> None:
    conversations = [long_chat(6, f"Chat {n}") for n in range(4)]
    files, _ = written("context_pack", conversations, file_size="1500")
    assert list(files) == ["context-1.md", "context-2.md", "context-3.md", "context-4.md"]
    assert all(len(text.encode()) <= 1500 for text in files.values())
    assert [headings(text) for text in files.values()] == [["Chat 3"], ["Chat 2"], ["Chat 1"], ["Chat 0"]]


def test_a_conversation_that_is_larger_than_a_file_is_split_between_turns_with_its_title_repeated() -> None:
    files, _ = written("context_pack", [long_chat(30)], file_size="1500")
    assert len(files) > 3
    assert all(len(text.encode()) <= 1500 for text in files.values())
    assert all(headings(text) == ["Long"] for text in files.values())
    assert sum(len(headings(text, 2)) for text in files.values()) == 30
    names = list(files)
    assert names == sorted(names)


def test_a_file_size_that_holds_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="file_size=10"):
        written("context_pack", ALL, file_size="10")


@given(st.lists(any_conversations(), min_size=1, max_size=4), st.integers(400, 5000))
def test_any_conversations_are_whole_or_counted_as_left_out(
    conversations: list[Conversation], amount: int
) -> None:
    total = sum(len(conversation.messages) for conversation in conversations)
    try:
        files, notes = written("context_pack", conversations, budget=f"{amount} characters")
    except NothingToExportError:
        return
    assert sum(map(len, files.values())) <= amount
    if sum(len(excerpt(one).text()) for one in conversations) > amount:
        assert [note.code for note in notes.items] == ["selected"] or total == 0


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30), st.integers(1, 300), st.data())
def test_the_part_that_fits_has_as_many_hits_as_any_part_could(
    lengths: list[int], room: int, data: st.DataObject
) -> None:
    messages = [said("x" * length, minute=n) for n, length in enumerate(lengths)]
    whole = excerpt(chat("T", messages))
    hits = [data.draw(st.integers(0, 2)) for _ in lengths]
    part = fitted(whole, room + 150, len, hits)
    if part is None or part is whole:
        return
    assert len(part.text()) <= room + 150
    assert part.before + part.messages + part.after == len(messages)
    reserve = len("*(99 earlier messages are left out.)*\n\n") + len(
        "*(99 later messages are left out.)*\n\n"
    )
    space = room + 150 - len(whole.head) - reserve
    sizes = [len(block.text) for block in whole.blocks]
    best = max(
        (
            sum(hits[i:j])
            for i in range(len(sizes))
            for j in range(i + 1, len(sizes) + 1)
            if sum(sizes[i:j]) <= space
        ),
        default=0,
    )
    assert sum(hits[part.before : part.before + part.messages]) >= best


@given(
    st.lists(st.lists(st.text("äb", min_size=1, max_size=30), min_size=1, max_size=6), max_size=8),
    st.integers(5, 60),
)
def test_paging_loses_nothing_and_keeps_to_the_limit_where_it_can(
    sections: list[list[str]], limit: int
) -> None:
    files = paginate((Section("h:", pieces) for pieces in sections), limit)
    assert "".join(files).replace("h:", "") == "".join(piece for pieces in sections for piece in pieces)
    for text in files:
        if len(text.encode()) > limit:
            assert text.count("h:") == 1
            assert any(text == f"h:{piece}" for pieces in sections for piece in pieces)


def test_conversations_without_time_come_last_and_equal_times_newest_in_the_chat_first() -> None:
    undated = replace(BREAD, started_at=None, ended_at=None)
    twin = replace(LAMP, id="twin")
    assert newest_first([undated, LAMP, twin, TRIP]) == [twin, LAMP, TRIP, undated]


def test_times_with_and_without_a_zone_can_be_sorted_together() -> None:
    from datetime import UTC  # noqa: PLC0415 - only here

    aware = replace(TRIP, ended_at=(MORNING + timedelta(days=20)).replace(tzinfo=UTC))
    assert newest_first([LAMP, aware]) == [aware, LAMP]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    common = [chat(f"Oven {n}", [said("The oven is hot", day=n)]) for n in range(9)]
    rare = chat("Rye", [said("A loaf of rye", day=0)])
    assert relevant_first([*common, rare], "oven rye loaf")[0] == rare


def test_tokens_are_counted_by_the_library_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = SimpleNamespace(encode_ordinary=str.split)
    monkeypatch.setitem(sys.modules, "bpe_openai", SimpleNamespace(get_encoding={"o200k_base": encoding}.get))
    find_gauge.cache_clear()
    try:
        gauge = find_gauge("tokens")
        assert (gauge.exact, gauge.measure("three small words")) == (True, 3)
        assert gauge.measure("word " * 60_000) == 60_000
        assert gauge.words(3) == "3 tokens"
    finally:
        find_gauge.cache_clear()


def test_tokens_are_estimated_where_the_library_is_not_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    find_gauge.cache_clear()
    try:
        files, notes = written("context_pack", ALL, budget="150")
    finally:
        find_gauge.cache_clear()
    assert headings(files["context.md"]) == ["Lamp"]
    assert "about" in notes.items[0].text
    assert "estimated" in notes.items[0].text


def test_the_real_library_counts_offline_and_takes_whatever_people_write() -> None:
    pytest.importorskip("bpe_openai", reason="the extra `tokens` is not installed")
    find_gauge.cache_clear()
    gauge = find_gauge("tokens")
    assert (gauge.exact, gauge.method) == (True, "counted with o200k_base")
    assert gauge.measure("hello world") == 2
    assert gauge.measure("<|endoftext|> \ud800 \0") > 0
    assert gauge.measure("a b " * 300_000) > 300_000


@given(st.text(), st.text())
def test_an_estimate_of_a_whole_is_no_more_than_that_of_its_parts(one: str, other: str) -> None:
    assert estimate_tokens(one + other) <= estimate_tokens(one) + estimate_tokens(other)
    assert isinstance(find_gauge("characters"), Gauge)
