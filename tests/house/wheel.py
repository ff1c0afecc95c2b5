"""Compares a built wheel with the repository: `python tests/house/wheel.py dist/symrnn-*.whl`.

The wheel has every file of the package, data and py.typed included, and its own record, and nothing else.
"""

import sys
import zipfile
from collections.abc import Iterable

from house.rules import PACKAGE, repository_files

RECORD = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def differences(packed: Iterable[str], files: Iterable[str]) -> list[str]:
    """What is missing from the packed names, and what should not be there."""
    packed = set(packed)
    record = {name for name in packed if name.split("/")[0].endswith(".dist-info")}
    wanted = {name for name in files if name.startswith(f"{PACKAGE}/")}
    found_record = {name.split("/", 1)[1] for name in record}
    return sorted(
        [f"missing: {name}" for name in (wanted - packed) | (RECORD - found_record)]
        + [f"too much: {name}" for name in (packed - record - wanted) | (found_record - RECORD)]
    )


def main(path: str) -> int:
    with zipfile.ZipFile(path) as archive:
        packed = archive.namelist()
    complaints = differences(packed, repository_files())
    print("\n".join(complaints) or f"{len(packed)} files, as in the repository")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
