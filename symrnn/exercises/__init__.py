"""For teaching: judging an answer, exercises with variants, sheets.

This room knows formulas, models, what follows from them and how it is shown; nothing knows it but the command line.
"""

from symrnn.exercises.exercise import Exercise, Part, thawed
from symrnn.exercises.glossary import GLOSSARY, Term, explained
from symrnn.exercises.judge import judge
from symrnn.exercises.making import custom, kind_of, kinds, make
from symrnn.exercises.selftest import problems
from symrnn.exercises.sheets import Sheet, read_sheets, sheet, write_key

__all__ = [
    "GLOSSARY",
    "Exercise",
    "Part",
    "Sheet",
    "Term",
    "custom",
    "explained",
    "judge",
    "kind_of",
    "kinds",
    "make",
    "problems",
    "read_sheets",
    "sheet",
    "thawed",
    "write_key",
]
