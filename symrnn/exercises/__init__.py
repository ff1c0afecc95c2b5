"""For teaching: judging an answer, exercises with variants, sheets.

This room knows formulas, models, what follows from them and how it is shown; nothing knows it but the command line.
"""

from symrnn.exercises.judge import judge

__all__ = ["judge"]
