"""The names of slips, what each is, how to look for it, and what of the credit remains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from symrnn.calculus.catalogue import Mistake
from symrnn.calculus.mistake_table import SHARED


class Slip:
    """Names of slips; those that are mistakes in a backward pass too have the catalogue's names."""

    TRANSPOSE = "missing transpose"
    EXTRA = "extra transpose"
    SLOPE = "derivative forgotten"
    SLOPE_AT_OUTPUT = "derivative at the output"
    WRONG_SLOPE = "wrong derivative"
    INDEX = "index off by one"
    LAST = "only the last step"
    FIRST = "only the first step"
    FROM = "sum bounds off by one"
    PRODUCT = "product bounds off by one"
    UNSUMMED = "sum over time forgotten"
    TERM = "term forgotten"
    TARGET = "target forgotten"
    TERM_SIGN = "sign of a term"
    SIGN = "sign"
    LAYOUT = "transposed result"
    MEAN = "mean for sum"
    UNMEAN = "sum for mean"
    TWO = "factor of two"
    ORDER = "factors exchanged"
    OTHER = "another parameter"
    REVERSED = "product of Jacobians reversed"
    FACTOR = "factor forgotten"
    TWICE = "factor twice"
    POWER = "power off by one"
    NESTING = "one application too few"
    DEEPER = "one application too many"
    ARGUMENTS = "arguments exchanged"
    PARAMETER = "parameter forgotten"
    ROLLED = "not fully unrolled"
    SHAPE = "ill-shaped"
    FORM = "not in the form asked for"
    RANGE = "reads what is not there"
    WHERE = "not at every time"
    DIRECTION = "direction of time"
    TIME = "another time"
    VALUE = "another value"
    LOGITS = "softmax forgotten"
    IMMEDIATE = "immediate for total"
    TOTAL = "total for immediate"
    EXPONENT = "wrong exponent"
    COMPLEMENT = "complement exchanged"
    BRACKETS = "brackets misplaced"
    TRUNCATED = "paths forgotten"
    BOUNDS = "another range"
    ONE = "only one factor"
    ADDED = "sum for product"
    SURPLUS = "factor too many"
    MORE = "term too many"


# Of formulas only: what was done, and the question that leads to it.
_OWN = (
    Mistake(
        Slip.ROLLED,
        "The value is right, but a state is left in it.",
        question="Substitute until only given values are left.",
    ),
    Mistake(
        Slip.EXTRA, "A matrix is transposed where it should not be.", question="Compare the shapes of the factors."
    ),
    Mistake(Slip.POWER, "An exponent is off by one.", question="Try tau = 1 and tau = 2."),
    Mistake(Slip.FIRST, "Only the first step counts.", question="At how many steps is it used?"),
    Mistake(Slip.FROM, "A bound of the sum is off by one.", question="Write the sum out for tau = 2."),
    Mistake(
        Slip.PRODUCT, "A bound of the product is off by one.", question="Count the factors for neighbouring times."
    ),
    Mistake(Slip.UNSUMMED, "The sum over time is missing.", question="A shared parameter is used at every step."),
    Mistake(
        Slip.WRONG_SLOPE,
        "The derivative of the activation is wrong.",
        question="Differentiate the activation once more.",
    ),
    Mistake(Slip.OTHER, "Another parameter stands where this one belongs.", question="Which weight lies on that path?"),
    Mistake(Slip.ORDER, "Two factors stand in the wrong order.", question="Matrices do not commute: follow the path."),
    Mistake(Slip.NESTING, "One application of the function is missing.", question="Count the steps."),
    Mistake(Slip.DEEPER, "One application of the function too many.", question="Count the steps."),
    Mistake(Slip.ARGUMENTS, "Arguments stand at each other's places.", question="Which input comes in at which step?"),
    Mistake(Slip.PARAMETER, "A parameter of the function is missing.", question="Every step uses the same parameters."),
    Mistake(Slip.FACTOR, "A factor is missing.", question="Follow the path once more, node by node."),
    Mistake(Slip.TWICE, "A factor stands there once too often.", question="Follow the path once more, node by node."),
    Mistake(Slip.SHAPE, "The shapes do not fit.", question="Write the shape of every factor below it."),
    Mistake(
        Slip.FORM, "The value is right, but not the form.", question="Read once more in which terms it was asked for."
    ),
    Mistake(
        Slip.DIRECTION,
        "A value of the step before stands where one of the step after belongs, or the other way round.",
        question="From which side does it come: from earlier steps or from later ones?",
    ),
    Mistake(
        Slip.IMMEDIATE,
        "The immediate derivative stands where the total one belongs.",
        question="Is what it depends on held fixed here?",
    ),
    Mistake(
        Slip.TOTAL,
        "The total derivative stands where the immediate one belongs.",
        question="Is what it depends on held fixed here?",
    ),
    Mistake(Slip.EXPONENT, "An exponent counts other steps.", question="How many steps lie between the two times?"),
    Mistake(
        Slip.COMPLEMENT,
        "A weight stands where its complement to 1 belongs, or the other way round.",
        question="Put the weight to 0 and to 1: what is left?",
    ),
    Mistake(
        Slip.BRACKETS,
        "A factor of one term is taken for a factor of the whole sum.",
        question="Through which node does each term come?",
    ),
    Mistake(
        Slip.TRUNCATED,
        "Only some of the paths are there.",
        question="Through which other steps does it depend on it, too?",
    ),
    Mistake(Slip.ONE, "Only one factor of the product is there.", question="How many steps lie between the two times?"),
    Mistake(
        Slip.ADDED, "A sum stands where a product belongs.", question="What does the chain rule do along one path?"
    ),
    Mistake(
        Slip.BOUNDS,
        "A sum or product runs over other steps.",
        question="Write it out for a small last time: which steps belong to it?",
    ),
    Mistake(
        Slip.TIME, "A value of another step stands there.", question="At which step is it read on the way forward?"
    ),
    Mistake(
        Slip.VALUE,
        "Another quantity stands where this one belongs.",
        question="Name each factor: what is it in the forward equations?",
    ),
    Mistake(
        Slip.SURPLUS,
        "A factor stands there that does not belong.",
        question="Which node does each factor stand for?",
    ),
    Mistake(Slip.MORE, "A term stands there that does not belong.", question="Which path does each term stand for?"),
    Mistake(
        Slip.WHERE,
        "The value is right, but it is not said to hold at every time that is asked for.",
        question="For which times is it asked?",
    ),
    Mistake(Slip.RANGE, "It reads an element that there is not.", question="At which times is each sequence there?"),
)

# Each slip with the credit that remains; of slips with the same values the one named first is preferred.
_CREDIT: Mapping[str, float] = MappingProxyType(
    {
        Slip.SIGN: 0.75,
        Slip.LAYOUT: 0.75,
        Slip.ROLLED: 0.5,
        Slip.TRANSPOSE: 0.5,
        Slip.EXTRA: 0.5,
        Slip.SLOPE: 0.5,
        Slip.SLOPE_AT_OUTPUT: 0.5,
        Slip.WRONG_SLOPE: 0.5,
        Slip.INDEX: 0.5,
        Slip.POWER: 0.5,
        Slip.LAST: 0.25,
        Slip.FIRST: 0.25,
        Slip.FROM: 0.5,
        Slip.PRODUCT: 0.5,
        Slip.UNSUMMED: 0.25,
        Slip.TARGET: 0.5,
        Slip.TERM: 0.5,
        Slip.TERM_SIGN: 0.5,
        Slip.ORDER: 0.5,
        Slip.OTHER: 0.5,
        Slip.REVERSED: 0.5,
        Slip.NESTING: 0.5,
        Slip.DEEPER: 0.5,
        Slip.ARGUMENTS: 0.5,
        Slip.PARAMETER: 0.5,
        Slip.FACTOR: 0.5,
        Slip.MEAN: 0.75,
        Slip.UNMEAN: 0.75,
        Slip.TWO: 0.75,
        Slip.TWICE: 0.5,
        Slip.DIRECTION: 0.5,
        Slip.LOGITS: 0.5,
        Slip.IMMEDIATE: 0.5,
        Slip.TOTAL: 0.5,
        Slip.EXPONENT: 0.5,
        Slip.COMPLEMENT: 0.5,
        Slip.BRACKETS: 0.5,
        Slip.TRUNCATED: 0.25,
        Slip.ONE: 0.25,
        Slip.ADDED: 0.25,
        Slip.BOUNDS: 0.5,
        Slip.TIME: 0.5,
        Slip.VALUE: 0.5,
        Slip.SURPLUS: 0.5,
        Slip.MORE: 0.5,
        Slip.SHAPE: 0.0,
        Slip.FORM: 0.5,
        Slip.RANGE: 0.0,
        Slip.WHERE: 0.75,
    }
)


@dataclass(frozen=True)
class Graded:
    """A mistake with the part of the credit that remains."""

    mistake: Mistake
    credit: float


_KNOWN = {**SHARED, **{m.name: m for m in _OWN}}
SLIPS: Mapping[str, Graded] = MappingProxyType({name: Graded(_KNOWN[name], c) for name, c in _CREDIT.items()})
