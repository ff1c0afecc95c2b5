"""The one place where generated text becomes functions.

The text comes from this room's printers only: identifiers of ours, numbers, and names as string literals that
`symrnn.tensor.names` has checked.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from hashlib import blake2b
from typing import Any


def load(source: str, name: str) -> Callable[..., Any]:
    """Run a generated module and return one of its functions; tracebacks show its lines."""
    return load_all(source)[name]


def load_all(source: str) -> dict[str, Any]:
    """Run a generated module and return its namespace."""
    file = f"<symrnn {blake2b(source.encode(), digest_size=6).hexdigest()}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": "symrnn_generated"}
    exec(compile(source, file, "exec", dont_inherit=True), namespace)
    return namespace
