"""PyTorch modules and functions as functions to be checked; torch is imported only when one is wrapped.

`torch_function` turns what computes a loss (or, with a gradient that arrives, an output) into a function of arrays
with gradients by torch's autograd, so that a hand-written `torch.autograd.Function` inside it is what is checked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symrnn.errors import Undefined, Unsupported
from symrnn.numeric.checking.calling import Misfit

Homes = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def torch_function(run: Any) -> Callable[..., Any]:
    """A function for `check_gradient` out of one on torch tensors, a module, or a `torch.autograd.Function`.

    Parameters
    ----------
    run
        `run(params, inputs, boundary)`, dicts of tensors by name, returning a scalar tensor, the loss; or, where
        `check_gradient` is given `upstream`, the tensor that this gradient arrives at; or a loss and a dict of
        gradients that it computes itself. Or a `torch.nn.Module`: its parameters are set to `params` by their names in
        `named_parameters`, and it is called with inputs and boundary values as keyword arguments, `h0` for "h[0]". Or
        a class of `torch.autograd.Function`: the arguments of its `forward` are taken by these names.

    Raises
    ------
    Unsupported
        When torch is not installed.
    """
    torch = _torch()
    call: Callable[..., Any] = run
    if isinstance(run, torch.nn.Module):
        call = _of_module(torch, run)
    elif isinstance(run, type) and issubclass(run, torch.autograd.Function):
        call = _of_function(torch, run)
    elif not callable(run):
        raise Undefined(f"{type(run).__name__} is neither a function nor a module")

    def function(*arguments: Any) -> Any:
        params, inputs, boundary = (_tensors(torch, home) for home in arguments[:3])
        result = call(params, inputs, boundary)
        own = _own_gradients(torch, result)
        if own is not None:
            return own
        arriving = torch.from_numpy(np.asarray(arguments[3])) if len(arguments) > 3 else None
        _fits(torch, result, arriving)
        leaves = {**params, **inputs, **boundary}
        found = torch.autograd.grad(result, list(leaves.values()), arriving, allow_unused=True)
        grads = {
            name: np.zeros(tuple(x.shape)) if g is None else _array(g)
            for (name, x), g in zip(leaves.items(), found, strict=True)
        }
        return _array(result), grads

    function.__name__ = getattr(run, "__name__", type(run).__name__)
    return function


def is_torch(x: Any) -> bool:
    """Whether something is a torch module or a class of functions, without importing torch."""
    kinds = x.__mro__ if isinstance(x, type) else type(x).__mro__
    return any(kind.__module__.split(".")[0] == "torch" for kind in kinds)


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise Unsupported("PyTorch is not installed", repair="pip install torch") from None
    return torch


def _tensors(torch: Any, home: Mapping[str, Any]) -> dict[str, Any]:
    """Tensors on the memory of the arrays, so that what is done in place is seen."""
    return {name: torch.from_numpy(np.asarray(x)).requires_grad_() for name, x in home.items()}


def _array(x: Any) -> np.ndarray:
    return np.array(x.detach().cpu().numpy())


def _own_gradients(torch: Any, result: Any) -> Any:
    """(value, gradients) where the function returned a dict of gradients that it computed itself."""
    value, grads = result if isinstance(result, tuple | list) and len(result) == 2 else (None, result)
    if not isinstance(grads, Mapping):
        return None
    plain = {k: _array(g) if isinstance(g, torch.Tensor) else g for k, g in grads.items()}
    return (_array(value) if isinstance(value, torch.Tensor) else value), plain


def _fits(torch: Any, result: Any, arriving: Any) -> None:
    """Refuse a result that torch cannot differentiate, or that is not what the gradient arrives at."""
    if not isinstance(result, torch.Tensor):
        what = f"{len(result)} values" if isinstance(result, tuple | list) else f"a {type(result).__name__}"
        raise Misfit(f"it returned {what} where one tensor is expected", repair="wrap it: return the one to be checked")
    if not result.requires_grad:
        raise Misfit(
            "its result does not depend on what was given by torch's autograd",
            repair="leave out .detach(), .data, .item(), torch.no_grad() and tensors made anew",
        )
    if arriving is None and result.numel() != 1:
        shape = tuple(result.shape)
        raise Misfit(f"it returned a tensor of shape {shape}, not a loss", repair="return its sum, or give upstream=")
    if arriving is not None and result.shape != arriving.shape:
        one, other = tuple(result.shape), tuple(arriving.shape)
        raise Misfit(f"it returned shape {one}; the gradient arrives at {other}", repair='say axes=, such as "BTD"')


def _of_module(torch: Any, module: Any) -> Callable[..., Any]:
    """The module as a function of its parameters; its buffers in their precision, and never changed."""
    names = dict(module.named_parameters())

    def call(params: dict[str, Any], inputs: dict[str, Any], boundary: dict[str, Any]) -> Any:
        missing = [name for name in names if name not in params]
        if missing:
            raise Misfit(f"its parameter {missing[0]} is not described", repair=f'arrays={{"{missing[0]}": ...}}')
        unknown = [name for name in params if name not in names]
        if unknown:
            known = ", ".join(names)
            raise Misfit(f"it has no parameter {unknown[0]}", repair=f"arrays= describes each of {known}")
        state = {name: params[name] for name in names}
        kind = next((x.dtype for x in (*params.values(), *inputs.values())), torch.float64)
        for name, x in module.named_buffers():
            state[name] = x.to(kind).clone() if x.is_floating_point() else x.clone()
        return torch.func.functional_call(module, state, (), _by_argument((inputs, boundary)))

    return call


def _of_function(torch: Any, kind: Any) -> Callable[..., Any]:
    """A class of `torch.autograd.Function`, applied to what its `forward` names."""
    names = list(inspect.signature(kind.forward).parameters)
    if kind.setup_context is torch.autograd.Function.setup_context:
        names = names[1:]  # without ctx

    def call(*homes: dict[str, Any]) -> Any:
        given = _by_argument(homes)
        missing = [name for name in names if name not in given]
        if missing:
            known = ", ".join(given)
            raise Misfit(
                f"its forward takes {missing[0]}, which is not given", repair=f"arrays= names it; now: {known}"
            )
        return kind.apply(*(given[name] for name in names))

    return call


def _by_argument(homes: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """What is given by the names of arguments: h[0] goes by h0."""
    return {_identifier(name): x for home in homes for name, x in home.items()}


def _identifier(name: str) -> str:
    return "".join(c for c in name.replace("-", "m").replace("+", "p") if c.isalnum() or c == "_")
