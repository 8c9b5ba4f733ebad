"""Hugging Face's ``datasets`` reads what trainers are given."""

import json
from pathlib import Path

import pytest

from wamigrate.alternation import alternate

from .client_programs import InstallClient
from .hard_archive import TITLE, hard_archive, write_archive

pytestmark = pytest.mark.clients

_LOAD = """
import json, sys
from datasets import load_dataset
rows = load_dataset("json", data_files=sys.argv[1], split="train")
print(json.dumps([dict(row) for row in rows]))
"""


def _loaded(client: InstallClient, path: Path, home: Path) -> list[dict[str, object]]:
    printed = client("datasets").run("python", "-c", _LOAD, path, home=home)
    rows: list[dict[str, object]] = json.loads(printed.splitlines()[-1])
    return rows


def test_datasets_reads_openai_jsonl(client: InstallClient, tmp_path: Path) -> None:
    rows = _loaded(client, write_archive("openai_jsonl", tmp_path / "chat.jsonl"), tmp_path)
    assert [row["messages"] for row in rows] == [
        [{"role": turn.role, "content": turn.text} for turn in alternate(conversation).turns]
        for conversation in hard_archive().conversations
    ]


def test_datasets_reads_sharegpt(client: InstallClient, tmp_path: Path) -> None:
    rows = _loaded(client, write_archive("sharegpt", tmp_path / "chat.json"), tmp_path)
    speakers = {"user": "human", "assistant": "gpt"}
    assert [row["conversations"] for row in rows] == [
        [{"from": speakers[turn.role], "value": turn.text} for turn in alternate(conversation).turns]
        for conversation in hard_archive().conversations
    ]
    assert rows[0]["title"] == TITLE
