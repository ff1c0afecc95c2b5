"""`symrnn verify`: every step and line checked, and how each was decided."""

from __future__ import annotations

import argparse
from typing import Any

from symrnn.commands.arguments import Progress, add, derivation_of, seed


def register(commands: Any) -> None:
    """The options."""
    verify = add(commands, "verify", "check every step and line, and say how each was decided", run_verify, tau=True)
    verify.add_argument("--seed", type=seed, default=0, help="of the random instances (default 0)")


def run_verify(options: argparse.Namespace) -> int:
    """`symrnn verify MODEL`."""
    progress = Progress()
    derivation = derivation_of(options)
    report = derivation.verify(seed=options.seed, progress=lambda done, total: progress(f"checking {done} of {total}"))
    progress("")
    for finding in report.findings:
        print(finding)
    print(report)
    return 0 if report else 1
