"""What is given: sequences, constants, parameters, equations, recurrences, and the library of models.

This room reads a model's roles, lags and boundary values off its equations and refuses what is no model.
It may not know how a model is unrolled, differentiated or shown.
"""

from symrnn.model.equation import Equation, reads
from symrnn.model.formula import Reading, read
from symrnn.model.given import Constant, Element, Parameter, Sequence
from symrnn.model.parts import Abbreviation, Objective, Title
from symrnn.model.ranges import Range
from symrnn.model.reading import read_model
from symrnn.model.recurrence import Recurrence
from symrnn.model.write import write_model

__all__ = [
    "Abbreviation",
    "Constant",
    "Element",
    "Equation",
    "Objective",
    "Parameter",
    "Range",
    "Reading",
    "Recurrence",
    "Sequence",
    "Title",
    "read",
    "read_model",
    "reads",
    "write_model",
]
