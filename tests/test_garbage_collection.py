import gc
import subprocess
import sys

import pytest

from wamigrate.garbage_collection import collection_paused


def test_the_search_for_cycles_is_off_inside_and_on_again_behind() -> None:
    assert gc.isenabled()
    with collection_paused():
        assert not gc.isenabled()
        with collection_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_on_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="no"), collection_paused():
        raise ValueError("no")
    assert gc.isenabled()


def test_who_turned_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_nothing_is_searched_at_the_end_of_a_program() -> None:
    code = (
        "import atexit, gc\n"
        "from wamigrate.garbage_collection import skip_last_collection\n"
        "atexit.register(lambda: print(len(gc.get_objects()), gc.get_freeze_count() > 1000))\n"
        "skip_last_collection()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    alive, frozen = done.stdout.split()
    assert int(alive) < 100
    assert frozen == "True"
