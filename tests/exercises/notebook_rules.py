"""What nbgrader and otter ask of a notebook, as published: nbgrader's cell metadata 3, otter's OK format."""

import re
from typing import Any

BOOLEANS = ("grade", "locked", "solution", "task")
OTTER = {"assignment_name", "tests", "OK_FORMAT", "require_no_pdf_confirmation", "export_pdf_failure_message"}


def nbgrader_faults(notebook: dict[str, Any]) -> list[str]:
    """Every rule of nbgrader's validator that the notebook breaks."""
    found, seen = [], set()
    for cell in notebook["cells"]:
        meta = cell["metadata"].get("nbgrader")
        if meta is None:
            continue
        name = meta.get("grade_id", "")
        if set(meta) - {"schema_version", "grade_id", "points", "checksum", "cell_type", *BOOLEANS}:
            found.append(f"{name}: unknown keys")
        if meta["schema_version"] != 3 or any(not isinstance(meta[key], bool) for key in BOOLEANS):
            found.append(f"{name}: version or types")
        if not re.fullmatch(r"[a-zA-Z0-9_\-]+", name) or name in seen:
            found.append(f"{name}: not a name of its own")
        seen.add(name)
        if meta["grade"] != ("points" in meta) or meta.get("points", 0) < 0:
            found.append(f"{name}: points")
        if cell["cell_type"] == "markdown" and meta["grade"] != meta["solution"]:
            found.append(f"{name}: a Markdown cell is graded and a solution, or neither")
    return found


def otter_faults(notebook: dict[str, Any]) -> list[str]:
    """Every rule of otter's OK format that the tests in the metadata break."""
    otter = notebook["metadata"]["otter"]
    found = [] if set(otter) <= OTTER and otter["OK_FORMAT"] is True else ["keys"]
    for name, test in otter["tests"].items():
        suites = test["suites"]
        if test["name"] != name or len(suites) != 1 or suites[0]["type"] != "doctest":
            found.append(f"{name}: name or suites")
        if suites[0]["setup"] or suites[0]["teardown"]:
            found.append(f"{name}: setup and teardown are not supported")
        for case in suites[0]["cases"]:
            if not isinstance(case["code"], str) or not isinstance(case["hidden"], bool):
                found.append(f"{name}: a case")
    return found
