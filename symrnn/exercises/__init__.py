"""For teaching: judging an answer, exercises with variants, sheets.

This room knows formulas, models, what follows from them and how it is shown; nothing knows it but the command line.
"""

from symrnn.exercises.exercise import Exercise, Part, thawed
from symrnn.exercises.judge import judge
from symrnn.exercises.making import custom, kind_of, kinds, make

__all__ = ["Exercise", "Part", "custom", "judge", "kind_of", "kinds", "make", "thawed"]
