"""Integer labels as one-hot vectors, the form in which a model takes its targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.errors import ShapeError


def one_hot(labels: Any, k: int) -> np.ndarray:
    """One-hot vectors of integer labels 0, ..., k - 1, along a new last axis.

    Parameters
    ----------
    labels
        Integers of any shape, for instance (T,) or (T, B).
    k
        The number of classes.

    Returns
    -------
    numpy.ndarray
        float64, of the shape of the labels with an axis of size k behind it.

    Raises
    ------
    ShapeError
        When a label is not an integer or not below k.

    Examples
    --------
    >>> from symrnn import one_hot
    >>> one_hot([0, 2], k=3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    array = np.asarray(labels)
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ShapeError(f"k={k!r}: the number of classes is a positive integer", repair="for instance  k=5")
    if array.dtype.kind not in "iu":
        raise ShapeError(
            f"labels must be integers; these have dtype {array.dtype}",
            repair="labels.astype(int) if they count classes from 0; leave one-hot arrays as they are",
        )
    if array.size and (array.min() < 0 or array.max() >= k):
        raise ShapeError(
            f"labels must lie in 0..{k - 1}; these lie in {array.min()}..{array.max()}",
            repair="count classes from 0, or give a larger k",
        )
    return (array[..., None] == np.arange(k)).astype(np.float64)
