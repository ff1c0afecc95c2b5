"""For reading: notations, and what is derived as LaTeX, as Unicode text and as documents.

This room decides how mathematics looks, once for all its renderers. It may know models, graphs and
derivations; it may not change them, and it knows nothing of pictures or of numbers.
"""

from symrnn.typeset.closed_page import closed_page
from symrnn.typeset.document import Document, document
from symrnn.typeset.explained import Explanation, explain
from symrnn.typeset.explanation import explanation_page
from symrnn.typeset.image import image
from symrnn.typeset.latex import aligned_chain, latex
from symrnn.typeset.mathml import mathml
from symrnn.typeset.notation import Notation
from symrnn.typeset.page import derivation_page
from symrnn.typeset.shown import html
from symrnn.typeset.text import text
from symrnn.typeset.worked_page import worked_example

__all__ = [
    "Document",
    "Explanation",
    "Notation",
    "aligned_chain",
    "closed_page",
    "derivation_page",
    "document",
    "explain",
    "explanation_page",
    "html",
    "image",
    "latex",
    "mathml",
    "text",
    "worked_example",
]
