"""The names of slips, what each is, how to look for it, and what of the credit remains."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class Slip:
    """Names of slips; where the catalogue of gradient mistakes has the same one, it has this name."""

    TRANSPOSE = "missing transpose"
    EXTRA = "extra transpose"
    SLOPE = "forgotten f'"
    SLOPE_AT_OUTPUT = "f' at the output"
    WRONG_SLOPE = "wrong f'"
    INDEX = "time index off by one"
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


# What was done, what to look at, and the credit that remains.
SLIPS: Mapping[str, tuple[str, str, float]] = MappingProxyType(
    {
        Slip.SIGN: ("The sign is wrong.", "In which direction does the loss grow?", 0.75),
        Slip.LAYOUT: ("This is the right result in the other layout.", "Which shape was asked for?", 0.75),
        Slip.ROLLED: (
            "The value is right, but a state is left in it.",
            "Substitute until only given values are left.",
            0.5,
        ),
        Slip.TRANSPOSE: ("A matrix stands where its transpose belongs.", "Compare the shapes of the factors.", 0.5),
        Slip.EXTRA: ("A matrix is transposed where it should not be.", "Compare the shapes of the factors.", 0.5),
        Slip.SLOPE: ("The derivative of the activation is missing.", "Which node stands between the two?", 0.5),
        Slip.SLOPE_AT_OUTPUT: ("f' is taken at the wrong node.", "f' is taken where f is: at the pre-activation.", 0.5),
        Slip.WRONG_SLOPE: (
            "The derivative of the activation is wrong.",
            "Differentiate the activation once more.",
            0.5,
        ),
        Slip.INDEX: ("A time index is off by one.", "Write the equation down for t = 1 and look at the indices.", 0.5),
        Slip.POWER: ("An exponent is off by one.", "Try tau = 1 and tau = 2.", 0.5),
        Slip.LAST: ("Only the last step counts.", "At how many steps is it used?", 0.25),
        Slip.FIRST: ("Only the first step counts.", "At how many steps is it used?", 0.25),
        Slip.FROM: ("A bound of the sum is off by one.", "Write the sum out for tau = 2.", 0.5),
        Slip.PRODUCT: ("A bound of the product is off by one.", "Count the factors for neighbouring times.", 0.5),
        Slip.UNSUMMED: ("The sum over time is missing.", "A shared parameter is used at every step.", 0.25),
        Slip.TARGET: ("The target is missing.", "Differentiate the loss once more, the linear term too.", 0.5),
        Slip.TERM: ("A term is missing.", "Which paths lead there? Every use adds a term.", 0.5),
        Slip.TERM_SIGN: ("A term has the wrong sign.", "Check the sign of each term.", 0.5),
        Slip.ORDER: ("Two factors stand in the wrong order.", "Matrices do not commute: follow the path.", 0.5),
        Slip.OTHER: ("Another parameter stands where this one belongs.", "Which weight lies on that path?", 0.5),
        Slip.REVERSED: ("The product runs the wrong way.", "Which Jacobian acts first?", 0.5),
        Slip.NESTING: ("One application of the function is missing.", "Count the steps.", 0.5),
        Slip.DEEPER: ("One application of the function too many.", "Count the steps.", 0.5),
        Slip.ARGUMENTS: ("Arguments stand at each other's places.", "Which input comes in at which step?", 0.5),
        Slip.PARAMETER: ("A parameter of the function is missing.", "Every step uses the same parameters.", 0.5),
        Slip.FACTOR: ("A factor is missing.", "Follow the path once more, node by node.", 0.5),
        Slip.MEAN: ("It is divided by the number of steps.", "Is the loss a sum over time or a mean?", 0.75),
        Slip.UNMEAN: ("A factor tau too many.", "Is the loss a sum over time or a mean?", 0.75),
        Slip.TWO: ("A factor of two.", "Differentiate the square once more.", 0.75),
        Slip.TWICE: ("A factor stands there once too often.", "Follow the path once more, node by node.", 0.5),
        Slip.SHAPE: ("The shapes do not fit.", "Write the shape of every factor below it.", 0.0),
        Slip.FORM: ("The value is right, but not the form.", "Read once more in which terms it was asked for.", 0.5),
        Slip.RANGE: ("It reads an element that there is not.", "At which times is each sequence there?", 0.0),
    }
)
