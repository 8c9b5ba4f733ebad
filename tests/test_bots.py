"""The register of assistants, and who is who in a chat."""

import random
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate import bots
from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Kind, Message, Participant, Role
from wamigrate.notes import Notes

START = datetime(2025, 3, 1, 9, 0)  # noqa: DTZ001 - exports show the wall clock
MARKS = "".join(map(chr, [0x200B, 0x200E, 0x200F, 0x202A, 0x202C, 0x2066, 0x2069, 0x061C, 0xFEFF]))
ANSWER = (
    "*Here is a plan for your garden:*\n- dig the bed two weeks before you sow, and water it well\n"
    "- sow the beans in rows, a hand apart\n- cover them while the nights are cold, until the middle of May"
)


def message(author: str | None, text: str, at: datetime | None = START, **given_: object) -> Message:
    role: Role = "notice" if given_.get("notice") or author is None else "other"
    kind: Kind = "notice" if role == "notice" else "text"
    flags = ("deleted-by-you",) if given_.get("deleted_by_you") else ()
    return Message("", role, author, at, kind, text, flags=flags)


def chat(messages: Iterable[Message], *names: str, title: str | None = None) -> Conversation:
    people = tuple(Participant(name, "other", raw_names=(name,)) for name in names)
    return Conversation("c", title, None, people, None, None, tuple(messages), "s")


def said(*lines: tuple[str | None, str], title: str | None = None) -> Conversation:
    names = dict.fromkeys(author for author, _ in lines if author)
    return chat([message(author, text) for author, text in lines], *names, title=title)


def questions(person: str, bot: str, rounds: int = 8, *, title: str | None = None) -> Conversation:
    """Short questions hours apart, each with a long formatted answer twenty seconds later."""
    messages: list[Message] = []
    for turn in range(rounds):
        asked = START + timedelta(hours=3 * turn)
        messages.append(message(person, f"what about week {turn}?", asked))
        messages.append(message(bot, ANSWER, asked + timedelta(seconds=20)))
    return chat(messages, person, bot, title=title)


def friends(first: str, second: str, count: int = 400) -> Conversation:
    """Two people: short lines, either opens, answers take their time."""
    rng = random.Random(4)
    now, messages = START, list[Message]()
    for _ in range(count):
        now += timedelta(seconds=rng.choice([5, 40, 90, 200, 900, 20_000]))
        messages.append(
            message(rng.choice([first, second]), "see you " + "there " * rng.randrange(1, 9), now)
        )
    return chat(messages, first, second)


def roles(conversation: Conversation, **options: str) -> dict[str, Role]:
    return {name: one.role for name, one in bots.decide(conversation, **options).items()}  # type: ignore[arg-type]  # options are str | None


def number_forms(number: str) -> list[str]:
    shown = phonenumbers.format_number(
        phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    country, _, rest = shown.partition(" ")
    area, _, local = rest.replace("-", " ").partition(" ")
    exotic = f"\u202a{country}\u00a0({area})\u00a0{local}\u202c".replace(" ", "\u2011")
    return [number, number[1:], shown, exotic, f"00{number[1:]}", f"~\u202f{shown}"]


# --- The register


def test_keys_names_numbers_and_addresses_are_each_of_one_assistant_only() -> None:
    rows = bots.register()
    for values in (
        [bot.key for bot in rows],
        [name.casefold() for bot in rows for name in bot.names],
        [name.casefold() for bot in rows for name in bot.weak_names],
        [text for bot in rows for text in bot.numbers + bot.ids],
    ):
        assert len(values) == len(set(values)) > 0


@pytest.mark.parametrize("bot", bots.register(), ids=lambda bot: bot.key)
def test_a_row_is_well_formed(bot: bots.Bot) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", bot.key)
    for number in bot.numbers:
        assert phonenumbers.is_possible_number(phonenumbers.parse(number))
        assert bots.phone_of(number) == number
    for mark in bot.fingerprints:
        assert (mark.text is None) != (mark.pattern is None)
        assert mark.text is None or mark.text == mark.text.lower()
        assert mark.pattern is None or re.compile(mark.pattern)
    for period in bot.periods:
        assert period.start <= (period.end or period.known_to or date.max)
    assert bool(bot.periods) <= (bot.state != "not-seen")


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("chatgpt", "+18002428478"),
        ("copilot", "+18772241042"),
        ("perplexity", "+18334363285"),
        ("luzia", "+34613288116"),
        ("meta-ai", "+13135550002"),
        ("wiz", "+4915151853491"),
    ],
)
def test_known_numbers_are_registered(key: str, number: str) -> None:
    found = bots.find_bot(number)
    assert found is not None
    assert found.key == key


def test_assistants_without_a_number_have_rows_that_wait_for_one() -> None:
    waiting = {bot.key: bot.numbers for bot in bots.register() if bot.state == "not-seen"}
    assert waiting == {"claude": (), "mistral": (), "grok": (), "gemini": ()}


@pytest.mark.parametrize("bot", bots.register(), ids=lambda bot: bot.key)
def test_every_assistant_is_found_by_each_name_number_and_address_in_any_printed_form(bot: bots.Bot) -> None:
    forms = [form for number in bot.numbers for form in number_forms(number)] + list(bot.ids) + [bot.key]
    for name in (*bot.names, *bot.weak_names):
        forms += [
            name,
            name.upper(),
            name.lower(),
            f"\u200e{name}\u200f",
            f"~\u00a0{name}",
            name.replace(" ", "\u00a0"),
        ]
    for form in forms:
        found = bots.find_bot(form)
        assert found is not None, form
        assert found.key == bot.key


@pytest.mark.parametrize(
    "text", ["", "Ana", "+1 800 242 8479", "+44 7723 442971", "0@s.whatsapp.net", "@", "()()()("]
)
def test_nothing_else_is_found(text: str) -> None:
    assert bots.find_bot(text) is None


def test_cut_length_is_known_for_chatgpt_alone() -> None:
    assert [bot.key for bot in bots.register() if bots.cut_length(bot.key)] == ["chatgpt"]
    assert bots.cut_length("chatgpt") == 1300
    assert bots.cut_length(None) is bots.cut_length("nobody") is None


@pytest.mark.parametrize(
    ("service", "day", "expected"),
    [
        ("chatgpt", date(2024, 11, 30), False),
        ("chatgpt", date(2026, 1, 15), True),
        ("chatgpt", date(2026, 1, 16), False),
        ("chatgpt", date(2026, 7, 12), False),
        ("chatgpt", date(2026, 7, 13), True),
        ("copilot", date(2026, 8, 1), False),
        ("meta-ai", date(2026, 8, 1), True),
        ("luzia", date(2022, 1, 1), False),
        ("luzia", date(2025, 1, 1), True),
        ("luzia", date(2026, 2, 1), None),
        ("claude", date(2025, 1, 1), None),
        ("nobody", date(2025, 1, 1), None),
    ],
)
def test_active_knows_both_eras_and_says_where_it_does_not_know(
    service: str, day: date, *, expected: bool | None
) -> None:
    assert bots.active(service, day) is expected


def test_business_marks_name_no_service() -> None:
    line = "this business uses a secure service from meta to manage this chat. tap to learn more."
    assert [mark.decides for mark in bots.business_fingerprints() if mark.fits(line)] == [False]


# --- Names and numbers


@given(st.text())
def test_clean_name_is_idempotent(raw: str) -> None:
    assert bots.clean_name(bots.clean_name(raw)) == bots.clean_name(raw)


@given(st.text(alphabet=f"{MARKS}~ \u00a0\u202f\u2011aB9é\u0301🤖"))
def test_clean_name_leaves_no_mark_and_no_odd_space(raw: str) -> None:
    cleaned = bots.clean_name(raw)
    assert bots.clean_name(cleaned) == cleaned
    assert not set(cleaned) & set(MARKS + "\u00a0\u202f\u2011")
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()
    assert not cleaned.startswith("~") or set(raw) <= set(MARKS + "~ \u00a0\u202f")


@pytest.mark.parametrize(
    "name",
    [
        "Ana - French",
        "7 of 9",
        "Dr: Who",
        "Zoe\u0301",
        "👩\u200d👩\u200d👧",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0645",
        "\uff46ull",
    ],
)
def test_clean_name_normalises_nothing(name: str) -> None:
    assert bots.clean_name(name) == name


def test_phone_of_reads_numbers_of_people_and_nothing_else() -> None:
    assert bots.phone_of("\u202a+49\u00a01512\u00a03456789\u202c") == "+4915123456789"
    assert bots.phone_of("+٣٤ ٦١٣ ٢٨ ٨١ ١٦") == "+34613288116"
    for name in ("Ana", "+1", "+123 45", "+999 123 456 789", "18002428478", "+1 800 CHATGPT", ""):
        assert bots.phone_of(name) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ChatGPT", "chatgpt"),
        ("Chatgpt", "chatgpt"),
        ("ChatGPT 🤖", "chatgpt"),
        ("chatgpt bot", "chatgpt"),
        ("Chat-GPT 4o", "chatgpt"),
        ("GPT bot", "chatgpt"),
        ("OpenAI ChatGPT (WhatsApp)", "chatgpt"),
        ("ChatGPT机器人", "chatgpt"),
        ("Microsoft Copilot", "copilot"),
        ("Copilot AI ✨", "copilot"),
        ("Meta AI", "meta-ai"),
        ("LuzIA", "luzia"),
        ("Luzia 🤖", "luzia"),
        ("Claude AI", "claude"),
        ("Anthropic Claude", "claude"),
        ("Le Chat (Mistral AI)", "mistral"),
        ("Genie Bot", "genie"),
    ],
)
def test_a_name_that_only_assistants_bear_proves_it(name: str, key: str) -> None:
    match = bots.match_participant(Participant(name, "other"))
    assert match is not None
    assert (match.bot.key, match.rank) == (key, 1)
    assert name in match.reason


@pytest.mark.parametrize(
    "name", ["Claude", "Luzia", "LUZIA", "Poke", "August", "Genie", "Dola", "Gemini", "GPT", "Wiz 2"]
)
def test_a_name_that_people_bear_too_proves_nothing(name: str) -> None:
    match = bots.match_participant(Participant(name, "other"))
    assert match is not None
    assert match.rank == 2


@pytest.mark.parametrize(
    "name", ["Claude Martin", "Ana (ChatGPT course)", "My Copilot ❤️", "Ai", "Jean-Claude", "Botha", "🤖"]
)
def test_names_of_people_match_no_assistant(name: str) -> None:
    assert bots.match_participant(Participant(name, "other")) is None


@pytest.mark.parametrize(
    "participant",
    [
        Participant("Helper", "other", phone="+18002428478"),
        Participant("Helper", "other", raw_names=("18002428478@s.whatsapp.net",)),
        Participant("+1 (800) 242-8478", "other"),
    ],
)
def test_a_number_beats_any_name(participant: Participant) -> None:
    match = bots.match_participant(participant)
    assert match is not None
    assert (match.bot.key, match.rank) == ("chatgpt", 0)


# --- The ladder


def test_trap_24_a_number_in_marks_and_odd_spaces_is_known() -> None:
    raw = "\u202a+1\u00a0(800)\u00a0242\u20118478\u202c"
    conversation = said((bots.clean_name(raw), "hi"), ("Ana", "hi"))
    found = bots.assign_roles(conversation)
    bot, ana = found.participants
    assert (bot.role, bot.service, bot.phone) == ("assistant", "chatgpt", "+18002428478")
    assert bot.reason == "number +18002428478 is ChatGPT's"
    assert (ana.role, ana.service, ana.reason) == ("user", None, "the only person who writes")
    assert [one.role for one in found.messages] == ["assistant", "user"]
    assert found.service == "chatgpt"


def test_an_exact_name_decides_and_the_reason_says_so() -> None:
    found = bots.decide(said(("Ben", "hi"), ("Copilot", "Hello Ben")))
    assert found["Copilot"].reason == "name is exactly 'Copilot'"
    assert found["Copilot"].phone == "+18772241042"
    assert found["Ben"].role == "user"


def test_notices_keep_their_role_and_nothing_else_changes() -> None:
    before = chat([message("Copilot", "uses a secure service", notice=True), message("Copilot", "Hello"),
                   message(None, "encrypted"), message("Ben", "hi")], "Copilot", "Ben")  # fmt: skip
    after = bots.assign_roles(before)
    assert [one.role for one in after.messages] == ["notice", "assistant", "notice", "user"]
    assert [one.text for one in after.messages] == [one.text for one in before.messages]
    assert (after.id, after.source, after.title) == (before.id, before.source, before.title)


def test_between_two_a_number_beats_the_name_of_another_assistant() -> None:
    assert roles(said(("Copilot", "hi"), ("+1 800 242 8478", "Hello"))) == {
        "Copilot": "user",
        "+1 800 242 8478": "assistant",
    }


def test_one_assistant_under_its_number_and_its_name_is_one_service() -> None:
    found = bots.assign_roles(said(("+1 800 242 8478", "Hello"), ("ChatGPT", "Hello"), ("Ana", "hi")))
    assert [one.role for one in found.participants] == ["assistant", "assistant", "user"]
    assert found.service == "chatgpt"


def test_a_person_called_claude_stays_a_person() -> None:
    notes = Notes()
    found = bots.decide(friends("Claude", "Ana"), notes=notes)
    assert {one.role for one in found.values()} == {"user", "other"}
    assert notes.count() == {"no-assistant": 1}


@pytest.mark.parametrize("name", ["Claude", "Luzia", "August"])
def test_a_weak_name_counts_together_with_conduct(name: str) -> None:
    found = bots.decide(questions("Ana", name, rounds=3))
    assert (found[name].role, found[name].service) == ("assistant", name.lower())
    assert f"name '{name}' is {name}'s and behaves" in (found[name].reason or "")


def test_a_weak_name_proves_nothing_in_a_group() -> None:
    group = said(("Claude", ANSWER), ("Ana", "hi"), ("Ben", "hi"))
    assert set(roles(group).values()) == {"other"}


def test_the_number_of_meta_ai_alone_proves_nothing() -> None:
    code = said(("+1 313 555 0002", "Your code is 123-456"), title="+1 313 555 0002")
    assert "assistant" not in roles(code).values()
    asked = bots.decide(questions("Ana", "+1 313 555 0002"))
    assert asked["+1 313 555 0002"].service == "meta-ai"


def test_the_number_of_meta_ai_is_not_filled_in_for_its_name() -> None:
    assert bots.decide(said(("Ana", "hi"), ("Meta AI", "Hello")))["Meta AI"].phone is None


def test_conduct_alone_decides_between_two_and_gives_the_figures() -> None:
    found = bots.decide(questions("Ana", "Robo"))
    assert (found["Robo"].role, found["Robo"].service) == ("assistant", None)
    assert found["Robo"].reason == (
        "behaves like an assistant: answered 8 of 8 messages within 2 minutes, opened 0 of 7 exchanges, "
        f"median {len(ANSWER)} characters against 18, 100% of messages formatted against 0%"
    )
    assert found["Ana"].role == "user"


def test_conduct_is_no_matter_of_order_or_of_who_is_listed_first() -> None:
    conversation = questions("Ana", "Robo")
    turned = chat(conversation.messages, "Robo", "Ana")
    assert roles(turned) == roles(conversation)


def test_one_who_writes_long_but_late_is_a_person() -> None:
    late = [
        message(name, ANSWER if name == "Ben" else "ok?", START + timedelta(hours=turn))
        for turn, name in enumerate(["Ana", "Ben"] * 20)
    ]
    assert "assistant" not in roles(chat(late, "Ana", "Ben")).values()


def test_one_who_answers_at_once_but_shortly_is_a_person() -> None:
    quick = [
        message(name, "ok", START + timedelta(hours=turn // 2, seconds=20 * (turn % 2)))
        for turn, name in enumerate(["Ana", "Ben"] * 20)
    ]
    assert "assistant" not in roles(chat(quick, "Ana", "Ben")).values()


@pytest.mark.parametrize(
    ("name", "rounds", "role"),
    [("Robo", 5, "other"), ("Robo", 6, "assistant"), ("Claude", 2, "other"), ("Claude", 3, "assistant")],
)
def test_conduct_needs_more_answers_where_no_name_helps(name: str, rounds: int, role: Role) -> None:
    asked = questions("Ana", name, rounds)
    assert roles(asked)[name] == role


def test_one_who_opens_many_exchanges_is_a_person() -> None:
    conversation = questions("Ana", "Claude")
    news = [message("Claude", ANSWER, START + timedelta(hours=3 * turn + 1)) for turn in range(8)]
    lines = sorted([*conversation.messages, *news], key=lambda one: str(one.timestamp))
    assert "assistant" not in roles(chat(lines, "Ana", "Claude")).values()


def test_one_who_needs_eight_minutes_for_every_answer_is_a_person() -> None:
    asked = questions("Ana", "Claude", rounds=20).messages
    slow = [message(one.author, one.text, START + timedelta(hours=turn // 2, minutes=8 * (turn % 2)))
            for turn, one in enumerate(asked)]  # fmt: skip
    assert "assistant" not in roles(chat(slow, "Ana", "Claude")).values()


def test_one_who_answers_some_questions_only_is_a_person() -> None:
    asked = questions("Ana", "Robo", rounds=30).messages
    some = [one for turn, one in enumerate(asked) if one.author == "Ana" or turn % 4 == 1]
    assert "assistant" not in roles(chat(some, "Ana", "Robo")).values()


def test_in_a_quick_exchange_formatted_lines_alone_make_nobody_an_assistant() -> None:
    quick = [
        message(
            name,
            "- eggs and milk" if name == "Claude" else "anything else?",
            START + timedelta(seconds=30 * turn),
        )
        for turn, name in enumerate(["Ana", "Claude"] * 20)
    ]
    assert "assistant" not in roles(chat(quick, "Ana", "Claude")).values()


def test_two_who_behave_alike_are_people() -> None:
    alike = [
        message(name, ANSWER, START + timedelta(minutes=turn))
        for turn, name in enumerate(["Ana", "Ben"] * 20)
    ]
    assert "assistant" not in roles(chat(alike, "Ana", "Ben")).values()


def test_conduct_reads_a_long_chat_from_samples_and_bears_times_of_any_kind() -> None:
    messages = list(questions("Ana", "Robo", rounds=2000).messages)
    messages[1] = message("Robo", ANSWER, None)
    messages[3] = message("Robo", ANSWER, datetime(2025, 3, 1, 12, 0, 20, tzinfo=UTC))
    assert roles(chat(messages, "Ana", "Robo")) == {"Ana": "user", "Robo": "assistant"}


def test_one_who_behaves_like_an_assistant_tells_its_service_by_introducing_itself() -> None:
    conversation = questions("Ana", "Robo")
    hello = message("Robo", "Hello! I\u2019m ChatGPT, how can I help?", START + timedelta(seconds=10))
    told = chat([*conversation.messages[:1], hello, *conversation.messages[1:]], "Ana", "Robo")
    assert bots.assign_roles(told).service == "chatgpt"


def test_the_first_name_of_a_small_assistant_is_no_introduction() -> None:
    conversation = questions("Ana", "Robo")
    told = chat([*conversation.messages, message("Robo", "I am August", START)], "Ana", "Robo")
    assert bots.assign_roles(told).service is None


def test_somebody_who_only_says_that_he_is_chatgpt_is_a_person() -> None:
    assert "assistant" not in roles(said(("Ana", "who are you?"), ("Ben", "I'm ChatGPT, haha"))).values()


def test_the_title_tells_the_service_of_one_known_to_be_an_assistant() -> None:
    assert bots.assign_roles(questions("Ana", "Robo", title="Perplexity")).service == "perplexity"


def test_the_code_of_the_copilot_link_makes_the_other_side_copilot() -> None:
    found = bots.decide(said(("Ben", "Hi Copilot (code: a1B2c3D4)"), ("Blue", "Hello")))
    assert (found["Blue"].role, found["Blue"].service, found["Ben"].role) == ("assistant", "copilot", "user")
    assert found["Blue"].reason == "the chat has the text that Microsoft's link or QR code fills in"


def test_the_code_of_the_copilot_link_without_an_answer_makes_nobody_an_assistant() -> None:
    assert roles(said(("Ben", "Hi Copilot (code: a1B2c3D4)"))) == {"Ben": "user"}


DISCLAIMER = "Meta\u00a0AI is an optional service from Meta that uses AI models."


def test_the_disclaimer_of_meta_ai_with_an_author_names_the_assistant() -> None:
    lines = [message("M", DISCLAIMER, notice=True), message("Ana", "hi"), message("M", "Hello")]
    found = bots.decide(chat(lines, "M", "Ana"))
    assert (found["M"].role, found["M"].service, found["Ana"].role) == ("assistant", "meta-ai", "user")


def test_the_disclaimer_of_meta_ai_without_an_author_needs_to_know_whose_phone_it_is() -> None:
    lines = [message(None, DISCLAIMER), message("Ana", "hi"), message("M", "Hello")]
    assert "assistant" not in roles(chat(lines, "Ana", "M")).values()
    assert roles(chat(lines, "Ana", "M", title="WhatsApp Chat with M"))["M"] == "assistant"
    assert roles(chat(lines, "Ana", "M"), me="Ana")["M"] == "assistant"
    asked = questions("Ana", "M")
    assert roles(chat([lines[0], *asked.messages], "Ana", "M"))["M"] == "assistant"


def test_the_reset_command_is_a_line_of_the_user() -> None:
    assert roles(said(("M", "Hello"), ("Ana", " /reset-ai "))) == {"M": "assistant", "Ana": "user"}


def test_a_mention_notice_between_two_people_makes_neither_an_assistant() -> None:
    notice = "Only messages that mention or people share with @Meta AI can be read by Meta"
    conversation = chat([message(None, notice), message("Ana", "hi"), message("Ben", "hi")], "Ana", "Ben")
    assert "assistant" not in roles(conversation).values()


def test_an_official_account_is_never_an_assistant_unless_it_is_given() -> None:
    tiktok = "+62 855 7467 0498"
    found = bots.decide(questions("Ana", tiktok))
    assert (found[tiktok].role, found["Ana"].role) == ("other", "user")
    assert found[tiktok].reason == "number is TikTok's, which is no assistant"
    assert roles(questions("Ana", tiktok), assistant=tiktok)[tiktok] == "assistant"


# --- Options


@pytest.mark.parametrize(
    ("option", "service"),
    [
        ("Ana", None),
        ("ana", None),
        ("~\u202fANA", None),
        ("Ana=luzia", "luzia"),
        ("ana=Microsoft Copilot", "copilot"),
    ],
)
def test_assistant_overrules_everything(option: str, service: str | None) -> None:
    found = bots.decide(said(("Ana", "hi"), ("ChatGPT", "Hello")), assistant=option)
    assert (found["Ana"].role, found["Ana"].service, found["Ana"].reason) == (
        "assistant",
        service,
        "given with --assistant",
    )
    assert found["ChatGPT"].role == "user"


@pytest.mark.parametrize("option", ["+1 800 242 8478", "18002428478", "chatgpt", "+1 (800) 242\u20118478"])
def test_assistant_takes_a_number_in_any_form_and_the_service_it_stands_for(option: str) -> None:
    found = bots.decide(said(("Ana", "hi"), ("+1 (800) 242-8478", "Hello")), assistant=option)
    assert found["+1 (800) 242-8478"].service == "chatgpt"


def test_service_may_come_apart_and_a_name_may_hold_an_equals_sign() -> None:
    conversation = said(("Ana", "hi"), ("a=b", "Hello"))
    assert bots.decide(conversation, assistant="a=b", service="luzia")["a=b"].service == "luzia"
    assert bots.decide(conversation, assistant="A=B")["a=b"].role == "assistant"
    assert bots.decide(conversation, assistant="a=b=luzia")["a=b"].service == "luzia"


def test_me_is_the_user_and_never_the_assistant() -> None:
    conversation = said(("Copilot", "hi"), ("Ben", "hi"))
    found = bots.decide(conversation, me="copilot")
    assert (found["Copilot"].role, found["Copilot"].reason) == ("user", "given with --me")
    assert found["Ben"].role == "other"


def test_names_compare_equal_however_their_accents_are_stored() -> None:
    assert roles(said(("Zoe\u0301", "hi"), ("Ben", "hi")), me="ZO\u00c9")["Zoe\u0301"] == "user"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"assistant": "Zoe"}, "--assistant Zoe: nobody in the chat is called so; there are: Ana, Ben"),
        ({"me": "Zoe"}, "--me Zoe: nobody in the chat is called so; there are: Ana, Ben"),
        ({"assistant": "Ana=hal"}, "--assistant Ana=hal: no such service; leave it out or use: august, chat"),
        ({"assistant": "Ana", "me": "ana"}, "--assistant Ana: cannot be the one given with --me, too"),
        ({"service": "luzia"}, "service luzia: say whose it is with --assistant NAME=luzia"),
    ],
)
def test_options_that_do_not_fit_are_errors_that_say_what_there_is(
    options: dict[str, str], words: str
) -> None:
    with pytest.raises(OptionError, match=re.escape(words)):
        bots.decide(said(("Ana", "hi"), ("Ben", "hi")), **options)  # type: ignore[arg-type]  # options are str | None


def test_an_error_lists_a_few_of_many_participants() -> None:
    crowd = said(*((f"P{index}", "hi") for index in range(50)))
    with pytest.raises(OptionError, match=r"P7 and 42 more$"):
        bots.decide(crowd, me="Zoe")


# --- People and groups


def test_a_group_with_meta_ai_works_per_message() -> None:
    group = said(
        ("Ana", "hi all"), ("Ben", "@\u2068Meta AI\u2069 plan a trip"), ("Meta AI", ANSWER), ("Cleo", "wow")
    )
    found = bots.assign_roles(group)
    assert [one.role for one in found.messages] == ["other", "user", "assistant", "other"]
    assert found.service == "meta-ai"
    assert bots.decide(group)["Ben"].reason == "the only one who addresses the assistant"


def test_in_a_group_where_several_ask_only_me_tells_the_user() -> None:
    group = said(("Ana", "@Meta AI hi"), ("Ben", "@Meta AI plan a trip"), ("Meta AI", ANSWER))
    assert roles(group) == {"Ana": "other", "Ben": "other", "Meta AI": "assistant"}
    assert roles(group, me="ben") == {"Ana": "other", "Ben": "user", "Meta AI": "assistant"}


def test_assistant_in_a_group_leaves_proven_assistants() -> None:
    group = said(("Ana", "hi"), ("Robo", "Hello"), ("Meta AI", "Hello"))
    assert roles(group, assistant="Robo") == {"Ana": "user", "Robo": "assistant", "Meta AI": "assistant"}


def test_a_group_named_like_an_assistant_is_none() -> None:
    lines = [
        message("ChatGPT", "Ana created this group", notice=True),
        message("Ana", "hi"),
        message("Ben", "hi"),
    ]
    found = bots.decide(chat(lines, "ChatGPT", "Ana", "Ben"))
    assert (found["ChatGPT"].role, found["ChatGPT"].reason) == ("other", "writes no message")


def test_an_assistant_that_wrote_only_notices_is_still_the_assistant() -> None:
    lines = [message("ChatGPT", "uses a secure service", notice=True), message("Ana", "hi")]
    assert roles(chat(lines, "ChatGPT", "Ana")) == {"ChatGPT": "assistant", "Ana": "user"}


def test_without_an_assistant_the_title_tells_whose_phone_it_is() -> None:
    found = bots.decide(said(("Ana", "hi"), ("Ben", "hi"), title="WhatsApp Chat with Ana"))
    assert (found["Ana"].role, found["Ben"].role) == ("other", "user")
    assert found["Ben"].reason == "the chat is named after Ana, so it is this one's phone"


def test_a_title_with_both_names_tells_nothing() -> None:
    assert roles(said(("Ana", "hi"), ("Ben", "hi"), title="Ana and Ben")) == {"Ana": "user", "Ben": "other"}


def test_who_deleted_a_message_as_you_is_the_user() -> None:
    lines = [
        message("Ana", "hi"),
        message("Ben", "You deleted this message", deleted_by_you=True),
        message("Cy", "hi"),
    ]
    assert roles(chat(lines, "Ana", "Ben", "Cy")) == {"Ana": "other", "Ben": "user", "Cy": "other"}


def test_without_any_sign_the_first_of_two_is_the_user_and_the_note_names_nobody_else() -> None:
    notes = Notes()
    found = bots.decide(said(("Ben", "my secret"), ("Ana", "hi")), notes=notes)
    assert (found["Ben"].role, found["Ana"].role) == ("user", "other")
    assert found["Ben"].reason == "writes first; nothing tells whose phone it is"
    (note,) = notes.items
    assert (note.code, note.source) == ("no-assistant", "s")
    assert (
        note.text == "nobody could be told to be an assistant among Ben, Ana; say who with --assistant NAME"
    )


def test_a_chat_with_an_assistant_leaves_no_note() -> None:
    notes = Notes()
    bots.assign_roles(said(("Ben", "hi"), ("Copilot", "Hello")), notes=notes)
    assert notes.items == []


def test_authors_that_the_conversation_does_not_list_are_participants_too() -> None:
    found = bots.assign_roles(chat([message("Ana", "hi"), message("ChatGPT", "Hello")]))
    assert [(one.name, one.role) for one in found.participants] == [("Ana", "user"), ("ChatGPT", "assistant")]


def test_a_chat_without_messages_has_people_without_roles() -> None:
    assert roles(chat([], "Ana")) == {"Ana": "other"}
    assert bots.decide(chat([])) == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Ana", "Ben", "Claude", "ChatGPT", "Meta AI", "+1 313 555 0002"]),
            st.text(max_size=30),
        ),
        max_size=20,
    ),
    st.none() | st.sampled_from(["Ana", "ChatGPT"]),
)
def test_roles_are_complete_consistent_and_stable(lines: list[tuple[str, str]], title: str | None) -> None:
    conversation = said(*lines, title=title)
    once = bots.assign_roles(conversation)
    by_name = {one.name: one for one in once.participants}
    assert [one.role for one in once.messages] == [by_name[author].role for author, _ in lines]
    assert all(one.reason for one in once.participants)
    assert sum(one.role == "user" for one in once.participants) <= 1
    assert bots.assign_roles(once) == once


def test_what_the_source_says_stays_and_options_change_it() -> None:
    spoken = Participant("Robo", "assistant", "luzia", reason="the archive says so")
    conversation = Conversation("c", None, "luzia", (spoken, Participant("ChatGPT", "user")), None, None,
                                said(("ChatGPT", "hi"), ("Robo", "Hello")).messages, "s")  # fmt: skip
    assert bots.decide(conversation)["Robo"] is spoken
    assert roles(conversation, me="ChatGPT") == {"Robo": "assistant", "ChatGPT": "user"}
    assert roles(conversation, assistant="ChatGPT") == {"Robo": "user", "ChatGPT": "assistant"}
