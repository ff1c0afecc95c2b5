"""What the equations demand of the shapes: one walk collects a term for every name and a relation for every operation.

What follows from these demands is found by `solving`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sympy import Expr

from symrnn.errors import ReadError
from symrnn.model.reading import tree
from symrnn.model.reading.integers import read_size
from symrnn.model.reading.kinds import Clash, Term, known, unify
from symrnn.model.reading.relations import Flattened, Relation, Stacked
from symrnn.model.reading.scope import Scope, spelled
from symrnn.model.reading.verbs import DOTTED, ENTRYWISE, MATMUL, SAME, SIDE_BY_SIDE, TRANSPOSED, VERBS, patterns
from symrnn.tensor.shape import show_shape

_JOINING = {"": SIDE_BY_SIDE, "@": MATMUL, "·": DOTTED}


@dataclass
class Inference:
    """Collects the demands of the equations of one file, and solves them."""

    scope: Scope
    terms: dict[str, Term] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    clash: ReadError | None = None

    def definition(self, node: tree.Definition) -> None:
        """Both sides have one shape."""
        indices = {"t"} | ({node.over.index} if node.over else set())
        left, right = self.term(node.left, indices), self.term(node.right, indices)
        self._unify(node.right, left, right)

    def loss(self, node: tree.Loss) -> None:
        """A loss is a scalar."""
        self._unify(node.body, known(()), self.term(node.body, {"t"}))

    def name(self, name: str, position: int) -> Term:
        """The term of a name."""
        self.places.setdefault(name, position)
        if name not in self.terms:
            declared = self.scope.declared.get(name)
            fixed = known(declared.shape) if declared and declared.shape is not None else Term(upright=True)
            self.terms[name] = fixed
        return self.terms[name]

    def term(self, node: tree.Node, indices: set[str]) -> Term:
        """The term of an expression, with what it demands."""
        match node:
            case tree.Number():
                return known(())
            case tree.Name(text=text):
                return self.name(text, node.position) if self.scope.role(node, indices) == "value" else known(())
            case tree.At(name=name):
                return self.name(name, node.position)
            case tree.Bracket(body=body) | tree.Minus(body=body):
                return self.term(body, indices)
            case tree.BigSum(body=body, index=index):
                return self._same(node, self.term(body, indices | {index}))
            case tree.Transposed(body=body):
                return self._relate(node, TRANSPOSED, [self.term(body, indices)])
            case tree.Power(base=base, exponent=exponent):
                self._unify(exponent, known(()), self.term(exponent, indices))
                return self._same(node, self.term(base, indices))
            case tree.Sum(terms=terms):
                return self._sum(terms, indices)
            case tree.Product(factors=factors):
                return self._fold(node, factors, indices, lambda sign: _JOINING[sign])
            case tree.Entrywise(factors=factors):
                return self._fold(node, factors, indices, lambda _: ENTRYWISE)
            case tree.Call():
                return self._call(node, indices)
        raise self.scope.source.error(node.position, "this cannot stand in an expression")

    def _same(self, node: tree.Node, term: Term) -> Term:
        return self._relate(node, SAME, [term])

    def _sum(self, terms: Iterable[tuple[str, tree.Node]], indices: set[str]) -> Term:
        total = Term(upright=True)
        only_numbers = True
        for _, part in terms:
            term = self.term(part, indices)
            if not is_number(part, self.scope):
                only_numbers = False
                self._unify(part, total, term)
        return known(()) if only_numbers else total

    def _fold(
        self,
        node: tree.Node,
        factors: tuple[tuple[str, tree.Node], ...],
        indices: set[str],
        shapes: Callable[[str], str],
    ) -> Term:
        (_, first), *rest = factors
        total, before = self.term(first, indices), first
        for sign, part in rest:
            term = self.term(part, indices)
            relation = Relation(part.position, [total, term, Term()], list(patterns(shapes(sign))))
            if isinstance(node, tree.Product):
                pairs = ((before, total), (part, term))
                relation.capitals = [
                    x for factor, x in pairs if isinstance(factor, tree.Name) and factor.text[0].isupper()
                ]
            self.relations.append(relation)
            total, before = relation.terms[-1], node
        return total

    def _relate(self, node: tree.Node, shapes: str, terms: list[Term]) -> Term:
        self.relations.append(Relation(node.position, [*terms, Term()], list(patterns(shapes))))
        return self.relations[-1].terms[-1]

    def _call(self, node: tree.Call, indices: set[str]) -> Term:
        declared = self.scope.declared.get(node.function)
        if declared is not None:
            values = [self.term(part, indices) for part in node.arguments]
            if declared.shape is not None:
                return known(declared.shape)
            total = values[0]
            for value in values[1:]:
                total = self._relate(node, ENTRYWISE, [total, value])
            return self._same(node, total)
        name, verb = self.scope.names.verb(node.function)
        cut = len(node.arguments) if verb.sizes is None else verb.sizes
        values = [self.term(part, indices) for part in node.arguments[:cut]]
        sizes = [read_size(self.scope.source, part) for part in node.arguments[cut:]]
        if node.shared:
            raise self.scope.source.error(
                node.position,
                f"{name} takes no parameters after a semicolon",
                repair="separate its arguments by commas",
            )
        return self._verb(node, name, values, sizes)

    def _verb(self, node: tree.Call, name: str, values: list[Term], sizes: list[Expr]) -> Term:
        result = Term(upright=True)
        if name == "concat":
            self.relations.append(Stacked(node.position, [*values, result], [("a",), ("b",)]))
            return result
        if name == "vec" and len(values) == 1:
            self.relations.append(Flattened(node.position, [*values, result], [("a",), ("b",)]))
            return result
        shapes = VERBS[name].patterns(len(values) + len(sizes), len(sizes))
        if name == "entry":
            shapes = patterns({1: "Va>S", 2: "Mab>S"}.get(len(sizes), ""))
        if not shapes or len(values) != len(shapes[0]) - 1:
            raise self.scope.source.error(
                node.position,
                f"{name} does not take {len(node.arguments)} argument{'s' * (len(node.arguments) != 1)}",
                repair=f"write  {name}({VERBS[name].usage})",
            )
        relation = Relation(node.position, [*values, result], list(shapes), dict(zip("pq", sizes, strict=False)))
        self.relations.append(relation)
        return result

    def _unify(self, node: tree.Node, a: Term, b: Term) -> None:
        try:
            unify(a, b)
        except Clash:
            self.note(node.position, [a, b])

    def note(self, position: int, terms: list[Term]) -> None:
        """Remember the first place where shapes do not fit."""
        shapes = [show_shape(term.shape) for term in terms if term.shape is not None]
        if self.clash is None:
            self.clash = self.scope.source.error(
                position,
                "the shapes that meet here do not fit" + (": " + " and ".join(shapes) if shapes else ""),
                repair="check the declared shapes, or declare the parameters that are read here",
            )


def is_number(node: tree.Node, scope: Scope) -> bool:
    """Whether an expression is a bare number, which may stand beside a tensor in a sum."""
    match node:
        case tree.Number():
            return True
        case tree.Name(text=text):
            return spelled(text) == "pi" and text not in scope.declared
        case tree.Bracket(body=body) | tree.Minus(body=body):
            return is_number(body, scope)
        case tree.Power(base=base, exponent=exponent):
            return is_number(base, scope) and is_number(exponent, scope)
        case tree.Sum(terms=parts) | tree.Product(factors=parts) | tree.Entrywise(factors=parts):
            return all(is_number(part, scope) for _, part in parts)
        case tree.Call(function=function, arguments=arguments):
            known_verb = function not in scope.declared and scope.names.verb(function)[1].sizes is None
            return known_verb and all(is_number(part, scope) for part in arguments)
    return False
