"""Linear recurrences through their eigenvalues, and what the initial weights do to gradients.

A linear state is multiplied by the same matrix at every step, so its gradients grow or fade with the powers of the
eigenvalues; near the start of training the same holds roughly for the others (Goodfellow et al. 2016, 10.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from symrnn.analysis.bounds import one_step
from symrnn.analysis.growth import jacobian_norms
from symrnn.analysis.sharing import state_of
from symrnn.errors import ShapeError, Undefined, Unsupported
from symrnn.model import Recurrence, Sequence, reads
from symrnn.numeric import to_numpy
from symrnn.typeset import text

KINDS = ("identity", "orthogonal", "normal")


@dataclass(frozen=True)
class Spectrum:
    """What multiplies the derivatives of a linear state at each step.

    matrix
        The formula of the one-step Jacobian.
    eigenvalues
        Complex numbers, the largest in absolute value first.
    norm
        Its largest singular value.
    """

    state: Sequence
    matrix: Any
    eigenvalues: np.ndarray
    norm: float

    @property
    def radius(self) -> float:
        """The largest absolute value of an eigenvalue: above one gradients explode, below one they vanish."""
        return float(np.abs(self.eigenvalues[0]))

    def between(self, steps: int) -> tuple[float, float]:
        """A lower and an upper bound on the norm of the derivative over some steps; equal for a normal matrix."""
        return self.radius**steps, self.norm**steps

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        verdict = "vanish" if self.radius < 1 else "explode" if self.radius > 1 else "neither vanish nor explode"
        return f"|λ| of {text(self.matrix)} is at most {self.radius:.4g}: gradients of {text(self.state)} {verdict}"


def eigenvalues(model: Recurrence, params: Mapping[str, Any], state: Any = None) -> Spectrum:
    """The eigenvalues of a linear recurrence, for arrays by name.

    Raises
    ------
    Unsupported
        When the one-step Jacobian depends on the state or the inputs: then the recurrence is not linear.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> layer = sr.analysis.eigenvalues(sr.models.state_space(), {"A": np.array([[0.5, 9.0], [0.0, 0.25]])})
    >>> layer.radius, layer.eigenvalues.real.tolist()
    (0.5, [0.5, 0.25])
    >>> print(layer)
    |λ| of A is at most 0.5: gradients of h vanish
    """
    h = state_of(model, state)
    step, _ = one_step(model, h)
    moving = [x for x in reads(step) if hasattr(x, "sequence")]
    if moving:
        raise Unsupported(
            f"{text(h)} is not linear: the Jacobian of one step is {text(step)}",
            law="eigenvalues say how gradients grow where every step has the same Jacobian",
            repair="jacobian_norms measures the growth, gradient_bound bounds it",
        )
    read = {str(p.name): p for p in reads(step)}
    for name in read:
        if name not in params:
            raise Undefined(f"no value is given for {name}", repair=f"pass {{{name!r}: array}}")
    value = to_numpy(step)(**{name: np.asarray(params[name], dtype=float) for name in read}) if read else float(step)
    matrix = np.atleast_2d(value)
    found = np.linalg.eigvals(matrix)
    order = np.argsort(-np.abs(found), kind="stable")
    return Spectrum(h, step, found[order], float(np.linalg.norm(matrix, 2)))


def initial_matrix(kind: str, size: int, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    """A square matrix to start from: `scale` times the identity, a random rotation, or normal entries / sqrt(size).

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> W = sr.analysis.initial_matrix("orthogonal", 4, scale=0.9)
    >>> bool(np.allclose(W @ W.T, 0.81 * np.eye(4)))
    True
    """
    if kind not in KINDS:
        raise Undefined(f"initialisation {kind!r}", repair="one of " + ", ".join(KINDS))
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ShapeError(f"a matrix of size {size!r}", repair="a whole number from 1 on")
    if kind == "identity":
        return scale * np.eye(size)
    drawn = np.random.default_rng(seed).normal(size=(size, size))
    if kind == "normal":
        return scale * drawn / np.sqrt(size)
    q, r = np.linalg.qr(drawn)
    return scale * q * np.where(np.diag(r) < 0, -1.0, 1.0)  # uniform among the rotations and reflections


def initialisations(
    model: Recurrence,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any] | None = None,
    *,
    matrix: str = "W",
    scales: tuple[float, ...] = (0.5, 1.0, 1.5),
    state: Any = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """How gradients grow for each way to start: the norms of dh(t)/dh(0) by "kind scale".

    Parameters
    ----------
    model, params, inputs, boundary
        As for `jacobian_norms`.
    matrix
        The square parameter that is started as identity, orthogonal and normal, times each of `scales`.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> params = {"A": np.eye(2), "B": np.ones((2, 1))}
    >>> arrays = params, {"x": np.zeros((3, 1))}, {"h[0]": np.zeros(2)}
    >>> curves = sr.analysis.initialisations(sr.models.state_space(), *arrays, matrix="A", scales=(0.5,))
    >>> curves["identity 0.5"].tolist()
    [0.5, 0.25, 0.125]
    """
    if matrix not in params:
        raise Undefined(f"no value is given for {matrix}", repair="matrix= names a parameter among params")
    shape = np.shape(params[matrix])
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(f"{matrix} has shape {shape}; only a square matrix can start as the identity")
    curves = {}
    for kind in KINDS:
        for scale in scales:
            start = {**params, matrix: initial_matrix(kind, shape[0], scale, seed)}
            curves[f"{kind} {scale:g}"] = jacobian_norms(model, start, inputs, boundary, state=state)
    return curves
