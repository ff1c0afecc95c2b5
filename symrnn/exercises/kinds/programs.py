"""Backward passes in NumPy as one writes them by hand: the model answers of the kinds that ask for code.

Vectors of one example as in the formulas, or rows of a batch as in courses; the gradient checker confirms each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from symrnn.exercises.kinds.networks import Network

SLOPES = {"tanh": "(1 - {0}**2)", "sigmoid": "{0} * (1 - {0})"}
VALUES = {"tanh": "np.tanh({0})", "sigmoid": "1 / (1 + np.exp(-({0})))"}


_NAME = re.compile(r"@([A-Za-z])\b")  # and not the product of matrices, which has a blank behind it


def named(program: str, names: Mapping[str, str]) -> str:
    """A program with the names of a variant."""
    return _NAME.sub(lambda match: names[match[1]], program)


def through_time(net: Network) -> str:
    """The loss and all gradients of a network for one example: arrays with time first."""
    first = [1 - k for k in range(net.delays[-1], 0, -1)]
    matrices = dict(zip(net.delays, ("@W", "R"), strict=False))
    weights = [*matrices.values(), "@U", "@V", "@b", "@c"]
    given = ", ".join(f'{t}: boundary["@h[{t}]"]' for t in first)
    past = " + ".join(f"{matrix} @ @h[t - {k}]" for k, matrix in matrices.items())
    value = VALUES[net.activation].format(f"@b + {past} + @U @ @x[t - 1]")
    rows = [
        "import numpy as np",
        "",
        "",
        "def backward(params, inputs, boundary):",
        f"    {', '.join(weights)} = (params[name] for name in {tuple(weights)!r})",
        '    @x, y = inputs["@x"], inputs["y"]',
        f"    @h, error, loss = {{{given}}}, {{}}, 0.0",
        "    for t in range(1, len(@x) + 1):",
        f"        @h[t] = {value}",
        *_of_loss(net),
        "    grads = {name: np.zeros_like(value) for name, value in params.items()}",
        "    dh = {t: np.zeros_like(value) for t, value in @h.items()}",
        "    for t in range(len(@x), 0, -1):",
        "        dh[t] += @V.T @ error[t]",
        f"        da = {SLOPES[net.activation].format('@h[t]')} * dh[t]",
        '        grads["@c"] += error[t]',
        '        grads["@V"] += np.outer(error[t], @h[t])',
        '        grads["@b"] += da',
        '        grads["@U"] += np.outer(da, @x[t - 1])',
    ]
    for k, matrix in matrices.items():
        rows += [f'        grads["{matrix}"] += np.outer(da, @h[t - {k}])', f"        dh[t - {k}] += {matrix}.T @ da"]
    back = ", ".join(f'"@h[{t}]": dh[{t}]' for t in first)
    return named("\n".join([*rows, f"    return loss, {{**grads, {back}}}", ""]), net.names)


def _of_loss(net: Network) -> list[str]:
    """The loss of one step, and its gradient by the output."""
    if net.loss == "softmax":
        return [
            "        powers = np.exp(@c + @V @ @h[t])",
            "        yhat = powers / powers.sum()",
            "        loss -= y[t - 1] @ np.log(yhat)",
            "        error[t] = yhat - y[t - 1]",
        ]
    return ["        error[t] = @c + @V @ @h[t] - y[t - 1]", "        loss += (error[t] ** 2).sum() / 2"]


def one_step(activation: str, names: dict[str, str]) -> str:
    """The backward pass of one step for rows of a batch, from the gradient that arrives at the state."""
    value = VALUES[activation].format('@x @ params["@U"] + before @ params["@W"] + params["@b"]')
    rows = [
        "import numpy as np",
        "",
        "",
        "def backward(params, inputs, boundary, dout):",
        '    @x, before = inputs["@x"], boundary["@o"]',
        f"    value = {value}",
        f"    da = {SLOPES[activation].format('value')} * dout",
        "    return {",
        '        "@U": @x.T @ da,',
        '        "@W": before.T @ da,',
        '        "@b": da.sum(axis=0),',
        '        "@x": da @ params["@U"].T,',
        f'        "@o": {_kept(names, "dout")}da @ params["@W"].T,',
        "    }",
        "",
    ]
    return named("\n".join(rows), names)


def _kept(names: dict[str, str], what: str) -> str:
    """What is added of a state, or of its gradient."""
    return {"": "", "1": f"{what} + "}.get(names["d"], f"{names['d']} * {what} + ")


def rows_through_time(activation: str, names: dict[str, str]) -> str:
    """The same for a batch of sequences, (N, T, D): the gradient of the state is carried along."""
    value = VALUES[activation].format("@x[:, t] @ U + @h[t] @ W + b")
    rows = [
        "import numpy as np",
        "",
        "",
        "def backward(params, inputs, boundary, dout):",
        '    U, W, b, @x = params["@U"], params["@W"], params["@b"], inputs["@x"]',
        '    @h, values = [boundary["@o"]], []',
        "    for t in range(@x.shape[1]):",
        f"        values.append({value})",
        f"        @h.append({_kept(names, '@h[t]')}values[t])",
        "    grads = {name: np.zeros_like(value) for name, value in params.items()}",
        "    dx, dh = np.zeros_like(@x), np.zeros_like(@h[0])",
        "    for t in reversed(range(@x.shape[1])):",
        "        dh = dh + dout[:, t]",
        f"        da = {SLOPES[activation].format('values[t]')} * dh",
        '        grads["@U"] += @x[:, t].T @ da',
        '        grads["@W"] += @h[t].T @ da',
        '        grads["@b"] += da.sum(axis=0)',
        "        dx[:, t] = da @ U.T",
        f"        dh = {_kept(names, 'dh')}da @ W.T",
        '    return {**grads, "@x": dx, "@o": dh}',
        "",
    ]
    return named("\n".join(rows), names)
