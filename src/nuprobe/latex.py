"""Text, units and numbers as LaTeX, and the ``tabular`` that contains them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nuprobe.errors import printable

__all__ = ["escaped", "headed", "number", "power", "tabular", "unit"]

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"}
_SPECIAL |= {"^": r"\textasciicircum{}"} | {c: f"\\{c}" for c in "&%$#_{}"}
# characters without a glyph in the default fonts of pdflatex
_GREEK = (
    "α:alpha β:beta γ:gamma δ:delta ε:epsilon ζ:zeta η:eta θ:theta ι:iota κ:kappa"
    " λ:lambda μ:mu µ:mu ν:nu ξ:xi π:pi ρ:rho σ:sigma τ:tau φ:phi χ:chi ψ:psi ω:omega"
    " Γ:Gamma Δ:Delta Θ:Theta Λ:Lambda Ξ:Xi Π:Pi Σ:Sigma Φ:Phi Ψ:Psi Ω:Omega"
    " →:to ≤:le ≥:ge ±:pm ×:times ·:cdot ∞:infty ≈:approx √:surd"
)
_MATH = {"−": "-", "⟨": r"\langle", "⟩": r"\rangle"}
_MATH |= {c: rf"\{n}" for c, n in (pair.split(":") for pair in _GREEK.split())}
_MATH |= {c: f"^{d}" for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True)}
_MATH |= {c: f"_{d}" for c, d in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)}
_UNITS = {"muB": r"\mu_\mathrm{B}", "cm2": r"\mathrm{cm}^2", "eV2": r"\mathrm{eV}^2"}
_UNITS |= {"e": "e", "1/MeV2": r"\mathrm{MeV}^{-2}"}


def escaped(text: str) -> str:
    """Text with the special characters of LaTeX escaped.

    Parameters
    ----------
    text : any.

    Examples
    --------
    >>> escaped("100 % of sin2_theta_w")
    '100 \\\\% of sin2\\\\_theta\\\\_w'
    """
    return "".join(
        f"${_MATH[c]}$" if c in _MATH else _SPECIAL.get(c, c) for c in printable(text)
    )


def power(text: str) -> str:
    """Exponents as powers of ten.

    Parameters
    ----------
    text : with numbers such as ``1.2e-05``.

    Examples
    --------
    >>> print(power("1.2e-05"))
    1.2\\times10^{-5}
    """
    return re.sub(r"e([+-]\d+)", lambda m: rf"\times10^{{{int(m[1])}}}", text)


def number(value: float, form: str = ".5g") -> str:
    """A number in math mode.

    Parameters
    ----------
    value : the number; an infinite one is ±∞.
    form : format specification.

    Examples
    --------
    >>> print(number(-1.25e-7))
    $-1.25\\times10^{-7}$
    """
    if value in (float("inf"), -float("inf")):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    return f"${power(format(value, form))}$"


def unit(text: str) -> str:
    """A unit in math mode; empty for none.

    Parameters
    ----------
    text : such as ``"1e-32 cm2"``.

    Examples
    --------
    >>> print(unit("1e-11 muB"))
    $10^{-11}\\,\\mu_\\mathrm{B}$
    """
    if not text:
        return ""
    words = []
    for word in text.split():
        exponent = re.fullmatch(r"1e([+-]?\d+)", word)
        words.append(
            f"10^{{{int(exponent[1])}}}"
            if exponent
            else _UNITS.get(word, rf"\mathrm{{{_upright(word)}}}")
        )
    return "$" + r"\,".join(words) + "$"


def _upright(word: str) -> str:
    """An upright word in math mode."""
    return "".join(
        f"{_MATH[c]}{{}}" if c in _MATH else _SPECIAL.get(c, c) for c in printable(word)
    )


def headed(name: str) -> str:
    """The name of a column, with its unit in brackets.

    Parameters
    ----------
    name : such as ``"mass [MeV]"``.

    Examples
    --------
    >>> print(headed("R_n [fm]"))
    R\\_n [$\\mathrm{fm}$]
    """
    found = re.fullmatch(r"(.*) \[([^\]]*)\](.*)", name, re.DOTALL)
    if found is None:
        return escaped(name)
    return f"{escaped(found[1])} [{unit(found[2])}]{escaped(found[3])}"


def tabular(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A ``tabular`` of cells that are already LaTeX, the first column left-aligned.

    Parameters
    ----------
    header : names of the columns.
    rows : cells of each row.

    Examples
    --------
    >>> print(tabular(["a", "b"], [["x", "$1$"]]))
    \\begin{tabular}{lc}
    \\hline
    a & b \\\\
    \\hline
    x & $1$ \\\\
    \\hline
    \\end{tabular}
    """
    lines = [rf"\begin{{tabular}}{{l{'c' * (len(header) - 1)}}}", r"\hline"]
    lines += [" & ".join(header) + r" \\", r"\hline"]
    lines += [" & ".join(row) + r" \\" for row in rows]
    return "\n".join([*lines, r"\hline", r"\end{tabular}"])
