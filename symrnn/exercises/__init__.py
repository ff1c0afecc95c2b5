"""For teaching: judging an answer, exercises with variants, sheets.

This room knows formulas, models and what follows from them. It may not know how anything is typeset, drawn or
compiled, and resolves printers through the package.
"""

from symrnn.exercises.judge import judge

__all__ = ["judge"]
