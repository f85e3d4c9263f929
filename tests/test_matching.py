"""Whether values are of the kind that annotations ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import ArrayLike

from nuprobe.matching import fits, lacks_array
from nuprobe.numerics import FloatArray


@pytest.mark.parametrize(
    ("hint", "right", "wrong"),
    [
        (float, 1, "1"),
        (int, 3, 3.0),
        (int, 3, True),
        (bool, np.True_, 1),
        (str | None, None, 1.0),
        (Literal["a", 1], 1, True),
        (ArrayLike, [1.0, 2.0], [[1.0], [2.0, 3.0]]),
        (list[str], ["a"], "a"),
        (tuple[float, float], (1.0, 2.0), (1.0,)),
        (Mapping[str, float], {"a": 1.0}, {1: 1.0}),
        (Sequence[float], np.ones(2), np.array(["a"])),
        (Callable[[float], float], abs, lambda: 0),
        (FloatArray, np.ones(2), np.array([1j])),
    ],
)
def test_values_fit_annotations(hint: Any, right: Any, wrong: Any) -> None:
    assert fits(hint, right)
    assert not fits(hint, wrong)


@pytest.mark.parametrize(
    ("hint", "value", "lacks"),
    [
        (FloatArray, [1.0], True),
        (FloatArray, np.ones(1), False),
        (FloatArray | float, 1.0, False),
        (Sequence[FloatArray], [[1.0]], True),
        (Sequence[FloatArray], [np.ones(1)], False),
        (float, "a", False),
    ],
)
def test_lists_are_no_arrays(hint: Any, value: Any, lacks: bool) -> None:
    assert lacks_array(hint, value) is lacks
