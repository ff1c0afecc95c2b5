"""The rules of the house, as functions from a file's text to its offences.

Each rule is a pure function, so that a test can plant an offence in a string and see it caught. What may
stand where is in the tables at the top of each part. The tests in this folder apply them to the repository.
"""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = "symrnn"


@dataclass(frozen=True, order=True)
class Offence:
    path: str
    line: int
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.what}"


def repository_files() -> list[str]:
    """The paths that are, or would be, committed: tracked or new, not ignored, present."""
    command = ["git", "-C", str(REPOSITORY), "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in set(listed) if name and (REPOSITORY / name).is_file())


def sources() -> list[str]:
    """The package's Python files."""
    return [name for name in repository_files() if name.startswith(f"{PACKAGE}/") and name.endswith(".py")]


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def report(offences: Iterable[Offence]) -> str:
    return "\n".join(map(str, sorted(offences)))


def _nodes(tree: ast.AST, functions: tuple[str, ...] = ()) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """Every node with the names of the functions that enclose it."""
    for node in ast.iter_child_nodes(tree):
        yield node, functions
        inside = (node.name,) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ()
        yield from _nodes(node, functions + inside)


# -- Imports go down only -----------------------------------------------------------------------------------

FLOORS = {
    "errors": 0,
    "collecting": 0,
    "files": 1,
    "tensor": 1,
    "model": 2,
    "graph": 3,
    "calculus": 4,
    "typeset": 5,
    "diagram": 5,
    "numeric": 5,
    "exercises": 6,
    "analysis": 6,
    "testing": 6,
    "commands": 7,
    "cli": 8,
    "__main__": 9,
}
OPEN_TO_THE_PACKAGE = 7  # from this floor up a module may use the public names themselves
# The one exception: the hooks by which SymPy and Jupyter show an object find the rich printer when called.
RICH_DISPLAY = re.compile(r"_repr_\w+_|_latex|_pretty|_mathml")


def floors(path: str, text: str) -> list[Offence]:
    """A room imports from lower floors and from its own files only; extras only inside functions."""
    parts = Path(path).with_suffix("").parts
    if parts == (PACKAGE, "__init__"):
        return []
    room = parts[1]
    if room not in FLOORS:
        return [Offence(path, 1, "floors", f"the room {room!r} has no floor")]
    found = []
    for node, functions in _nodes(ast.parse(text)):
        for target in _imported(node, parts):
            complaint = _complaint(room, target, functions)
            if complaint:
                found.append(Offence(path, node.lineno, "floors", complaint))  # type: ignore[attr-defined]
    return found


def _imported(node: ast.AST, parts: tuple[str, ...]) -> list[str]:
    """The dotted names a statement imports: 'symrnn' is the package itself, with its public names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = parts[: len(parts) - node.level] if node.level else ()
        module = ".".join([*base, *([node.module] if node.module else [])])
        if module != PACKAGE:
            return [module]
        return [f"{PACKAGE}.{alias.name}" if alias.name in FLOORS else PACKAGE for alias in node.names]
    if isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] in {"import_module", "__import__"}:
        name = node.args[0] if node.args else None
        return [name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else "?"]
    return []


def _complaint(room: str, target: str, functions: tuple[str, ...]) -> str | None:
    if target == "?":
        return "imports a module that only a computation names"
    top, *rest = target.split(".")
    if top != PACKAGE:
        return None
    if not rest:
        excused = FLOORS[room] >= OPEN_TO_THE_PACKAGE or any(map(RICH_DISPLAY.fullmatch, functions))
        return None if excused else "reads the package's public names, which only the hooks of display may"
    other = rest[0]
    if other == room or other not in FLOORS or FLOORS[other] < FLOORS[room]:
        return None if other in FLOORS else f"imports the room {other!r}, which has no floor"
    return f"{room} (F{FLOORS[room]}) imports {other} (F{FLOORS[other]})"


CORE = {"sympy", "mpmath", "numpy", "lark"}


def light(path: str, text: str, stdlib: frozenset[str]) -> list[Offence]:
    """Outside functions only the standard library and the core dependencies are imported."""
    parts = Path(path).with_suffix("").parts
    tops = (
        (node, target.split(".")[0])
        for node, functions in _nodes(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom) and not functions
        for target in _imported(node, parts)
    )
    return [
        Offence(path, node.lineno, "light", f"imports {top}, which is an extra, outside a function")
        for node, top in tops
        if top not in CORE | {PACKAGE} | stdlib
    ]


# -- No text reaches an evaluator ---------------------------------------------------------------------------

BUILTINS = {"eval", "exec", "compile", "__import__"}
READERS = {"sympify", "parse_expr", "parse_latex", "parse_mathematica", "parse_maxima"}
UNPICKLERS = {"pickle", "marshal", "shelve", "runpy"}
# Their first argument is a name and is taken literally; every other string given to SymPy is parsed by it.
NAMING = {
    "Symbol",
    "Dummy",
    "Wild",
    "Function",
    "UndefinedFunction",
    "MatrixSymbol",
    "IndexedBase",
    "Idx",
    "Str",
}
PARSING_METHODS = {
    *("subs", "xreplace", "diff", "integrate", "limit", "series", "coeff", "has", "equals", "rewrite"),
    *("evalf", "as_coefficient", "as_poly", "as_independent", "collect", "nsimplify", "lseries", "solve"),
}
PARSED_KEYWORDS = {"expr", "exprs", "args", "arg", "f", "symbol", "subs"}
# A file may need one banned name for its purpose: generated NumPy source is executed in one place.
ALLOWED = {"symrnn/numeric/load.py": {"exec", "compile"}}


def evaluators(path: str, text: str) -> list[Offence]:
    """No eval, exec, compile, sympify, parse_expr, S(...), unpickling; no string that SymPy would parse."""
    tree = ast.parse(text)
    names = _sympy_names(tree)
    allowed = ALLOWED.get(path, set())
    found = []
    for node, _ in _nodes(tree):
        for what in _banned(node):
            if what not in allowed:
                found.append(Offence(path, node.lineno, "evaluators", what))  # type: ignore[attr-defined]
        if isinstance(node, ast.Call):
            found += [Offence(path, node.lineno, "evaluators", what) for what in _parsed(node, names)]
    return found


def _banned(node: ast.AST) -> Iterator[str]:
    """Names that evaluate text, wherever they are mentioned: called, passed on, imported or looked up."""
    if isinstance(node, ast.Name):
        if node.id in BUILTINS | READERS | {"__builtins__"}:
            yield node.id
    elif isinstance(node, ast.Attribute):
        if node.attr in READERS or (node.attr in BUILTINS and _dotted(node.value) in {"builtins", "__builtins__"}):
            yield node.attr
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield from _banned_module(alias.name)
    elif isinstance(node, ast.ImportFrom):
        yield from _banned_module(node.module or "")
        for alias in node.names:
            if alias.name in READERS or (node.module == "builtins" and alias.name in BUILTINS):
                yield alias.name
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        for argument in node.args[1:2]:
            if isinstance(argument, ast.Constant) and argument.value in BUILTINS | READERS:
                yield str(argument.value)


def _banned_module(name: str) -> Iterator[str]:
    if name.split(".")[0] in UNPICKLERS or name.startswith("sympy.parsing"):
        yield name


def _sympy_names(tree: ast.AST) -> dict[str, str]:
    """Local name -> what it is in SymPy; '' for a module, whose attributes are SymPy's names."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update({a.asname or a.name.split(".")[0]: "" for a in node.names if a.name.split(".")[0] == "sympy"})
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sympy":
            names.update({a.asname or a.name: a.name for a in node.names if not _takes_text(node.module, a.name)})
    return names


def _takes_text(module: str | None, name: str) -> bool:
    """Printers' parts and exceptions take text as text."""
    return (module or "").startswith("sympy.printing") or name.endswith(("Error", "Warning", "warning", "Printer"))


def _parsed(call: ast.Call, names: dict[str, str]) -> Iterator[str]:
    dotted = _dotted(call.func)
    head, last = dotted.split(".")[0], dotted.split(".")[-1]
    from_sympy = names.get(head)
    function = from_sympy if from_sympy and dotted == head else last if from_sympy is not None else ""
    if function == "S" or dotted == "S":
        yield "S(...)"
    elif function == "symbols":
        if not (call.args and isinstance(call.args[0], ast.Constant)):
            yield "symbols(...) of a name that is not written here: use Symbol, which takes it literally"
    elif function or (isinstance(call.func, ast.Attribute) and call.func.attr in PARSING_METHODS):
        start = 1 if function in NAMING else 0
        keywords = [word.value for word in call.keywords if word.arg in PARSED_KEYWORDS]
        if any(map(_has_text, [*call.args[start:], *keywords])):
            yield f"a string given to {last}(...), which SymPy would parse"


def _has_text(node: ast.expr) -> bool:
    """Whether this argument is or holds text: a literal, an f-string, str(...), a join or format."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id="str" | "repr")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()))):
            return True
        case ast.Dict(keys=keys, values=values):
            return any(_has_text(part) for part in [*keys, *values] if part is not None)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return any(map(_has_text, parts))
        case ast.Starred(value=part):
            return _has_text(part)
        case ast.BinOp(left=left, right=right):
            return _has_text(left) or _has_text(right)
        case ast.IfExp(body=left, orelse=right):
            return _has_text(left) or _has_text(right)
    return False


def _dotted(node: ast.expr) -> str:
    """'a.b.c' of an attribute chain of names, else ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


# -- Shape of a file, words in it, what lies at the top -----------------------------------------------------

LONGEST = 300


def shape(path: str, text: str) -> list[Offence]:
    """A module begins with its purpose and stays readable in one sitting."""
    found = []
    lines = len(text.splitlines())
    if lines > LONGEST:
        found.append(Offence(path, lines, "shape", f"{lines} lines, more than {LONGEST}: is there a second idea?"))
    if not ast.get_docstring(ast.parse(text)):
        found.append(Offence(path, 1, "shape", "no docstring says what this module is for"))
    return found


PLACES = re.compile(r"(?<![\w.~>})])/(?:work|root|tmp|home|opt|Users|mnt)/\w")
HOSTS = re.compile("|".join([r"pypi\.org", r"python" + r"hosted", r"deb\.debian", r"npm" + r"js\.org"]))
OPEN_ENDS = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def words(path: str, text: str) -> list[Offence]:
    """No path of one machine, no registry's host; in the package no open ends."""
    rules = {"a machine's path": PLACES, "a registry's host": HOSTS}
    if path.startswith(f"{PACKAGE}/"):
        rules["an open end"] = OPEN_ENDS
    return [
        Offence(path, number, "words", f"{name}: {match.group()}")
        for number, line in enumerate(text.splitlines(), 1)
        for name, pattern in rules.items()
        for match in pattern.finditer(line)
    ]


TOP = {
    *(".ci", ".gitignore", ".gitattributes", "CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"),
    *("docs", "examples", "symrnn", "tests"),
}


def top(paths: Iterable[str]) -> list[Offence]:
    """Nothing else lies at the top of the repository."""
    strangers = sorted({Path(path).parts[0] for path in paths} - TOP)
    return [Offence(name, 1, "top", "does not belong at the top of the repository") for name in strangers]
