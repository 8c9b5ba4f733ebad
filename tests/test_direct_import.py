"""Sending conversations to Open WebUI: nothing twice, a clear state when it breaks, no token in messages."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from open_webui_server import TOKEN, Fault, State, serving

from wamigrate import direct_import
from wamigrate.direct_import import DirectImport, import_directly
from wamigrate.errors import ExportError, NothingToExportError, OptionError
from wamigrate.openwebui_client import OpenWebUI

CHAT: Final = "".join(
    f"{day:02}/03/2025, 21:04 - Mira: Question {day}?\n{day:02}/03/2025, 21:05 - ChatGPT: Answer {day}.\n"
    for day in range(1, 11)
)


@pytest.fixture
def server() -> Iterator[State]:
    with serving() as state:
        yield state


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    path.write_text(CHAT, encoding="utf-8")
    return path


def send(chat: Path, server: State, token: str = TOKEN, timeout: float = 10) -> DirectImport:
    return import_directly(
        chat, "openwebui", server.url, token, timeout=timeout, split="day", time_zone="UTC"
    )


def test_every_conversation_arrives_with_its_messages_and_tag(chat: Path, server: State) -> None:
    found = send(chat, server)
    assert (found.conversations, found.sent, found.present, found.messages) == (10, 10, 0, 20)
    assert (found.destination, found.url) == ("openwebui", server.url)
    assert len(set(server.ids())) == 10
    contents = [
        [message["content"] for message in one["chat"]["history"]["messages"].values()]
        for one in server.chats.values()
    ]
    assert contents == [[f"Question {day}?", f"Answer {day}."] for day in range(1, 11)]
    assert all(one["meta"]["tags"] == ["whatsapp", "chatgpt"] for one in server.chats.values())


def test_a_second_run_sends_nothing(chat: Path, server: State) -> None:
    send(chat, server)
    again = send(chat, server)
    assert (again.conversations, again.sent, again.present) == (10, 0, 10)
    assert len(server.chats) == 10


def test_a_longer_export_of_the_same_chat_sends_what_is_new(chat: Path, server: State) -> None:
    send(chat, server)
    chat.write_text(
        CHAT + "20/03/2025, 09:00 - Mira: More?\n20/03/2025, 09:01 - ChatGPT: Yes.\n", encoding="utf-8"
    )
    again = send(chat, server)
    assert (again.sent, again.present) == (1, 10)
    assert len(server.chats) == 11


def test_chats_of_others_and_renamed_ones_are_no_hindrance(chat: Path, server: State) -> None:
    server.chats["x"] = {"id": "x", "title": "Mine", "chat": {"id": ""}, "meta": {"tags": ["whatsapp"]}}
    server.chats["y"] = {"id": "y", "title": "Mine", "chat": {"id": "z"}, "meta": {}}
    send(chat, server)
    for one in server.chats.values():
        one["title"] = one["chat"]["title"] = "Renamed"
    assert send(chat, server).sent == 0
    assert len(server.chats) == 12


def once_listed(patched: pytest.MonkeyPatch, event: Callable[[OpenWebUI, list[str]], None]) -> None:
    """Let something happen between listing the chats and looking at them."""
    listed = OpenWebUI.tagged

    def tagged(client: OpenWebUI, tag: str) -> list[str]:
        found = listed(client, tag)
        event(client, found)
        return found

    patched.setattr(OpenWebUI, "tagged", tagged)


def test_a_chat_that_is_deleted_while_the_run_looks_is_no_refused_key(
    chat: Path, server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(chat, server)
    once_listed(monkeypatch, lambda _, found: server.chats.__delitem__(found[0]))
    again = send(chat, server)
    assert (again.sent, again.present) == (1, 9)


def test_a_key_that_may_not_look_at_chats_sends_nothing_that_may_be_there(
    chat: Path, server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(chat, server)
    once_listed(monkeypatch, lambda client, _: monkeypatch.setattr(client, "_token", "of-somebody-else"))
    with pytest.raises(ExportError, match="refuses the token"):
        send(chat, server)
    assert server.imports == [10]


def test_many_conversations_go_in_several_requests(
    chat: Path, server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_import, "_BATCH", 4)
    news: list[tuple[str, int, int]] = []

    def watch(step: str, done: int, total: int) -> None:
        news.append((step, done, total))

    import_directly(chat, "openwebui", server.url, TOKEN, split="day", watch=watch)
    assert server.imports == [4, 4, 2]
    assert [told for told in news if told[0] == "sending"] == [
        ("sending", 4, 10),
        ("sending", 8, 10),
        ("sending", 10, 10),
    ]


def test_a_large_conversation_goes_alone(chat: Path, server: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct_import, "_BATCH_BYTES", 10)
    send(chat, server)
    assert server.imports == [1] * 10


@pytest.mark.parametrize("keep", [False, True], ids=["request lost", "answer lost"])
def test_a_connection_that_breaks_leaves_a_clear_state_and_the_next_run_completes_it(
    chat: Path, server: State, monkeypatch: pytest.MonkeyPatch, *, keep: bool
) -> None:
    monkeypatch.setattr(direct_import, "_BATCH", 4)
    server.fault, server.after, server.keep = "import-breaks", 1, keep
    with pytest.raises(ExportError) as caught:
        send(chat, server)
    assert str(caught.value).endswith(
        "at least 4 of 10 conversations are there; wait until the server has nothing more to do, then the "
        "same command sends the others and doubles none"
    )
    assert caught.value.exit_code == 6
    server.fault = ""
    again = send(chat, server)
    assert again.present == (8 if keep else 4)
    assert len(server.ids()) == len(set(server.ids())) == 10


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("import-fails", "answers with an error (400: [ERROR: Something went wrong :/]); at least 0 of 10"),
        ("import-lies", "does not say that it took what it was sent; at least 0 of 10"),
        ("html", "answers, but not as Open WebUI does; is the address right?"),
        ("not-json", "answers, but not as Open WebUI does; is the address right?"),
        ("redirect", "sends on to another address (307); give that one with --url"),
        ("teapot", "answers with an error (418: I am a teapot)"),
    ],
)
def test_every_other_failure_is_one_clear_line(chat: Path, server: State, fault: Fault, words: str) -> None:
    server.fault = fault
    with pytest.raises(ExportError) as caught:
        send(chat, server)
    message = str(caught.value)
    assert message.startswith(f"{server.url}: ")
    assert words in message
    assert "\n" not in message
    assert TOKEN not in message
    assert caught.value.exit_code == 6
    assert not server.chats


def test_a_refused_token_is_said_and_nothing_is_sent(chat: Path, server: State) -> None:
    with pytest.raises(
        ExportError, match=r"refuses the token \(401: 401 Unauthorized\); make a new API key"
    ) as caught:
        send(chat, server, token="wrong-key")
    assert "wrong-key" not in str(caught.value)
    assert server.imports == []


def test_a_server_that_does_not_answer_is_given_up(chat: Path, server: State) -> None:
    server.fault = "silent"
    with pytest.raises(ExportError, match="does not answer in time"):
        send(chat, server, timeout=0.2)


def test_a_server_has_more_time_for_more_that_it_is_to_import(
    chat: Path, server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.create_connection
    given: list[float] = []

    def note(address: tuple[str, int], timeout: float, *more: None) -> socket.socket:
        given.append(timeout)
        return connect(address, timeout, *more)

    monkeypatch.setattr(socket, "create_connection", note)
    chat.write_text(f"{CHAT}11/03/2025, 21:04 - Mira: {'long ' * 800_000}\n", encoding="utf-8")
    send(chat, server, timeout=20)
    assert given[0] == pytest.approx(20, rel=0.01)  # the list of what is there
    assert max(given) > 300


def test_no_server_is_said(chat: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ExportError, match="no server answers there; start Open WebUI"):
            import_directly(chat, "openwebui", url, TOKEN)


def test_a_server_that_closes_idle_connections_is_asked_again(chat: Path, server: State) -> None:
    send(chat, server)
    server.fault, server.after = "get-breaks", 1
    assert send(chat, server).present == 10


def test_a_server_that_closes_every_connection_is_given_up(chat: Path, server: State) -> None:
    send(chat, server)
    server.fault, server.after = "get-breaks", 5
    with pytest.raises(ExportError, match="the connection broke"):
        send(chat, server)


def test_a_server_below_a_path_is_reached(chat: Path) -> None:
    with serving("/chat/ui") as state:
        state.url += "/"
        assert send(chat, state).sent == 10
        assert all(secret == f"Bearer {TOKEN}" for secret in state.secrets)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://x:y",
        "http://a b",
        "http://u:p@h",
        "http://h/?q=1",
        "http://h:0",
    ],
)
def test_what_is_no_address_is_refused(chat: Path, url: str) -> None:
    with pytest.raises(OptionError, match="must be an address such as"):
        import_directly(chat, "openwebui", url, TOKEN)


@pytest.mark.parametrize("token", ["", "two words", "new\nline", "schlüssel"])
def test_what_can_be_no_key_is_refused_and_not_shown(chat: Path, token: str) -> None:
    with pytest.raises(OptionError, match="--token: is no API key") as caught:
        import_directly(chat, "openwebui", "http://127.0.0.1:1", token)
    assert not token or token not in str(caught.value)


def test_a_destination_without_a_way_in_is_refused(chat: Path) -> None:
    with pytest.raises(OptionError, match="cannot bring anything to Claude by itself"):
        import_directly(chat, "claude", "http://127.0.0.1:1", TOKEN)


def test_nothing_to_send_is_an_error_before_anything_is_sent(chat: Path, server: State) -> None:
    with pytest.raises(NothingToExportError, match="no message is left to send"):
        import_directly(chat, "openwebui", server.url, TOKEN, after="2030-01-01")
    assert server.secrets == []


def test_findings_of_all_conversations_are_told_the_assumed_zone_once(chat: Path, server: State) -> None:
    found = import_directly(chat, "openwebui", server.url, TOKEN, split="day")
    assert [note.code for note in found.notes].count("assumed-zone") == 1
    assert found.doubtful


def test_the_connection_is_closed_at_the_end(server: State) -> None:
    with OpenWebUI(server.url, TOKEN) as client:
        assert client.tagged("whatsapp") == []
        assert client.chat("nobody") == {}


@pytest.mark.parametrize("fault", ["no-list", "nothing-there"])
def test_another_server_is_told_by_its_answers(server: State, fault: Fault) -> None:
    server.fault = fault
    with OpenWebUI(server.url, TOKEN) as client:
        for call in (lambda: client.tagged("whatsapp"), lambda: client.import_chats([b"{}"])):
            with pytest.raises(
                ExportError, match="answers, but not as Open WebUI does; is the address right"
            ):
                call()


def test_encryption_that_a_server_does_not_speak_is_said(server: State) -> None:
    url = server.url.replace("http:", "https:")
    with (
        OpenWebUI(url, TOKEN, timeout=10) as client,
        pytest.raises(ExportError, match="no secure connection can be made") as caught,
    ):
        client.tagged("whatsapp")
    assert str(caught.value).startswith(f"{url}: ")
    assert server.secrets == []


def test_a_name_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with (
        OpenWebUI("http://chat.example:8080", TOKEN) as client,
        pytest.raises(ExportError, match="the name of the server is not known; look at --url"),
    ):
        client.tagged("whatsapp")
