"""What follows from a model: laws, derivations, back-propagation through time, and their verification.

This room differentiates and checks. It may not know how anything is shown, drawn or compiled.
"""

from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation, Law, Line, Reason, Step
from symrnn.calculus.evaluation import evaluate
from symrnn.calculus.jacobian import jacobian
from symrnn.calculus.nest import nest
from symrnn.calculus.report import Finding, Report

__all__ = [
    "Derivation",
    "Finding",
    "Law",
    "Line",
    "Reason",
    "Report",
    "Step",
    "bptt",
    "evaluate",
    "jacobian",
    "nest",
]
