"""Answers are judged as a careful marker would: rewritings are right, mistakes wrong and named, always alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symrnn as sr
from formula.corpus import CONTEXTS, rows
from symrnn.exercises.slip_table import SLIPS
from symrnn.exercises.slips import Names, slipped, whole
from symrnn.model.formula.echo import echo
from symrnn.model.formula.settle import settled
from symrnn.model.formula.symbols import as_symbols

ANSWERS = rows("answers.tsv")
REFERENCES = {}
for row in ANSWERS:
    if row["verdict"] == "right":
        REFERENCES.setdefault(row["prompt_id"], []).append(row["answer"])
MODELS = {"P07", "P08", "P09", "P13", "P14"}  # what the prompt defines is needed there
ELMAN = sr.models.elman()
# The sample's name of a mistake, and ours.
NAMES = {
    "forgot_fprime": "derivative forgotten",
    "missing_parameter": "parameter forgotten",
    "input_order": "arguments exchanged",
    "too_few_applications": "one application too few",
    "sign": "sign",
    "transposed_result": "transposed result",
    "fprime_at_h": "derivative at the output",
    "sum_upper_bound": "sum bounds off by one",
    "extra_transpose": "extra transpose",
    "mean_vs_sum": "mean for sum",
}


def verdict(row, reference=None):
    model = ELMAN if row["prompt_id"] in MODELS else None
    right = reference or REFERENCES[row["prompt_id"]][0]
    return sr.judge(row["answer"], right, symbols=CONTEXTS[row["context"]], model=model)


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: f"{row['prompt_id']}-{row['mistake'] or row['verdict']}")
def test_sample_verdicts(row):
    for reference in REFERENCES[row["prompt_id"]]:
        found = verdict(row, reference)
        assert found.status == row["verdict"], (row["answer"], reference, found.reason)


def test_right_answers_in_other_forms_and_realistic_mistakes():
    """Other orders, layouts, substitutions and code are right; a mistake is wrong, and named as a marker would."""
    context = {row["prompt_id"]: row["context"] for row in ANSWERS}
    missed = []
    for row in rows("judged.tsv"):
        prompt = row["prompt_id"]
        model = ELMAN if prompt in MODELS else None
        found = sr.judge(row["answer"], REFERENCES[prompt], symbols=CONTEXTS[context[prompt]], model=model)
        if (found.status, ", ".join(found.mistakes)) != (row["verdict"], row["mistake"]):
            missed.append((prompt, row["answer"], found.status, found.mistakes))
    assert not missed, missed[:3]


def test_a_mistake_has_its_own_name_and_what_is_no_known_one_has_none():
    missed = []
    for row in rows("mistaken.tsv"):
        found = sr.judge(row["answer"], row["reference"], symbols=CONTEXTS[row["context"]])
        if (found.status, ", ".join(found.mistakes)) != ("wrong", row["mistake"]):
            missed.append((row["answer"], found.status, found.mistakes, row["mistake"]))
    assert not missed, missed[:5]


def test_mistakes_are_named():
    named = [row for row in ANSWERS if row["mistake"] in NAMES]
    found = [NAMES[row["mistake"]] in verdict(row).mistakes for row in named]
    assert sum(found) >= 0.85 * len(named)
    unexplained = [row["answer"] for row in ANSWERS if row["verdict"] == "wrong" and not verdict(row).mistakes]
    assert len(unexplained) <= 8, unexplained


def test_the_same_answer_has_the_same_verdict():
    for row in ANSWERS[::7]:
        first, again = verdict(row), verdict(row)
        assert first.json() == again.json()


# -- Rewritings of right answers are right, and slips in them are wrong -----------------------------------------

RIGHT = [(row["answer"], row["context"], row["prompt_id"]) for row in ANSWERS if row["verdict"] == "right"]


def rewritten(text, how):
    """Other ways of writing the same formula."""
    return {
        "brackets": rf"\left({text}\right)",
        "minus minus": f"-(-({text}))",
        "zero": f"({text}) + ({text}) - ({text})",
        "half": rf"\frac{{1}}{{2}}\left(({text}) + ({text})\right)",
        "factor": rf"\frac{{3 ({text}) - ({text})}}{{2}}",
    }[how]


@pytest.mark.parametrize("how", ["brackets", "minus minus", "zero", "half", "factor"])
def test_rewritings_are_right(how):
    for text, context, prompt in RIGHT:
        model = ELMAN if prompt in MODELS else None
        found = sr.judge(rewritten(text, how), REFERENCES[prompt][0], symbols=CONTEXTS[context], model=model)
        assert found, (text, how, found.reason)


def slips_of(text, context):
    table = as_symbols(CONTEXTS[context])
    term = settled(sr.read(text, table).term)
    return term, [*whole(term), *slipped(term, Names(table))]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_slips_are_not_called_right_unless_they_are(data):
    """A slip that is judged right has the values of the right answer: 50 digits are the witness."""
    text, context, _ = data.draw(st.sampled_from([r for r in RIGHT if r[2] not in MODELS]))
    _, slips = slips_of(text, context)
    slip = data.draw(st.sampled_from(slips))
    answer = echo(slip.term)
    found = sr.judge(answer, text, symbols=CONTEXTS[context])
    assert found.status in {"right", "wrong", "invalid", "undecided"}
    if found.status == "right":
        assert sr.judge(text, answer, symbols=CONTEXTS[context]), "judging is symmetric"
    if found.status == "wrong" and found.facts.get("value") == "wrong" and found.found:
        assert all(d.name in SLIPS for d in found.found)


def test_a_slip_of_every_kind_is_named_as_it_was_made():
    """Slips that change the value are found again; another name only where both give the same values."""
    missed = []
    for text, context, prompt in RIGHT:
        if prompt in MODELS or prompt in {"P26"}:
            continue
        _, slips = slips_of(text, context)
        for slip in slips[:: max(1, len(slips) // 2)]:
            found = sr.judge(echo(slip.term), text, symbols=CONTEXTS[context])
            if found.status == "wrong" and not found.mistakes:
                missed.append((text, slip.names, echo(slip.term)))
    assert not missed, missed[:3]


# -- Form, layouts, reading ---------------------------------------------------------------------------------------


def test_form_is_judged_apart_from_value():
    classical = sr.models.classical()
    right = "f(f(s_1; theta); theta)"
    left = sr.judge("f(s_2; theta)", right, model=classical)
    assert (left.status, left.mistakes, left.facts["value"]) == ("wrong", ("not fully unrolled",), "right")
    assert sr.judge(right, right, model=classical)
    table = CONTEXTS["scalar"]
    kept = sr.judge("f'(a_t) h_{t-1}", "f'(a_t) h_{t-1}", symbols=table, form="no f'")
    assert (kept.status, kept.facts["value"], kept.facts["form"]) == ("wrong", "right", "wrong")


def test_another_layout_is_called_that():
    row = sr.judge(r"(\nabla_{h_1} L)^\top", r"\nabla_{h_1} L", symbols=CONTEXTS["elman"])
    assert row.mistakes == ("transposed result",) and row.facts["credit"] == 0.75


def test_what_cannot_be_read_is_invalid_and_what_is_ill_shaped_is_wrong():
    table = CONTEXTS["elman"]
    assert sr.judge("W h_{t-1", "W h_{t-1}", symbols=table).status == "invalid"
    assert sr.judge("Q h_t", "W h_t", symbols=table).status == "invalid"
    for name in ("", r"\nabla_{h_t} L = ", "h_t = "):  # what is on the other side of an equality does not matter
        ill = sr.judge(name + r"V \nabla_{o_t} L", r"V^\top \nabla_{o_t} L", symbols=table)
        assert (ill.status, ill.mistakes) == ("wrong", ("missing transpose",))


def test_what_the_field_cannot_decide_is_decided_by_digits():
    table = {"sequences": {"a": [], "x": []}, "parameters": {"w": []}, "functions": {"sigma": "scalar"}}
    for answer, right in (
        ("exp(a_t + x_t)", "exp(a_t) exp(x_t)"),
        (r"1 - \sigma(a_t)", r"\sigma(-a_t)"),
        (r"\sqrt{w^2}", "|w|"),
        ("max(0, a_t)", r"\begin{cases} a_t & a_t > 0 \\ 0 & \text{otherwise} \end{cases}"),
        (r"\frac{1}{1+e^{-a_t}}", r"\sigma(a_t)"),
    ):
        found = sr.judge(answer, right, symbols=table)
        assert (found.status, found.facts["method"]) == ("right", "50 digits"), answer
    assert sr.judge("max(0, a_t)", "a_t", symbols=table).status == "wrong"


@pytest.mark.parametrize("answer", ["w^{0.5}", "w^{t-0.5}", "0^.0{t}", "w^{0.5 t} a_t"])
def test_an_exponent_may_be_no_whole_number(answer):
    table = {"sequences": {"a": []}, "parameters": {"w": []}, "indices": ["t"]}
    assert sr.judge(answer, "w^t", symbols=table).status in {"wrong", "undecided"}
    assert sr.judge(r"\sqrt{w}", answer, symbols=table).status in (
        {"right"} if answer == "w^{0.5}" else {"wrong", "undecided"}
    )


def test_unknown_functions_obey_no_law():
    table = {"sequences": {"a": [], "h": []}, "functions": {"f": "scalar"}}
    assert sr.judge("1 - h_t^2", "f'(a_t)", symbols=table).status == "wrong"
    assert sr.judge("f(a_t) + f'(a_t)", "f'(a_t) + f(a_t)", symbols=table)


def test_a_model_gives_names_their_values():
    assert sr.judge(r"\operatorname{softmax}(o_t) - y_t", r"\nabla_{o_t} L", model=ELMAN)
    assert sr.judge(r"\hat y_t - y_t", r"\nabla_{o_t} L", model=ELMAN)
    assert sr.judge(r"1 - \tanh^2(b + W h_{t-1} + U x_t)", "1 - h_t^2", model=ELMAN)
    assert sr.judge(r"\operatorname{diag}(1-h_t^2) W", r"\frac{\partial h_t}{\partial h_{t-1}}", model=ELMAN)
    assert not sr.judge(r"W \operatorname{diag}(1-h_t^2)", r"\frac{\partial h_t}{\partial h_{t-1}}", model=ELMAN)
    for parameter, gradient in sr.bptt(ELMAN).gradients.items():  # the package's own results, by dual numbers
        name = {"h[0]": "h_{0}"}.get(parameter, parameter)
        assert sr.judge(sr.latex(gradient), rf"\nabla_{{{name}}} L", model=ELMAN), name


def test_conditions_say_where():
    right = r"\prod_{j=t}^{k+1} w f'(a_j)"
    table = CONTEXTS["scalar"]
    other = r"w f'(a_t) \prod_{j=t-1}^{k+1} w f'(a_j)"
    assert sr.judge(other, right, symbols=table, where="1 <= k < t")
    assert sr.judge(other, right, symbols=table, where="1 <= k <= t").status == "wrong"
    with pytest.raises(sr.Undefined):
        sr.judge(other, right, symbols=table, where="k")


BACKWARD = r"W^\top \operatorname{diag}(1-h_{t+1}^2) \nabla_{h_{t+1}} L + V^\top \nabla_{o_t} L"
PRODUCT = r"\prod_{j=t}^{k+1} w f'(a_j)"


@pytest.mark.parametrize(
    ("answer", "right", "asked", "status"),
    [
        (f"{PRODUCT} for k < t", PRODUCT, {"where": "1 <= k < t"}, "right"),
        (f"{PRODUCT}, 1 <= k < t <= tau", PRODUCT, {"where": "1 <= k < t"}, "right"),
        (f"{PRODUCT}, k < t-1", PRODUCT, {"where": "1 <= k < t"}, "wrong"),
        (f"{PRODUCT}, k = 1", PRODUCT, {"where": "1 <= k < t"}, "wrong"),
        (f"{PRODUCT}, t = tau", PRODUCT, {}, "right"),
        (rf"w {PRODUCT} \quad (k<t)", PRODUCT, {}, "wrong"),
        (f"{PRODUCT}, t > tau", PRODUCT, {}, "undecided"),
        (f"{BACKWARD}, t < tau", r"\nabla_{h_t} L", {"model": ELMAN}, "wrong"),
        (f"{BACKWARD}, t < tau", BACKWARD, {"model": ELMAN}, "right"),
        ("V^T nabla_{o_t} L for t = tau", r"\nabla_{h_\tau} L", {"model": ELMAN}, "right"),
    ],
)
def test_a_range_behind_an_answer_is_judged(answer, right, asked, status):
    found = sr.judge(answer, right, symbols=None if "model" in asked else CONTEXTS["scalar"], **asked)
    assert found.status == status, found.reason
    value_right = found.facts["value"] == "right"
    assert value_right == (status == "right" or found.mistakes == ("not at every time",))


def test_cases_may_be_told_apart_by_time():
    last = r"V^\top \nabla_{o_t} L"
    for first, second, status in ((last, BACKWARD, "right"), (BACKWARD, last, "wrong"), (last, last, "wrong")):
        answer = rf"\begin{{cases}} {first} & t = \tau \\ {second} & t < \tau \end{{cases}}"
        assert sr.judge(answer, r"\nabla_{h_t} L", model=ELMAN).status == status


def test_a_reference_may_be_an_expression():
    h = next(s for s in ELMAN.states)
    found = sr.judge(r"W^\top ((1-h_1^2) \odot \nabla_{h_1} L)", sr.bptt(ELMAN)[h[0]], model=ELMAN)
    assert found and found.facts["chance"] < 1e-9


def test_an_answer_that_would_take_too_long_is_refused():
    """Before anything of it is computed: sums within sums, products of hundreds of matrices, chains of differences."""
    exercise = sr.exercises.make("bptt.grad_W", seed=1)
    nested = "".join(rf"\sum_{{{x}=1}}^{{60}}" for x in "ijk")
    for text in (nested + "W", r"\sum_{i=1}^{\tau}" * 9 + "W", "W " * 500, "W^{9999}" * 300, "W" + "-W" * 600):
        verdict = exercise.judge(text)
        assert (verdict.status, verdict.facts["refused"]) == ("invalid", "limit"), text[:60]


@pytest.mark.parametrize(
    "answer",
    [
        r"\tau w^{\tau-1} s_0 + (\tau^2 - 9\tau + 20) w",  # zero at the first instances
        r"\tau w^{\tau-1} s_0 + (\tau-2-2)(\tau-2-3)(\tau-3-3) w",
        r"\tau w^{\tau-1+(\tau-2-2)(\tau-2-3)} s_0",
        r"\tau w^{\tau-1} s_0 + \sum_{k=9}^{\tau} w",  # empty at all of them
        r"\tau w^{\tau-1} s_0 \prod_{k=3+3}^{\tau} w",
        r"2305843009213693952 \tau w^{\tau-1} s_0",  # one more than nothing in the field
        r"\tau w^{\tau-1} s_0 + (2^{61} - 1) w",
        r"\tau w^{\tau-1} s_0 (((((w^{3150})^{4433})^{2501})^{9966})^{1321})^{331}",  # w^{p-1} is 1 in it
        r"\tau w^{\tau-1} s_0 \mathbb{1}[w > -1]",  # beyond the usual numbers
        r"\tau w^{\tau-1} s_0 \mathbb{1}[w < 3]",
        r"\tau \max(w, -2)^{\tau-1} s_0",
    ],
)
def test_what_is_right_at_a_few_points_only_is_wrong(answer):
    found = sr.judge(answer, r"\tau w^{\tau-1} s_0", symbols=CONTEXTS["scalar"])
    assert found.status == "wrong"


def test_a_straight_line_through_two_powers_is_wrong():
    assert sr.judge(r"16\tau - 48", r"2^\tau", symbols=CONTEXTS["scalar"]).status == "wrong"
