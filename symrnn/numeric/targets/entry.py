"""`code`: a model, a derivation or an expression as the source of a module for NumPy, JAX or PyTorch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr

from symrnn.calculus import ClosedForm, HessianProduct
from symrnn.calculus.adjoint import Template
from symrnn.calculus.bptt import chosen_leaves, recurrence_of, with_upstream
from symrnn.calculus.chunked import ChunkTemplate
from symrnn.calculus.forward_template import ForwardTemplate
from symrnn.calculus.windowed import WindowTemplate
from symrnn.errors import Undefined
from symrnn.model import Recurrence
from symrnn.numeric.chosen import leaf_of, listed, refuse_unknown
from symrnn.numeric.closed import closed_recipe
from symrnn.numeric.expression import expression_text
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.module import Module
from symrnn.numeric.plans import plan
from symrnn.numeric.rates import forward_recipe
from symrnn.numeric.recipes import Recipe
from symrnn.numeric.targets.functional import FunctionalModule
from symrnn.numeric.targets.plain import PlainModule
from symrnn.numeric.targets.scan import JaxModule
from symrnn.numeric.targets.tensors import TorchModule
from symrnn.numeric.windows import Windowed, window_of
from symrnn.tensor import Tensor

WRITERS: dict[str, type[FunctionalModule]] = {"jax": JaxModule, "torch": TorchModule}


def code(
    what: Any,
    *,
    target: str = "numpy",
    wrt: str | Iterable[str] | None = None,
    upstream: Any = None,
) -> str:
    """The source of a module with `forward`, `loss` and `loss_and_grad`, for a library of arrays.

    Arguments are dicts as for `to_numpy`: time-major arrays, (T, m) for one example or (T, B, m) for a batch.

    Parameters
    ----------
    what
        A model; without a loss the module has `forward` only. A derivation: `bptt(model)`, also truncated by a
        window or in chunks; `rtrl(model)`; `hvp(model)`, where the loss is the slope along directions that are given
        beside the parameters (`Wdot`), and the gradients are H v. A closed form of a derivation's gradient, or
        several: double sums, whose work grows as the square of T. Or a single expression, for a function `value`
        of its leaves (`W`, `h_tm1` for h[t - 1]).
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
    if target not in ("numpy", *WRITERS):
        raise Undefined(f"target={target!r}", repair='"numpy", "jax" or "torch"')
    if isinstance(what, Expr | Tensor):
        made = WRITERS.get(target, PlainModule)
        return expression_text(what, made.dialect, made.imports[-1:] if target != "jax" else made.imports[1:3])
    if isinstance(what, HessianProduct):
        what, wrt = what.pushed.model, wrt or [key_of_leaf(x) for x in what.pushed.chosen]
    if isinstance(what, Recurrence):
        recipe, model = None, what
        if upstream is not None:
            inputs = [v.name for v in model.sequences if v not in model.defined]
            model = with_upstream(model, upstream)
            learned = [key_of_leaf(x) for x in chosen_leaves(model, None)]
            wrt = wrt or [*learned, *(name for name in inputs if target == "torch")]
        refuse_unknown(model)
        leaves = None if wrt is None else [leaf_of(model, key) for key in listed(wrt)]
        recipe = Recipe(*recurrence_of(model, leaves)) if model.loss is not None else None
    elif wrt is not None or upstream is not None:
        raise Undefined("wrt and upstream belong to what is derived", repair="rtrl(model, wrt=...), then code(...)")
    else:
        model, recipe = derived(what)
        refuse_unknown(model)
    if target != "numpy":
        return WRITERS[target](plan(model, recipe, shared_memory=False)).text()
    if recipe is None or recipe.in_place:
        return Module(plan(model, recipe)).text()
    return PlainModule(plan(model, recipe, shared_memory=False)).text()


def derived(what: Any) -> tuple[Recurrence, Recipe]:
    """The model of a derivation or of closed forms, and what its gradients are made of."""
    if isinstance(what, ClosedForm):
        what = (what,)
    if isinstance(what, tuple | list) and what and all(isinstance(x, ClosedForm) for x in what):
        recipe = closed_recipe(what)
        return recipe.template.model, recipe
    origin = getattr(what, "origin", None)
    if isinstance(origin, ForwardTemplate):
        return what.model, forward_recipe(origin)
    if isinstance(origin, ChunkTemplate):
        return what.model, Recipe(origin.template, origin.window.chosen)
    if isinstance(origin, WindowTemplate) and not origin.missing:
        return what.model, Windowed(origin.whole, origin.chosen, window_of(origin.truncation.size))
    if isinstance(origin, tuple) and isinstance(origin[0], Template):
        return what.model, Recipe(*origin)
    raise Undefined(
        f"code takes a model, a derivation, closed forms or an expression; got {type(what).__name__}",
        repair="code(model), code(rtrl(model)), code(bptt(model, window=5)), code(closed_form(bptt(model), W))",
    )
