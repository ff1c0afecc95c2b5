"""One call of a function to be checked, watched: what it returned, and everything it should not have done.

It gets fresh copies of the arrays, a limit of time, and no chance to print. Whatever it raises is a finding.
"""

from __future__ import annotations

import ctypes
import io
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symrnn.errors import SymrnnError

KINDS = {
    "f": "float",
    "i": "integers",
    "u": "integers",
    "b": "booleans",
    "c": "complex numbers",
    "O": "objects",
    "U": "text",
}
SHOWN = 60  # characters of what a function printed


@dataclass(frozen=True)
class Observation:
    """What one call gave: the first value (a loss, an output, or None), gradients by name, and what is wrong with it.

    refusal, repair
        Why there is nothing to compare, and what to do; empty when there is.
    """

    value: np.ndarray | None = None
    grads: dict[str, np.ndarray] = field(default_factory=dict)
    refusal: str = ""
    repair: str = ""


class Misfit(SymrnnError):
    """What an adapter finds before or after it calls a function: there is nothing to compare, and why."""


class OutOfTime(BaseException):
    """The limit of time is over; not an `Exception`, so that the function's own handlers let it pass."""


def observe(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Observation:
    """Call a function with copies of `arguments`, arrays and dicts of arrays, and look at what it does."""
    given = _copied(arguments)
    kept = _copied(arguments)
    printed = io.StringIO()
    try:
        with redirect_stdout(printed), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            returned = _limited(function, given, seconds)
    except OutOfTime:
        return Observation(refusal=f"it did not return within {seconds:g} s", repair="look for an endless loop")
    except Misfit as error:
        return Observation(refusal=error.what, repair=error.repair)
    except Exception as error:
        return Observation(refusal=_raised(error), repair="run it by itself on these arrays")
    except SystemExit as error:
        return Observation(refusal=f"it called exit ({error.code})", repair="return the gradients instead")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a class of errors of its own that is no Exception
        return Observation(refusal=_raised(error), repair="run it by itself on these arrays")
    if printed.getvalue():
        text = " ".join(printed.getvalue().split())[:SHOWN]
        return Observation(refusal=f"it printed: {text}", repair="remove the print: a check calls it many times")
    changed = _changed(given, kept)
    if changed:
        return Observation(
            refusal=f"it modified its argument {changed}", repair="work on a copy: x = x.copy(); or write x = x + ..."
        )
    return _returned(returned, given)


def _copied(x: Any) -> Any:
    if isinstance(x, Mapping):
        return {key: _copied(value) for key, value in x.items()}
    if isinstance(x, tuple):
        return tuple(map(_copied, x))
    return np.array(x)


def _raised(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename != __file__]
    place = f" (line {own[-1].lineno} of {own[-1].name})" if own else ""
    return f"it raised {type(error).__name__}{_told(error)}{place}"


def _told(error: BaseException) -> str:
    """What an error says, if it can say anything."""
    try:
        words = " ".join(str(error).split())[:200]
    except Exception:
        return ""
    return f": {words}" if words else ""


def _changed(given: Any, kept: Any, name: str = "") -> str:
    """The name of an argument that is not what it was."""
    if isinstance(kept, Mapping):
        if set(given) != set(kept):
            return name or "(keys were added or taken away)"
        return next((found for key in kept if (found := _changed(given[key], kept[key], str(key)))), "")
    if isinstance(kept, tuple):
        names = ("", "", "", "dout")
        return next((f for a, b, n in zip(given, kept, names, strict=False) if (f := _changed(a, b, n))), "")
    same = isinstance(given, np.ndarray) and given.shape == kept.shape and given.dtype == kept.dtype
    return "" if same and np.array_equal(given, kept, equal_nan=True) else name


def _returned(returned: Any, given: Any) -> Observation:
    """What was returned, taken apart and looked at."""
    value, grads = None, returned
    if isinstance(returned, tuple | list):
        if len(returned) != 2:
            return Observation(
                refusal=f"it returned {len(returned)} values", repair="return (loss, grads) or grads, a dict by name"
            )
        value, grads = returned
    if not isinstance(grads, Mapping):
        return Observation(
            refusal=f"it returned {_kind(grads)} where a dict of gradients by name is expected",
            repair='return loss, {"W": dW, "h[0]": dh0}',
        )
    if not grads:
        return Observation(refusal="it returned no gradients", repair='return loss, {"W": dW, "h[0]": dh0}')
    for key, gradient in grads.items():
        fault = _fault(str(key), gradient, given)
        if fault is not None:
            return fault
    found = {str(key): np.array(gradient) for key, gradient in grads.items()}
    if value is None:
        return Observation(None, found)
    fault = _fault("the loss", np.asarray(value) if np.ndim(value) == 0 else value, given)
    return fault if fault is not None else Observation(np.array(value), found)


def _kind(x: Any) -> str:
    return "nothing" if x is None else f"a {type(x).__name__}"


def _fault(key: str, gradient: Any, given: Any) -> Observation | None:
    """Why one returned array cannot be compared."""
    if not isinstance(gradient, np.ndarray | np.generic | float):
        repair = f"return {key}.detach().numpy()" if hasattr(gradient, "detach") else f"return np.array({key})"
        if gradient is None:
            repair = f"leave {key} out, or return zeros"
        return Observation(refusal=f"{key} is {_kind(gradient)}, not an array", repair=repair)
    array = np.asarray(gradient)
    if array.dtype.kind != "f":
        what = KINDS.get(array.dtype.kind, str(array.dtype))
        return Observation(refusal=f"{key} holds {what} (dtype {array.dtype})", repair="compute in float64")
    if array.dtype.itemsize < 4:
        return Observation(
            refusal=f"{key} is {array.dtype}: three digits cannot tell right from wrong", repair="compute in float64"
        )
    if not np.all(np.isfinite(array)):
        bad = int(np.sum(~np.isfinite(array)))
        return Observation(
            refusal=f"{key} has {bad} of {array.size} entries that are not finite (NaN or infinity)",
            repair="look for 0/0, log(0) or an array made by np.empty",
        )
    shared = next((name for name, x in _named(given) if np.shares_memory(array, x)), "")
    if shared:
        return Observation(refusal=f"{key} is a view of the argument {shared}", repair=f"return a copy: {key}.copy()")
    return None


def _named(given: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for x in given:
        found += [(str(key), value) for key, value in x.items()] if isinstance(x, Mapping) else [("dout", x)]
    return found


def _limited(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
    """The value of a call that is ended after some seconds: by a signal in the main thread, else in a thread."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _with_alarm(function, arguments, seconds)
    return _with_thread(function, arguments, seconds)


def _with_alarm(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
    def ring(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    start = time.monotonic()
    try:
        return function(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if rest:  # a timer of somebody else goes on where it was
            signal.setitimer(signal.ITIMER_REAL, max(rest - (time.monotonic() - start), 1e-3), interval)


def _with_thread(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
    ended: dict[str, Any] = {}

    def run() -> None:
        try:
            ended["value"] = function(*arguments)
        except BaseException as error:
            ended["error"] = error

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        identity = ctypes.c_ulong(worker.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(OutOfTime))
        raise OutOfTime
    if "error" in ended:
        raise ended["error"]
    return ended["value"]
