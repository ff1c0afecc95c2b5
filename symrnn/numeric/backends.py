"""What computes: NumPy alone, or NumPy with the loops over time compiled by Numba."""

from __future__ import annotations

from importlib.util import find_spec

from symrnn.errors import Undefined, Unsupported


def needs_numba(backend: str) -> bool:
    """Whether a backend compiles loops; Numba must then be there.

    Raises
    ------
    Undefined
        For another name.
    Unsupported
        When Numba is not installed.
    """
    if backend not in ("numpy", "numba"):
        raise Undefined(f"backend={backend!r}", repair='backend="numpy", the default, or backend="numba"')
    if backend == "numba" and find_spec("numba") is None:
        raise Unsupported("Numba is not installed", repair="pip install 'symrnn[fast]', or leave backend out")
    return backend == "numba"
