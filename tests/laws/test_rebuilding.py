"""Everything mathematical is immutable, rebuilds from `func(*args)`, hashes, pickles and prints the same anywhere."""

import dataclasses
import importlib
import inspect
import os
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from sympy import Basic, Integer

import symrnn as sr
from laws.samples import SAMPLES
from laws.systems import HAND
from symrnn.tensor import Tensor

TESTS = Path(__file__).resolve().parents[1]
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda x: f"{type(x).__name__}: {str(x)[:40]}")


def modules():
    """Every module of the package but the two that are programs."""
    names = [found.name for found in pkgutil.walk_packages(sr.__path__, "symrnn.")]
    return [importlib.import_module(name) for name in names if name.split(".")[-1] not in {"__main__", "cli"}]


def classes(base):
    """Every class of a kind that the package defines and that is not only there to be inherited from."""
    own = [c for module in modules() for c in vars(module).values() if inspect.isclass(c) and issubclass(c, base)]
    own = {c for c in own if c.__module__.startswith("symrnn.")}
    return sorted(own - {b for c in own for b in c.__mro__[1:]}, key=lambda c: c.__name__)


def without_sample():
    """The classes of which no sample, and no part of one, is an instance."""
    seen = {type(x) for sample in SAMPLES for x in _subtrees(sample)}
    return [c.__name__ for c in classes(Basic) if c not in seen]


def test_every_class_has_a_sample():
    assert not without_sample()


def test_a_class_without_a_sample_is_found(monkeypatch):
    planted = type("Planted", (Tensor,), {"__module__": "symrnn.tensor.pieces"})
    monkeypatch.setattr(sr.tensor.pieces, "Planted", planted, raising=False)
    assert without_sample() == ["Planted"]


def _subtrees(x):
    yield x
    for a in x.args:
        yield from _subtrees(a)


def rebuilds(x):
    """Whether func(*args) is an equal object of the same class that hashes and prints the same."""
    again = x.func(*x.args)
    same = again == x and hash(again) == hash(x) and type(again) is type(x)
    return same and str(again) == str(x) == repr(again) and all(isinstance(a, Basic) for a in x.args)


@every_sample
def test_rebuilding_gives_an_equal_object(sample):
    assert rebuilds(sample)


def test_an_object_that_changes_when_rebuilt_is_found():
    class Growing(Basic):
        def __new__(cls, *args):
            return Basic.__new__(cls, *args, Integer(1))

    assert not rebuilds(Growing())


@every_sample
def test_every_part_rebuilds(sample):
    assert all(x.func(*x.args) == x for x in _subtrees(sample) if x.args)


@every_sample
def test_pickling_gives_an_equal_object(sample):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(sample, protocol))
        assert again == sample and hash(again) == hash(sample) and str(again) == str(sample)
        assert getattr(again, "shape", None) == getattr(sample, "shape", None)


@every_sample
def test_replacing_nothing_gives_the_same_object(sample):
    assert sample.xreplace({}) is sample
    assert sample.xreplace({sr.Parameter("elsewhere"): sr.Parameter("nowhere")}) == sample


@every_sample
def test_objects_cannot_be_changed(sample):
    with pytest.raises(AttributeError):
        sample.args = ()
    if isinstance(sample, Tensor):
        with pytest.raises(AttributeError):
            sample.shape = ()


REPORTS = [
    sr.bptt(sr.models.elman()),
    sr.bptt(sr.models.elman(), tau=3),
    sr.nest(sr.models.classical(), sr.models.classical().states[0][3]),
    sr.bptt(sr.models.scalar(), tau=1).verify(),
    *sr.bptt(sr.models.elman(), tau=2).lines[:2],
    *sr.bptt(sr.models.elman(), tau=2).steps[:2],
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda x: type(x).__name__)
def test_reports_are_frozen_and_pickle(report):
    again = pickle.loads(pickle.dumps(report))
    assert again == report and str(again) == str(report)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(report, dataclasses.fields(report)[0].name, None)


def test_a_pickled_derivation_can_be_instantiated():
    d = pickle.loads(pickle.dumps(sr.bptt(sr.models.elman())))
    assert d.at(3) == sr.bptt(sr.models.elman(), tau=3)


# -- two processes with different hash seeds ----------------------------------------------------------------

PROGRAM = f"""
import pickle, sys
sys.path.insert(0, {str(TESTS)!r})
import symrnn as sr
from laws.samples import SAMPLES
from laws.systems import HAND
for name in ("coupled", "bidirectional", "context", "unknown shapes"):
    model = HAND[name]()
    derivation = sr.bptt(model, wrt=[*model.parameters, *model.inputs, *model.boundary])
    print(model, sr.unroll(model, 3), derivation, derivation.at(2), *derivation.steps, sep="\\n")
    print(model.lags, model.boundary, model.parameters, model.functions, list(derivation.gradients))
print(sr.bptt(HAND["context"]()).verify(), sr.bptt(HAND["context"](), tau=2).verify())
for x in SAMPLES:
    print(type(x).__name__, x, sorted(map(str, x.free_symbols)))
if len(sys.argv) > 1:
    found = pickle.loads(open(sys.argv[1], "rb").read())
    assert found == SAMPLES and all(hash(a) == hash(b) for a, b in zip(found, SAMPLES))
"""


def run(hash_seed, *arguments):
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, cwd=TESTS.parent)
    assert not done.returncode, done.stderr.decode()
    return done.stdout


def test_equal_bytes_under_two_hash_seeds(tmp_path):
    """Models, graphs, derivations, reports and every sample print the same; pickles of one process fit the other."""
    pickled = tmp_path / "samples.pickle"
    pickled.write_bytes(pickle.dumps(SAMPLES))
    first, second = run(1, str(pickled)), run(2)
    assert first == second and len(first) > 5_000


def test_the_hand_made_models_are_equal_when_built_twice():
    assert all(builder() == builder() and hash(builder()) == hash(builder()) for builder in HAND.values())
