"""The sections of a document, each a function from the content to its blocks, and which of them a detail means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from symrnn.typeset.blocks import Block
from symrnn.typeset.content import Content
from symrnn.typeset.section_closed import closed_section
from symrnn.typeset.section_gradient import (
    backward_section,
    code_section,
    copies_section,
    forward_section,
    gradient_section,
    step_section,
    summary_section,
)
from symrnn.typeset.section_left_out import missing_section
from symrnn.typeset.section_model import model_section, pictures_section, unfolding_section, uses_section
from symrnn.typeset.verdict import verification_section

SECTIONS: Mapping[str, Callable[[Content], list[Block]]] = MappingProxyType(
    {
        "model": model_section,
        "pictures": pictures_section,
        "unfolding": unfolding_section,
        "uses": uses_section,
        "forward": forward_section,
        "backward": backward_section,
        "gradients": gradient_section,
        "missing": missing_section,
        "copies": copies_section,
        "summary": summary_section,
        "closed": closed_section,
        "steps": step_section,
        "code": code_section,
        "verification": verification_section,
    }
)
DETAILS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "result": ("model", "summary", "verification"),
        "lecture": tuple(name for name in SECTIONS if name != "steps"),
        "full": tuple(SECTIONS),
    }
)
