"""One network learns from sequences of up to 20 words and answers about sequences of 100 and more.

Somewhere in a sequence stands a year, and at its end the question is: which one? ("I went to Nepal in 2009", "In 2009,
I went to Nepal".) A recurrence learns one f for every step and length. A network with weights of its own for each of
20 places, and a time-delay network, which sees a few words only, answer for as far as they see, and guess from there.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import symrnn as sr
from symrnn import Constant, Equation, Parameter, Recurrence, Sequence, t, tau

n, m, k = sr.dims("n m k")
h, x, o, y = Sequence("h", n), Sequence("x", m), Sequence("o", k), Constant("y", k, simplex=True)
W, U, b, V, c = Parameter("W", n, n), Parameter("U", n, m), Parameter("b", n), Parameter("V", k, n), Parameter("c", k)

YEARS, WORDS, LONGEST, TAPS = 3, 8, 20, 5
SIZE, BATCH, RATE, STEPS = 8, 32, 0.04, 400
LENGTHS = (5, 10, 20, 50, 100, 200)


def questions(rng: Any, lengths: Any, count: int = BATCH) -> tuple[Any, Any, Any, Any]:
    """Words (T, B, 8), the answers (B, 3), the lengths (B,) and the places of the years (B,); one year in each."""
    length = rng.choice(lengths, size=count)
    words = rng.integers(YEARS, WORDS, size=(max(lengths), count))
    answer, place = rng.integers(YEARS, size=count), rng.integers(length)
    words[place, np.arange(count)] = answer
    return np.eye(WORDS)[words], np.eye(YEARS)[answer], length, place


def answering(layer: Recurrence) -> Recurrence:
    """A layer with one answer, read from its last h."""
    return Recurrence(*layer.equations, Equation(o[tau], c + V @ h[tau]), loss=sr.softmax_cross_entropy(o[tau], y))


@dataclass
class Learner:
    """A model with its generated code, its parameters and, if it needs all words at once, how many it takes."""

    name: str
    layer: Recurrence
    places: int = 0

    def __post_init__(self) -> None:
        self.model = answering(self.layer)
        self.net = sr.to_numpy(self.model)
        self.params: dict[str, Any] = {}

    def draw(self, rng: Any) -> None:
        """Random weights, each row of length about one."""
        sizes = {n: SIZE, m: WORDS * max(self.places, 1), k: YEARS}
        for p in self.model.parameters:
            shape = tuple(sizes[d] for d in p.shape)
            self.params[p.name] = rng.normal(size=shape) / np.sqrt(shape[1]) if len(shape) == 2 else np.zeros(shape)

    def arrays(self, words: Any, length: Any, rng: Any) -> tuple[Any, dict[str, Any], Any]:
        """What the code is called with: x, the boundary values, the lengths.

        A state starts anywhere: a network that gets used to one start forgets it, and the year with it, on the way.
        """
        if self.places:
            count = words.shape[1]
            padded = np.concatenate([np.zeros((self.places, count, WORDS)), words])
            last = length + np.arange(self.places)[:, None]  # the last words, zeros to the left of the first
            row = padded[last, np.arange(count)].transpose(1, 0, 2).reshape(1, count, -1)
            return row, {}, np.ones(count, int)
        start = {str(e): 1.5 * rng.normal(size=(words.shape[1], SIZE)) for e in self.model.boundary if e.sequence == h}
        left = {str(e): np.zeros(WORDS) for e in self.model.boundary if e.sequence == x}
        return words, start | left, length

    def train(self, seed: int, steps: int = STEPS) -> "Learner":
        """Adam on mini-batches of four lengths from 1 to 20."""
        rng = np.random.default_rng(seed)
        self.draw(rng)
        mean = {key: np.zeros_like(p) for key, p in self.params.items()}
        square = {key: np.zeros_like(p) for key, p in self.params.items()}
        for step in range(1, steps + 1):
            lengths = rng.choice(np.arange(1, LONGEST + 1), size=4, replace=False)
            words, answer, length, _ = questions(rng, lengths)
            row, boundary, length = self.arrays(words, length, rng)
            _, grads = self.net.loss_and_grad(self.params, {"x": row, "y": answer}, boundary, lengths=length)
            norm = np.sqrt(sum(np.sum(grads[key] ** 2) for key in self.params))
            rate = RATE * (1 - (step - 1) / steps)
            for key in self.params:
                g = grads[key] / max(norm, BATCH)  # the mean over the batch, its norm at most one
                mean[key] += 0.1 * (g - mean[key])
                square[key] += 0.01 * (g**2 - square[key])
                change = mean[key] / (1 - 0.9**step) / (np.sqrt(square[key] / (1 - 0.99**step)) + 1e-8)
                self.params[key] -= rate * change
            progress(self.name, step, steps)
        return self

    def hits(self, length: int, count: int = 400, seed: int = 1) -> tuple[Any, Any]:
        """Whether each of `count` new questions is answered rightly, and where its year stands."""
        rng = np.random.default_rng([seed, length])
        words, answer, lengths, place = questions(rng, [length], count)
        row, boundary, _ = self.arrays(words, lengths, rng)
        said = self.net.forward(self.params, {"x": row, "y": answer}, boundary)["o"][-1]
        return said.argmax(1) == answer.argmax(1), place

    def accuracy(self, length: int) -> float:
        return float(np.mean(self.hits(length)[0]))


def learners() -> list[Learner]:
    """Two recurrences, and two networks that see a fixed number of words."""
    delay = [e for e in sr.models.time_delay(TAPS).equations if e.sequence == h]
    return [
        Learner("tanh network", Recurrence(Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])))),
        Learner("gated network", sr.models.gru(output=False)),
        Learner(f"a weight for each of {LONGEST} places", Recurrence(Equation(h[t], sr.tanh(b + U @ x[t]))), LONGEST),
        Learner(f"time-delay network, {TAPS} taps", Recurrence(*delay)),
    ]


def progress(name: str, step: int, steps: int) -> None:
    """A bar on a terminal, and nothing elsewhere."""
    if sys.stderr.isatty():
        done = 30 * step // steps
        end = "\r\033[K" if step == steps else ""
        print(f"\r{name:32} [{'#' * done}{'.' * (30 - done)}] {step}/{steps}{end}", end="", file=sys.stderr, flush=True)


def picture(trained: list[Learner]) -> Any:
    """Accuracy by the length of the sequence, and by the place of the year in sequences of 100 words."""
    from symrnn.analysis import Plot

    def draw(left: Any, right: Any) -> None:
        left.axvspan(4.5, LONGEST, color="0.92", label="lengths in training")
        for learner, mark, width in zip(trained, "osDv", (5, 1.5, 1.5, 1.5), strict=True):
            style = {"marker": mark, "linewidth": width, "markersize": 4 + width}
            left.plot(LENGTHS, [learner.accuracy(s) for s in LENGTHS], label=learner.name, **style)
            hit, place = learner.hits(100, 4000)
            right.plot(np.arange(5, 100, 10), [hit[place // 10 == d].mean() for d in range(10)], **style)
        left.set(xscale="log", xlabel="length of the sequence", ylabel="right answers", xlim=(4.5, 222))
        left.set_xticks(LENGTHS, [str(s) for s in LENGTHS])
        left.minorticks_off()
        right.set(xlabel="place of the year among 100 words")
        for axes in (left, right):
            axes.set_ylim(0, 1.05)
            axes.axhline(1 / YEARS, color="0.5", linestyle=":", label="guessing")
        left.figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    return Plot(draw, panels=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("-o", dest="file", default="one_model_for_all_lengths.svg", help="where the picture goes")
    options = parser.parse_args()
    trained = [learner.train(options.seed, options.steps) for learner in learners()]
    print(f"right answers (guessing: {1 / YEARS:.2f}); lengths up to {LONGEST} were seen in training")
    print(f"{'':30} parameters" + "".join(f"{s:>7}" for s in LENGTHS))
    for learner in trained:
        count = sum(p.size for p in learner.params.values())
        print(f"{learner.name:30} {count:10}" + "".join(f"{learner.accuracy(s):7.2f}" for s in LENGTHS))
    try:
        print("picture:", picture(trained).save(Path(options.file)))
    except sr.SymrnnError as reason:
        print(reason)


if __name__ == "__main__":
    main()
