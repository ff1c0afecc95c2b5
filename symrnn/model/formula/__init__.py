"""Formulas as people type them: LaTeX, Unicode or plain letters, read by a table of declared names.

A text passes characters and signs (`signs`), fonts and accents (`flat`), the meaning of letters (`words`), scripts
(`marks`), the grammar (`parse`) and shapes (`build`). No part of it ever reaches an evaluator.
"""

from symrnn.model.formula.read import Reading, read
from symrnn.model.formula.symbols import Symbols

__all__ = ["Reading", "Symbols", "read"]
