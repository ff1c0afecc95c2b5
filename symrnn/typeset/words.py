"""The words between the formulas, in every language that is spoken here: one table a language, with the same keys.

A name in braces is a place that a formula or a number fills. Nothing here knows what a formula is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symrnn.errors import Undefined
from symrnn.typeset import words_document, words_worked
from symrnn.typeset.words_de import GERMAN
from symrnn.typeset.words_en import ENGLISH

LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(ENGLISH | words_document.ENGLISH | words_worked.ENGLISH),
        "de": MappingProxyType(GERMAN | words_document.GERMAN | words_worked.GERMAN),
    }
)


def words_of(language: str) -> Mapping[str, str]:
    """The table of a language.

    Raises
    ------
    Undefined
        For a language without a table.

    Examples
    --------
    >>> words_of("de")["because"]
    'Begründung'
    """
    if language not in LANGUAGES:
        raise Undefined(f"language={language!r}", repair="one of " + ", ".join(map(repr, LANGUAGES)))
    return LANGUAGES[language]
