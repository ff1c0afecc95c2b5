"""Functions to be checked: right ones, and what a mistake of the catalogue would make of them."""

from functools import lru_cache

import numpy as np

import symrnn as sr
from symrnn.graph.lengths import checked_last
from symrnn.numeric.checking.case import DOUBLE, Case
from symrnn.numeric.checking.entry import question


@lru_cache(maxsize=32)
def compiled(model):
    """The compiled network of a model."""
    return sr.to_numpy(model)


def everything(model):
    """The keys of all that a model can be differentiated by, targets apart."""
    names = [w.name for w in (*model.parameters, *model.constants, *model.inputs)]
    return [*names, *(f"{b.name}[{str(b.time).replace(' ', '')}]" for b in model.boundary)]


def right(model):
    """A function with the right gradients of everything."""
    net, keys = compiled(model), everything(model)

    def backward(params, inputs, boundary):
        return net.loss_and_grad(params, inputs, boundary, wrt=keys)

    return backward


class Planted:
    """A function that is wrong by some mistakes: at each point it returns what they would give there."""

    def __init__(self, model, *variants, keys=None):
        self.model, self.variants = model, variants
        self.keys = keys or everything(model)
        self.__name__ = " and ".join(map(str, variants)) or "right"
        self.asked = question(model, "", None)

    def __call__(self, params, inputs, boundary):
        """The gradients at whichever of the question's points has these arrays."""
        for last in (*self.asked.lasts, *map(self._last, (1, 2, 3, 4, 5))):
            at = self.asked.point(last)
            if all(np.array_equal(params[w.name], at.examples[0].given[w]) for w in self.model.parameters):
                case = Case(at, dict.fromkeys(self.keys), DOUBLE)
                given = at.arrays()
                if all(np.array_equal(inputs[k], given[1][k]) for k in inputs):
                    return case.varied(*(v.variation for v in self.variants))
        raise ValueError("a point that was not foreseen")

    def _last(self, number):
        return checked_last(self.model, dict.fromkeys(self.model.lengths, number))
