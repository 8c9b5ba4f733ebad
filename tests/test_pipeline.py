"""From an opened input to a written result."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from strategies import conversations

from wamigrate.bots import assign_roles
from wamigrate.errors import ExportError, NothingToExportError, OptionError, VerificationError
from wamigrate.formats import Layout, find_exporter
from wamigrate.ids import identify
from wamigrate.model import Conversation, Message, replace
from wamigrate.notes import Notes
from wamigrate.pipeline import Reading, check_parts, export, prepare, read_source, reading
from wamigrate.planning import plan
from wamigrate.report import Result
from wamigrate.settings import Settings
from wamigrate.source import open_source
from wamigrate.split import DEFAULT, split
from wamigrate.target import FileTarget, FolderTarget, MemoryTarget, Target
from wamigrate.zones import find_zone, localize

CHAT = """\
25/03/2025, 21:04 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even \
WhatsApp, can read or listen to them.
25/03/2025, 21:04 - Mira: What is *bold*?
25/03/2025, 21:05 - ChatGPT: A way to write.
26/03/2025, 08:00 - Mira: <Media omitted>
26/03/2025, 08:01 - ChatGPT: Nice.
"""


@dataclass(frozen=True)
class Forgetful:
    """Takes some conversations and says it is done."""

    taken: int = 1
    name: str = "forgetful"
    title: str = "Forgetful"
    layout: Layout = "folder"
    suffix: str = ""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        with target.writing("index.txt") as stream:
            stream.write(b"done")
        for conversation in islice(conversations, self.taken):
            notes.add("media-missing", conversation.id)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    path.write_text(CHAT, encoding="utf-8")
    return path


def read(path: Path, settings: Settings | None = None) -> Reading:
    with reading(path, settings or Settings()) as found:
        return found


def write(found: Reading, to: str, settings: Settings | None = None) -> tuple[Result, MemoryTarget]:
    target = MemoryTarget()
    return export(found, find_exporter(to), target, settings or Settings()), target


def test_an_input_is_read_understood_and_split(chat: Path) -> None:
    found = read(chat)
    assert found.format == "whatsapp"
    assert found.messages == 5
    assert [conversation.title for conversation in found.conversations] == [
        "What is bold?",
        "Document, 26 March 2025",
    ]
    notice, question, answer = found.conversations[0].messages
    assert (notice.role, question.role, answer.role) == ("notice", "user", "assistant")
    assert (question.text, question.raw) == ("What is **bold**?", "What is *bold*?")
    assert found.chats[0].service == "chatgpt"
    assert list(found.media) == [found.notes.sources[0].id]


def test_texts_stay_as_whatsapp_has_them_on_request(chat: Path) -> None:
    question = read(chat, Settings(text="raw")).conversations[0].messages[1]
    assert (question.text, question.raw) == ("What is *bold*?", None)


def test_ids_do_not_depend_on_texts_zones_and_splitting(chat: Path) -> None:
    plain = read(chat).chats[0]
    other = read(chat, Settings(text="raw", time_zone="Asia/Tokyo", split="none")).chats[0]
    assert [message.id for message in plain.messages] == [message.id for message in other.messages]
    assert plain.id == other.id


def test_the_zone_is_in_the_times_and_in_the_source(chat: Path) -> None:
    found = read(chat, Settings(time_zone="Asia/Tokyo"))
    assert str(found.conversations[1].started_at) == "2025-03-26 08:00:00+09:00"
    assert found.notes.sources[0].time_zone == "Asia/Tokyo"


@given(conversations())
def test_doing_the_steps_at_once_is_doing_them_one_after_the_other(found: Conversation) -> None:
    found = replace(found, id="", messages=tuple(replace(message, id="") for message in found.messages))
    at_once = prepare(found, Settings(time_zone="Europe/Berlin"), Notes())[0]
    steps = localize(identify(assign_roles(found)), find_zone("Europe/Berlin"))
    assert at_once.messages == steps.messages
    assert at_once.id == steps.id
    assert at_once.participants == steps.participants
    assert (at_once.started_at, at_once.ended_at) == (steps.started_at, steps.ended_at)


def test_an_answer_points_to_the_final_id_of_what_it_answers() -> None:
    question = Message("row 7", "other", "Ana", None, "text", "When?")
    answer = Message("row 8", "other", "ChatGPT", None, "text", "Now.", reply_to="row 7")
    found = Conversation("", None, None, (), None, None, (question, answer), "s")
    first, second = prepare(found, Settings(), Notes())[0].messages
    assert second.reply_to == first.id != "row 7"


@given(conversations())
def test_what_has_ids_is_left_as_it_is(found: Conversation) -> None:
    found = replace(found, id="finished")
    assert prepare(found, Settings(), Notes())[0] == found


def test_our_own_json_is_changed_only_where_that_is_asked_for(chat: Path, tmp_path: Path) -> None:
    target = FileTarget(tmp_path / "chat.json")
    once = read(chat)
    export(once, find_exporter("json"), target, Settings())
    again = read(target.path)
    assert again.conversations == once.conversations
    raw = read(target.path, Settings(text="raw", time_zone="Europe/Berlin"))
    question = raw.conversations[0].messages[1]
    assert (question.text, question.raw, str(question.timestamp)[-6:]) == ("What is *bold*?", None, "+01:00")
    swapped = read(target.path, Settings(assistant="Mira"))
    assert [message.role for message in swapped.conversations[0].messages] == ["notice", "assistant", "user"]
    assert swapped.conversations[0].messages[1].id == question.id
    assert (
        read(target.path, Settings(split="gap=1m")).conversations[1].title == "ChatGPT, 26 March 2025, 08:00"
    )
    assert again.media == {}, "the media are beside the export, not beside its JSON"


def test_a_result_counts_everything(chat: Path) -> None:
    result, target = write(read(chat), "json")
    assert (result.messages_in, result.messages_out, result.left_out) == (5, 5, {})
    assert result.kinds == {"media": 1, "notice": 1, "text": 3}
    assert (result.conversations, result.assistants) == (2, ("ChatGPT",))
    assert (result.media_present, result.media_missing) == (0, 1)
    assert str(result.started_at) == "2025-03-25 21:04:00"
    assert str(result.ended_at) == "2025-03-26 08:01:00"
    assert result.lossless
    assert result.output is None
    assert json.loads(target.files[""])["schema"] == "wamigrate/1"


def test_notices_are_kept_in_documents_and_left_out_of_folders_unless_asked_for(chat: Path) -> None:
    found = read(chat)
    assert write(found, "markdown")[0].left_out == {"notices": 1}
    assert write(found, "markdown", Settings(notices=True))[0].left_out == {}
    result = write(found, "json", Settings(notices=False))[0]
    assert (result.messages_out, result.left_out, result.lossless) == (4, {"notices": 1}, False)
    (note,) = [note for note in result.notes if note.code == "left-out"]
    assert note.text == "1 of WhatsApp's own notices was left out"


def test_findings_of_one_exporter_are_not_in_the_result_of_the_next(chat: Path) -> None:
    found = read(chat)
    assert write(found, "markdown")[0].notes != write(found, "json")[0].notes
    assert "left-out" not in found.notes.count()


def test_a_message_that_an_exporter_does_not_take_is_an_error_and_nothing_is_left(
    chat: Path, tmp_path: Path
) -> None:
    with pytest.raises(VerificationError, match="5 messages were read, but 2 written and 1 left out"):
        export(read(chat), Forgetful(taken=2), FolderTarget(tmp_path / "out"), Settings())
    assert [path.name for path in tmp_path.iterdir()] == [chat.name]


def test_an_exporter_that_takes_everything_passes(chat: Path) -> None:
    result = export(read(chat), Forgetful(taken=99), MemoryTarget(), Settings())
    assert result.messages_out == 4
    assert [note.code for note in result.notes].count("media-missing") == 3


def test_nothing_to_write_is_an_error_and_nothing_is_left(chat: Path, tmp_path: Path) -> None:
    target = FileTarget(tmp_path / "out.json")
    late = Settings(after="2026-01-01")
    with pytest.raises(NothingToExportError, match=r"no message of 5 is left to write: 5 .* --after"):
        export(read(chat), find_exporter("json"), target, late)
    assert not target.path.exists()


def test_a_chat_without_messages_is_an_error() -> None:
    empty = Reading("chat", "json", (), (), Notes(), {})
    with pytest.raises(NothingToExportError, match="there are no messages in it"):
        export(empty, find_exporter("json"), MemoryTarget(), Settings())


def test_an_exporter_that_fails_leaves_nothing(chat: Path, tmp_path: Path) -> None:
    class Failing(Forgetful):
        def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
            super().export(conversations, target, notes)
            raise ExportError("no")

    with pytest.raises(ExportError, match="no"):
        export(read(chat), Failing(), FolderTarget(tmp_path / "out"), Settings())
    assert not (tmp_path / "out").exists()


def test_progress_is_told(chat: Path) -> None:
    steps: list[tuple[str, int, int]] = []

    def watch(step: str, done: int, total: int) -> None:
        steps.append((step, done, total))

    source = open_source(chat)
    found = read_source(source, Settings(), watch=watch)
    export(found, find_exporter("json"), MemoryTarget(), Settings(), watch)
    assert steps == [("reading", 0, 0), ("understanding", 0, 0), ("writing", 1, 2), ("writing", 2, 2)]
    source.close()


def test_an_assistant_who_is_nobody_is_an_error(chat: Path) -> None:
    with pytest.raises(OptionError, match="Nobody"):
        read(chat, Settings(assistant="Nobody"))


def test_splitting_a_prepared_chat_is_what_reading_does(chat: Path) -> None:
    found = read(chat)
    assert split(found.chats[0], DEFAULT) == found.conversations


def test_a_message_that_gets_lost_when_parts_are_put_together_is_an_error(chat: Path) -> None:
    found = read(chat).chats[0]
    check_parts(found, found)
    with pytest.raises(VerificationError, match="5 messages and parts were read, but 4 are left"):
        check_parts(found, replace(found, messages=found.messages[1:]))


@pytest.mark.parametrize(
    ("inputs", "to"),
    [(1, ["markdown"]), (1, ["json", "llm"]), (2, ["json"])],
    ids=["folder", "formats", "inputs"],
)
def test_only_a_single_file_of_a_single_input_goes_to_standard_output(inputs: int, to: list[str]) -> None:
    places = [Path(f"{number}.zip") for number in range(inputs)]
    with pytest.raises(OptionError, match="-o -: only one input in one format that is a single file"):
        plan(places, list(map(find_exporter, to)), "-")
    (job,) = plan(places[:1], [find_exporter("json")], "-")
    assert job.inputs == (Path("0.zip"),)
    assert [place for _, place in job.outputs] == [None]
