"""PyTorch modules and functions as functions to be checked; torch is imported only when one is wrapped.

`torch_function` turns what computes a loss (or, with `upstream`, an output) into `function(params, inputs, boundary)`
with gradients by torch's autograd, so that a hand-written `torch.autograd.Function` inside it is what is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symrnn.errors import Undefined, Unsupported


def torch_function(run: Any, *, upstream: bool = False) -> Callable[..., Any]:
    """A function for `check_gradient` out of one on torch tensors, or out of a module.

    Parameters
    ----------
    run
        `run(params, inputs, boundary)`, dicts of tensors by name, returning a scalar tensor, the loss; with `upstream`
        the tensor that the gradient arrives at. Or a `torch.nn.Module`: its parameters are set to `params` by their
        names in `named_parameters`, and it is called with `inputs` and `boundary` as keyword arguments.
    upstream
        Whether the result is an output whose gradient is given, not a loss.

    Raises
    ------
    Unsupported
        When torch is not installed.
    """
    torch = _torch()
    call = _module_call(torch, run) if isinstance(run, torch.nn.Module) else run
    if not callable(call):
        raise Undefined(f"{type(run).__name__} is neither a function nor a module")

    def function(*arguments: Any) -> Any:
        homes = [_tensors(torch, home) for home in arguments[:3]]
        leaves = {name: tensor for home in homes for name, tensor in home.items()}
        result = call(*homes)
        arriving = torch.from_numpy(np.array(arguments[3])) if upstream else None
        found = torch.autograd.grad(result, list(leaves.values()), arriving, allow_unused=True)
        grads = {
            name: np.zeros(tuple(x.shape)) if g is None else g.detach().numpy().copy()
            for (name, x), g in zip(leaves.items(), found, strict=True)
        }
        return result.detach().numpy().copy(), grads

    function.__name__ = getattr(run, "__name__", type(run).__name__)
    return function


def is_torch(x: Any) -> bool:
    """Whether something is a torch module, without importing torch."""
    return any(kind.__module__.split(".")[0] == "torch" for kind in type(x).__mro__)


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise Unsupported("PyTorch is not installed", repair="pip install torch") from None
    return torch


def _tensors(torch: Any, home: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: torch.from_numpy(np.array(x)).requires_grad_() for name, x in home.items()}


def _module_call(torch: Any, module: Any) -> Callable[..., Any]:
    """The module as a function of its parameters."""
    names = dict(module.named_parameters())

    def call(params: dict[str, Any], inputs: dict[str, Any], boundary: dict[str, Any]) -> Any:
        missing = [name for name in names if name not in params]
        if missing:
            raise Undefined(
                f"the module's parameter {missing[0]} is not described", repair=f'arrays={{"{missing[0]}": ...}}'
            )
        given = {**inputs, **{_identifier(name): x for name, x in boundary.items()}}
        return torch.func.functional_call(module, {name: params[name] for name in names}, (), given)

    return call


def _identifier(name: str) -> str:
    """A boundary value's name as an argument's: h[0] goes by h0."""
    return "".join(c for c in name.replace("-", "m").replace("+", "p") if c.isalnum() or c == "_")
