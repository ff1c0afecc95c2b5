"""The other process: loads one file, calls one of its functions as often as asked, and answers with what it saw.

`python -m symrnn.numeric.checking.child FILE FUNCTION`; messages come on stdin and go to stdout.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symrnn.numeric.checking.calling import Observation, observe
from symrnn.numeric.checking.remote import packed_observation, receive, send, unpacked
from symrnn.numeric.checking.torch import is_torch, torch_function

MEMORY = 8 * 2**30
CPU = 600


def main() -> int:
    """Answer until stdin ends."""
    asking, answering = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    _limit()
    function, refusal = _loaded(Path(sys.argv[1]), sys.argv[2])
    while message := receive(asking):
        arguments, seconds = unpacked(message)
        seen = refusal if function is None else observe(function, arguments, seconds)
        send(answering, packed_observation(seen))
    return 0


def _limit() -> None:
    """Bounds on memory and computing time, where the system has them."""
    try:
        import resource
    except ImportError:
        return
    for what, bound in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(what)
        resource.setrlimit(what, (bound if most == resource.RLIM_INFINITY else min(bound, most), most))


def _loaded(path: Path, name: str) -> tuple[Callable[..., Any] | None, Observation]:
    """The function, or why there is none."""
    sys.path.insert(0, str(path.resolve().parent))
    sys.dont_write_bytecode = True

    def load() -> dict[str, Any]:
        spec = importlib.util.spec_from_file_location("checked_" + path.stem, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path.name} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return vars(module)

    try:
        found = load()
    except (Exception, SystemExit) as error:
        return None, Observation(refusal=f"{path.name} cannot be loaded: {type(error).__name__}: {error}")
    if not callable(found.get(name)):
        own = [k for k, v in found.items() if callable(v) and getattr(v, "__module__", "") == "checked_" + path.stem]
        return None, Observation(
            refusal=f"{path.name} has no function {name}", repair="it has: " + (", ".join(own) or "none")
        )
    function = found[name]
    return (torch_function(function) if is_torch(function) else function), Observation()


if __name__ == "__main__":
    raise SystemExit(main())
