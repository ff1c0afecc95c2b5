"""A function in a file, called in a process of its own with limits of time and memory.

Arrays go there and back as NumPy's own archives, never as pickles; what the file prints or breaks stays there.
"""

from __future__ import annotations

import io
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from symrnn.errors import Undefined
from symrnn.numeric.checking.calling import Observation

GRACE = 20.0  # seconds beyond the limit of a call for a process to start and to import


class Remote:
    """`Remote(path, name)` is an observer: it calls the function `name` of a file."""

    def __init__(self, path: Path, name: str) -> None:
        if not path.is_file():
            raise Undefined(f"there is no file {path}", repair="--against FILE.py:FUNCTION")
        self.path, self.name = path, name
        self.process: subprocess.Popen[bytes] | None = None
        self.replies: queue.Queue[bytes] = queue.Queue()

    def __enter__(self) -> Remote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, arguments: tuple[Any, ...], seconds: float) -> Observation:
        """Call the function with these arguments, in the other process."""
        process = self._started()
        try:
            send(process.stdin, packed(arguments, seconds))  # type: ignore[arg-type]
            reply = self.replies.get(timeout=seconds + GRACE)
        except queue.Empty:
            self.close()
            return Observation(refusal=f"it did not return within {seconds:g} s", repair="look for an endless loop")
        except OSError:
            reply = b""
        if not reply:
            self.close()
            return Observation(refusal="its process died", repair="look for a crash, or for too much memory")
        return unpacked_observation(reply)

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    stream.close()
        self.process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            command = [sys.executable, "-m", "symrnn.numeric.checking.child", str(self.path), self.name]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            here = str(Path(__file__).resolve().parents[3])
            environment["PYTHONPATH"] = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
            self.replies = queue.Queue()
            threading.Thread(target=_listen, args=(self.process.stdout, self.replies), daemon=True).start()
        return self.process


def _listen(stream: IO[bytes], replies: queue.Queue[bytes]) -> None:
    while True:
        try:
            message = receive(stream)
        except (OSError, ValueError):
            message = b""
        replies.put(message)
        if not message:
            return


def send(stream: IO[bytes], message: bytes) -> None:
    """One message: its length in eight bytes, then itself."""
    stream.write(len(message).to_bytes(8, "big") + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """One message, or nothing at the end."""
    head = stream.read(8)
    return stream.read(int.from_bytes(head, "big")) if len(head) == 8 else b""


def packed(arguments: tuple[Any, ...], seconds: float) -> bytes:
    """Arguments as an archive: dicts of arrays, and single arrays, each with its place."""
    names, arrays = [], []
    for i, x in enumerate(arguments):
        pairs = x.items() if isinstance(x, Mapping) else [("", x)]
        names += [f"{i}:{'d' if isinstance(x, Mapping) else 'a'}:{key}" for key, _ in pairs]
        arrays += [value for _, value in pairs]
        if isinstance(x, Mapping) and not x:
            names.append(f"{i}:e:")
            arrays.append(np.zeros(0))
    return _archive(names, arrays, seconds=np.asarray(seconds))


def unpacked(message: bytes) -> tuple[tuple[Any, ...], float]:
    """Arguments and the limit of time out of an archive."""
    names, arrays, extra = _opened(message)
    found: dict[int, Any] = {}
    for name, array in zip(names, arrays, strict=True):
        place, kind, key = name.split(":", 2)
        if kind == "a":
            found[int(place)] = array
        else:
            home = found.setdefault(int(place), {})
            if kind == "d":
                home[key] = array
    return tuple(found[i] for i in sorted(found)), float(extra["seconds"])


def packed_observation(seen: Observation) -> bytes:
    """An observation as an archive."""
    value = {"value": seen.value} if seen.value is not None else {}
    texts = {"refusal": np.asarray(seen.refusal), "repair": np.asarray(seen.repair)}
    return _archive(list(seen.grads), list(seen.grads.values()), **value, **texts)


def unpacked_observation(message: bytes) -> Observation:
    """An observation out of an archive."""
    names, arrays, extra = _opened(message)
    return Observation(
        extra.get("value"), dict(zip(names, arrays, strict=True)), str(extra["refusal"]), str(extra["repair"])
    )


def _archive(names: list[str], arrays: list[Any], **extra: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    numbered: dict[str, Any] = {f"a{i}": x for i, x in enumerate(arrays)}
    np.savez(buffer, names=np.asarray(names, dtype=str), **numbered, **extra)  # type: ignore[arg-type]
    return buffer.getvalue()


def _opened(message: bytes) -> tuple[list[str], list[np.ndarray], dict[str, np.ndarray]]:
    with np.load(io.BytesIO(message), allow_pickle=False) as archive:
        names = [str(x) for x in archive["names"]]
        arrays = [archive[f"a{i}"] for i in range(len(names))]
        known = {"names", *(f"a{i}" for i in range(len(names)))}
        return names, arrays, {key: archive[key] for key in archive.files if key not in known}
