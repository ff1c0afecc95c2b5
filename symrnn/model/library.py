"""The library of models, each with its equations, its switches and its source, and their names."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from symrnn.errors import Undefined
from symrnn.model.cells import echo_state, gru, leaky, lstm, skip
from symrnn.model.networks import (
    bidirectional,
    elman,
    encoder_decoder,
    jordan,
    last_output,
    stacked,
    vector_to_sequence,
)
from symrnn.model.recurrence import Recurrence
from symrnn.model.systems import classical, driven, scalar, state_space, time_delay

LIBRARY: dict[str, Callable[[], Recurrence]] = {
    "classical": classical,
    "driven": driven,
    "scalar": scalar,
    "elman": elman,
    "jordan": jordan,
    "last-output": last_output,
    "vector-to-sequence": vector_to_sequence,
    "bidirectional": bidirectional,
    "encoder-decoder": encoder_decoder,
    "stacked": stacked,
    "leaky": leaky,
    "skip": skip,
    "lstm": lstm,
    "gru": gru,
    "echo-state": echo_state,
    "state-space": state_space,
    "time-delay": time_delay,
}


def get(name: str) -> Recurrence:
    """A model of the library by its name."""
    if name not in LIBRARY:
        near = get_close_matches(name, LIBRARY, n=1)
        raise Undefined(
            f"no model is called {name!r}",
            repair=(f"did you mean {near[0]}? " if near else "") + "one of " + ", ".join(LIBRARY),
        )
    return LIBRARY[name]()
