"""The benchmarks measure what they say, and their tables tell it."""

import doctest
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

sys.path.append(str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks import __main__ as command
from benchmarks import batch, floors, launch, ours, programme, pumps, sheet, worst
from benchmarks.cells import Cell, Group, Results, open_results
from benchmarks.chats import STYLES
from benchmarks.contest import Turn, compete
from benchmarks.corpus import make, names, write
from benchmarks.environments import CACHE, MissingError, python_environment
from benchmarks.peers import Reader, peers
from benchmarks.styles import find_styles
from benchmarks.workers import Worker

ROOT = Path(__file__).parents[1]
MESSAGES = 60


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(params=STYLES)
def chat(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    write(find_styles()[request.param], "plain", MESSAGES, path)
    return path


def group(*cells: Cell, **changes: Any) -> Group:
    made = Group(
        part="parse",
        style="android",
        messages=1000,
        size=400_000,
        rounds=2,
        date="2026-11-22",
        cells=cells,
    )
    return msgspec.structs.replace(made, **changes)


OURS = Cell(name="wamigrate", role="ours", wall=(1.0, 2.0), cpu=(1.0, 1.0), peak=8_000_000, messages=1000)
FLOOR = Cell(name="floor: records, JSON", role="floor", wall=(0.5, 0.5), cpu=(0.5, 0.5), messages=1000)
PEER = Cell(name="peer", role="peer", wall=(3.0, 4.0), cpu=(3.0, 3.0), messages=990)


@pytest.mark.parametrize("style", STYLES)
def test_a_chat_written_piece_by_piece_is_the_one_that_is_made_whole(style: str, tmp_path: Path) -> None:
    write(find_styles()[style], "plain", MESSAGES, tmp_path / "x", seed=4)
    assert (tmp_path / "x").read_bytes() == make(find_styles()[style], "plain", MESSAGES, seed=4).data


@pytest.mark.parametrize("style", STYLES)
def test_the_floor_finds_the_messages_that_are_in_the_chat(style: str, tmp_path: Path) -> None:
    corpus = make(find_styles()[style], "plain", 400)
    records = floors.split(str(corpus.write(tmp_path)))
    assert [record.text for record in records] == [truth.body for truth in corpus.truths]
    assert [record.author for record in records] == [truth.author for truth in corpus.truths]


def test_the_floor_as_a_command_writes_all_records(chat: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "benchmarks.floors", str(chat), str(tmp_path / "out")], cwd=ROOT, check=True
    )
    found = orjson.loads((tmp_path / "out").read_bytes())
    assert len(found) == MESSAGES
    assert set(found[0]) == {"day", "time", "author", "text"}


def test_what_is_timed_of_the_library_reads_every_message(chat: Path) -> None:
    assert ours.parse(str(chat)) == ours.read(str(chat)) == floors.encoded(str(chat)) == MESSAGES


class TestLaunch:
    def test_it_tells_status_words_and_what_was_used(self) -> None:
        program = "import sys; x = bytearray(60_000_000); sum(range(3_000_000)); sys.exit('so it is')"
        done = launch.run([sys.executable, "-c", program])
        assert (done.status, done.words, done.over) == (1, "so it is", False)
        assert done.peak > 60_000_000
        assert done.cpu > 0
        assert done.wall > 0

    def test_children_count(self) -> None:
        child = "x = bytearray(80_000_000); sum(range(5_000_000))"
        program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
        done = launch.run([sys.executable, "-c", program])
        alone = launch.run([sys.executable, "-c", child])
        assert done.peak > 80_000_000
        assert done.cpu > alone.cpu / 2

    def test_what_takes_too_long_is_ended(self) -> None:
        assert launch.run(["sleep", "60"], wall=0.3).over
        assert launch.run([sys.executable, "-c", "while True: pass"], cpu=1).over

    def test_a_command_that_does_not_exist_is_told(self) -> None:
        done = launch.run(["no-such-command-at-all"])
        assert done.status == 127
        assert "No such file" in done.words


@pytest.mark.usefixtures("cache")
class TestWorkers:
    def test_a_reader_answers_every_time(self, chat: Path) -> None:
        reader = Reader(name="x", code="from benchmarks.floors import records as read", pace=1)
        with Worker(reader) as worker:
            answers = [worker.read(chat, 30) for _ in range(2)]
        assert [answer["messages"] for answer in answers] == [MESSAGES, MESSAGES]
        assert all(answer["wall"] > 0 and answer["peak"] > 1_000_000 for answer in answers)

    def test_an_error_is_an_answer(self, chat: Path) -> None:
        reader = Reader(name="x", code="def read(path):\n    raise ValueError('no\\nchat')", pace=1)
        with Worker(reader) as worker:
            assert worker.read(chat, 30)["error"] == "ValueError: no chat"

    def test_a_reader_that_prints_does_not_spoil_its_answer(self, chat: Path) -> None:
        reader = Reader(name="x", code="def read(path):\n    print('{}')\n    return 7", pace=1)
        with Worker(reader) as worker:
            assert worker.read(chat, 30)["messages"] == 7

    def test_what_takes_too_long_is_ended(self, chat: Path) -> None:
        reader = Reader(name="x", code="import time\ndef read(path):\n    time.sleep(60)", pace=1)
        with Worker(reader) as worker:
            assert worker.read(chat, 0.3)["error"] == "more than 0 s"
            assert "error" in worker.read(chat, 0.3)

    def test_one_that_cannot_be_imported_is_missing(self) -> None:
        with pytest.raises(MissingError, match="ModuleNotFoundError"):
            Worker(Reader(name="x", code="import no_such_module_at_all", pace=1))

    def test_a_python_that_is_not_here_is_told(self) -> None:
        with pytest.raises(MissingError, match=r"no Python 2\.0 here"):
            python_environment("x==1", "2.0")


class TestContest:
    def test_everybody_takes_turns(self) -> None:
        order: list[str] = []

        def take(name: str) -> Turn:
            order.append(name)
            return Turn(1.0, 0.5, 10, 5)

        cells = compete({name: Cell(name=name, role="peer") for name in "ab"}, take, 2)
        assert order == ["a", "b", "a", "b"]
        assert cells[0] == Cell(name="a", role="peer", wall=(1.0, 1.0), cpu=(0.5, 0.5), peak=10, messages=5)

    def test_who_fails_or_is_over_budget_or_missing_stops(self) -> None:
        blank = {
            "fails": Cell(name="fails", role="peer"),
            "slow": Cell(name="slow", role="peer"),
            "missing": Cell(name="missing", role="peer", why="no Python"),
        }
        turns = {"fails": Turn(error="crash"), "slow": Turn(8.0)}
        fails, slow, missing = compete(blank, turns.__getitem__, 5, budget=10.0)
        assert (fails.why, fails.wall) == ("crash", ())
        assert slow.wall == (8.0, 8.0)
        assert missing == blank["missing"]


class TestResults:
    def test_they_are_kept_and_gone_on_with(self, tmp_path: Path) -> None:
        path = tmp_path / "results.jsonl"
        open_results(path, resume=False).add(group(OURS, FLOOR))
        again = open_results(path, resume=True)
        assert again.groups == [group(OURS, FLOOR)]
        assert again.has(("parse", "android", 1000))
        again.add(group(PEER))
        assert open_results(path, resume=True).groups == [group(PEER)]
        assert open_results(path, resume=False).groups == []

    def test_what_is_there_is_not_measured_again(self) -> None:
        order = programme.Order(parts=("parse", "memory"), sizes=(1000,))
        said: list[str] = []
        results = Results(None, [group(OURS, style=STYLES[0])])
        todo = programme.foretell(order, results, said.append)
        assert [task.key for task in todo] == [
            ("parse", STYLES[1], 1000),
            ("memory", STYLES[0], 1000),
            ("memory", STYLES[1], 1000),
        ]
        assert "3 groups" in said[0]

    def test_an_usual_run_is_short(self) -> None:
        seconds = sum(task.seconds for task in programme.tasks(programme.Order()))
        assert seconds < 25 * 60


class TestSheet:
    def test_a_table_holds_ratios_inside_rounds(self) -> None:
        assert sheet.table(group(OURS, FLOOR, PEER)).splitlines()[2:] == [
            sheet.HEADS,
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            "| wamigrate | 1.500 | 1.000 | 1 | 0.3 | 8 | 3.00 | – | – | 1,000 |",
            "| floor: records, JSON | 0.500 | 0.500 | 2 | 0.8 | 0 | – | – | – | 1,000 |",
            "| peer | 3.500 | 3.000 | 0 | 0.1 | 0 | 7.00 | 2.50 | 3.00 | **990**, wrong |",
        ]

    def test_who_has_no_figure_has_a_reason(self) -> None:
        failed = Cell(name="peer", role="peer", why="KeyError: x")
        assert "| peer | KeyError: x |" in sheet.table(group(failed))
        stopped = Cell(name="peer", role="peer", wall=(3.0,), cpu=(3.0,), messages=1000, why="more than 45 s")
        assert sheet.table(group(stopped)).endswith("| 1,000; more than 45 s |")

    def test_a_reason_is_short_and_names_no_folder(self) -> None:
        words = (
            "File '/home/ana/chats/1k/android.txt' exceeds 50 MB. If it is so large, "
            + "raise the limit " * 20
        )
        text = sheet.table(group(Cell(name="peer", role="peer", why=words)))
        assert "| peer | File 'android.txt' exceeds 50 MB. If it is so large, raise the limit" in text
        assert len(text.splitlines()[-1]) < 160
        silent = Cell(name="peer", role="peer", why="exit status 1: ")
        assert "| peer | exit status 1 |" in sheet.table(group(silent))

    def test_a_command_has_the_count_of_its_reader(self) -> None:
        json_ = Cell(name="peer to JSON", role="peer", wall=(1.0,), cpu=(1.0,), reader="peer")
        text = sheet.render([group(OURS, PEER), group(json_, part="commands")], "A machine.", ["peer==1"])
        assert re.search(r"\| peer to JSON \|.*\*\*990\*\*, wrong \|", text)

    def test_growth_leaves_the_start_out(self) -> None:
        start = Cell(name="start: wamigrate --help", role="ours", wall=(0.5,), cpu=(0.5,))
        json_ = Cell(name="wamigrate export --to json", role="ours", wall=(9,), cpu=(1.5,))
        chats = [group(start, json_, part="commands", messages=size) for size in (1000, 10_000)]
        (text,) = sheet.growth(chats)
        assert text.splitlines() == [
            "**android: microseconds of processor time for each message**, start (0.50 s) left out:",
            "",
            "| | 1k | 10k |",
            "|---|---:|---:|",
            "| wamigrate export --to json | 1000.0 | 100.0 |",
        ]

    def test_more_processes_are_compared_with_the_first(self) -> None:
        one = Cell(name="--jobs 1", role="ours", wall=(9.0,), cpu=(9.0,))
        two = Cell(name="--jobs 2", role="ours", wall=(5.0,), cpu=(9.5,))
        lines = sheet.jobs(group(one, two, part="batch")).splitlines()
        assert lines[-1] == "| --jobs 2 | 5.0 | 9.5 | 0 | 1.80 |"
        missing = Cell(name="--jobs 2", role="ours", why="this wamigrate has no --jobs")
        assert "no --jobs" in sheet.jobs(group(missing, part="batch"))

    def test_memory_is_a_multiple_of_the_size(self) -> None:
        cell = Cell(name="--to json", role="ours", wall=(9.0,), cpu=(9.0,), peak=800_000)
        assert sheet.memory([group(cell, part="memory")]).endswith("| `--to json` | 1 (2.0) |")

    def test_results_stand_between_the_markers_of_the_page(self) -> None:
        page = sheet.DOCS.read_text("utf-8")
        once = sheet.put_into(page, "some figures\n")
        assert "\n\nsome figures\n\n<!-- end" in once
        assert sheet.put_into(once, "others\n") == sheet.put_into(page, "others\n")
        with pytest.raises(ValueError, match="lacks the markers"):
            sheet.put_into("no page", "figures")


class TestTable:
    def test_every_peer_is_pinned(self) -> None:
        pins = [reader.install or reader.npm for reader in peers().readers]
        pins = [pin for pin in (*pins, *(row.install for row in peers().commands)) if pin]
        assert pins
        assert all(re.search(r"[=@]=?\d+\.\d+", pin) for pin in pins)

    def test_every_comparison_is_with_a_command_of_ours(self) -> None:
        roles = {one.name: one.role for one in peers().commands}
        assert {roles[one.beside] for one in peers().commands if one.beside} == {"ours"}
        assert {one.reader for one in peers().commands} <= {"", *(one.name for one in peers().readers)}
        assert all(one.beside for one in peers().commands if one.role == "peer")

    def test_names_stand_once(self) -> None:
        for names_ in ([row.name for row in peers().readers], [row.name for row in peers().commands]):
            assert len(set(names_)) == len(names_)


class TestPumps:
    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            (r"<[a-z]+>", "<aaaa\x00"),
            (r"(?:ab)*c", "abababab\x00"),
            (r"x\s*y", "x    \x00"),
            (r"(?<=a)(?:b|c)+d", "bbbbb\x00"),
            (rb"\[[^\]]+\]", "[aaaa\x00"),
        ],
    )
    def test_they_repeat_what_an_expression_repeats(self, expression: str | bytes, text: str) -> None:
        found = pumps.pumps(re.compile(expression))
        assert any(
            re.fullmatch("(?:" + re.escape(pump.lead) + f"){re.escape(pump.unit)}+.*", text) for pump in found
        )
        assert text in {pump.text(len(text)) for pump in found}

    def test_what_has_a_small_bound_is_not_pumped(self) -> None:
        assert pumps.pumps(re.compile("a{1,60}b?")) == []

    def test_an_expression_that_is_known_to_blow_up_is_caught(self) -> None:
        texts = [pump.text(26) for pump in pumps.pumps(re.compile(r"(a+)+b"))]
        assert "a" * 25 + "\x00" in texts

    def test_the_expressions_of_wamigrate_are_found(self) -> None:
        places = {found.place for found in pumps.expressions()}
        assert {"fences._BLOCK", "parsers.json._SIGNATURE", "web_chat._notices"} <= places


class TestWorst:
    def test_growth_is_the_slope_of_the_times(self) -> None:
        def result(*times: float) -> worst.Result:
            seconds = {1000 << number: used for number, used in enumerate(times)}
            return worst.Result("x", "answer", seconds, 0)

        assert result(1, 2, 4).exponent == pytest.approx(1)
        assert result(1, 4, 16).exponent == pytest.approx(2)
        assert result(0.01, 0.02, 0.1).exponent is None
        assert result(1, 4).finding == "grows too fast"
        assert result(5, 10, 20).finding == "slow"
        assert not result(1, 2, 4).finding

    def test_crashes_and_runs_without_end_are_findings_and_refusals_are_not(self) -> None:
        assert worst.Result("x", "bare", {1: 0.1}, 1).finding == "exit status 1"
        assert worst.Result("x", "bare", {1: 0.1}, -9, limit=True).finding == "ended after 40 s"
        assert not worst.Result("x", "bare", {1: 0.1}, 4).finding

    def test_every_input_has_about_the_size_asked_for(self, tmp_path: Path) -> None:
        for case in worst.cases():
            if case.input is not None:
                size = case.write(tmp_path, 20_000).stat().st_size
                assert 19_000 < size < 22_000, case.name

    def test_a_small_one_is_converted_and_measured(self) -> None:
        (case,) = [case for case in worst.cases(["stars"]) if case.where == "answer"]
        result = worst.measure(case, [2000], 0.0)
        assert (result.status, result.limit) == (0, False)
        assert 0 < result.seconds[2000] < 20


@pytest.mark.usefixtures("cache")
def test_many_chats_are_converted_in_one_batch() -> None:
    found = batch.measure_jobs(3, 20, (1,), 1)
    assert (found.messages, found.style) == (60, "3 chats")
    (cell,) = found.cells
    assert cell.why or cell.output > 60 * 300


@pytest.mark.usefixtures("cache")
def test_the_command_measures_renders_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.jsonl"
    arguments = ["commands", "--sizes", "40", "--styles", STYLES[0], "--peers", "none", "--rounds", "1"]
    command.main([*arguments, "--results", str(results)])
    (kept,) = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    ours_ = {cell["name"]: cell for cell in kept["cells"]}
    assert ours_["wamigrate export --to json"]["output"] > 40 * 400
    assert "| floor: records to JSON |" in capsys.readouterr().out
    command.main([*arguments, "--results", str(results), "--resume"])
    assert capsys.readouterr().err.startswith("0 groups")


@pytest.mark.parametrize("style", STYLES)
def test_the_person_of_a_chat_is_known_without_making_it(style: str) -> None:
    authors = {truth.author for truth in make(find_styles()[style], "plain", 60).truths}
    assert set(names(find_styles()[style], "plain", 60)) <= authors


@pytest.mark.parametrize("module", ["cells", "chats", "contest", "pumps", "worst"])
def test_examples_in_the_docstrings_hold(module: str) -> None:
    results = doctest.testmod(import_module(f"benchmarks.{module}"))
    assert results.attempted
    assert not results.failed
