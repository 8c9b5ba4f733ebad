"""What is counted in a history, and how it is shown: in terminals, as pictures, as numbers."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from time import process_time
from typing import Any, Final

import pytest
from archive_checks import common
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import archives
from typer.testing import CliRunner

from wamigrate.cli import app
from wamigrate.errors import NothingToExportError, ParseError, SourceError
from wamigrate.history_report import stats, sum_up
from wamigrate.history_stats import LONGEST, Gatherer, HistoryStats, Service
from wamigrate.languages import estimate_language
from wamigrate.model import Attachment, Conversation, Message, Role, replace
from wamigrate.render_stats import columns, stats_lines
from wamigrate.settings import Settings
from wamigrate.spread import Histogram
from wamigrate.stats_charts import Chart, charts
from wamigrate.stats_figures import figures

EXAMPLE: Final = Path(__file__).resolve().parent.parent / "fixtures/examples/WhatsApp Chat with ChatGPT.zip"
CHAT: Final = (
    "25/03/2025, 20:10 - Ana: How long do eggs take?\n25/03/2025, 20:11 - ChatGPT: *Ten* minutes. Do you?\n"
)
NUMBER: Final = re.compile(r"[\d,]+")


def said(role: Role, time: str | None, text: str = "hello", **more: Any) -> Message:
    stamp = None if time is None else datetime.fromisoformat(time)
    return Message(f"{role}{time}{text}", role, role, stamp, "text", text, **more)


def talk(*messages: Message, **more: Any) -> Conversation:
    fields = {"id": "c", "title": "Eggs", "service": "chatgpt", "source": "s", **more}
    return Conversation(participants=(), started_at=None, ended_at=None, messages=messages, **fields)


def counted(*conversations: Conversation, distinct: bool = False) -> HistoryStats:
    gatherer = Gatherer(distinct=distinct)
    for found in conversations:
        gatherer.add(found)
    return gatherer.result()


def conversations() -> st.SearchStrategy[list[Conversation]]:
    return archives().map(lambda archive: list(archive.conversations))


# --- counting


def test_messages_without_an_id_are_never_taken_for_the_same() -> None:
    twice = replace(said("user", None, "Hello"), id="")
    found = counted(
        talk(said("user", None, "Hi"), twice), talk(said("user", None, "Hi"), twice), distinct=True
    )
    assert (found.messages, found.conversations) == (3, 2)


def test_messages_words_and_characters_are_counted_by_role() -> None:
    found = counted(
        talk(said("user", None, "two words"), said("notice", None), said("assistant", None, "卵 is egg"))
    )
    amounts = {
        role: (amount.messages, amount.words, amount.characters) for role, amount in found.roles.items()
    }
    assert amounts == {"user": (1, 2, 9), "notice": (1, 1, 5), "assistant": (1, 3, 8)}
    assert (found.conversations, found.messages, found.undated) == (1, 3, 3)


@given(found=conversations())
def test_every_message_is_counted_once_in_every_way(found: list[Conversation]) -> None:
    spoken = [found for found in found if found.messages]
    result = counted(*found)
    messages = [message for one in found for message in one.messages]
    heard = [message for message in messages if message.role != "notice"]
    dated = [message for message in heard if message.timestamp is not None]
    assert result.conversations == len(spoken)
    assert result.messages == len(messages) == sum(result.kinds.values())
    assert result.messages == sum(amount.messages for amount in result.roles.values())
    assert len(dated) == sum(month.messages for month in result.months) == sum(map(sum, result.hours))
    assert len(heard) == sum(service.messages for service in result.services)
    assert sum(result.languages.values()) == sum(bool(message.text) for message in heard)
    assert sum(files.files for files in result.files) == sum(len(message.attachments) for message in messages)
    assert all(month.messages == month.questions + month.answers for month in result.months)


@given(found=conversations())
def test_what_is_counted_twice_counts_once_where_inputs_overlap(found: list[Conversation]) -> None:
    unique = [one for one in found if len({m.id for m in one.messages} - {""}) == len(one.messages)]
    once = counted(*unique, distinct=True)
    assert counted(*unique, *unique, distinct=True) == once


def test_months_without_messages_count_as_zero() -> None:
    found = counted(talk(said("user", "2024-11-30T10:00"), said("assistant", "2025-02-01T10:00", "a b c")))
    rows = [
        (month.month, month.questions, month.answers, month.words, month.answer_words)
        for month in found.months
    ]
    assert rows == [
        ("2024-11", 1, 0, 1, 0), ("2024-12", 0, 0, 0, 0), ("2025-01", 0, 0, 0, 0), ("2025-02", 0, 1, 3, 3),
    ]  # fmt: skip


def test_a_wrong_year_does_not_make_thousands_of_months() -> None:
    found = counted(talk(said("user", "0101-01-01T10:00"), said("user", "2025-02-01T10:00")))
    assert [month.month for month in found.months] == ["0101-01", "2025-02"]


def test_hours_and_days_are_those_of_the_clock() -> None:
    found = counted(talk(said("user", "2025-03-25T23:59:59+01:00"), said("notice", "2025-03-25T10:00")))
    assert found.hours[1][23] == 1  # a Tuesday
    assert sum(map(sum, found.hours)) == 1
    assert not found.utc
    assert counted(talk(Message("m", "user", None, datetime(2025, 3, 25, tzinfo=UTC), "text", ""))).utc


def test_a_delay_goes_from_the_last_of_a_question_to_the_first_of_its_answer() -> None:
    found = counted(
        talk(
            said("assistant", "2025-03-25T20:00:10"),
            said("user", "2025-03-25T20:01:00", "one"),
            said("user", "2025-03-25T20:02:05", "two"),
            said("notice", "2025-03-25T20:02:06"),
            said("assistant", "2025-03-25T20:02:12"),
            said("assistant", "2025-03-25T20:09:13"),
            said("user", "2025-03-25T21:00:14"),
        )
    )
    assert (found.delays.count, found.delays.median, found.delays.p90, found.delays.largest) == (1, 7, 7, 7)
    assert found.resolution == "mixed"


@pytest.mark.parametrize(
    ("times", "resolution"),
    [
        (["2025-03-25T20:01:00"], "minute"),
        (["2025-03-25T20:01:05"], "second"),
        (["2025-03-25T20:01:05", "2025-03-25T20:01:00"], "mixed"),
        ([], None),
    ],
)
def test_how_fine_times_are_is_told(times: list[str], resolution: str | None) -> None:
    assert (
        counted(talk(said("notice", None), *(said("user", time) for time in times))).resolution == resolution
    )


def test_times_with_and_without_a_zone_stand_side_by_side() -> None:
    found = counted(talk(said("user", "2025-03-25T20:00:00"), said("assistant", "2025-03-25T20:00:09+02:00")))
    assert found.delays.median == 9
    assert found.started_at == datetime(2025, 3, 25, 20)  # noqa: DTZ001 - a wall clock


def test_the_longest_conversations_are_named() -> None:
    found = counted(
        *(
            talk(*[said("user", None)] * size, said("notice", None), title=f"{size}", id=str(size))
            for size in range(1, 30)
        )
    )
    assert [talk.title for talk in found.longest] == [str(size) for size in range(29, 29 - LONGEST, -1)]
    assert found.longest[0].messages == 29


def test_code_is_counted_by_language() -> None:
    text = "So:\n```py\nx = 1\n```\nor\n```\ny\n```\n"
    found = counted(
        talk(said("assistant", None, text), said("user", None, "```PY\nz\n```"), said("user", None, "``"))
    )
    assert (found.code.messages, found.code.blocks, found.code.languages) == (2, 3, {"py": 2, "": 1})


def test_of_many_languages_of_code_the_rarest_are_one_bar() -> None:
    found = counted(talk(*(said("assistant", None, f"```l{n:02}\nx\n```\n" * (20 - n)) for n in range(14))))
    (code,) = (figure for figure in figures(found) if figure.key == "code")
    assert code.rows == (*((f"l{n:02}", 20 - n) for n in range(11)), ("others", 9 + 8 + 7))


def test_files_are_counted_by_type() -> None:
    photo = Attachment("a.jpg", "image/jpeg", 100, present=True)
    missing = Attachment("b.jpg", "image/jpeg", 100)
    card = Attachment("c.vcf", "text/vcard", 7, present=True)
    found = counted(
        talk(
            said("user", None, attachments=(photo, missing)),
            said("assistant", None, attachments=(photo, card)),
        )
    )
    rows = [
        (files.type, files.files, files.present, files.size, files.from_assistants) for files in found.files
    ]
    assert rows == [("image", 3, 2, 200, 1), ("contact", 1, 1, 7, 1)]


def test_assistants_are_summed_up_each() -> None:
    found = counted(
        talk(said("user", None), said("assistant", None)),
        talk(said("user", None), service=None),
        talk(said("user", None)),
    )
    assert found.services == (
        Service("chatgpt", "ChatGPT", 2, 3, 1, 3), Service(None, "no assistant", 1, 1, 0, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I get the stain out of it?", "en"),
        ("Wie bekomme ich den Fleck da wieder raus?", "de"),
        ("Как вывести пятно с рубашки?", "und-Cyrl"),
        ("シャツの染みはどう取りますか", "ja"),
        ("怎么去掉衬衫上的污渍？", "zh"),
        ("셔츠의 얼룩을 어떻게 빼나요?", "ko"),
        ("كيف أزيل البقعة عن القميص؟", "und-Arab"),
        ("शर्ट से दाग कैसे हटाएं?", "und-Deva"),
        ("What does the letter α mean in this formula for it?", "en"),
        ("👍", "und"),
        ("", "und"),
    ],
)
def test_languages_are_estimated(text: str, language: str) -> None:
    assert estimate_language(text) == language


@given(numbers=st.lists(st.integers(0, 10**9), min_size=1))
def test_median_and_p90_are_right_to_one_in_128(numbers: list[int]) -> None:
    histogram = Histogram()
    for number in numbers:
        histogram.add(number)
    found = histogram.spread((0, 10, 1000))
    ranked = sorted(numbers)
    for value, share in ((found.median, 50), (found.p90, 90)):
        exact = ranked[-(-len(ranked) * share // 100) - 1]
        assert value is not None
        assert exact * 127 / 128 <= value <= exact
    assert sum(bin_.count for bin_ in found.bins) == found.count == len(numbers)
    assert found.largest == ranked[-1]


def test_a_long_history_takes_little_time_and_no_memory_of_messages() -> None:
    messages = [
        said("user", None, "How do I do that?"),
        said("assistant", None, "You take it and put it there. " * 20),
    ]
    gatherer = Gatherer()
    start = process_time()
    for number in range(2_000):
        gatherer.add(talk(*messages * 10, id=str(number)))
    assert process_time() - start < 3
    assert gatherer.result().messages == 40_000


# --- pictures

SVG: Final = "{http://www.w3.org/2000/svg}"
HARD: Final = ("<script>alert(1)</script>", '"]]>&amp;', "\0\x1b\ud800", "مرحبا", "卵" * 60, "x" * 300, "")


def hard_stats() -> HistoryStats:
    found = [
        talk(
            said("user", f"2025-0{number + 1}-25T20:00:05"),
            said(
                "assistant",
                f"2025-0{number + 1}-25T20:00:09",
                f"```{title[:8]}\nx\n```",
                attachments=(Attachment(),),
            ),
            title=title,
            id=title,
            service=title[:3] or None,
        )
        for number, title in enumerate(HARD)
    ]
    return counted(*found)


@pytest.mark.parametrize("found", [hard_stats(), counted(*common().conversations)], ids=["hard", "common"])
def test_a_picture_is_sound_says_what_it_shows_and_needs_nothing_else(found: HistoryStats) -> None:
    ids: list[str] = []
    for chart in charts(found):
        root = ET.fromstring(chart.svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        names = (root.get("aria-labelledby") or "").split()
        words = {element.get("id"): element.text for element in root.iter() if element.get("id") in names}
        assert [words[name] for name in names] == [chart.title, chart.description]
        ids += [element.get("id", "") for element in root.iter() if element.get("id")]
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "defs", "pattern", "path", "g", "rect", "circle", "text"}
        attributes = {name: value for element in root.iter() for name, value in element.attrib.items()}
        assert not [name for name in attributes if name in ("style", "href") or name.startswith("on")]
        assert set(re.findall(r"url\((.*?)\)", chart.svg)) <= {f"#{chart.key}-hatch"}
    assert len(ids) == len(set(ids))


def _inside(chart: Chart) -> bool:
    """Tell whether everything drawn is inside the picture."""
    root = ET.fromstring(chart.svg)
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for shape in root.iter():
        x, y = float(shape.get("x", "0")), float(shape.get("y", "0"))
        w, h = float(shape.get("width", "0")), float(shape.get("height", "0"))
        if shape.tag == f"{SVG}rect" and not (0 <= x <= x + w <= width and 0 <= y <= y + h <= height):
            return False
        if shape.tag == f"{SVG}text" and not (-1 <= x <= width and 0 <= y <= height):
            return False
    return True


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=conversations())
def test_any_history_is_drawn_inside_its_picture(found: list[Conversation]) -> None:
    drawn = charts(counted(*found))
    assert all(_inside(chart) for chart in drawn)
    for chart in drawn:
        assert all(len(row) == len(chart.columns) for row in chart.rows)


def test_titles_of_conversations_are_text_in_a_picture() -> None:
    (longest,) = (chart for chart in charts(hard_stats()) if chart.key == "stats-longest")
    assert "<script" not in longest.svg
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in longest.svg


def test_a_long_history_has_a_column_for_each_year() -> None:
    found = counted(talk(*(said("user", f"{year}-03-25T20:00") for year in range(2010, 2026))))
    (months,) = (figure for figure in figures(found) if figure.key == "months")
    assert months.title == "Messages by year"
    assert [row[0] for row in months.rows] == [str(year) for year in range(2010, 2026)]


# --- terminals


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp437", "latin-1"])
def test_no_line_is_too_long_and_the_terminal_can_print_it(width: int, encoding: str) -> None:
    for found in (hard_stats(), counted(*common().conversations), stats(EXAMPLE)):
        for line in stats_lines(found, ["chat.zip"], width, encoding):
            assert columns(line) <= width
            line.encode(encoding)
            assert line == line.rstrip()


def test_every_number_of_a_figure_is_printed() -> None:
    found = stats(EXAMPLE)
    shown = "\n".join(stats_lines(found, [str(EXAMPLE)], 80))
    for figure in figures(found):
        assert figure.title in shown
        for row in figure.rows if figure.shape == "bars" else ():
            assert f"  {row[1]:,}" in shown


def test_nothing_to_show_is_a_short_page() -> None:
    lines = list(stats_lines(counted(), ["chat.zip"], 80))
    assert lines == ["chat.zip", "  dates       none readable", "  messages    0 messages in 0 conversations"]


# --- inputs


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(CHAT, encoding="utf-8")
    (tmp_path / "b.txt").write_text(CHAT + "26/03/2025, 20:12 - Ana: Yes\n", encoding="utf-8")
    (tmp_path / "broken.txt").write_text("nothing", encoding="utf-8")
    return tmp_path


def test_copies_add_up_without_doubles(folder: Path) -> None:
    assert [stats(folder / name).messages for name in ("a.txt", "b.txt")] == [2, 3]
    for names in (("a.txt", "b.txt"), ("b.txt", "a.txt")):
        assert stats([folder / name for name in names]).messages == 3


def test_what_fails_does_not_count_and_does_not_stop_the_others(folder: Path) -> None:
    names = [folder / name for name in ("a.txt", "broken.txt", "b.txt", "nowhere.txt")]
    report = sum_up(names, Settings())
    assert [Path(name).name for name in report.inputs] == ["a.txt", "b.txt"]
    assert [Path(outcome.input).name for outcome in report.failures] == ["broken.txt", "nowhere.txt"]
    assert report.stats == stats(names[:3:2])
    with pytest.raises(SourceError, match="nowhere"):
        stats(folder / "nowhere.txt")


def test_an_input_that_breaks_in_the_middle_leaves_no_trace(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Gatherer.add

    def breaking(self: Gatherer, conversation: Conversation) -> None:
        whole(self, conversation)
        if len(conversation.messages) == 1:
            raise ParseError("broken")

    monkeypatch.setattr(Gatherer, "add", breaking)
    report = sum_up([folder / "a.txt", folder / "b.txt"], Settings(split="day"))
    assert [Path(name).name for name in report.inputs] == ["a.txt"]
    assert report.stats.messages == 2


def test_filters_count_and_may_leave_nothing(folder: Path) -> None:
    assert stats(folder / "b.txt", after="2025-03-26").messages == 1
    assert stats([folder / "a.txt", folder / "b.txt"], after="2025-03-26").messages == 1


def test_a_sum_of_nothing_is_an_error_as_an_export_of_nothing_is(folder: Path) -> None:
    with pytest.raises(NothingToExportError, match=r"b\.txt: no message of 3 is left: .* because of --after"):
        stats(folder / "b.txt", after="2026")
    run = CliRunner().invoke
    for arguments, code in ((["b.txt"], 6), (["a.txt", "b.txt"], 10)):
        done = run(app, ["stats", *arguments, "--after", "2026", "--svg", "pictures"])
        assert (done.exit_code, done.stdout) == (code, "")
        assert not (folder / "pictures").exists()
        assert run(app, ["export", *arguments, "--to", "json", "--after", "2026"]).exit_code == code
    assert done.stderr.count("there is nothing to sum up") == 2
    done = run(app, ["stats", "b.txt", "--after", "2026", "--json"])
    report = json.loads(done.stdout)
    assert (done.exit_code, report["inputs"], report["stats"]["messages"]) == (6, [], 0)
    assert report["failures"][0]["failure"]["error"] == "NothingToExportError"
    assert run(app, ["stats", "a.txt", "b.txt", "--after", "2025-03-26"]).exit_code == 0


def test_an_empty_chat_cannot_be_summed_up(folder: Path) -> None:
    archive = {"schema": "wamigrate/1", "generator": {"name": "wamigrate", "version": "0"}}
    text = json.dumps(archive | {"sources": [], "conversations": [], "notes": []})
    (folder / "empty.json").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["stats", "empty.json"])
    assert (done.exit_code, done.stdout) == (6, "")
    assert done.stderr == "error: empty.json: there are no messages in it; there is nothing to sum up\n"


def test_pictures_go_into_a_folder_that_is_free(folder: Path) -> None:
    run = CliRunner().invoke
    done = run(app, ["stats", "a.txt", "--svg", "pictures", "--json"])
    assert json.loads(done.stdout)["stats"]["messages"] == 2
    names = {path.name for path in (folder / "pictures").glob("*.svg")}
    assert {"months.svg", "hours.svg", "delays.svg"} <= names
    for name in names:
        ET.fromstring((folder / "pictures" / name).read_text(encoding="utf-8"))
    assert run(app, ["stats", "a.txt", "--svg", "pictures"]).exit_code == 6
    again = run(app, ["stats", "a.txt", "--svg", "pictures", "--overwrite"])
    assert again.exit_code == 0
    assert again.stdout.endswith("\npictures\n")


def test_labels_of_any_length_are_cut_in_no_time() -> None:
    endless = "W" * 300_000
    found = counted(talk(said("user", "2025-03-25T20:00"), title=endless))
    start = process_time()
    (longest,) = (chart for chart in charts(found, prefix="") if chart.key == "longest")
    lines = list(stats_lines(found, [endless], 80))
    assert process_time() - start < 2
    assert "W…</text>" in longest.svg
    assert max(map(columns, lines)) <= 80
    assert lines[0] == "W" * 79 + "…"


def test_utc_is_told() -> None:
    zone = timezone(timedelta(hours=2))
    local = counted(talk(Message("m", "user", None, datetime(2025, 3, 25, tzinfo=zone), "text", "hello")))
    universal = counted(talk(Message("m", "user", None, datetime(2025, 3, 25, tzinfo=UTC), "text", "hello")))
    assert "UTC" not in "".join(stats_lines(local, [""]))
    assert "Some times are UTC" in " ".join(stats_lines(universal, [""]))
    assert NUMBER.search("".join(stats_lines(universal, [""])))


def test_of_many_months_a_terminal_gets_the_latest_and_the_number_of_the_others() -> None:
    found = counted(talk(*(said("user", f"20{n // 12 + 20}-{n % 12 + 1:02}-25T20:00") for n in range(30))))
    (months,) = (figure for figure in figures(found) if figure.key == "months")
    assert len(months.rows) == 30
    lines = list(stats_lines(found, ["chat.zip"], 80))
    assert "  6 earlier, --json lists all" in lines
    assert [any(line.startswith(f"  {row[0]} ") for line in lines) for row in months.rows] == [
        place >= 6 for place in range(30)
    ]
