"""Ten thousand generated cases without a false verdict, and how many checks a second there are."""

from collections import Counter

from checking.generated import run

CASES = 10_000


def test_ten_thousand_verdicts(pytestconfig):
    counts, false = Counter(), []
    for model, found in run(pytestconfig.getoption("seed") + 1, CASES):
        counts[found.kind] += 1
        counts["pairs named"] += found.kind == "pair" and found.named
        if found.false:
            false.append(f"{model}\n{found.kind}: {found.made}: {found.false}")
    print(dict(counts))
    assert not false, "\n\n".join(false[:5])
    assert counts["pairs named"] > 0.8 * counts["pair"]
