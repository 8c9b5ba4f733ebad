"""What ``--resume`` does about places and inputs that cannot be looked at any more."""

import errno
import os
from pathlib import Path
from typing import Final

import pytest

from wamigrate.fingerprint import fingerprint
from wamigrate.formats import find_exporter
from wamigrate.journal import Finished, Past
from wamigrate.library import convert
from wamigrate.places import Place, Url, identity
from wamigrate.planning import Job
from wamigrate.remote import stamp_of
from wamigrate.resuming import Asked, decide, is_free

CHAT: Final = "25/03/2025, 21:04 - Ana: hello\n25/03/2025, 21:04 - ChatGPT: Hello!\n"
ASKED: Final = Asked(keys={"json": "as before"}, version="1")


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    path.write_text(CHAT, encoding="utf-8")
    return path


def test_a_folder_that_cannot_be_looked_into_is_not_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_free(tmp_path, {})

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert not is_free(tmp_path, {})


def test_an_input_on_this_machine_that_is_gone_is_not_done_before_whatever_lies_elsewhere(
    chat: Path, tmp_path: Path
) -> None:
    pytest.importorskip("fsspec", reason="the extra for addresses is not installed")
    result = convert(chat, "json", tmp_path / "out.json")
    elsewhere = Url(f"dir://{tmp_path}/more.txt")
    (tmp_path / "more.txt").write_text(CHAT, encoding="utf-8")
    inputs: tuple[Place, ...] = (chat, elsewhere)
    storage = {"fo": "file", "path": "/"}
    asked = Asked(keys=ASKED.keys, version=ASKED.version, storage=storage)
    exporter, place = find_exporter("json"), tmp_path / "out.json"
    job = Job(inputs, ((exporter, place),), merge=True)
    read, written = fingerprint([chat]), fingerprint([place], result=True)
    read = type(read)(stamp_of(inputs, storage), "")
    line = Finished(job.key, "out", identity(place), "as before", "1", read, written, result)
    assert decide(job, Past([line]), asked).kept.keys() == {0}
    chat.unlink()
    (again,) = decide(job, Past([line]), asked).outputs
    assert (again.place, again.overwrite) == (place, True)
