"""The commands of TeX and the signs of Unicode that a formula may use, and what each means.

A command that is in none of these tables is no notation, and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


GREEK_LETTERS = words(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
GREEK: Mapping[str, str] = MappingProxyType(
    dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", GREEK_LETTERS, strict=True))
    | {"ϕ": "phi", "ϑ": "theta", "ϵ": "epsilon", "ϖ": "pi", "ϱ": "rho", "ς": "sigma"}
)
NAMES: Mapping[str, str] = MappingProxyType(
    {name: name for name in GREEK_LETTERS}
    | {f"var{name}": name for name in ("epsilon", "theta", "phi", "rho", "sigma", "pi", "kappa")}
    | {"ell": "l"}
)
FONTS = frozenset(
    words("mathbf boldsymbol bm mathrm mathit mathsf mathcal mathscr mathfrak mathtt mathnormal pmb textbf textit vec")
)
TEXTS = frozenset(["operatorname", "text", "textrm", "textnormal", "mbox", "mathop", "mathbin"])
ACCENTS: Mapping[str, str] = MappingProxyType(
    {"hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar", "overline": "bar"}
    | {"dot": "dot"}
)
MARKS: Mapping[str, str] = MappingProxyType({"̂": "hat", "̃": "tilde", "̄": "bar", "̇": "dot"})
SIZES = frozenset(
    [f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")]
    + ["left", "right", "middle"]
)
BLANK = frozenset(
    words("displaystyle textstyle limits nolimits quad qquad enspace thinspace nonumber notag strut boxed , ; : ! >")
) | {" "}
# What stands for one sign, whichever way it is typed.
SIGNS: Mapping[str, str] = MappingProxyType(
    {"cdot": "·", "odot": "⊙", "circ": "⊙", "times": "×", "ast": "*", "partial": "∂", "nabla": "∇", "sum": "Σ"}
    | {"prod": "Π", "top": "⊤", "intercal": "⊤", "prime": "′", "dots": "…", "ldots": "…", "cdots": "…", "dotsc": "…"}
    | {"ge": "≥", "geq": "≥", "geqslant": "≥", "le": "≤", "leq": "≤", "leqslant": "≤", "gt": ">", "lt": "<"}
    | {"lvert": "|(", "rvert": "|)", "lVert": "‖(", "rVert": "‖)", "|": "‖", "langle": "⟨", "rangle": "⟩"}
    | {"{": "\\{", "}": "\\}", "lbrace": "\\{", "rbrace": "\\}", "lbrack": "[", "rbrack": "]", "vert": "|"}
    | {"Vert": "‖", "frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "sqrt": "√", "colon": ":"}
    | {"begin": "begin", "end": "end", "mathbb": "mathbb", "mathds": "mathbb", "in": "∈", "dotsb": "…", "vdots": "…"}
    | {"\\": "row", "cr": "row", "mid": "|", "parallel": "‖", "lparen": "(", "rparen": ")", "neq": "≠"}
    | {"_": "_", "forall": "∀", "therefore": "∴", "coloneqq": "=", "ne": "≠"}
    | dict.fromkeys(("Rightarrow", "Longrightarrow", "implies"), "⇒")
)
UNICODE: Mapping[str, str] = MappingProxyType(
    {"−": "-", "–": "-", "⋅": "·", "∙": "·", "•": "·", "∘": "⊙", "◦": "⊙", "∏": "Π", "∑": "Σ", "′": "′", "’": "′"}
    | {"∣": "|", "∥": "‖", "⟂": "⊤", "‘": "′", "ʹ": "′", "⁻": "⁻", "ᐟ": "′", "ƒ": "f", "∗": "*", "⩾": "≥", "⩽": "≤"}
    | {"⊺": "⊤", "′′": "″", "∕": "/", "⁄": "/", "⋯": "…", "〈": "⟨", "〉": "⟩"}
)
FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {name: name for name in words("tanh exp log sqrt softmax relu max min sin cos tan sinh cosh abs sign erf diag")}
    | {name: name for name in words("transpose norm trace dot outer logsumexp log_softmax softplus step atan asinh")}
    | {
        "ln": "log",
        "arctan": "atan",
        "ReLU": "relu",
        "Relu": "relu",
        "CE": "cross_entropy",
        "tr": "trace",
        "Tr": "trace",
    }
    | {"crossentropy": "cross_entropy", "cross_entropy": "cross_entropy", "cross_entropy_loss": "cross_entropy"}
    | {"softmaxcrossentropy": "cross_entropy", "softmax_cross_entropy": "cross_entropy", "maximum": "max"}
    | {"minimum": "min", "sgn": "sign", "Diag": "diag", "inner": "dot", "diff": "diff", "sigmoid": "sigmoid"}
    | {"logistic": "sigmoid", "expit": "sigmoid", "lse": "logsumexp", "LSE": "logsumexp", "logsoftmax": "log_softmax"}
    | {"arsinh": "asinh", "heaviside": "step", "stop_gradient": "stop_gradient", "vec": "vec", "concat": "concat"}
)
KNOWN = frozenset(  # mathematics that this reader does not take
    words(
        "lim limsup liminf int iint oint infty to rightarrow leftarrow mapsto approx sim simeq equiv "
        "propto exists otimes oplus ominus wedge vee cup cap subset det binom sup inf arg argmin argmax Pr gcd "
        "bmod pmod hline underbrace overbrace underset overset stackrel xrightarrow vec mathring check breve acute "
        "grave ddot star bullet bigoplus bigotimes coprod lfloor rfloor lceil rceil pm mp notin"
    )
)
MATRICES = frozenset(["matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array"])
SUPERSCRIPTS: Mapping[str, str] = MappingProxyType(
    dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵗᵏⁱʲˡᵈˢʳⁿᵐᵖ", "0123456789+-=()tkijldsrnmp", strict=True))
    | {"ᵀ": "⊤", "ᵟ": "delta", "⸴": ","}
)
SUPER_GREEK: Mapping[str, str] = MappingProxyType({"τ": "τ"})
SUBSCRIPTS: Mapping[str, str] = MappingProxyType(
    dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₜₖᵢⱼₗₕₓₒₐₑₙₘₚᵣₛᵤᵥ", "0123456789+-=()tkijlhxoaenmprsuv", strict=True))
)
FRACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"½": ("1", "2"), "⅓": ("1", "3"), "¼": ("1", "4"), "¾": ("3", "4")}
)
