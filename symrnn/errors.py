"""The errors of the package: each says what is wrong, where, which law it breaks, and the repair.

Every room raises these and nothing else about a user's input. A message is built from facts, so that
two places that meet the same fault say the same thing.
"""

from __future__ import annotations


class SymrnnError(Exception):
    """Base class. `what` is one sentence; `where`, `law` and `repair` are shown when given."""

    def __init__(self, what: str, *, where: str = "", law: str = "", repair: str = "") -> None:
        super().__init__(what, where, law, repair)
        self.what, self.where, self.law, self.repair = what, where, law, repair

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.law, self.repair)

    def located(self, where: str) -> SymrnnError:
        """The same error with its place filled in by the caller that knows it."""
        return type(self)(self.what, where=self.where or where, law=self.law, repair=self.repair)

    def __str__(self) -> str:
        rows = [self.what]
        for label, text in (("where", self.where), ("law", self.law), ("repair", self.repair)):
            if text:
                first, *rest = text.splitlines()
                rows.append(f"  {label + ':':<9}{first}")
                rows.extend(" " * 11 + line for line in rest)
        return "\n".join(rows)


def _rebuild(kind: type[SymrnnError], what: str, where: str, law: str, repair: str) -> SymrnnError:
    return kind(what, where=where, law=law, repair=repair)


class ShapeError(SymrnnError):
    """Shapes do not fit: an operand, an argument or an array has a shape the operation does not take."""


class IllPosed(SymrnnError):
    """The equations do not determine a value for every node: a cycle without delay, or both ways in time."""


class Undefined(SymrnnError):
    """Something is read that nothing defines or declares, or defined where no definition can stand."""


class Redefined(SymrnnError):
    """One node, or one name, is given two definitions."""


class Unsupported(SymrnnError):
    """A correct request that this package does not fulfil; never answered by a guess."""


class TooLarge(SymrnnError):
    """A request beyond a stated bound of size, refused before any work is done."""


class WriteError(SymrnnError):
    """A file that cannot be written; what was there before is untouched."""


class ReadError(SymrnnError):
    """Text that cannot be read; `line` and `column` (from 1) say where, `kind` which sort of fault it is."""

    line: int = 0
    column: int = 0
    kind: str = ""  # of a formula: unbalanced, undeclared, ambiguous, shape, forbidden, limit, charset, syntax, ...

    def located(self, where: str) -> ReadError:
        """The same error with its place filled in; line and column stay."""
        return self._placed(super().located(where))

    def _placed(self, other: SymrnnError) -> ReadError:
        error = ReadError(other.what, where=other.where, law=other.law, repair=other.repair)
        error.line, error.column, error.kind = self.line, self.column, self.kind
        return error

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_read, (self.what, self.where, self.law, self.repair, self.line, self.column, self.kind)


def _rebuild_read(what: str, where: str, law: str, repair: str, line: int, column: int, kind: str) -> ReadError:
    error = ReadError(what, where=where, law=law, repair=repair)
    error.line, error.column, error.kind = line, column, kind
    return error
