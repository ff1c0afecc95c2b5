"""The laws by name: what each says, and its source (a key of docs/sources.md). A read-only table."""

from __future__ import annotations

from types import MappingProxyType

from symrnn.calculus.derivation import Law

_LAWS = {
    "elementwise": Law(
        "elementwise",
        "y = f(x) entry by entry: the adjoint of x is f'(x) ⊙ ∇y, f' written through y where it can be",
        "goodfellow2016",
    ),
    "scalar": Law("chain rule", "y = f(x): the adjoint of x is f'(x) ∇y", "goodfellow2016"),
    "product": Law("matrix product", "y = A x: the adjoint of x is Aᵀ ∇y, of A it is ∇y xᵀ", "goodfellow2016"),
    "matrix": Law("matrix product", "Y = A B: the adjoint of A is ∇Y Bᵀ, of B it is Aᵀ ∇Y", "goodfellow2016"),
    "dot": Law("dot product", "y = a·b: the adjoint of a is ∇y b", "goodfellow2016"),
    "outer": Law("outer product", "Y = a bᵀ: the adjoint of a is ∇Y b, of b it is ∇Yᵀ a", "goodfellow2016"),
    "kronecker": Law(
        "Kronecker product",
        "Y = A ⊗ B: with R[i j, k l] = ∇Y[i k, j l], the adjoint of A is R vec(B), of B it is Rᵀ vec(A)",
        "magnus2019",
    ),
    "linear": Law(
        "linear map",
        "a rearrangement or sum of entries: its adjoint puts the cotangent back in place",
        "goodfellow2016",
    ),
    "inverse": Law("inverse", "Y = X⁻¹: the adjoint of X is -Yᵀ ∇Y Yᵀ", "goodfellow2016"),
    "declared": Law("declared derivative", "what is declared to be constant passes nothing back", "goodfellow2016"),
    "softmax": Law("softmax", "y = softmax(x): the adjoint of x is y ⊙ (∇y - (y·∇y) 1)", "goodfellow2016"),
    "logsumexp": Law("logsumexp", "y = logsumexp(x): the adjoint of x is softmax(x) ∇y", "goodfellow2016"),
    "cross-entropy": Law(
        "softmax with cross-entropy",
        "y = -q·log softmax(o), Σ q = 1: the adjoint of o is (softmax(o) - q) ∇y",
        "goodfellow2016",
    ),
    "unknown": Law("chain rule for an unknown f", "y = f(x): the adjoint of x is (∂f/∂x)ᵀ ∇y", "goodfellow2016"),
    "second": Law(
        "second derivatives of an unknown f",
        "J = ∂f/∂x: the adjoint of x is the sum of ∇J[k, i] ∂²f_k/∂x_i∂x over k and i",
        "goodfellow2016",
    ),
    "sum of uses": Law(
        "sum over uses", "the adjoint of a node is the sum of what each of its uses sends back", "werbos1990"
    ),
    "shared": Law(
        "shared parameter",
        "the gradient of a shared parameter is the sum of the gradients of its copies, one for each step",
        "goodfellow2016",
    ),
    "seed": Law("loss", "the adjoint of the loss is 1", "goodfellow2016"),
    "known adjoint": Law("substitution", "an adjoint that is a known number is written in its place", "goodfellow2016"),
    "tangent": Law("tangent", "y = f(x): the tangent of y is f'(x) times the tangent of x", "pearlmutter1994"),
    "unfolding": Law("unfolding", "a node may be replaced by the right side of its equation", "goodfellow2016"),
    "instance": Law("instance", "what holds for every t holds for this t", "goodfellow2016"),
    "total derivative": Law(
        "total derivative",
        "∂v/∂θ = ∂⁺v/∂θ + Σ (∂⁺v/∂u) ∂u/∂θ over the nodes u that the equation of v reads",
        "werbos1990",
    ),
    "immediate derivative": Law(
        "immediate derivative",
        "∂⁺v/∂u goes through the equation of v alone, all else that it reads fixed",
        "pascanu2013",
    ),
    "forward gradient": Law(
        "real-time recurrent learning",
        "the gradient is the sum of (∂v/∂θ)ᵀ times what arrives at v from outputs and the loss",
        "williams1989",
    ),
    "line": Law("recurrence", "what the line of the recurrence says", "goodfellow2016"),
    "collect": Law("linearity", "terms linear in z are the sum of their matrices times z", "goodfellow2016"),
    "hypothesis": Law("induction hypothesis", "the claim holds one step nearer to the start", "goodfellow2016"),
    "linearity": Law("linearity", "A (x + y) = A x + A y, and A times a sum over time is the sum", "goodfellow2016"),
    "ordered product": Law(
        "ordered product",
        "the next factor joins the product on its own side: (A_k ... A_2) A_1 = A_k ... A_1",
        "pascanu2013",
    ),
    "empty product": Law("empty product", "a product without factors is the identity", "pascanu2013"),
    "next term": Law("next term", "a sum and the term beside its first or last one are the longer sum", "pascanu2013"),
    "one term": Law("one term", "a sum over one time is its only term", "pascanu2013"),
    "regroup": Law("regrouping", "the terms of a sum may be listed in any order", "goodfellow2016"),
    "powers": Law("power", "a product of k equal factors is a power; a sum of k equal terms a multiple", "pascanu2013"),
    "times": Law("range of a sum", "a sum of terms that are there at some times runs over these", "pascanu2013"),
    "closed form": Law("closed form", "what was proved for every t is put in", "pascanu2013"),
    "exchange": Law(
        "exchange of sums",
        "two sums over the same pairs of times, such as a <= t <= k <= b, may be taken in either order",
        "pascanu2013",
    ),
    "start": Law(
        "given values",
        "what is given has the sensitivity zero, with it or without it; where it is θ, its terms are added back",
        "werbos1990",
    ),
    "copy": Law("given copies", "the given value of a copy is that of its state some steps before", "goodfellow2016"),
    "shift": Law("shift of time", "a sum over t = a..b of x(t+d) is the sum over t = a+d..b+d of x(t)", "werbos1990"),
    "truncation": Law(
        "truncation",
        "the sum over the steps that errors are followed back to is split: ∇L = ∇L̃ + what is left out",
        "williams1990",
    ),
    "chain": Law(
        "chain of uses", "the Jacobian through several nodes is the product of the Jacobians", "goodfellow2016"
    ),
}
LAWS = MappingProxyType(_LAWS)
