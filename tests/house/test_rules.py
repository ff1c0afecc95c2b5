"""The rules hold for the repository, and each catches a planted offence."""

import sys

import pytest

from house import rules

SOURCES = rules.sources()


def offends(check, text, path="symrnn/model/planted.py", *more):
    return [offence.what for offence in check(path, text, *more)]


# -- the repository -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [rules.floors, rules.evaluators, rules.shape], ids=lambda check: check.__name__)
def test_package_keeps(check):
    found = [offence for path in SOURCES for offence in check(path, rules.read(path))]
    assert not found, rules.report(found)


def test_package_is_light():
    found = [o for path in SOURCES for o in rules.light(path, rules.read(path), sys.stdlib_module_names)]
    assert not found, rules.report(found)


def test_words():
    text = [path for path in rules.repository_files() if not path.endswith((".png", ".ico", ".woff2"))]
    found = [offence for path in text for offence in rules.words(path, rules.read(path))]
    assert not found, rules.report(found)


def test_top_of_the_repository():
    found = rules.top(rules.repository_files())
    assert not found, rules.report(found)


def test_the_allow_list_is_one_file_that_exists_once_its_room_does():
    (path,) = rules.ALLOWED
    if any(source.startswith("symrnn/numeric/") for source in SOURCES):
        assert path in SOURCES, f"generated source is executed in {path} only"


# -- planted offences ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "from symrnn.calculus import bptt",
        "import symrnn.typeset",
        "from symrnn.graph.unrolling import unroll",
        "from ..calculus import bptt",
        "from .. import graph",
        "from symrnn import typeset",
        "from symrnn import latex",
        "import symrnn",
        "def f():\n    from symrnn import graph",
        "if TYPE_CHECKING:\n    from symrnn.graph import Graph",
        "import importlib\nimportlib.import_module('symrnn.graph')",
        "import importlib\nimportlib.import_module(name)",
        "from symrnn.utils import f",
        "def show(x):\n    import symrnn",
    ],
)
def test_floors_catch(text):
    assert offends(rules.floors, text)


def test_floors_catch_rooms_of_one_floor_and_rooms_without_one():
    assert offends(rules.floors, "from symrnn.diagram import circuit", "symrnn/typeset/latex.py")
    assert offends(rules.floors, "", "symrnn/misc.py")


@pytest.mark.parametrize(
    "text",
    [
        "from symrnn.errors import ShapeError",
        "from symrnn.tensor.node import Tensor",
        "from symrnn.model.sequence import Sequence",
        "from .sequence import Sequence",
        "from . import sequence",
        "from ..tensor import t",
        "from symrnn import tensor",
        "import sympy",
        "def _repr_latex_(self):\n    import symrnn\n    return symrnn.latex(self)",
        "class A:\n    def _latex(self, printer):\n        import symrnn",
    ],
)
def test_floors_allow(text):
    assert not offends(rules.floors, text)


def test_the_command_line_may_use_the_public_names():
    assert not offends(rules.floors, "def main():\n    import symrnn as sr", "symrnn/cli.py")


@pytest.mark.parametrize("text", ["import matplotlib", "from numba import njit", "import scipy.linalg"])
def test_light_catches(text):
    assert offends(rules.light, text, "symrnn/numeric/x.py", sys.stdlib_module_names)
    function = "def f():\n    " + text
    assert not offends(rules.light, function, "symrnn/numeric/x.py", sys.stdlib_module_names)


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "exec(text)",
        "compile(text, 'x', 'exec')",
        "run = eval",
        "import builtins\nbuiltins.eval(text)",
        "from builtins import exec as run",
        "getattr(builtins, 'eval')(text)",
        "__builtins__['eval'](text)",
        "__import__('os')",
        "from sympy import sympify",
        "from sympy import sympify as see",
        "import sympy\nsympy.sympify(x)",
        "import sympy\nsympy.core.sympify.sympify(x)",
        "from sympy.parsing.sympy_parser import standard_transformations",
        "import sympy\nsympy.parse_expr(x)",
        "from sympy.parsing.latex import parse_latex",
        "import pickle",
        "from marshal import loads",
        "from sympy import S\nS('x')",
        "from sympy import S\nS(x)",
        "from sympy import S as s\ns(x)",
        "import sympy as sp\nsp.S('x')",
        "from sympy import diff\ndiff('x**2', x)",
        "import sympy\nsympy.Add('x', 1)",
        "import sympy\nsympy.exp(f'{name}')",
        "import sympy\nsympy.sqrt(str(x))",
        "import sympy\nsympy.Max(*['x'])",
        "from sympy import lambdify\nlambdify([x], 'x + 1')",
        "from sympy import lambdify\nlambdify(args=[x], expr='x + 1')",
        "from sympy import symbols\nsymbols(name)",
        "from sympy import MatrixSymbol\nMatrixSymbol('W', 'n', 'n')",
        "from sympy import Symbol\nSymbol('x').subs('x', 1)",
        "e.subs({'x': 1})",
        "e.subs([('x', 1)])",
        "e.subs(x, 'y' + tail)",
        "e.subs(x, 'a%d' % i)",
        "e.subs(x, '{}'.format(i))",
        "e.xreplace({x: 'y'})",
        "e.diff('x')",
        "e.evalf(subs={'x': 1})",
        "e.has(x if y else 'x')",
    ],
)
def test_evaluators_catch(text):
    assert offends(rules.evaluators, text)


@pytest.mark.parametrize(
    "text",
    [
        "import re\nre.compile('x')",
        "class tanh(Function):\n    @classmethod\n    def eval(cls, x): ...",
        "from sympy.core.sympify import _sympify\n_sympify(x)",
        "from sympy import S\nS.Half",
        "from sympy import S\nS.One + S.Zero",
        "from sympy import Symbol\nSymbol(name, real=True)",
        "from sympy import Dummy, Function\nFunction('f')(Dummy('x'))",
        "from sympy import symbols\nsymbols('n m k p', integer=True)",
        "from sympy import MatrixSymbol\nMatrixSymbol('W', n, n)",
        "from sympy import lambdify\nlambdify([x], e, modules='numpy', cse=True)",
        "import sympy\nsympy.latex(x, mode='plain')",
        "from sympy.printing.latex import LatexPrinter\nLatexPrinter({'mode': 'plain'})",
        "from sympy.printing.latex import translate\ntranslate('alpha')",
        "e.subs(x, 1)",
        "text.replace('a', 'b')",
        "pattern.match('x')",
    ],
)
def test_evaluators_allow(text):
    assert not offends(rules.evaluators, text)


def test_evaluators_allow_one_exec_in_one_file_only():
    (path,) = rules.ALLOWED
    text = "exec(compile(source, name, 'exec'), names)"
    assert not offends(rules.evaluators, text, path)
    assert offends(rules.evaluators, "eval(source)", path)
    assert offends(rules.evaluators, text, "symrnn/numeric/other.py")


def test_shape_catches():
    assert offends(rules.shape, '"""Long."""\n' + "x = 1\n" * rules.LONGEST)
    assert offends(rules.shape, "x = 1\n")
    assert not offends(rules.shape, '"""Short."""\nx = 1\n')


@pytest.mark.parametrize("start", ["work", "root", "tmp", "home", "opt"])
def test_words_catch_places(start):
    assert offends(rules.words, f'path = "/{start}/x"', "docs/index.md")
    assert not offends(rules.words, f"forward/{start}/x and https://example.org/{start}/x", "docs/index.md")


@pytest.mark.parametrize("host", [("pypi", "org"), ("files.python" + "hosted", "org"), ("registry.npm" + "js", "org")])
def test_words_catch_hosts(host):
    assert offends(rules.words, "from " + ".".join(host), "README.md")


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" + "XX"])
def test_words_catch_open_ends_in_the_package_only(word):
    assert offends(rules.words, f"# {word}: later")
    assert not offends(rules.words, f"# {word}: later", "tests/test_x.py")


def test_top_catches():
    assert rules.top(["README.md", "notes.txt"])
    assert not rules.top(["README.md", "symrnn/cli.py", ".ci/run"])
