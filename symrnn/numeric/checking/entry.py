"""`check_gradient`: is this hand-written gradient right, and if not, which mistake is it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symrnn.calculus.bptt import with_upstream
from symrnn.calculus.verdict import Verdict
from symrnn.errors import Undefined
from symrnn.graph.lengths import Last, checked_last, spread
from symrnn.model import Element, Recurrence
from symrnn.numeric.checking.calling import Observation, observe
from symrnn.numeric.checking.formula import check_formulas
from symrnn.numeric.checking.judging import judge
from symrnn.numeric.checking.layout import layout
from symrnn.numeric.checking.points import sizes_of
from symrnn.numeric.checking.question import BATCH, Question
from symrnn.numeric.checking.torch import is_torch, torch_function


def check_gradient(
    model: Recurrence,
    function: Any,
    *,
    arrays: Mapping[str, Any] | None = None,
    axes: str | None = None,
    upstream: Any = None,
    dtype: str = "float64",
    tau: Any = None,
    dims: Mapping[Any, int] | None = None,
    batch: int | None = None,
    seed: int = 0,
    seconds: float = 10.0,
) -> Verdict:
    """Whether a hand-written gradient of a model is right, and which mistake it is if not.

    Parameters
    ----------
    model
        The model whose gradient the function claims to compute.
    function
        `function(params, inputs, boundary)`, dicts of arrays by name, returning (loss, grads) or grads alone: a dict
        with any of the model's parameters, inputs, constants and boundary values ("h[0]", or "h" if that is the only
        one). With `upstream`, `function(params, inputs, boundary, dout)` returning grads or (output, grads). Or a
        dict of formulas, `{W: ...}`, expressions or texts: see `check_formula`. Or a `torch.nn.Module`, or a class of
        `torch.autograd.Function`: see `torch_function`.
    arrays
        How the function's arrays are ours: its names, each with an array of ours or a linear expression of them,
        `{"Wh": W.T, "weight": sr.concat(U.T, V.T)}`. Gradients come back under the same names.
    axes
        The axes of its arrays: "TD" (time, vector; the default), "TBD", "BTD", or without T, such as "BD" or "D", for
        a function of a single step.
    upstream
        A sequence, or one element of it, whose gradient `dout` is given, for functions that compute no loss.
    dtype
        "float64" or "float32": of the arrays given.
    tau, dims, batch, seed
        A last time, sizes by name and a batch size in place of those chosen: distinct, and several last times.
    seconds
        The limit of time of one call.

    Returns
    -------
    Verdict
        True only if everything returned is right; printed, a report.

    Raises
    ------
    Undefined, Unsupported, ShapeError
        When the question itself makes no sense; what the function does wrong is never raised.

    Examples
    --------
    >>> import symrnn as sr
    >>> elman = sr.models.elman()
    >>> net = sr.to_numpy(elman)
    >>> bool(sr.check_gradient(elman, net.loss_and_grad))
    True
    >>> def backward(params, inputs, boundary):
    ...     loss, grads = net.loss_and_grad(params, inputs, boundary)
    ...     return loss, {**grads, "W": grads["W"].T}
    >>> sr.check_gradient(elman, backward).mistakes
    ('transposed result',)
    """
    if isinstance(function, Mapping):
        return check_formulas(model, function, tau=tau, dims=dims, seed=seed)
    if not callable(function):
        raise Undefined(
            f"{type(function).__name__} is not a function", repair="pass the function itself, not its result"
        )
    name = getattr(function, "__name__", type(function).__name__)
    if is_torch(function):
        function = torch_function(function)

    def observer(arguments: tuple[Any, ...], limit: float) -> Observation:
        return observe(function, arguments, limit)

    return judge(question(model, f"{name}()", observer, arrays, axes, upstream, dtype, tau, dims, batch, seed, seconds))


def question(
    model: Recurrence,
    name: str,
    observer: Callable[[tuple[Any, ...], float], Observation],
    arrays: Mapping[str, Any] | None = None,
    axes: str | None = None,
    upstream: Any = None,
    dtype: str = "float64",
    tau: Any = None,
    dims: Mapping[Any, int] | None = None,
    batch: int | None = None,
    seed: int = 0,
    seconds: float = 10.0,
) -> Question:
    """The question that such arguments ask, checked."""
    arriving = None
    if upstream is not None:
        model = with_upstream(model, upstream)
        arriving = next(v for v in reversed(model.sequences) if v.name.startswith(_name(upstream) + "bar"))
    if model.loss is None:
        last = (model.outputs or model.states or model.defined)[-1]
        raise Undefined(
            f"`{model.title.name}` has no loss, so there is no gradient to check",
            repair=f"with upstream={last} the gradient arriving at {last} is given",
        )
    if model.functions:
        raise Undefined(f"{model.title.name} applies the unknown function {model.functions[0].name}: it has no numbers")
    if dtype not in {"float64", "float32"}:
        raise Undefined(f"dtype={dtype!r}", repair='"float64" or "float32"')
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise Undefined(f"seed={seed!r}", repair="a whole number from 0")
    described = layout(model, arrays, axes)
    lasts = _lasts(model, tau, described.single_step)
    count = (batch or BATCH) if described.batched else None
    sizes = sizes_of(model, dims)
    return Question(model, name, observer, described, upstream, arriving, lasts, sizes, count, seed, dtype, seconds)


def _name(upstream: Any) -> str:
    return str((upstream.sequence if isinstance(upstream, Element) else upstream).name)


def _lasts(model: Recurrence, tau: Any, single_step: bool) -> tuple[Last, ...]:
    """The last times: as given; 1 for a single step; else 4, 3 and 5, or different ones for different lengths."""
    if single_step:
        return (checked_last(model, tau if tau is not None else dict.fromkeys(model.lengths, 1)),)
    if tau is not None:
        return (checked_last(model, tau),)
    if len(model.lengths) == 1:
        return (4, 3, 5)
    return tuple(spread(model, 3, 3))
