"""Writing files whole or not at all: what stood there before stays until the new content is complete."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from symrnn.errors import WriteError


def write_file(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write text (UTF-8, lines ended by a line feed) or bytes to a file and return its path.

    Raises
    ------
    WriteError
        When the file cannot be written; then nothing is left behind, and an old file is as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(Path(folder) / "page.md", "# Title").read_text()
    '# Title'
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if target.exists() and not target.is_file():  # a pipe or /dev/stdout is written to, never replaced
            target.write_bytes(data)
        else:
            _replace(target.resolve(), data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WriteError(f"cannot write {target}: {reason[:1].lower() + reason[1:]}", repair=_repair(target)) from None
    return target


def check_writable(path: str | os.PathLike[str]) -> None:
    """Say before the work begins, and not behind it, that a file could not be written.

    Raises
    ------
    WriteError
        When there is no such folder, it may not be written to, or the file is a folder.
    """
    target = Path(path)
    known = {target.is_dir(): "it is a folder", not target.parent.is_dir(): "there is no such folder"}
    reason = known.get(True) or ("" if os.access(target.parent, os.W_OK) else "permission denied")
    if reason:
        raise WriteError(f"cannot write {target}: {reason}", repair=_repair(target))


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, and those above it; one that is there stays as it is.

    Raises
    ------
    WriteError
        When that cannot be done.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = str(error.strerror).lower()
        raise WriteError(f"cannot make the folder {path}: {reason}", repair="name another one") from None
    return Path(path)


def _replace(target: Path, data: bytes) -> None:
    """The content goes to a new file beside the target, which then takes its name."""
    name = target.with_name(f".{uuid.uuid4().hex}")
    try:
        with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(data)
        if target.exists():
            name.chmod(target.stat().st_mode & 0o777)
        os.replace(name, target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _repair(target: Path) -> str:
    if not target.parent.is_dir():
        return f"make the directory {target.parent} first, or name another one"
    return "name a file in a directory that you may write to"
