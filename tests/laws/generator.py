"""Random expressions and random well-posed systems, drawn from anything with the methods of `random.Random`.

A system has one to three sequences of ranks 0 to 2, in one or more components that each run one way in
time, with lags from -2 to 3, boundary equations now and then, known and unknown functions, and a loss that
is a sum, a mean or a last step.
"""

import sympy

import symrnn as sr
from symrnn import Constant, Equation, Function, Parameter, Recurrence, Sequence, dims, t, tau
from symrnn.tensor import (
    add,
    commutation,
    elementwise,
    kron,
    norm2,
    partial,
    placeholder,
    reshape,
    segment,
    shape_of,
    stop_gradient,
    surrogate,
)

n, m = dims("n m")
SHAPES = [(), (n,), (m,), (n, n), (n, m)]
KNOWN = [sr.tanh, sr.sigmoid, sr.sin, sr.softplus, lambda x: sr.cos(x) / 2, lambda x: x - x * x / 3]


class Writer:
    """Writes random expressions over some leaves; parameters are declared as they are needed.

    `extras` may name "declared", the nodes with a declared derivative, "partial", the partial derivatives of
    unknown functions, and "kronecker", products of that name, which not every law takes.
    """

    def __init__(self, rng, leaves, extras=()):
        self.rng, self.leaves, self.extras, self.made = rng, leaves, extras, []

    def parameter(self, *shape):
        """A parameter of a shape: one already in use, a new one, one that is not learned, or a constant."""
        same = [x for x in self.made if x.shape == shape]
        if same and self.rng.random() < 0.4:
            return self.rng.choice(same)
        name = f"p{len(self.made) + 1}"
        kind = self.rng.randrange(6)
        new = Constant(name, *shape) if kind == 0 else Parameter(name, *shape, learned=kind != 1)
        self.made.append(new)
        return new

    def unknown(self, *shape):
        """An unknown function with values of a shape."""
        return Function("fgrs"[len(shape)] + "".join(str(d) for d in shape), *shape)

    def expression(self, shape, depth):
        """An expression of a shape."""
        terms = [self.term(shape, depth) for _ in range(self.rng.choice([1, 1, 2]))]
        return add(*terms) if len(terms) > 1 else terms[0]

    def term(self, shape, depth):
        """One term of a shape: a leaf made to fit, or an operation on smaller expressions."""
        if depth <= 0:
            return self.fitted(self.rng.choice(self.leaves), shape)
        return self.rng.choice([self.scalar, self.vector, self.matrix][len(shape)](shape, depth - 1))()

    def scalar(self, _, depth):
        """The ways to make a scalar."""
        new = self.expression
        phi, f = sympy.Function("phi"), self.unknown()
        return [
            lambda: sr.dot(new((n,), depth), new((n,), depth)),
            lambda: sr.sum(new((n, m), depth)),
            lambda: sr.trace(new((n, n), depth)),
            lambda: sr.logsumexp(new((m,), depth)),
            lambda: sr.softmax_cross_entropy(new((n,), depth), new((n,), depth)),
            lambda: sr.entry(new((n, m), depth), 2, 1),
            lambda: phi(new((), depth), new((), 0)),
            lambda: f(new((m,), depth), new((), 0), self.parameter(n, m)),
            lambda: self.rng.choice(KNOWN)(new((), depth)),
            lambda: new((), depth) * new((), depth),
        ]

    def vector(self, shape, depth):
        """The ways to make a vector."""
        new, (d,) = self.expression, shape
        ways = [
            lambda: self.parameter(d, n) @ new((n,), depth),
            lambda: new((d,), depth) @ new((d, d), depth) if d == n else new((n,), depth) @ new((n, d), depth),
            lambda: self.rng.choice(KNOWN)(new((d,), depth)),
            lambda: new((d,), depth) * new((d,), depth),
            lambda: new((), depth) * new((d,), depth),
            lambda: sr.softmax(new((d,), depth)),
            lambda: elementwise(sympy.Function("phi")(placeholder(0), placeholder(1)), new(shape, depth), new((), 0)),
            lambda: self.unknown(d)(new((m,), depth), self.parameter(n)),
            lambda: new((), depth) * sr.ones(d),
            lambda: segment(sr.concat(new((n,), depth), new((m,), depth)), 0 if d == n else n, d),
            lambda: segment(self.parameter(d + 1) * sr.concat(new((d,), depth), sr.ones(1)), 1, d),
        ]
        ways += [lambda: sr.diag(new((n, n), depth))] if d == n else []
        ways += [lambda: reshape(new((n, m), depth), n * m)] if d == n * m else []
        if "kronecker" in self.extras:
            ways.append(lambda: segment(kron(new((d, m), depth), new((2, n), 0)) @ self.parameter(m * n), 0, d))
        return ways + self.declaring(shape, depth)

    def matrix(self, shape, depth):
        """The ways to make a matrix."""
        new, (d, e) = self.expression, shape
        ways = [
            lambda: sr.outer(new((d,), depth), new((e,), depth)),
            lambda: self.parameter(d, n) @ new((n, e), depth),
            lambda: new(shape, depth) * new(shape, depth),
            lambda: new((), depth) * new(shape, depth),
            lambda: self.rng.choice(KNOWN)(new(shape, depth)),
            lambda: self.unknown(d, e)(new((m,), depth)),
            lambda: reshape(self.parameter(d * e) + reshape(new(shape, depth), d * e), d, e),
            lambda: segment(sr.concat(self.parameter(2, e), new(shape, depth)), 1, d),
        ]
        square = [lambda: new(shape, depth).T, lambda: sr.diag(new((d,), depth)), lambda: self.inverted(d, depth)]
        rates = [lambda: partial(self.unknown(d)(new((e,), depth), self.parameter()), 0)]
        ways += (square if d == e else []) + (rates if "partial" in self.extras else [])
        if "kronecker" in self.extras:
            ways.append(lambda: reshape(commutation(e, d) @ reshape(new((e, d), depth), e * d), d, e))
        return ways + self.declaring(shape, depth)

    def inverted(self, d, depth):
        """The inverse of a matrix that is well away from singular."""
        return sr.inverse(3 * sr.eye(d) + sr.outer(self.parameter(d), sr.tanh(self.expression((d,), depth))) / 4)

    def declaring(self, shape, depth):
        """The nodes whose derivative is declared, where they are wanted."""
        if "declared" not in self.extras:
            return []
        return [
            lambda: stop_gradient(self.expression(shape, depth)),
            lambda: surrogate(sympy.sin, lambda z: 1 / (1 + z**2), self.expression(shape, depth)),
        ]

    def fitted(self, leaf, shape):
        """A leaf times parameters, so that the product has the shape."""
        own = shape_of(leaf)
        if own == shape:
            return self.rng.choice([leaf, leaf, self.parameter(*shape) * leaf])
        down = {0: lambda: leaf, 1: lambda: leaf @ self.parameter(*own), 2: lambda: sr.sum(leaf * self.parameter(*own))}
        if len(shape) == 1 and len(own) == 1:
            return self.parameter(*shape, *own) @ leaf
        if len(shape) == 1 and len(own) == 2:
            return self.parameter(*shape, own[0]) @ (leaf @ self.parameter(own[1]))
        if len(shape) == 2 and len(own) == 1:
            return sr.outer(self.parameter(shape[0], *own) @ leaf, self.parameter(shape[1]))
        scalar = down[len(own)]()
        return self.parameter(*shape) * scalar if shape else scalar


def random_system(rng):
    """A random well-posed system, with a loss that its first sequence at least can change."""
    count = rng.randint(1, 3)
    names = [Sequence(name, *rng.choice(SHAPES)) for name in "uvw"[:count]]
    component = [0] + [rng.randint(0, 1) for _ in names[1:]]
    direction = [rng.choice([1, 1, -1]) for _ in range(2)]
    x = Sequence("x", *rng.choice(SHAPES))
    writer = Writer(rng, [])
    equations = []
    for i, v in enumerate(names):
        writer.leaves = [x[t - lag] for lag in rng.sample([0, 0, 1, -1], rng.randint(1, 2))]
        for j, u in enumerate(names):
            writer.leaves += [u[t - lag] for lag in _lags(rng, i, j, component, direction)]
        equations += _equations(rng, v, writer)
    rng.shuffle(equations)
    return Recurrence(*equations, loss=_loss(rng, names, writer))


def _lags(rng, i, j, component, direction):
    """The lags at which sequence i may read sequence j: one way within a component, any to an earlier one."""
    if component[i] == component[j]:
        sign = direction[component[i]]
        some = [sign * lag for lag in rng.choices([1, 2, 3] if sign == 1 else [1, 2], k=rng.randint(0, 2))]
        return some + ([0] if j < i and rng.random() < 0.5 else []) or ([sign] if i == j else [])
    return rng.sample([-2, -1, 0, 1, 2, 3], rng.randint(0, 2)) if component[j] < component[i] else []


def _equations(rng, v, writer):
    """The equation of a sequence over a range, and now and then one for a boundary value."""
    head = rng.choice([*KNOWN, lambda x: x, lambda x: x, lambda x: writer.unknown(*v.shape)(x)])
    rhs = head(add(*(writer.fitted(x, v.shape) for x in writer.leaves)))
    if rng.random() < 0.4:
        rhs = rhs * writer.term((), 1) if rng.random() < 0.5 else rhs + writer.term(v.shape, 1)
    late = v[t - 1] in writer.leaves and rng.random() < 0.3  # then v[1] is given, for tau = 1 too
    found = [Equation(v[t], rhs, over=(t, 2 if late else 1, tau))]
    if not late and rng.random() < 0.25:
        found.append(Equation(v[0], sr.tanh(writer.parameter(*v.shape))))
    return found


def _loss(rng, names, writer):
    """The sum or mean over time of a cost of every sequence, or a cost of the last step; regularised or not."""
    cost = rng.choice([lambda v: norm2(v), lambda v: sr.sum(v) / 2 + norm2(v)])
    terms = [cost(v[t]) for v in names if rng.random() < 0.8] or [cost(names[0][t])]
    whole = add(*terms) if len(terms) > 1 else terms[0]
    loss = rng.choice([sr.time_sum, sr.time_sum, sr.time_mean, lambda body: body.xreplace({t: tau})])(whole)
    if writer.made and rng.random() < 0.4:
        loss = loss + norm2(rng.choice(writer.made)) / 3
    return loss
