"""What the models of the library are called in a document's title, by their summaries; numbers stand as #.

A model of the user's own keeps the words that the user gave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_ENCODER = "encoder of length tau_x, decoder of length tau_y"
TITLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType({_ENCODER: "encoder and decoder, each of a length of its own"}),
        "de": MappingProxyType(
            {
                "classical dynamical system, unknown f": "klassisches dynamisches System mit unbekanntem f",
                "system driven by an input, unknown f": "von einer Eingabe getriebenes System mit unbekanntem f",
                "scalar tanh network with squared error": "skalares tanh-Netz mit quadratischem Fehler",
                "tanh network with softmax output": "tanh-Netz mit Softmax-Ausgabe",
                "output-to-hidden recurrence": "Rekurrenz von der Ausgabe zum Zustand",
                "tanh network with one output at the end": "tanh-Netz mit einer Ausgabe am Ende",
                "a fixed vector to a sequence": "von einem festen Vektor zu einer Folge",
                "bidirectional tanh network with softmax output": "bidirektionales tanh-Netz mit Softmax-Ausgabe",
                _ENCODER: "Encoder und Decoder, jeder mit eigener Länge",
                "# layers of tanh networks with softmax output": "# Schichten von tanh-Netzen mit Softmax-Ausgabe",
                "leaky units with squared error": "leckende Einheiten mit quadratischem Fehler",
                "tanh network with a skip connection of lag #": "tanh-Netz mit einer Verbindung über # Schritte",
                "LSTM and squared error": "LSTM mit quadratischem Fehler",
                "GRU, reset before the product, and squared error": "GRU, Reset vor dem Produkt, "
                "mit quadratischem Fehler",
                "echo state network: a fixed reservoir, a learned readout": "Echo-State-Netz: festes Reservoir, "
                "gelernte Ausgabe",
                "linear state-space layer with squared error": "lineare Zustandsraumschicht mit quadratischem Fehler",
                "time-delay network with # taps and squared error": "Time-Delay-Netz mit # Abgriffen und "
                "quadratischem Fehler",
            }
        ),
    }
)
SOURCES = MappingProxyType({"de": ((" to ", " bis "), (" and ", " und "), ("figure", "Abbildung"))})


def title_in(summary: str, language: str) -> str:
    """The title of a model in a language."""
    numbers = re.findall(r"\d+", summary)
    found = TITLES.get(language, {}).get(re.sub(r"\d+", "#", summary))
    if found is None:
        return summary
    for number in numbers:
        found = found.replace("#", number, 1)
    return found


def source_in(source: str, language: str) -> str:
    """Where a model comes from, with the small words of a language."""
    for english, other in SOURCES.get(language, ()):
        source = source.replace(english, other)
    return source
