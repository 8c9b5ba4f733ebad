"""Who exported a chat: what a parser knows, and the word ``You`` in any language."""

from wamigrate.bots import assign_roles, decide
from wamigrate.model import Conversation, Message, Participant
from wamigrate.own_name import own_word
from wamigrate.tables import read_table


def chat(*names: str, title: str | None = None, owner: str | None = None) -> Conversation:
    """Make a chat in which each writes twice; ``owner`` is whom the source says to be the owner."""
    people = tuple(
        Participant(name, "user", reason="the database says so")
        if name == owner
        else Participant(name, "other")
        for name in names
    )
    messages = tuple(
        Message("", "other", name, None, "text", f"{name} {turn}") for turn in (1, 2) for name in names
    )
    return Conversation("", title, None, people, None, None, messages, "")


def roles(conversation: Conversation, assistant: str | None = None, me: str | None = None) -> dict[str, str]:
    return {name: one.role for name, one in decide(conversation, assistant=assistant, me=me).items()}


def test_whom_the_source_shows_to_be_the_owner_is_the_user() -> None:
    found = decide(chat("Ana", "Bob", "Carl", owner="Carl"))
    assert {name: one.role for name, one in found.items()} == {"Ana": "other", "Bob": "other", "Carl": "user"}
    assert found["Carl"].reason == "the database says so"


def test_whom_the_source_shows_to_be_the_owner_is_no_assistant_whatever_the_name() -> None:
    conversation = chat("ChatGPT", "Copilot", owner="ChatGPT")
    assert roles(conversation) == {"ChatGPT": "user", "Copilot": "assistant"}


def test_the_owner_and_the_assistant_are_both_known_without_looking_at_conduct() -> None:
    assert roles(chat("Ana", "ChatGPT", owner="Ana")) == {"Ana": "user", "ChatGPT": "assistant"}


def test_options_overrule_what_the_source_shows() -> None:
    conversation = chat("Ana", "Bob", owner="Ana")
    assert roles(conversation, assistant="Ana") == {"Ana": "assistant", "Bob": "user"}
    assert roles(conversation, me="Bob") == {"Ana": "other", "Bob": "user"}


def test_a_role_without_a_reason_is_no_knowledge() -> None:
    conversation = chat("Ana", "Bob", "Carl")
    people = tuple(Participant(one.name, "user") for one in conversation.participants[:1])
    conversation = Conversation(
        "", None, None, (*people, *conversation.participants[1:]), None, None, conversation.messages, ""
    )
    assert "user" not in roles(conversation).values()


def test_you_is_the_owner_in_any_language() -> None:
    for words in read_table("web.toml")["you"].values():
        for word in words:
            assert own_word(word)
            found = decide(chat("Ana", word, "Carl", title="Plans"))
            assert found[word].role == ("user" if own_word(word) == "sure" else found[word].role)
    assert roles(chat("Ana", "You", "Carl"))["You"] == "user"
    assert roles(chat("Ana", "Vous", "Carl"))["Vous"] == "user"


def test_you_with_marks_around_it_is_you() -> None:
    assert own_word("\u200eYou\u200f") == "sure"


def test_a_name_that_means_you_in_some_language_proves_nothing_alone() -> None:
    assert own_word("Ty") == "name"
    assert own_word("Tyrone") is None
    assert roles(chat("Ty", "ChatGPT", title="Ty")) == {"Ty": "user", "ChatGPT": "assistant"}


def test_the_one_whom_the_chat_is_named_after_is_not_you() -> None:
    assert roles(chat("You", "Ana", title="You"))["You"] == "other"
    assert roles(chat("You", "Ana", title="You"))["Ana"] == "user"


def test_every_word_that_is_a_name_is_a_word_for_you() -> None:
    table = read_table("web.toml")
    words = {word for words in table["you"].values() for word in words}
    assert set(table["also"]["names"]) <= words


def test_messages_get_the_roles() -> None:
    conversation = assign_roles(chat("You", "ChatGPT"))
    assert conversation.service == "chatgpt"
    assert [message.role for message in conversation.messages] == ["user", "assistant"] * 2
