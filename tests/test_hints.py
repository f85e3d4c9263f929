"""Annotations read at run time, under whatever name."""

from __future__ import annotations

import sys
import typing
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.hints import hint_parts, is_union
from nuprobe.numerics import FloatArray


@pytest.mark.parametrize(
    ("hint", "origin"),
    [
        (float, float),
        (np.ndarray, np.ndarray),
        (NDArray[np.float64], np.ndarray),
        (NDArray[np.bool_], np.ndarray),
        (FloatArray, np.ndarray),
        (dict[str, float], dict),
        (typing.Literal["a"], typing.Literal),
        (typing.Any, typing.Any),
    ],
)
def test_a_hint_is_known_by_what_it_stands_for(hint: Any, origin: Any) -> None:
    assert hint_parts(hint)[0] is origin


@pytest.mark.parametrize("hint", [float | None, typing.Optional[float]])  # noqa: UP045
def test_unions_in_both_spellings(hint: Any) -> None:
    origin, inner = hint_parts(hint)
    assert is_union(origin)
    assert inner == (float, type(None))
    assert not is_union(hint_parts(float)[0])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no such aliases before 3.12")
def test_aliases_are_replaced_however_deep() -> None:
    space: dict[str, Any] = {"np": np}
    exec(
        "type Plain = float\n"
        "type Outer = Plain | None\n"
        "type Array[T: np.generic] = np.ndarray[tuple[int, ...], np.dtype[T]]\n",
        space,
    )
    assert hint_parts(space["Plain"]) == (float, ())
    origin, inner = hint_parts(space["Outer"])
    assert is_union(origin)
    assert [hint_parts(one)[0] for one in inner] == [float, type(None)]
    origin, inner = hint_parts(space["Array"][np.float64])
    assert origin is np.ndarray
    assert inner == (tuple[int, ...], np.dtype[np.float64])


def test_public_functions_ask_for_the_same_under_every_numpy() -> None:
    @public
    def wants(array: NDArray[np.float64], rest: ArrayLike | None = None) -> float:
        return float(array[0] if rest is None else np.asarray(rest)[0])

    text: Any = "text"
    with pytest.raises(InputError, match=r"array must be an array of numbers, got 'te"):
        wants(text)
    with pytest.raises(InputError, match=r"rest must be .*numbers.* or None, got 'te"):
        wants(np.ones(2), text)
    assert wants(np.ones(2)) == 1.0
    assert wants(np.ones(2), [3, 4]) == 3.0
