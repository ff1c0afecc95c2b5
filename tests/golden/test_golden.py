"""The printed derivations of chapter 10 in three conventions, each beside the picture that was looked at."""

import json

import pytest
from syrupy.assertion import SnapshotAssertion

from golden.printed import CHAPTER, PICTURES, PRESETS, SEEN, digest, source

pytestmark = pytest.mark.usefixtures("fresh")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", CHAPTER)
def test_what_is_printed(name: str, preset: str, snapshot: SnapshotAssertion) -> None:
    text = source(name, preset)
    lines = text.replace(r" \\ ", " \\\\\n")  # a line of the display a line of the golden
    assert lines == snapshot
    seen = json.loads(SEEN.read_text(encoding="utf-8"))
    assert (PICTURES / f"{name}-{preset}.png").is_file()
    assert seen[f"{name}-{preset}"] == digest(text), "look again: python tests/golden/printed.py"
