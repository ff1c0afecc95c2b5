"""The public names: each resolves to the object of its room, once, and only when used."""

import ast
import importlib
import subprocess
import sys

import pytest

import symrnn
from house import rules

HOME = symrnn._HOME
HEAVY = {"sympy", "numpy", "lark", "mpmath"}


def exists(module: str) -> bool:
    path = module.replace(".", "/")
    return any((rules.REPOSITORY / name).is_file() for name in (f"{path}.py", f"{path}/__init__.py"))


@pytest.mark.parametrize("name", [name for name, module in HOME.items() if exists(module)])
def test_name_resolves(name):
    module = importlib.import_module(HOME[name])
    assert getattr(symrnn, name) is (module if name in symrnn._MODULES else getattr(module, name))


@pytest.mark.parametrize("room", [room for room in symrnn._ROOMS if exists(room)])
def test_a_room_declares_its_public_names(room):
    """`from room import *` is what a type checker sees, so it has what the table promises."""
    module = importlib.import_module(room)
    declared = getattr(module, "__all__", None) or [name for name in vars(module) if name[0] != "_"]
    assert not set(symrnn._ROOMS[room].split()) - set(declared)


def test_type_checkers_see_the_same_rooms():
    tree = ast.parse(rules.read("symrnn/__init__.py"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    starred = {node.module for node in imports if node.names[0].name == "*"}
    aliased = {f"{node.module}.{a.name}": a.asname for node in imports for a in node.names if a.asname}
    assert starred == set(symrnn._ROOMS)
    assert aliased == {module: name for name, module in symrnn._MODULES.items()}


def test_no_name_stands_twice_or_hides_a_module():
    names = [name for room in symrnn._ROOMS.values() for name in room.split()]
    assert sorted({*names, *symrnn._MODULES}) == sorted([*names, *symrnn._MODULES])
    assert not set(names) & set(rules.FLOORS), "importing the room would replace the name"


def test_dir_and_all_name_them():
    assert set(symrnn.__all__) == set(HOME)
    assert set(dir(symrnn)) >= {*HOME, "__version__"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Recurence'"):
        symrnn.Recurence
    assert not hasattr(symrnn, "__wrapped__")


def loaded_by(code: str) -> set[str]:
    code += "\nimport sys\nprint('\\nLOADED', *sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in run.stdout.split("LOADED")[-1].split()}


def test_importing_symrnn_is_light():
    assert "sympy" in loaded_by("import sympy"), "the check sees what is imported"
    assert not loaded_by("import symrnn; symrnn.__version__; dir(symrnn); symrnn.SymrnnError") & HEAVY
