"""symrnn: symbolic derivations of recurrent networks.

A recurrence is written once, as equations in t, and everything else is derived from these lines: the unfolded
graph, the gradients by back-propagation through time with every step verified, pictures and NumPy code. This
file only names the public objects; each is imported when it is first used (PEP 562), so that importing
`symrnn` imports neither SymPy nor NumPy.

>>> import symrnn as sr
>>> sr.__version__.count(".")
2
"""

import importlib
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # what the table below does at run time, for type checkers and editors: one line a room
    from symrnn import analysis as analysis
    from symrnn import exercises as exercises
    from symrnn import testing as testing
    from symrnn.calculus import *
    from symrnn.diagram import *
    from symrnn.errors import *
    from symrnn.exercises.judge import *
    from symrnn.graph import *
    from symrnn.model import *
    from symrnn.model import library as models
    from symrnn.numeric import *
    from symrnn.numeric.checking import *
    from symrnn.tensor import *
    from symrnn.typeset import *

_ROOMS = {
    "symrnn.errors": "SymrnnError ShapeError IllPosed Undefined Redefined Unsupported TooLarge ReadError WriteError",
    "symrnn.tensor": """
        t tau dims Function Tensor Slot Adjoint nabla time_sum time_mean time_prod block matrix_power
        sum mean dot outer diag trace transpose concat entry eye zeros ones vec kron sensitivity immediate
        softmax log_softmax logsumexp softmax_cross_entropy cross_entropy squared_error
        inverse solve norm2 unit_vector segment reshape elementwise stop_gradient surrogate from_sympy to_sympy copy_at
        tanh sigmoid relu leaky_relu elu softplus gelu silu hard_sigmoid hard_tanh step sign absolute maximum minimum
        exp log sqrt sin cos erf
    """,
    "symrnn.model": "Sequence Constant Parameter Equation Recurrence read Reading read_model write_model",
    "symrnn.graph": "Graph unroll",
    "symrnn.calculus": """
        hvp HessianProduct hessian Hessian
        bptt rtrl jacobian nest evaluate closed_form prove Derivation Step Report Law Verdict ClosedForm Proof NotProved
        prove_forward_is_backward
    """,
    "symrnn.typeset": "latex mathml text html image explain Explanation Notation document worked_example",
    "symrnn.diagram": "circuit unfolded animate heat_map Animation Diagram Style",
    "symrnn.exercises.judge": "judge",
    "symrnn.numeric": "to_numpy one_hot code",
    "symrnn.numeric.checking": "check_gradient check_formula torch_function",
}
_MODULES = {  # public names that are modules
    "models": "symrnn.model.library",
    "testing": "symrnn.testing",
    "analysis": "symrnn.analysis",
    "exercises": "symrnn.exercises",
}

_HOME = MappingProxyType({name: room for room, names in _ROOMS.items() for name in names.split()} | _MODULES)

__all__ = sorted(_HOME)  # noqa: PLE0605


if not TYPE_CHECKING:

    def __getattr__(name):
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
        room = importlib.import_module(_HOME[name])
        value = room if name in _MODULES else getattr(room, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
