"""PyTorch: the loss as a `torch.autograd.Function` whose backward pass is the recurrence of adjoints, written out."""

from __future__ import annotations

from symrnn.calculus.bptt import upstream_of
from symrnn.errors import Unsupported
from symrnn.model import Sequence
from symrnn.numeric.dialects import TORCH_DIALECT
from symrnn.numeric.frame import docstring
from symrnn.numeric.lengths import span
from symrnn.numeric.module import signature
from symrnn.numeric.statements import Store
from symrnn.numeric.targets.functional import FunctionalModule

PARTED = '''def parted(keys: tuple[list[str], ...], arrays: tuple[torch.Tensor, ...]) -> tuple[Arrays, ...]:
    """Arrays in a row as dicts with these keys."""
    rest = iter(arrays)
    return tuple({key: next(rest) for key in part} for part in keys)
'''

FUNCTION = '''class {name}(torch.autograd.Function):
    """{what}; its gradients come from `backward` below, and nothing in between is differentiated by torch."""

    @staticmethod
    def forward(ctx, keys: tuple[list[str], ...]{ints}, *arrays: torch.Tensor) -> torch.Tensor:
        params, inputs, boundary = parted(keys, arrays)
        values = every_value({passed})
        ctx.keys = (*keys, list(values)){kept}
        ctx.save_for_backward(*arrays, *values.values())
        return {result}

    @staticmethod
    def backward(ctx, arriving: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError("these gradients cannot be differentiated again: leave create_graph out")
        params, inputs, boundary, values = parted(ctx.keys, ctx.saved_tensors){unkept}
        _, grads = {gradients}({arrived}, values)
        wanted = [grads.get(key) for part in ctx.keys[:3] for key in part]
        given = [x for part in (params, inputs, boundary) for x in part.values()]
        return {nones}, *(g if g is None else ({factor}g).to(x.dtype) for g, x in zip(wanted, given))
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
        """`Loss` and `loss`; with a gradient that arrives from outside, `Layer` and `layer`."""
        if self.model.loss is None or self.plan.chosen is None:
            return []
        arrives = upstream_of(self.model)
        passed = ", ".join(["params, inputs, boundary", *self.told()])
        if arrives is None:
            both = self.autograd("Loss", "The loss", f"total({passed}, values)", passed, "arriving * ")
            return [PARTED, both, self.caller("Loss", "loss", "The loss")]
        bar, node = arrives
        if not isinstance(node, Sequence) or any(b.sequence == bar for b in self.model.boundary):
            raise Unsupported(
                f"no layer for PyTorch gives {node}: it is not one row for each of t = 1..tau",
                repair="take a sequence that is defined at every step for upstream",
            )
        rows = self.layout().rows(Store(node), span(self.model, node))
        name, _, place = rows.partition("[")
        result = f'values["{name}"]{"[" + place if place else ""}.clone()'
        arrived = passed.replace("inputs", f'{{**inputs, "{bar.name}": arriving}}', 1)
        what = f"The rows of {node.name}"
        return [PARTED, self.autograd("Layer", what, result, arrived, ""), self.caller("Layer", "layer", what)]

    def autograd(self, name: str, what: str, result: str, arrived: str, factor: str) -> str:
        """The class with both passes."""
        told = self.told()
        return FUNCTION.format(
            gradients=self.pass_name,
            name=name,
            what=what,
            ints="".join(f", {w}: int" for w in told),
            passed=", ".join(["params, inputs, boundary", *told]),
            kept="".join(f"\n        ctx.{w} = {w}" for w in told),
            unkept="".join(f"\n        {w} = ctx.{w}" for w in told),
            nones=", ".join(["None"] * (1 + len(told))),
            result=result,
            arrived=arrived,
            factor=factor,
        )

    def caller(self, function: str, name: str, what: str) -> str:
        """The function that a training loop calls."""
        keys = [key for _, key in self.keys()]
        lines = signature(name, self.arguments(name), "torch.Tensor")
        lines += docstring(f"{what}; `backward()` of what is made of it gives the gradients of {', '.join(keys)}.")
        lines += self.of_lengths(name)
        lines += [
            f"    differentiable = {set_text(keys)}",
            "    for key, x in (*params.items(), *inputs.items(), *boundary.items()):",
            "        if x.requires_grad and key not in differentiable:",
            '            raise ValueError(f"{key} requires a gradient, which this module was not generated with")',
            "    keys = list(params), list(inputs), list(boundary)",
            f"    return {function}.apply(keys, {''.join(f'{w}, ' for w in self.told())}"
            "*params.values(), *inputs.values(), *boundary.values())",
        ]
        return "\n".join(lines) + "\n"


def set_text(keys: list[str]) -> str:
    """A set of strings."""
    return "{" + ", ".join(f'"{k}"' for k in keys) + "}" if keys else "set()"
