"""Reading: a text as a person writes it, into the objects of the package, or a `ReadError` that shows the place.

A text passes signs (`source`), tokens (`lexer`), the meaning of names (`names`), the grammar (`parse`), shapes
(`shapes`) and the package's own verbs (`build`). No part of it ever reaches an evaluator.
"""

from symrnn.model.reading.model import read_model

__all__ = ["read_model"]
