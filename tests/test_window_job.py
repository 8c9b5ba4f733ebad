"""Work of the window in a process of its own: it ends whatever it was told, or could not be told."""

from pathlib import Path
from queue import SimpleQueue

from wamigrate.window_job import Job, Task


def test_work_on_a_file_whose_name_no_json_can_hold_ends_and_says_so(tmp_path: Path) -> None:
    ended: SimpleQueue[Job] = SimpleQueue()
    job = Job(Task("look", ("caf\udce9.txt",), str(tmp_path / "look"), {}), ended.put)
    try:
        assert ended.get(timeout=60) is job
    finally:
        job.cancel()
    assert job.news.finished
    assert job.news.failure is not None
    assert job.news.failure.error == "Gone"
