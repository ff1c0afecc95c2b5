"""A scalar network in plain SymPy: any SymPy function, and every SymPy tool on what comes back."""

import sympy

import symrnn as sr
from symrnn import t

s, x = sr.Sequence("s"), sr.Sequence("x")
w, u = sr.Parameter("w"), sr.Parameter("u")
phi = sympy.Function("phi")
network = sr.Recurrence(sr.Equation(s[t], phi(w * s[t - 1] + u * x[t])), loss=s[sr.tau] ** 2 / 2, name="network")

gradient = sr.bptt(network, tau=2)[w]
print("with an unknown activation:", sr.text(gradient))

sine = sr.Recurrence(sr.Equation(s[t], sympy.sin(w * s[t - 1] + u * x[t])), loss=s[sr.tau] ** 2 / 2, name="sine")
derivation = sr.bptt(sine)
assert derivation.verify()
print("with a sine:", derivation.at(2)[w])
slots = sorted(derivation.at(2)[w].atoms(sr.Slot), key=str)
function = sympy.lambdify(slots, derivation.at(2)[w], modules="numpy", cse=True)
print("its slots, and its value where all of them are 0.5:", slots, round(float(function(*[0.5] * len(slots))), 6))
