"""What every benchmark may use: the recorder of its file, which `--record DIR` gives a folder."""

from collections.abc import Iterator

import pytest

from benchmarks.measuring import Recorder


@pytest.fixture(scope="module")
def record(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """Shows a table, and writes all tables of the file to the folder of `--record` when it is done."""
    name = request.path.stem.removeprefix("test_")
    recorder = Recorder(request.config.getoption("record"), name)
    yield recorder
    recorder.save()
