"""PyTorch: the loss as a `torch.autograd.Function` whose backward pass is the recurrence of adjoints, written out."""

from __future__ import annotations

from symrnn.numeric.dialects import TORCH_DIALECT
from symrnn.numeric.frame import docstring
from symrnn.numeric.module import signature
from symrnn.numeric.targets.functional import FunctionalModule

PARTED = '''def parted(keys: tuple[list[str], ...], arrays: tuple[torch.Tensor, ...]) -> tuple[Arrays, ...]:
    """Arrays in a row as dicts with these keys."""
    rest = iter(arrays)
    return tuple({key: next(rest) for key in part} for part in keys)
'''

FORWARD = '''class Loss(torch.autograd.Function):
    """The loss; its gradients come from `backward` below, and nothing in between is differentiated by torch."""

    @staticmethod
    def forward(ctx, keys: tuple[list[str], ...]{ints}, *arrays: torch.Tensor) -> torch.Tensor:
        params, inputs, boundary = parted(keys, arrays)
        values = every_value({passed})
        ctx.keys = (*keys, list(values)){kept}
        ctx.save_for_backward(*arrays, *values.values())
        return total({passed}, values)

    @staticmethod
    def backward(ctx, arriving: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError("these gradients cannot be differentiated again: leave create_graph out")
        params, inputs, boundary, values = parted(ctx.keys, ctx.saved_tensors){unkept}
        _, grads = backward({passed}, values)
        wanted = [grads.get(key) for part in ctx.keys[:3] for key in part]
        given = [x for part in (params, inputs, boundary) for x in part.values()]
        return {nones}, *(g if g is None else (arriving * g).to(x.dtype) for g, x in zip(wanted, given))
'''


class TorchModule(FunctionalModule):
    """The module for PyTorch."""

    dialect, library = TORCH_DIALECT, "PyTorch"
    imports = ("import math\n", "import torch")

    def loss(self) -> str:
        """The function that computes the loss from all sequences; `loss` itself is differentiable."""
        summary = "The loss, summed over the batch, from all sequences."
        return self.function("total", "torch.Tensor", summary, self.loss_text)

    def decorators(self, name: str) -> list[str]:
        return ["@torch.no_grad()"] if name in ("forward", "loss_and_grad") else []

    def arguments(self, name: str) -> str:
        return super().arguments(name) + ", values: Arrays" * (name == "total")

    def more(self) -> list[str]:
        """`Loss` and `loss`, which a training loop calls."""
        if self.model.loss is None or self.plan.chosen is None:
            return []
        told = self.told()
        passed = ", ".join(["params, inputs, boundary", *told])
        text = FORWARD.format(
            ints="".join(f", {w}: int" for w in told),
            passed=passed,
            kept="".join(f"\n        ctx.{w} = {w}" for w in told),
            unkept="".join(f"\n        {w} = ctx.{w}" for w in told),
            nones=", ".join(["None"] * (1 + len(told))),
        )
        keys = [key for _, key in self.keys()]
        lines = signature("loss", self.arguments("loss"), "torch.Tensor")
        lines += docstring(f"The loss, summed over the batch; `backward()` gives the gradients of {', '.join(keys)}.")
        lines += [
            f"    differentiable = {set_text(keys)}",
            "    for key, x in (*params.items(), *inputs.items(), *boundary.items()):",
            "        if x.requires_grad and key not in differentiable:",
            '            raise ValueError(f"{key} requires a gradient, which this module was not generated with")',
            "    keys = list(params), list(inputs), list(boundary)",
            f"    return Loss.apply(keys, {''.join(f'{w}, ' for w in told)}"
            "*params.values(), *inputs.values(), *boundary.values())",
        ]
        return [PARTED, text, "\n".join(lines) + "\n"]


def set_text(keys: list[str]) -> str:
    """A set of strings."""
    return "{" + ", ".join(f'"{k}"' for k in keys) + "}" if keys else "set()"
