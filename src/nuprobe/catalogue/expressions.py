"""Arithmetic over named numbers: sums, products, powers, brackets, sqrt and abs;
nothing else is parsed or executed."""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Final

from nuprobe.errors import InputError, UnknownNameError

__all__ = ["evaluate"]

_BINARY: Final[dict[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_UNARY: Final[dict[type[ast.unaryop], Callable[[float], float]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_FUNCTIONS: Final[dict[str, Callable[[float], float]]] = {"sqrt": math.sqrt, "abs": abs}
_LONGEST: Final = 200


def evaluate(expression: str, numbers: Mapping[str, float]) -> float:
    """Value of an expression.

    Parameters
    ----------
    expression : such as ``"observed / expected"``.
    numbers : by the names in the expression.

    Raises
    ------
    InputError
        If it is not arithmetic, is longer than 200 characters, names an unknown number,
        or has no finite value.

    Examples
    --------
    >>> evaluate("observed / expected", {"observed": 3.0, "expected": 4.0})
    0.75
    """
    if len(expression) > _LONGEST:
        raise InputError(
            f"an expression has at most {_LONGEST} characters, got {len(expression)}"
        )
    try:
        with warnings.catch_warnings(
            action="ignore"
        ):  # Python's warnings on odd syntax
            tree = ast.parse(expression.strip(), mode="eval")
        value = _value(tree.body, numbers)
    except (
        SyntaxError,
        ValueError,
        MemoryError,
        RecursionError,
        OverflowError,
        ZeroDivisionError,
    ) as err:
        if isinstance(err, InputError):
            raise
        raise InputError(f"cannot evaluate {expression!r}: {err}") from None
    if not math.isfinite(value):
        raise InputError(f"{expression!r} has no finite value")
    return value


def _value(node: ast.expr, numbers: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(
            number, bool
        ):
            return float(number)
        case ast.Name(id=name):
            if name not in numbers:
                raise UnknownNameError("number", name, numbers)
            return float(numbers[name])
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, numbers), _value(right, numbers))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand, numbers))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if (
            name in _FUNCTIONS
        ):
            return _FUNCTIONS[name](_value(argument, numbers))
    raise InputError(
        f"{ast.unparse(node)!r} is not arithmetic: use numbers, names, + - * / **,"
        " brackets, sqrt and abs"
    )
