"""What follows from a model: laws, derivations, back-propagation through time, and their verification.

This room differentiates and checks. It may not know how anything is shown, drawn or compiled.
"""

from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation, Law, Line, Reason, Step
from symrnn.calculus.evaluation import evaluate
from symrnn.calculus.jacobian import jacobian
from symrnn.calculus.nest import nest
from symrnn.calculus.report import Finding, Report
from symrnn.calculus.rtrl import rtrl
from symrnn.calculus.verdict import Diagnosis, Verdict

__all__ = [
    "Derivation",
    "Diagnosis",
    "Finding",
    "Law",
    "Line",
    "Reason",
    "Report",
    "Step",
    "Verdict",
    "bptt",
    "evaluate",
    "jacobian",
    "nest",
    "rtrl",
]
