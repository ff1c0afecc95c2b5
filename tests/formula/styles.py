"""Random formulas of a tanh network in prefix form, and how people type them in five styles.

The writers here know nothing of the package: what they write is read back by the grammar under test.
"""

SEQUENCES = {"h": "n", "a": "n", "g": "n", "delta": "n", "x": "m", "o": "q", "y": "q", "yhat": "q"}
MATRICES = {"W": "nn", "U": "nm", "V": "qn"}
STYLES = ("times above", "times below", "unicode", "code", "plain")
LOWERED = dict(zip("0123+-tk", "₀₁₂₃₊₋ₜₖ", strict=True))


def element(draw, side):
    name = draw.choice([s for s, d in SEQUENCES.items() if d == side])
    return ("at", name, draw.choice(["t", "k", "tau", "0", ("sub", "t", "1"), ("add", "t", "1")]))


def vector(draw, side, depth):
    """A random vector."""
    kind = draw.choice(
        ["at", "grad", "mul", "mul", "hadamard", "add", "sub", "apply", "prime", "slope", "diag", "sum"]
        if depth
        else ["at", "at", "grad"]
    )

    def inner(s=side):
        return vector(draw, s, depth - 1)

    match kind:
        case "grad":
            return ("grad", element(draw, side), "L")
        case "mul":
            straight = [(m, sides[1]) for m, sides in MATRICES.items() if sides[0] == side]
            turned = [(("transpose", m), sides[0]) for m, sides in MATRICES.items() if sides[1] == side]
            matrix, other = draw.choice(straight + turned)
            return ("mul", matrix, inner(other))
        case "hadamard" | "add" | "sub":
            return (kind, inner(), inner())
        case "apply":
            return ("apply", draw.choice(["tanh", "sigma"]), inner())
        case "prime":
            return ("prime", draw.choice(["f", "tanh"]), element(draw, side))
        case "slope":
            return ("sub", "1", ("pow", element(draw, side), "2"))
        case "diag":
            return ("mul", ("diag", inner()), inner())
        case "sum":
            return ("sum", "k", "1", draw.choice(["t", "tau"]), inner())
    return element(draw, side)


def formula(draw):
    """A random formula: a vector, a gradient by a matrix, an inner product or an equation."""
    match draw.choice(["vector", "vector", "vector", "gradient", "inner", "norm", "equation"]):
        case "gradient":
            return (
                "sum",
                "t",
                "1",
                "tau",
                ("mul", vector(draw, "n", 1), ("transpose", element(draw, draw.choice("nm")))),
            )
        case "inner":
            return ("mul", ("transpose", vector(draw, "n", 1)), vector(draw, "n", 1))
        case "norm":
            return ("mul", ("norm", vector(draw, "n", 1)), vector(draw, "n", 1))
        case "equation":
            return ("eq", ("at", "delta", "t"), vector(draw, "n", 2))
    return vector(draw, draw.choice("nmq"), 3)


def prefix(e):
    return e if isinstance(e, str) else "(" + " ".join(map(prefix, e)) + ")"


SUM, SPREAD, PRODUCT, FACTOR = range(4)  # how tightly what is written binds


class Writer:
    """Writes a formula in one style."""

    def __init__(self, style, draw):
        self.style, self.draw = STYLES.index(style), draw
        self.tex = self.style < 2

    def pick(self, *ways):
        """The way of this style; of several equal ones, any."""
        way = ways[self.style]
        return way if isinstance(way, str) else self.draw.choice(way)

    def write(self, e, needed=SUM):
        text, binds = self.written(e)
        return text if binds >= needed else self.bracketed(text)

    def bracketed(self, text):
        return self.draw.choice([rf"\left({text}\right)", rf"\bigl( {text} \bigr)"]) if self.tex else f"({text})"

    def time(self, t):
        if isinstance(t, tuple):
            return f"{self.time(t[1])}{'-' if t[0] == 'sub' else '+'}{t[2]}"
        return self.pick(r"\tau", [r"\tau", "T"], "τ", ["tau", "T"], ["tau", "T"]) if t == "tau" else t

    def name(self, n):
        if n == "yhat":
            return self.pick(r"\hat{\boldsymbol{y}}", [r"\hat y", r"\hat{y}"], "ŷ", ["yhat", "y_hat"], ["yhat", "ŷ"])
        if n == "delta":
            return self.pick(r"\boldsymbol{\delta}", r"\delta", "δ", n, n)
        return rf"\boldsymbol{{{n}}}" if self.style == 0 else n

    def at(self, e):
        name, time = self.name(e[1]), self.time(e[2])
        if self.style == 2 and time[0] in LOWERED:
            return name + "".join(LOWERED[sign] for sign in time)
        below = [f"_{{{time}}}", f"_{time} "] if len(time) == 1 else [f"_{{{time}}}"]
        return name + self.pick(f"^{{({time})}}", below, f"_{{{time}}}", f"[{time}]", below)

    def written(self, e):
        if isinstance(e, str):
            return (self.name(e) if e in MATRICES else self.time(e)), FACTOR
        method = getattr(self, e[0], None)
        if e[0] in {"add", "sub"}:
            return f"{self.write(e[1])} {'+' if e[0] == 'add' else '-'} {self.write(e[2], SPREAD)}", SUM
        if e[0] == "eq":
            return f"{self.write(e[1])} = {self.write(e[2])}", SUM
        found = method(e)
        return found if isinstance(found, tuple) else (found, FACTOR)

    def hadamard(self, e):
        sign = self.pick(r"\odot", [r"\odot", r"\circ"], ["⊙", "∘"], "*", ["*", "⊙"])
        return f"{self.write(e[1], PRODUCT)} {sign} {self.write(e[2], PRODUCT)}", SPREAD

    def mul(self, e):
        scalar = e[1][0] == "norm"
        sign = self.pick([" ", r"\,"], " ", " ", " * " if scalar else " @ ", " ")
        return self.write(e[1], PRODUCT) + sign + self.write(e[2], PRODUCT), SPREAD if scalar else PRODUCT

    def transpose(self, e):
        base = self.bracketed(self.at(e[1])) if e[1][0] == "at" else self.write(e[1], FACTOR)
        return base + self.pick([r"^\top ", r"^{\top}"], ["^T ", r"^{\mathsf T}"], "ᵀ", ".T", "^T "), PRODUCT

    def pow(self, e):
        base = self.bracketed(self.at(e[1])) if self.style == 0 else self.at(e[1]).strip()
        return base + self.pick("^2", ["^2", "^{2}"], "²", "**2", "^2"), PRODUCT

    def grad(self, e):
        x = self.at(e[1]).strip()
        return self.pick(
            rf"\nabla_{{{x}}}L", rf"\nabla_{{{x}}} L", f"∇_{{{x}}} L", f"nabla_{x} L", f"nabla_{{{x}}} L"
        ), PRODUCT

    def function(self, name):
        return "\\" + name if self.tex and name != "f" else {"sigma": "σ"}.get(name, name) if self.style == 2 else name

    def apply(self, e):
        return self.function(e[1]) + self.bracketed(self.write(e[2]))

    def prime(self, e):
        return self.function(e[1]) + self.pick("'", ["'", r"^{\prime}"], "′", "'", "'") + self.bracketed(self.at(e[2]))

    def diag(self, e):
        return self.pick(r"\operatorname{diag}", r"\mathrm{diag}", "diag", "diag", "diag") + self.bracketed(
            self.write(e[1])
        )

    def norm(self, e):
        body = self.write(e[1])
        return self.pick(rf"\lVert {body} \rVert", rf"\|{body}\|", f"‖{body}‖", f"||{body}||", f"||{body}||")

    def sum(self, e):
        low, high = self.time(e[2]), self.time(e[3])
        if self.style == 3:
            return f"sum({self.write(e[4])}, ({e[1]}, {low}, {high}))"
        sign = self.pick(r"\sum", r"\sum", "∑", "", "sum")
        return f"{sign}_{{{e[1]}={low}}}^{{{high}}} {self.write(e[4], SPREAD)}", SPREAD
