"""English: the reasons of lines, the laws, the titles and sentences of a page."""

from __future__ import annotations

REASONS = {
    "uses": "{nodes} use {of}",
    "uses_one": "{nodes} uses {of}",
    "only_use": "only {nodes} uses {of}",
    "every_use": "every {nodes} uses {of}",
    "loss": "the loss reads {of}",
    "uses_and_loss": "{nodes} and the loss use {of}",
    "arrives": "{given} arrives there",
    "uses_and_arrives": "{given} arrives, and {nodes} use {of}",
    "uses_one_and_arrives": "{given} arrives, and {nodes} uses {of}",
    "unused": "nothing that the loss depends on uses {of}",
    "per_step": "one use a step: sum over {times}",
    "all_uses": "the sum over all its uses",
    "given": "{of} is given",
    "independent": "{of} is given and does not depend on {nodes}",
    "itself": "a derivative by itself",
    "reads": "{of} reads {nodes}",
    "through": "the loss depends on {of} through {nodes}",
    "defined": "by definition",
    "law": "{law}",
    "every": "every ",
    "and": " and ",
    "needs": "; needs {condition}",
    "likewise": "likewise for {nodes}",
}
LAWS = {  # a law that is not here is called by its name
    "because.loss": "the loss adds up {of}",
    "because.unfolding": "the equation of {of}",
}
PAGE = {
    "because": "because",
    "at": "{name} with {times}",
    "for": "for {times}",
    "given_values": "given: {nodes}",
    "arriving": "given: {nodes}, the gradient that arrives at {of}",
    "scalar": "scalar",
    "unknown": "unknown",
    "title.chain": "Unfolded",
    "title.backward": "Adjoints",
    "title.backward_in_time": "Backward in time, {times}",
    "title.forward": "Sensitivities, forward in time",
    "title.output": "Adjoints of what is computed from the states, step by step",
    "title.gradient": "Gradients, each of the shape of its parameter",
    "title.gradient_rows": "Gradients, each of the shape of its array",
    "title.gradient_numerator": "Derivatives in numerator layout",
    "title.boundary": "Gradients of what is given",
    "title.input": "Gradients of inputs and constants",
    "title.steps": "Steps, each with its law",
    "step.in": ", in {of}",
    "step.to": "   to {of}",
    "more_lines": "   and {count} more lines; a file has them all:  -o FILE.tex | .md | .html",
    "more": "More: ",
}
VERDICT = {
    "not_checked": "Not checked: ask the derivation to verify() itself.",
    "verdict.true": "Checked",
    "verdict.false": "FAILED",
    "verdict.open": "Undecided",
    "verdict.lines": ": {good} of {total} lines, at random values in exact arithmetic ({where})",
    "verdict.differences": " and against numerical derivatives (worst {worst})",
    "verdict.chance": "; the chance that an error went unseen is below {chance}",
    "verdict.fails": " Fails: {claim}.",
    "verdict.undecided": " Not decided: {claim}.",
}
ENGLISH = REASONS | LAWS | PAGE | VERDICT
