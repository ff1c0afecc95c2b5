"""Samples of what people type, with the right reading of each, and when two readings are the same."""

import csv
import json
import re
from pathlib import Path

HERE = Path(__file__).parent
CONTEXTS = {
    name: table for name, table in json.loads((HERE / "contexts.json").read_text("utf-8")).items() if name[0] != "_"
}


def rows(name):
    """The rows of a table, with control signs and long texts written out."""
    with (HERE / name).open(encoding="utf-8", newline="\n") as stream:
        table = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in table:
        if "string" in row:
            row["string"] = written_out(row["string"])
    return table


def written_out(text):
    text = re.sub(r"<U\+([0-9A-F]{4,6})>", lambda match: chr(int(match[1], 16)), text)
    if not text.startswith("GEN|"):
        return text
    _, before, first, middle, after, second = text.split("|")
    return before * int(first) + middle + after * int(second)


def nested(text):
    """A prefix form as nested tuples."""
    stack = [[]]
    for token in re.findall(r"\(|\)|[^\s()]+", text):
        if token == "(":
            stack.append([])
        elif token == ")":
            top = stack.pop()
            stack[-1].append(tuple(top))
        else:
            stack[-1].append(token)
    ((found,),) = stack
    return found


def canonical(form):
    """A prefix form in which nested sums and products are flat and a difference is a sum."""
    if isinstance(form, str) and form.startswith("("):
        form = nested(form)
    if isinstance(form, str):
        return form
    head, *parts = form
    parts = [canonical(part) for part in parts]
    if head == "sub":
        head, parts = "add", [parts[0], ("neg", parts[1])]
    if head == "dot":
        head, parts = "mul", [("transpose", parts[0]), parts[1]]
    if head in {"add", "mul", "hadamard"}:
        parts = [x for part in parts for x in (part[1:] if isinstance(part, tuple) and part[0] == head else (part,))]
    return (head, *parts)
