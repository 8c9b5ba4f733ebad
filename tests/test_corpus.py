"""The invented chats of the benchmarks are what their truth says, and scoring tells right from wrong."""

import doctest
import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from msgspec.structs import replace
from persiantools.jdatetime import JalaliDate

sys.path.append(str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks import hard
from benchmarks.align import Found, score
from benchmarks.corpus import FLAVOURS, Corpus, Flavour, Truth, make
from benchmarks.dice import Dice
from benchmarks.styles import Style, find_styles, jalali

STYLES = list(find_styles().values())
by_name = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
by_flavour = pytest.mark.parametrize("flavour", [*FLAVOURS, "short"])


def copy(truths: list[Truth]) -> list[Found]:
    return [
        Found(truth.time, truth.author, truth.body, truth.kind, (truth.attachment,), truth.edited)
        for truth in truths
    ]


def rebuild(corpus: Corpus) -> bytes:
    """Write the file from the truth alone, without the marks that stand before heads."""
    ends = {"lf": "\n", "crlf": "\r\n", "all-crlf": "\n"}[corpus.style.ending]
    parts: list[str] = []
    for truth in corpus.truths:
        name = "" if truth.author is None else f"{truth.author}: " if truth.body else f"{truth.author}:"
        parts.append(f"{corpus.style.head(truth.time)}{name}{truth.body}{ends}")
    text = "".join(parts)
    return (text.replace("\n", "\r\n") if corpus.style.ending == "all-crlf" else text).encode()


def unmarked(corpus: Corpus) -> bytes:
    """Return the file without the marks that stand before heads."""
    lines: list[str] = corpus.data.decode().split("\n")
    for truth in corpus.truths:
        lines[truth.line - 1] = lines[truth.line - 1].removeprefix("\ufeff").removeprefix("\u200e")
    return "\n".join(lines).encode()


@by_name
@by_flavour
def test_the_truth_accounts_for_every_byte(style: Style, flavour: Flavour) -> None:
    corpus = make(style, flavour, 150, seed=7)
    assert unmarked(corpus) == rebuild(corpus)


def test_the_same_request_gives_the_same_bytes_on_every_machine() -> None:
    digest = hashlib.sha256()
    for style in STYLES:
        digest.update(make(style, "nasty", 60).data)
    assert digest.hexdigest() == "b6a308da2db0364727601030142d7d05d88ea52bec13b85fddd7ce59d03d7e4a"


def test_another_seed_gives_another_chat() -> None:
    assert make(STYLES[0], "plain", 50).data != make(STYLES[0], "plain", 50, seed=2).data


def test_messages_are_as_long_as_those_of_real_chats_with_assistants() -> None:
    corpus = make(find_styles()["android-eu-24h"], "plain", 5000)
    assert 395 < len(corpus.data) / 5000 < 435
    assert 4.9 < corpus.data.count(b"\n") / 5000 < 5.4


def test_a_nasty_chat_springs_every_trap_and_a_plain_one_none() -> None:
    style = find_styles()["android-de"]
    assert {truth.trap for truth in make(style, "nasty", 4000).truths} == {"", *hard.TRAPS}
    assert {truth.trap for truth in make(style, "plain", 4000).truths} == {""}


@pytest.mark.parametrize("trap", ["stranger-now", "stranger-past", "stranger-agenda", "known-past"])
def test_a_trap_holds_a_line_in_the_head_style_of_its_own_file(trap: str) -> None:
    style = find_styles()["ios-de"]
    found = [truth for truth in make(style, "nasty", 6000).truths if truth.trap == trap]
    assert len(found) > 5
    for truth in found:
        assert re.search(r"^\[\d\d\.\d\d\.\d\d, \d\d:\d\d:\d\d\] [^:]+: ", truth.body, re.MULTILINE)


@by_name
def test_short_chats_leave_day_and_month_open(style: Style) -> None:
    for seed in range(5):
        corpus = make(style, "short", 80, seed)
        assert len(corpus.truths) >= 2
        assert all(truth.time.day <= 12 for truth in corpus.truths)


def test_iphones_end_messages_with_crlf_and_lines_with_lf() -> None:
    corpus = make(find_styles()["ios-eu"], "nasty", 500)
    assert corpus.data.count(b"\r\n") == len(corpus.truths)
    assert corpus.data.count(b"\n") > 2 * len(corpus.truths)


def test_times_are_as_exact_as_the_file_tells_them() -> None:
    assert any(truth.time.second for truth in make(find_styles()["ios-eu"], "plain", 50).truths)
    assert not any(truth.time.second for truth in make(find_styles()["android-de"], "plain", 50).truths)


@pytest.mark.parametrize(
    ("hour", "head"), [(4, "凌晨4"), (7, "早上7"), (12, "中午12"), (18, "下午6"), (23, "晚上11")]
)
def test_fine_day_periods_follow_the_hour(hour: int, head: str) -> None:
    text = find_styles()["android-cn-fine"].head(datetime(2025, 3, 25, hour, 4))  # noqa: DTZ001 - no zone
    assert text == f"2025/3/25 {head}:04 - "


def test_persian_dates_are_those_of_an_independent_calendar() -> None:
    day = date(2000, 1, 1)
    while day < date(2032, 12, 31):
        other = JalaliDate(day)  # type: ignore[no-untyped-call]  # persiantools lacks this annotation
        assert jalali(day) == (other.year, other.month, other.day)
        day += timedelta(days=1)


def test_dice_fall_evenly() -> None:
    dice = Dice("even")
    counts = [0] * 6
    for _ in range(6000):
        counts[dice.between(1, 6) - 1] += 1
    assert all(900 < count < 1100 for count in counts)


def test_a_group_has_regulars_and_people_who_write_once() -> None:
    truths = make(find_styles()["android-de"], "group", 1000).truths
    written = sorted(Counter(truth.author for truth in truths if truth.author).values())
    assert len(written) >= 8
    assert written[0] <= 2
    assert written[-1] >= 300


class TestScoring:
    truths = make(find_styles()["android-eu-24h"], "nasty", 300, seed=3).truths

    def test_a_perfect_copy_is_right_in_everything(self) -> None:
        result = score(self.truths, copy(self.truths))
        assert all(
            result.share(aspect) == 1 for aspect in ("whole", "time", "author", "text", "kind", "files")
        )
        assert (result.extra, result.lost) == (0, 0)

    def test_nothing_found_is_nothing_right(self) -> None:
        result = score(self.truths, [])
        assert (result.share("whole"), result.lost) == (0, 300)

    def test_a_split_message_costs_its_text_alone_and_counts_as_extra(self) -> None:
        found = copy(self.truths)
        place = next(index for index, truth in enumerate(self.truths) if truth.trap == "log")
        first, _, rest = found[place].body.partition("\n")
        found[place : place + 1] = [
            replace(found[place], body=first),
            replace(found[place], author="X", body=rest),
        ]
        result = score(self.truths, found)
        assert (result.extra, result.lost) == (1, 0)
        assert [pair.truth.trap for pair in result.pairs if not pair.whole] == ["log"]
        kept, traps = result.traps()
        assert kept == traps - 1

    def test_two_messages_read_as_one_cost_two(self) -> None:
        found = copy(self.truths)
        found[100:102] = [replace(found[100], body=f"{found[100].body}\nx{found[101].body}")]
        result = score(self.truths, found)
        assert result.lost == 1
        assert sum(not pair.whole for pair in result.pairs) == 2

    def test_wrong_times_do_not_spoil_the_rest(self) -> None:
        found = [replace(one, time=one.time and one.time + timedelta(hours=12)) for one in copy(self.truths)]
        result = score(self.truths, found)
        assert (result.share("time"), result.share("author"), result.share("text")) == (0, 1, 1)

    def test_one_changed_character_is_a_wrong_text(self) -> None:
        found = copy(self.truths)
        found[50] = replace(found[50], body=found[50].body + " ")
        assert score(self.truths, found).share("text") == 299 / 300

    def test_invisible_marks_in_names_do_not_count(self) -> None:
        found = [
            replace(one, author=one.author and f"~\u202f\u200e{one.author}") for one in copy(self.truths)
        ]
        assert score(self.truths, found).share("author") == 1


@pytest.mark.parametrize("module", ["align", "dice", "styles", "tables"])
def test_examples_in_the_docstrings_hold(module: str) -> None:
    results = doctest.testmod(import_module(f"benchmarks.{module}"))
    assert results.attempted
    assert not results.failed


def test_the_command_writes_chats(tmp_path: Path) -> None:
    arguments = ["corpus", str(tmp_path), "--style", "ios-de", "--flavour", "plain", "--messages", "20"]
    root = Path(__file__).parents[1]
    subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=root, check=True, capture_output=True
    )
    assert (tmp_path / "plain/ios-de.txt").read_bytes() == make(find_styles()["ios-de"], "plain", 20).data
