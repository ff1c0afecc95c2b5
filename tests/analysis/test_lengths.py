"""One f for every length: a recurrence trained on up to 20 steps works at 100; what sees a fixed number does not."""

import importlib.util

import pytest

from house import rules

STEPS = (300, 400, 240, 120)  # in the order of the learners


@pytest.fixture(scope="module")
def example():
    place = rules.REPOSITORY / "examples/one_model_for_all_lengths.py"
    spec = importlib.util.spec_from_file_location("one_model_for_all_lengths", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def learners(example):
    return example.learners()


@pytest.mark.parametrize("seed", range(3))
def test_one_f_learned_from_short_sequences_works_for_long_ones(learners, seed):
    recurrent, fixed, delay = learners[:2], learners[2], learners[3]
    for learner, steps in zip(learners, STEPS, strict=True):
        learner.train(seed, steps)
    for learner in recurrent:
        assert min(learner.accuracy(length) for length in (1, 7, 20)) > 0.97, learner.name
        assert min(learner.accuracy(length) for length in (50, 100)) > 0.9, learner.name
    assert min(fixed.accuracy(length) for length in (7, 20)) > 0.97
    assert fixed.accuracy(100) < 0.6  # 20 of 100 words, and guesses: 0.47
    assert delay.accuracy(5) > 0.97 and delay.accuracy(20) < 0.65 and delay.accuracy(100) < 0.5


def test_what_is_trained_is_what_was_written(example, learners):
    """Before training all of them guess: the test above does not pass by itself."""
    for learner in learners:
        learner.draw(example.np.random.default_rng(0))
        assert learner.accuracy(100) < 0.6
        size, words, years = example.SIZE, example.WORDS, example.YEARS
        assert (
            sum(p.size for p in learner.params.values())
            == {
                0: size * size + size * words + size,
                1: 3 * (size * size + size * words + size),
                2: size * words * example.LONGEST + size,
                3: size * words * example.TAPS + size,
            }[learners.index(learner)]
            + years * size
            + years
        )


def test_lengths_in_one_batch_are_unequal(example):
    rng = example.np.random.default_rng(0)
    words, answer, length, place = example.questions(rng, [3, 20])
    assert set(length) == {3, 20} and words.shape[0] == 20 and (place < length).all()
    chosen = words[place, range(len(place))]
    assert (chosen[:, : example.YEARS] == answer).all()
    assert (words[..., : example.YEARS].sum((0, 2)) == 1).all()
