"""`code`: a model as the source of a module for NumPy, JAX or PyTorch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symrnn.calculus import HessianProduct
from symrnn.calculus.bptt import chosen_leaves, recurrence_of, with_upstream
from symrnn.errors import Undefined
from symrnn.model import Recurrence
from symrnn.numeric.chosen import leaf_of, listed, refuse_unknown
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.module import Module
from symrnn.numeric.plans import plan
from symrnn.numeric.targets.functional import FunctionalModule
from symrnn.numeric.targets.scan import JaxModule
from symrnn.numeric.targets.tensors import TorchModule

WRITERS: dict[str, type[FunctionalModule]] = {"jax": JaxModule, "torch": TorchModule}


def code(
    model: Recurrence | HessianProduct,
    *,
    target: str = "numpy",
    wrt: str | Iterable[str] | None = None,
    upstream: Any = None,
) -> str:
    """The source of a module with `forward`, `loss` and `loss_and_grad` of a model, for a library of arrays.

    Arguments are dicts as for `to_numpy`: time-major arrays, (T, m) for one example or (T, B, m) for a batch.

    Parameters
    ----------
    model
        The model; without a loss the module has `forward` only. Or `hvp(model)`: then the loss is the slope along
        directions that are given beside the parameters (`Wdot`), and the gradients are H v.
    target
        "numpy"; "jax", pure functions with a `lax.scan` for each loop over time, for `jit`, `vmap` and `grad`;
        "torch", where `loss` is a `torch.autograd.Function` with the backward pass written out.
    wrt
        The keys of the gradients, such as "W", "h[0]", "x"; left out, every learned parameter and boundary value.

    upstream
        A sequence whose arriving gradient is given in place of a loss, as the input `hbar` for h. For PyTorch the
        module then has a `layer` that gives the rows of h; its gradients are of inputs, too, if `wrt` is left out.

    Returns
    -------
    str
        Source that imports its library only.

    Raises
    ------
    Unsupported
        For an unknown function, and for what a library cannot do, with the reason.

    Examples
    --------
    >>> import symrnn as sr
    >>> text = sr.code(sr.models.elman(), target="jax")
    >>> start = text.index("    def step")
    >>> print(text[start : text.index("return", start)].strip())
    def step(carry, rows):
            h_tm1 = carry
            part2_t = rows
            h_t = jnp.tanh(h_tm1 @ W.T + part2_t)
    """
    if isinstance(model, HessianProduct):
        model, wrt = model.pushed.model, wrt or [key_of_leaf(x) for x in model.pushed.chosen]
    if not isinstance(model, Recurrence):
        raise Undefined(f"code takes a model; got {type(model).__name__}", repair="to_numpy(expression).source")
    if target not in ("numpy", *WRITERS):
        raise Undefined(f"target={target!r}", repair='"numpy", "jax" or "torch"')
    refuse_unknown(model)
    if upstream is not None:
        inputs = [v.name for v in model.sequences if v not in model.defined]
        model = with_upstream(model, upstream)
        learned = [key_of_leaf(x) for x in chosen_leaves(model, None)]
        wrt = wrt or [*learned, *(name for name in inputs if target == "torch")]
    leaves = None if wrt is None else [leaf_of(model, key) for key in listed(wrt)]
    derived = recurrence_of(model, leaves) if model.loss is not None else None
    if target == "numpy":
        return Module(plan(model, derived)).text()
    return WRITERS[target](plan(model, derived, shared_memory=False)).text()
