"""`read_model`: a model file as a `Recurrence`, statement by statement, each error with its place."""

from __future__ import annotations

import re
from os import PathLike
from pathlib import Path
from typing import Any

import sympy

from symrnn.errors import ReadError, SymrnnError
from symrnn.model.equation import Equation
from symrnn.model.given import Constant, Element, Parameter, Sequence
from symrnn.model.reading import tree
from symrnn.model.reading.build import Builder
from symrnn.model.reading.classify import classify
from symrnn.model.reading.integers import index_symbol, read_time
from symrnn.model.reading.lexer import statements
from symrnn.model.reading.parse import parse, refuse_slash
from symrnn.model.reading.scope import Scope, one_spelling
from symrnn.model.reading.shapes import Inference
from symrnn.model.reading.solving import solve
from symrnn.model.reading.source import Source, as_source, located, open_source
from symrnn.model.reading.titles import Titles, take_titles
from symrnn.model.recurrence import Recurrence
from symrnn.tensor.unknown import Function

Equations = list[tuple[tree.Definition, Equation]]


def read_model(path_or_text: str | PathLike[str]) -> Recurrence:
    """A model from a model file, or from its text.

    Parameters
    ----------
    path_or_text
        The path of a file; or text, which is told from a path by an equals sign or a line end in it.

    Returns
    -------
    Recurrence
        The model. Shapes that follow from the equations may be left out of the text.

    Raises
    ------
    ReadError
        For text that is no model: it has `line` and `column`, shows the place, and says how to repair it.

    Examples
    --------
    >>> import symrnn as sr
    >>> model = sr.read_model('''
    ... # tanh network with squared error
    ... h: n;  x: m
    ... h[t] = tanh(b + W h[t-1] + U x[t])
    ... loss = sum_t squared_error(h[t], y[t])
    ... ''')
    >>> model.states, model.inputs, model.targets, model.boundary
    ((h,), (x,), (y,), (h[0],))
    >>> model.parameters[1].shape
    (n, n)
    """
    if isinstance(path_or_text, str) and ("\n" in path_or_text or "=" in path_or_text or not path_or_text.strip()):
        return _read(as_source(path_or_text))
    if isinstance(path_or_text, str) and len(path_or_text) > _LONGEST_PATH:
        return _read(as_source(path_or_text))  # no path: it will be said what is missing
    return _read(open_source(Path(path_or_text)))


_LONGEST_PATH = 1000


def _read(source: Source) -> Recurrence:
    try:
        return _read_all(source)
    except RecursionError:
        raise source.error(0, "this is nested too deep", repair="name parts by equations of their own") from None


def _read_all(source: Source) -> Recurrence:
    titles, source = take_titles(source)
    tokens = one_spelling(statements(source))
    names, classified = classify(source, tokens)
    nodes = [parse(source, statement) for statement in classified]
    scope = Scope(source, names)
    definitions = [node for node in nodes if not isinstance(node, tree.Declaration)]
    for node in nodes:
        if isinstance(node, tree.Declaration):
            located(source, node.position, scope.declare, node)
        else:
            refuse_slash(names, node)
    scope.check_dimensions()
    _check_statements(source, definitions)
    inference = Inference(scope)
    for node in definitions:
        inference.loss(node) if isinstance(node, tree.Loss) else inference.definition(node)  # type: ignore[arg-type]
    _make_objects(scope, inference)
    return _recurrence(scope, definitions, titles)


def _check_statements(source: Source, definitions: list[tree.Node]) -> None:
    """At least one equation, at most one loss, and elements on the left sides."""
    equations = [node for node in definitions if isinstance(node, tree.Definition) and not node.abbreviates]
    losses = [node for node in definitions if isinstance(node, tree.Loss)]
    if not equations:
        raise source.error(0, "there is no equation", law="a model has at least one", repair="write  h[t] = ...")
    if len(losses) > 1:
        raise source.error(losses[1].position, "a second loss", law="a model has one loss", repair="add the two up")
    for node in definitions:
        if isinstance(node, tree.Definition) and not isinstance(node.left, tree.At):
            name = node.left.text if isinstance(node.left, tree.Name) else ""
            raise source.error(
                node.left.position,
                "the left side must be one element of a sequence",
                repair=f"write  {name}[t] = ..." if name else "write  h[t] = ...",
            )


def _make_objects(scope: Scope, inference: Inference) -> None:
    """A sequence, parameter, constant or function for every name that is read or defined."""
    shapes = solve(inference)
    for name, declared in scope.declared.items():
        if declared.kind == "function":
            undefined = declared.shape is None
            scope.objects[name] = sympy.Function(name) if undefined else Function(name, *declared.shape or ())
    for name, shape in shapes.items():
        position = inference.places[name]
        scope.objects[name] = located(scope.source, position, _object, scope, name, shape, position)


def _object(scope: Scope, name: str, shape: Any, position: int) -> Any:
    declared = scope.declared.get(name)
    kind = declared.kind if declared else ""
    latex = declared.latex if declared else ""
    simplex = bool(declared and declared.simplex)
    if name in scope.names.sequences or kind == "sequence":
        return Sequence(name, *shape, simplex=simplex, latex=latex)
    if kind == "constant":
        return Constant(name, *shape, simplex=simplex, latex=latex)
    if simplex:
        raise scope.source.error(
            position,
            f"{name} is declared simplex but read without a time",
            repair=f"write  {name}[t], or declare  constant {name}: ... simplex",
        )
    return Parameter(name, *shape, learned=kind != "fixed", latex=latex)


def _recurrence(scope: Scope, definitions: list[tree.Node], titles: Titles) -> Recurrence:
    equations: Equations = []
    where: dict[Any, Any] = {}
    loss, loss_position = None, 0
    for node in definitions:
        if isinstance(node, tree.Loss):
            loss, loss_position = Builder(scope).value(node.body), node.body.position
        elif isinstance(node, tree.Definition):
            short, long, over = _sides(scope, node)
            if node.abbreviates:
                where[short] = long
            else:
                equations.append((node, located(scope.source, node.position, Equation, short, long, over)))
    try:
        return Recurrence(*(e for _, e in equations), loss=loss, where=where, **titles.arguments())
    except SymrnnError as error:
        raise _placed(scope, error, equations, loss_position) from None


def _sides(scope: Scope, node: tree.Definition) -> tuple[Any, Any, Any]:
    """Both sides and the range of an equation."""
    over, builder = None, Builder(scope)
    if node.over is not None:
        index = index_symbol(node.over.index)
        if node.over.index in scope.dimensions or node.over.index in scope.objects:
            raise scope.source.error(node.over.position, f"the index {node.over.index} already has a meaning")
        ends = [read_time(scope.source, end, {}) for end in (node.over.first, node.over.last)]
        over = (index, *ends)
        builder.indices = {"t": index_symbol("t"), node.over.index: index}
    left, right = builder.value(node.left), builder.value(node.right)
    if right.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
        raise scope.source.error(node.right.position, "the right side is not a finite real number")
    return left, right, over


def _placed(scope: Scope, error: SymrnnError, equations: Equations, loss_position: int) -> ReadError:
    """An error about the whole system, at the equations it names, else at the first that has its sequence."""
    source = scope.source
    told = [node for node, e in equations if f"equation: {e}" in error.where]
    if not told:
        word = re.match(r"[^\W\d]\w*", error.what)
        told = [node for node, e in equations if word and isinstance(e.lhs, Element) and e.lhs.name == word.group()]
    if "loss" in error.what.split("\n")[0] or error.where.startswith("loss:"):
        return source.relocated(error, loss_position)
    if not told:
        reading = [node for node, _ in equations if _mentions(node, error.what)]
        told = reading or [equations[0][0]]
    others = [source.show(node.position).split("\n")[:2] for node in told[:-1]]
    more = "\n".join(f"{place.split(', column')[0]}: {line}" for place, line in others)
    return source.relocated(error, told[-1].position, more)


def _mentions(node: tree.Node, what: str) -> bool:
    words = set(re.findall(r"[^\W\d]\w*(?=\[)", what))
    return any(isinstance(part, tree.At) and part.name in words for part in tree.walk(node))
