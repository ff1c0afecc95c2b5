"""Unfold the classical dynamical system and a driven one, as nested compositions and as graphs."""

import symrnn as sr
from symrnn import t

classical = sr.models.classical()
s = classical.states[0]
print("unfolded for tau = 3:")
print(sr.unroll(classical, tau=3))
print("\nas the notes print it:")
print(sr.latex(sr.nest(classical, s[3])))

driven = sr.models.driven()
h = driven.states[0]
print("\nthe two readings of h(t):")
print(sr.text(sr.nest(driven, h[t])))
print("\nand for t = 3, down to what is given:")
print(sr.text(sr.nest(driven, h[3])))
assert sr.nest(driven, h[3]).verify()
