"""How a library of arrays says what generated code needs: NumPy, JAX, PyTorch.

Everything else is the same in all three: operators, indices, methods such as `sum(axis=...)` and `reshape`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from symrnn.numeric.stable import text_of


class Dialect:
    """NumPy; the others say where they differ.

    word
        What stands before the name of a function.
    array, kind
        The types of an array and of its entries, for annotations.
    """

    word, array, kind = "np", "np.ndarray", "np.dtype"

    def named(self, name: str) -> str:
        """A function of this name."""
        return f"{self.word}.{name}"

    def filled(self, shape: str, value: str, dtype: str) -> str:
        """A new array that holds one value."""
        if value in ("0", "1"):
            return f"{self.word}.{'ones' if value == '1' else 'zeros'}({shape}, {dtype})"
        return f"{self.word}.full({shape}, {value}, {dtype})"

    def eye(self, size: str, dtype: str) -> str:
        """The unit matrix."""
        return f"{self.word}.eye({size}, dtype={dtype})"

    def product(self, a: str, b: str) -> str:
        """The product of two matrices."""
        return f"{self.word}.dot({a}, {b})"

    def diagonal(self, x: str) -> str:
        """The diagonals of the last two axes."""
        return f"{x}.diagonal(axis1=-2, axis2=-1)"

    def trace(self, x: str) -> str:
        """The traces of the last two axes."""
        return f"{x}.trace(axis1=-2, axis2=-1)"

    def larger(self, a: str, b: str, used: set[str]) -> str:
        """Entry by entry, the larger one."""
        return f"{self.word}.maximum({a}, {b})"

    def smaller(self, a: str, b: str, used: set[str]) -> str:
        """Entry by entry, the smaller one."""
        return f"{self.word}.minimum({a}, {b})"

    def later(self, a: str, b: str) -> str:
        """The larger of two numbers of steps, inside a loop."""
        return f"max({a}, {b})"

    def step(self, x: str, at_zero: str) -> str:
        """1 where x > 0, 0 where x < 0."""
        return f"{self.word}.heaviside({x}, {at_zero})"

    def softplus(self, x: str, used: set[str]) -> str:
        """log(1 + exp(x))."""
        return f"{self.word}.logaddexp({x}, 0)"

    def typed(self, given: str, dtype: str) -> str:
        """An argument as an array of the type that is computed with."""
        return f"{self.word}.asarray({given}, {dtype})"

    def asarray(self, text: str, word: Callable[[str], str]) -> str:
        """An array of what may be a number."""
        return f"{self.word}.asarray({text}, {word('dtype')})"

    def shape(self, given: str) -> str:
        """The shape of an argument."""
        return f"{self.word}.shape({given})"

    def number(self, text: str, word: Callable[[str], str]) -> str:
        """A Python number where a function may be called with it."""
        return text

    def spelled(self, word: str) -> str:
        """The name of `batch`, `B` or `dtype`."""
        return word

    def kind_line(self, used: set[str]) -> str:
        """The line that finds the type that is computed with."""
        return self.common("*params.values(), *inputs.values(), *boundary.values()", used)

    def common(self, given: str, used: set[str]) -> str:
        """The line that finds the type that is computed with, of some arrays."""
        return f"dtype = {self.word}.result_type({self.word}.float32, {given})"

    def helper(self, name: str) -> str:
        """The text of one of the functions that generated code brings along."""
        return text_of(name)


class Jax(Dialect):
    """JAX has NumPy's names."""

    word, array, kind = "jnp", "jax.Array", "jnp.dtype"

    def later(self, a: str, b: str) -> str:
        return f"jnp.maximum({a}, {b})"  # the number of a step is traced

    def helper(self, name: str) -> str:
        return re.sub(r"\bnp\.", f"{self.word}.", text_of(name).replace("np.ndarray", self.array))


class Torch(Dialect):
    """PyTorch: functions take tensors only, and a new tensor is told its type and device."""

    word, array, kind = "torch", "torch.Tensor", "dict"

    def filled(self, shape: str, value: str, dtype: str) -> str:
        if value in ("0", "1"):
            return f"torch.{'ones' if value == '1' else 'zeros'}({shape}, **{dtype})"
        return f"torch.full({shape}, {value}, **{dtype})"

    def eye(self, size: str, dtype: str) -> str:
        return f"torch.eye({size}, **{dtype})"

    def product(self, a: str, b: str) -> str:
        return f"torch.mm({a}, {b})"

    def diagonal(self, x: str) -> str:
        return f"{x}.diagonal(dim1=-2, dim2=-1)"

    def trace(self, x: str) -> str:
        return f"{x}.diagonal(dim1=-2, dim2=-1).sum(-1)"

    def larger(self, a: str, b: str, used: set[str]) -> str:
        used.add("larger")
        return f"larger({a}, {b})"

    def smaller(self, a: str, b: str, used: set[str]) -> str:
        used.add("larger")
        return f"(-larger(-({a}), -({b})))"

    def step(self, x: str, at_zero: str) -> str:
        above = f"({x} > 0).to({x}.dtype)"
        return above if at_zero == "0" else f"torch.where({x} == 0, {at_zero}, {above})"

    def softplus(self, x: str, used: set[str]) -> str:
        used.add("softplus")
        return f"softplus({x})"

    def typed(self, given: str, dtype: str) -> str:
        return f"{given}.to(**{dtype})"

    def asarray(self, text: str, word: Callable[[str], str]) -> str:
        return f"torch.as_tensor({text}, **{word('dtype')})"

    def shape(self, given: str) -> str:
        return f"{given}.shape"

    def number(self, text: str, word: Callable[[str], str]) -> str:
        return f"torch.tensor({text}, **{word('dtype')})"

    def spelled(self, word: str) -> str:
        return "kind" if word == "dtype" else word

    def kind_line(self, used: set[str]) -> str:
        return self.common("*params.values(), *inputs.values(), *boundary.values()", used)

    def common(self, given: str, used: set[str]) -> str:
        used.add("kind_of")
        return f"kind = kind_of({given})"

    def helper(self, name: str) -> str:
        return TORCH[name]


NUMPY, JAX, TORCH_DIALECT = Dialect(), Jax(), Torch()

# What NumPy's functions of these names do, for tensors.
TORCH: Mapping[str, str] = MappingProxyType(
    {
        "kind_of": '''def kind_of(*given: torch.Tensor) -> dict:
    """The widest floating type of some tensors, float32 at least, and their device."""
    dtype = torch.float32
    for x in given:
        dtype = torch.promote_types(dtype, x.dtype)
    return {"dtype": dtype, "device": given[0].device if given else "cpu"}
''',
        "sigmoid": '''def sigmoid(x: torch.Tensor) -> torch.Tensor:
    """1 / (1 + exp(-x))."""
    return torch.sigmoid(x)
''',
        "larger": '''def larger(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Entry by entry, the larger one; one of the two may be a number."""
    return torch.where(a > b, a, b)
''',
        "softplus": '''def softplus(x: torch.Tensor) -> torch.Tensor:
    """log(1 + exp(x)) without overflow."""
    return torch.logaddexp(x, torch.zeros_like(x))
''',
        "softmax": '''def softmax(x: torch.Tensor) -> torch.Tensor:
    """exp(x_i) / sum_j exp(x_j) over the last axis."""
    return torch.softmax(x, -1)
''',
        "logsumexp": '''def logsumexp(x: torch.Tensor) -> torch.Tensor:
    """log(sum_j exp(x_j)) over the last axis."""
    return torch.logsumexp(x, -1)
''',
        "softmax_cross_entropy": '''def softmax_cross_entropy(o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """-y.log softmax(o) over the last axis of logits o and targets y."""
    return -(y * torch.log_softmax(o, -1)).sum(-1)
''',
        "diagonal_matrix": '''def diagonal_matrix(v: torch.Tensor) -> torch.Tensor:
    """The diagonal matrix of the last axis: (..., n) to (..., n, n)."""
    return torch.diag_embed(v)
''',
        "joined": '''def joined(rank: int, *parts: torch.Tensor) -> torch.Tensor:
    """Vectors (rank 1) one after the other, or matrices (rank 2) one above the other; leading axes broadcast."""
    lead = torch.broadcast_shapes(*(p.shape[: p.ndim - rank] for p in parts))
    return torch.cat([p.expand(*lead, *p.shape[p.ndim - rank :]) for p in parts], dim=-rank)
''',
        "kron": '''def kron(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The Kronecker product of matrices in the last two axes."""
    entries = a[..., :, None, :, None] * b[..., None, :, None, :]
    return entries.reshape(*entries.shape[:-4], a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1])
''',
        "blocks": '''def blocks(rows: int, *parts: torch.Tensor) -> torch.Tensor:
    """Matrices put together in some rows, row by row; leading axes broadcast."""
    lead = torch.broadcast_shapes(*(p.shape[:-2] for p in parts))
    whole, width = [p.expand(*lead, *p.shape[-2:]) for p in parts], len(parts) // rows
    return torch.cat([torch.cat(whole[i : i + width], dim=-1) for i in range(0, len(whole), width)], dim=-2)
''',
        "running_products": '''def running_products(factors: torch.Tensor, rank: int) -> torch.Tensor:
    """Row r: the product of the first r factors along the first axis, later ones on the left; row 0: the unit."""
    unit = torch.eye(factors.shape[-1]).to(factors) if rank else torch.ones(()).to(factors)
    products = [unit.expand(factors.shape[1:])]
    for factor in factors:
        products.append(factor @ products[-1] if rank else factor * products[-1])
    return torch.stack(products)
''',
        "running_products_back": '''def running_products_back(factors: torch.Tensor, rank: int) -> torch.Tensor:
    """Row r: the product of the factors from r on along the first axis, later ones on the left; last the unit."""
    unit = torch.eye(factors.shape[-1]).to(factors) if rank else torch.ones(()).to(factors)
    products = [unit.expand(factors.shape[1:])]
    for factor in reversed(list(factors)):
        products.append(products[-1] @ factor if rank else products[-1] * factor)
    return torch.stack(products[::-1])
''',
        "powers": '''def powers(matrix: torch.Tensor, first: int, last: int, axes: int) -> torch.Tensor:
    """The powers first, ..., last of a matrix along a new first axis, with some axes of size 1 behind it."""
    every = running_products(matrix.expand(max(last, 0), *matrix.shape), 2)[first:]
    return every.reshape(len(every), *(1 for _ in range(axes)), *matrix.shape)
''',
        "reshaped": '''def reshaped(x: torch.Tensor, rank: int, *shape: int) -> torch.Tensor:
    """The last `rank` axes of x, row by row, in another shape."""
    return x.reshape(*x.shape[: x.ndim - rank], *shape)
''',
        "times": '''def times(first: int, last: int, batch: tuple[int, ...], kind: dict) -> torch.Tensor:
    """The numbers first, ..., last along the time axis, the same for every example of the batch."""
    numbers = torch.arange(first, max(last + 1, first), **kind).reshape(-1, *(1 for _ in batch))
    return numbers.expand(len(numbers), *batch)
''',
        "sum_products": '''def sum_products(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The matrix products of a (..., n, k) and b (..., k, m), summed over time and batch: (n, m)."""
    a, b = a.reshape(-1, *a.shape[-2:]), b.reshape(-1, *b.shape[-2:])
    return torch.tensordot(a, b, dims=([0, 2], [0, 1]))
''',
        "sum_leading": '''def sum_leading(x: torch.Tensor, rank: int) -> torch.Tensor:
    """The sum over all axes but the last `rank` ones: over time and batch."""
    return x.reshape(-1, *x.shape[x.ndim - rank :]).sum(0)
''',
        "like": '''def like(gradient: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The gradient summed over the batch axis if `given` was given once for the whole batch."""
    extra = gradient.ndim - given.ndim
    return gradient.sum(tuple(range(extra))) if extra else gradient.clone()
''',
    }
)
