"""Inputs and results elsewhere: an S3 server on this machine, and fsspec's memory."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, cast

import pytest
from batch_chats import contents, write_chats
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from wamigrate import cli
from wamigrate.errors import ExportError, OptionError, SourceError, TargetExistsError
from wamigrate.folders import MARKER
from wamigrate.many import convert_many
from wamigrate.places import Url
from wamigrate.remote import Upload, exists, fetch, find_urls, stamp_of

# botocore and moto still use functions of Python that are about to go
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run an S3 server that only this machine can reach."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Return an empty store with one bucket; what workers need to find it is in the environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    store = import_module("fsspec").filesystem("s3", skip_instance_cache=True)
    store.mkdir("chats")
    yield store
    store.invalidate_cache()
    store.rm("chats", recursive=True)


@pytest.fixture
def memory() -> Iterator[Any]:
    store = import_module("fsspec").filesystem("memory")
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


def zipped(path: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(path, "_chat.txt")
    return buffer.getvalue()


def fill(store: Any, number: int = 3) -> None:
    for path in write_chats(Path("in"), number):
        store.pipe_file(f"chats/in/{path.stem}.zip", zipped(path))


def listing(store: Any, folder: str = "chats/out") -> dict[str, bytes]:
    store.invalidate_cache()
    return {name.removeprefix(f"{folder}/"): store.cat_file(name) for name in store.find(folder)}


class TestS3:
    def test_what_is_there_is_what_would_be_here(self, s3: Any) -> None:
        fill(s3)
        found = convert_many("s3://chats/in/*.zip", ["json", "markdown"], "s3://chats/out")
        assert [outcome.failure for outcome in found] == [None] * 3
        assert found[1].input == "s3://chats/in/chat 001.zip"
        assert [result.url for result in found[1].results] == [
            "s3://chats/out/chat 001.json",
            "s3://chats/out/chat 001-markdown",
        ]
        assert found[1].results[0].output is None
        for name in Path("in").iterdir():
            Path(f"zips/{name.stem}.zip").parent.mkdir(exist_ok=True)
            Path(f"zips/{name.stem}.zip").write_bytes(zipped(name))
        convert_many("zips", ["json", "markdown"], "out")
        there = listing(s3)
        assert set(there) == set(contents(Path("out")))
        assert all(Path("out", name).read_bytes() == data for name, data in there.items())

    def test_the_command_line_takes_addresses_and_workers_fetch_them(self, s3: Any) -> None:
        fill(s3)
        command = ("export", "s3://chats/in/", "--to", "json", "-o", "s3://chats/out/", "--jobs", "2")
        done = CliRunner().invoke(cli.app, [*command, "--report", "report.json"], prog_name="wamigrate")
        assert done.exit_code == 0, done.output
        assert done.stdout.endswith("\n  s3://chats/out/chat 002.json\ns3://chats/out/\n")
        assert len(listing(s3)) == 3
        outcomes = json.loads(Path("report.json").read_bytes())["outcomes"]
        assert outcomes[0]["results"][0]["url"] == "s3://chats/out/chat 000.json"
        assert "very-secret" not in Path("report.json").read_text() + done.output

    def test_it_goes_on_where_it_stopped(self, s3: Any) -> None:
        fill(s3)
        convert_many("s3://chats/in/chat 000.zip", "json", "s3://chats/out", resume=True)
        s3.invalidate_cache()
        found = convert_many("s3://chats/in/", "json", "s3://chats/out", resume=True)
        assert [outcome.kept for outcome in found] == [True, False, False]
        s3.pipe_file("chats/in/chat 001.zip", s3.cat_file("chats/in/chat 000.zip"))
        found = convert_many("s3://chats/in/", "json", "s3://chats/out", resume=True)
        assert [(outcome.kept, outcome.failure) for outcome in found] == [
            (True, None),
            (False, None),
            (True, None),
        ]
        s3.pipe_file("chats/out/chat 002.json", b"mine")
        found = convert_many("s3://chats/in/", "json", "s3://chats/out", resume=True)
        assert found[2].failure is not None
        assert s3.cat_file("chats/out/chat 002.json") == b"mine"

    def test_results_here_of_inputs_there_and_the_other_way_round(self, s3: Any) -> None:
        fill(s3, 1)
        (one,) = convert_many("s3://chats/in/chat 000.zip", "json", "here")
        (two,) = convert_many("in/chat 000.txt", "json", "s3://chats/out/")
        assert one.results[0].output == Path("here/chat 000.json")
        assert two.results[0].url == "s3://chats/out/chat 000.json"

    def test_what_fails_is_said_with_the_address(self, s3: Any) -> None:
        fill(s3, 1)
        s3.pipe_file("chats/in/bad.zip", b"PK\x03\x04 no more")
        s3.pipe_file("chats/in/empty.txt", b"")
        found = convert_many(["s3://chats/in/", "s3://chats/none.zip", "s3://nobody/a.zip"], "json", "out")
        messages = {Path(o.input).name: o.failure.message for o in found if o.failure}
        assert messages["bad.zip"].startswith("s3://chats/in/bad.zip: the ZIP archive is damaged")
        assert messages["empty.txt"] == "s3://chats/in/empty.txt: is empty; export the chat again"
        assert messages["none.zip"] == "s3://chats/none.zip: is not there"
        assert messages["a.zip"] == "s3://nobody/a.zip: is not there"
        assert [o.failure for o in found if o.input.endswith("chat 000.zip")] == [None]

    def test_a_folder_is_searched_for_exports_and_for_nothing_else(self, s3: Any) -> None:
        fill(s3, 1)
        for name in ("in/deep/b.TXT", "in/photo.jpg", "in/.hidden.zip", "in/ours/a.txt", f"in/ours/{MARKER}"):
            s3.pipe_file(f"chats/{name}", b"x")
        found = find_urls(Url("s3://chats/in"), {})
        assert found == ["s3://chats/in/chat 000.zip", "s3://chats/in/deep/b.TXT"]

    def test_what_others_added_meanwhile_is_found(self, s3: Any) -> None:
        fill(s3, 1)
        assert find_urls(Url("s3://chats/in/*.zip"), {}) == ["s3://chats/in/chat 000.zip"]
        other = type(s3)(skip_instance_cache=True, **s3.storage_options)
        other.pipe_file("chats/in/new.zip", b"x")
        for pattern in ("s3://chats/in/*.zip", "s3://chats/in"):
            assert find_urls(Url(pattern), {}) == ["s3://chats/in/chat 000.zip", "s3://chats/in/new.zip"]

    def test_an_older_result_is_replaced_only_if_that_is_asked_for(self, s3: Any) -> None:
        fill(s3, 1)
        for to in ("json", "markdown"):
            convert_many("s3://chats/in/", to, "s3://chats/out")
            (found,) = convert_many("s3://chats/in/", to, "s3://chats/out")
            assert found.failure is not None
            assert "exists already; add --overwrite" in found.failure.message
            (found,) = convert_many("s3://chats/in/", to, "s3://chats/out", overwrite=True)
            assert found.failure is None

    def test_a_note_that_a_person_changed_is_not_replaced(self, s3: Any) -> None:
        fill(s3, 1)
        convert_many("s3://chats/in/", "markdown", "s3://chats/out")
        note = next(name for name in listing(s3) if name.endswith(".md"))
        s3.pipe_file(f"chats/out/{note}", b"mine")
        (found,) = convert_many("s3://chats/in/", "markdown", "s3://chats/out", overwrite=True)
        assert found.failure is not None
        assert "was changed after wamigrate wrote it" in found.failure.message
        assert s3.cat_file(f"chats/out/{note}") == b"mine"

    def test_nothing_temporary_stays(self, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        import tempfile  # noqa: PLC0415 - here only

        Path("tmp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(Path("tmp").absolute()))
        fill(s3)
        convert_many("s3://chats/in/", "markdown", "s3://chats/out")
        convert_many("s3://chats/in/", "markdown", "s3://chats/out")
        assert list(Path("tmp").iterdir()) == []
        assert not [name for name in listing(s3) if "wamigrate-" in name]


class Recording:
    """A store that notes down in which order files are written, and may break off."""

    def __init__(self, store: Any, *, stop_after: int = 1000) -> None:
        self._store = store
        self._left = stop_after
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put_file(self, lpath: str, rpath: str) -> None:
        if self._left == 0:
            raise ConnectionError("pulled out")
        self._left -= 1
        self.names.append(rpath)
        self._store.put_file(lpath, rpath)


def folder(path: Path, *names: str) -> Path:
    """Write a folder of ours."""
    from wamigrate.target import FolderTarget  # noqa: PLC0415 - here only

    with FolderTarget(path) as target:
        for name in names:
            with target.writing(name) as stream:
                stream.write(name.encode())
    return path


class TestUpload:
    def upload(
        self, twin: Path, *, overwrite: bool = False, free: bool = False, stop_after: int = 1000
    ) -> list[str]:
        upload = Upload(Url("memory://out/notes"), twin, {}, overwrite=overwrite, free=free)
        recording = Recording(upload.store, stop_after=stop_after)
        upload.store = cast("Any", recording)
        upload.carry_out()
        return [name.removeprefix("/out/notes/") for name in recording.names]

    def test_the_marker_comes_last(self, tmp_path: Path, memory: Any) -> None:
        names = self.upload(folder(tmp_path / "notes", "a.md", "b/c.md"))
        assert names == [".wamigrate-plan", "a.md", "b/c.md", MARKER]
        assert set(listing(memory, "/out/notes")) == {"a.md", "b/c.md", MARKER}

    @pytest.mark.parametrize("stop_after", range(5))
    @pytest.mark.parametrize("overwrite", [False, True])
    def test_what_was_broken_off_is_completed(
        self, tmp_path: Path, memory: Any, stop_after: int, overwrite: bool
    ) -> None:
        if overwrite:
            self.upload(folder(tmp_path / "older", "a.md", "old.md"))
        twin = folder(tmp_path / "notes", "a.md", "b.md", "c.md")
        with pytest.raises(ExportError, match="pulled out"):
            self.upload(twin, overwrite=overwrite, stop_after=stop_after)
        marked = MARKER in listing(memory, "/out/notes")
        assert marked == (overwrite and stop_after == 0), "half a result is none"
        self.upload(twin, overwrite=overwrite)
        assert set(listing(memory, "/out/notes")) == {"a.md", "b.md", "c.md", MARKER}

    def test_a_database_is_replaced_only_if_it_is_not_to_be_brought_up_to_date(
        self, tmp_path: Path, memory: Any
    ) -> None:
        chats = [str(path) for path in write_chats(tmp_path / "in", 1)]
        place = "memory://out/chats.sqlite"
        command = ["export", *chats, "--to", "sqlite", "-o", place]
        assert CliRunner().invoke(cli.app, command).exit_code == 0
        before = memory.cat_file("/out/chats.sqlite")
        done = CliRunner().invoke(cli.app, [*command, "--overwrite"])
        assert done.exit_code == TargetExistsError.exit_code
        assert f"{place}: a database elsewhere is not brought up to date; add --option" in done.stderr
        assert memory.cat_file("/out/chats.sqlite") == before
        done = CliRunner().invoke(cli.app, [*command, "--overwrite", "--option", "sqlite.update=false"])
        assert done.exit_code == 0

    def test_files_of_others_stay(self, tmp_path: Path, memory: Any) -> None:
        self.upload(folder(tmp_path / "older", "a.md", "old.md"))
        memory.pipe_file("/out/notes/mine.md", b"mine")
        self.upload(folder(tmp_path / "notes", "a.md"), overwrite=True)
        assert set(listing(memory, "/out/notes")) == {"a.md", "mine.md", MARKER}

    def test_a_file_of_others_that_is_in_the_way_is_not_replaced(self, tmp_path: Path, memory: Any) -> None:
        self.upload(folder(tmp_path / "older", "a.md"))
        memory.pipe_file("/out/notes/mine.md", b"mine")
        with pytest.raises(
            TargetExistsError, match=r"memory://out/notes/mine\.md: was not written by wamigrate"
        ):
            self.upload(folder(tmp_path / "notes", "a.md", "mine.md"), overwrite=True)
        assert memory.cat_file("/out/notes/mine.md") == b"mine"
        assert set(listing(memory, "/out/notes")) == {"a.md", "mine.md", MARKER}

    def test_a_file_that_is_there_already_is_no_failure_for_who_finds_it_again(
        self, tmp_path: Path, memory: Any
    ) -> None:
        twin = tmp_path / "notes"
        twin.write_text("notes")
        assert len(self.upload(twin)) == 1
        assert self.upload(twin, free=True) == []
        twin.write_text("others")
        with pytest.raises(TargetExistsError, match="exists already"):
            self.upload(twin, free=True)
        assert memory.cat_file("/out/notes") == b"notes"

    def test_a_folder_of_somebody_else_is_not_touched(self, tmp_path: Path, memory: Any) -> None:
        memory.pipe_file("/out/notes/mine.md", b"mine")
        for overwrite in (False, True):
            with pytest.raises(TargetExistsError, match="was not written by wamigrate"):
                self.upload(folder(tmp_path / f"notes{overwrite}", "a.md"), overwrite=overwrite)

    def test_what_is_there_already_is_no_failure_for_who_finds_it_again(
        self, tmp_path: Path, memory: Any
    ) -> None:
        del memory
        twin = folder(tmp_path / "notes", "a.md")
        self.upload(twin)
        assert self.upload(twin, free=True) == []
        with pytest.raises(TargetExistsError):
            self.upload(folder(tmp_path / "other", "b.md"), free=True)

    def test_elsewhere_than_in_an_object_store_a_file_gets_its_name_last(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text("a")
        upload = Upload(
            Url(f"dir://{tmp_path}/out/a.json"),
            tmp_path / "a.json",
            {"fo": "file", "path": "/"},
            overwrite=False,
            free=False,
        )
        recording = Recording(upload.store)
        upload.store = cast("Any", recording)
        upload.carry_out()
        assert [Path(name).name for name in recording.names] == [".wamigrate-partial-a.json"]
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.json"]


class TestAddresses:
    def test_memory_is_for_threads(self, memory: Any, tmp_path: Path) -> None:
        (path,) = write_chats(tmp_path, 1)
        memory.pipe_file("/in/a.zip", zipped(path))
        with ThreadPoolExecutor(2) as executor:
            (found,) = convert_many("memory://in/a.zip", "json", "memory://out", executor=executor)
        assert found.failure is None
        assert b"ChatGPT" in memory.cat_file("/out/a.json")

    def test_a_file_address_is_a_path(self, tmp_path: Path) -> None:
        (path,) = write_chats(tmp_path / "in put", 1)
        (found,) = convert_many(path.as_uri(), "json", (tmp_path / "out put").as_uri())
        assert found.results[0].output == tmp_path / "out put/chat 000.json"

    def test_what_nobody_knows_is_an_error_with_a_line(self) -> None:
        with pytest.raises(OptionError, match="nonsense"):
            fetch(Url("nonsense://a/b"), Path("x"), {})

    def test_passwords_are_not_for_addresses(self) -> None:
        with pytest.raises(OptionError) as caught:
            exists(Url("ftp://me:hunter2@host/a"), {})
        assert "hunter2" not in str(caught.value)

    def test_without_the_extra_one_line_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys  # noqa: PLC0415 - here only

        monkeypatch.setitem(sys.modules, "fsspec.core", None)
        with pytest.raises(OptionError, match=re.escape("pip install 'wamigrate[cluster]'")):
            find_urls(Url("s3://bucket/a"), {})

    def test_what_is_not_there_has_no_stamp(self, memory: Any) -> None:
        del memory
        with pytest.raises(SourceError, match="is not there"):
            stamp_of([Url("memory://none")], {})

    def test_files_here_and_there_have_one_stamp_together(self, memory: Any, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("a")
        memory.pipe_file("/in/b.txt", b"b")
        before = stamp_of([path, Url("memory://in/b.txt")], {})
        assert stamp_of([path, Url("memory://in/b.txt")], {}) == before
        path.write_text("changed")
        changed = stamp_of([path, Url("memory://in/b.txt")], {})
        memory.pipe_file("/in/b.txt", b"changed, too")
        assert len({before, changed, stamp_of([path, Url("memory://in/b.txt")], {})}) == 3

    def test_who_is_not_let_in_is_told_to_look_at_credentials(
        self, memory: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_self: object, _path: str) -> bool:
            raise PermissionError("Forbidden")

        monkeypatch.setattr(cast("type[object]", type(memory)), "exists", refuse)
        with pytest.raises(ExportError, match=r"memory://out: access is denied; see whether the credentials"):
            exists(Url("memory://out"), {})


class _Web(BaseHTTPRequestHandler):
    """Answers every request with one file, and tells of it what the test says."""

    told: ClassVar[dict[str, str]] = {}

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1")
        for name, value in self.told.items():
            self.send_header(name, value)
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(b"x")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep quiet."""


@pytest.mark.parametrize("told", [{"ETag": '"1"'}, {}])
def test_a_file_of_a_web_server_is_the_same_only_where_the_server_says_so(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str]
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Web)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        url = Url(f"http://127.0.0.1:{server.server_address[1]}/a.txt")
        monkeypatch.setattr(_Web, "told", told)
        assert (stamp_of([url], {}) == stamp_of([url], {})) == bool(told)
        before = stamp_of([url], {})
        monkeypatch.setattr(_Web, "told", {"ETag": '"2"'})
        assert stamp_of([url], {}) != before
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
