"""What follows from a model: laws, derivations, back-propagation through time, and their verification.

This room differentiates and checks. It may not know how anything is shown, drawn or compiled.
"""

from symrnn.calculus.bptt import bptt
from symrnn.calculus.closed import closed_form, prove
from symrnn.calculus.derivation import Derivation, Law, Line, Reason, Step
from symrnn.calculus.evaluation import evaluate
from symrnn.calculus.exchange import prove_forward_is_backward
from symrnn.calculus.formula import ClosedForm
from symrnn.calculus.hessians import Hessian, hessian
from symrnn.calculus.induction import NotProved, Proof
from symrnn.calculus.jacobian import jacobian
from symrnn.calculus.nest import nest
from symrnn.calculus.report import Finding, Report
from symrnn.calculus.rtrl import rtrl
from symrnn.calculus.second import HessianProduct, hvp
from symrnn.calculus.verdict import Diagnosis, Verdict

__all__ = [
    "ClosedForm",
    "Derivation",
    "Diagnosis",
    "Finding",
    "Hessian",
    "HessianProduct",
    "Law",
    "Line",
    "NotProved",
    "Proof",
    "Reason",
    "Report",
    "Step",
    "Verdict",
    "bptt",
    "closed_form",
    "evaluate",
    "hessian",
    "hvp",
    "jacobian",
    "nest",
    "prove",
    "prove_forward_is_backward",
    "rtrl",
]
