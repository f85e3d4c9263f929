"""Numbers, units, flavours and prose in readable form."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from nuprobe.markup import Child, Html, el, flat

__all__ = [
    "CAPITALS",
    "GREEK",
    "flavour_text",
    "flavours_html",
    "greek",
    "number_text",
    "power_text",
    "prose",
    "range_text",
    "unit_html",
    "unit_text",
]

_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BASE_UNITS: Final = {"muB": "μB", "1": "", "%": "%", "sigma": "σ"}


def number_text(value: float) -> str:
    """A number in readable form.

    Parameters
    ----------
    value : shown with at most twelve digits, so that no published digit is lost and no
        binary rounding is visible.

    Examples
    --------
    >>> number_text(2.9e-11), number_text(-0.5)
    ('2.9 × 10⁻¹¹', '−0.5')
    """
    text = f"{value:.12g}"
    mantissa, e, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not e:
        return mantissa
    power = power_text(int(exponent))
    return power if mantissa == "1" else f"{mantissa} × {power}"


def power_text(exponent: int) -> str:
    """A power of ten.

    Parameters
    ----------
    exponent : of 10.

    Examples
    --------
    >>> power_text(-32)
    '10⁻³²'
    """
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def unit_text(unit: str | None) -> str:
    """A unit in readable form.

    Parameters
    ----------
    unit : as in the catalogue; empty for a pure number.

    Examples
    --------
    >>> unit_text("1e-32 cm2")
    '× 10⁻³² cm²'
    """
    if not unit:
        return ""
    power, _, base = unit.partition(" ") if unit.startswith("1e") else ("", "", unit)
    base = _BASE_UNITS.get(
        base,
        re.sub(r"(?<=[A-Za-z])(-?\d+)", lambda m: m[1].translate(_SUPERSCRIPT), base),
    )
    if power:
        base = f"× {power_text(int(power[2:]))} {base}"
    return base.strip()


def unit_html(text: str) -> Html:
    """Text with units, and the Bohr magneton with its subscript.

    Parameters
    ----------
    text : escaped here.

    Examples
    --------
    >>> unit_html("< 2.9 μB")
    '&lt; 2.9 μ<sub>B</sub>'
    """
    return Html(html.escape(text).replace("μB", "μ<sub>B</sub>"))


def range_text(
    value: float | None,
    unit: str | None = None,
    plus: float | None = None,
    minus: float | None = None,
    lower: float | None = None,
    upper: float | None = None,
    sign: str = "",
) -> str:
    """A value with errors, or an interval, with a common power of ten and the unit.

    Parameters
    ----------
    value, plus, minus : value and errors, or only a value.
    unit : of all of them.
    lower, upper : ends of an interval in place of a value.
    sign : ``"<"`` or ``">"`` for a limit.

    Examples
    --------
    >>> range_text(0.58, "1", 0.28, 0.28)
    '0.58 ± 0.28'
    >>> range_text(None, "1e-32 cm2", lower=-2.1, upper=3.3)
    '(−2.1 to 3.3) × 10⁻³² cm²'
    """
    numbers = [x for x in (value, plus, minus, lower, upper) if x is not None]
    # a single number as in number_text; with several, a common power is factored out
    largest = max(map(abs, numbers), default=0.0)
    shift = 0
    if len(numbers) > 1 and largest and not 1e-3 <= largest < 1e12:
        shift = math.floor(math.log10(largest))

    def text(x: float) -> str:
        return number_text(x / 10**shift if shift > 0 else x * 10**-shift)

    several = True
    if value is not None:
        body = text(value)
        if plus is not None and minus is not None:
            body += (
                f" ± {text(plus)}"
                if plus == minus
                else f" +{text(plus)} −{text(minus)}"
            )
        else:
            several = False
    elif lower is not None and upper is not None:
        body = f"{text(lower)} to {text(upper)}"
    else:
        sign, several = ("<", False) if upper is not None else (">", False)
        body = text(next(x for x in (upper, lower) if x is not None))
    after = unit_text(unit)
    if shift:
        after = f"× {power_text(shift)} {after}".strip()
    if several and after.startswith("×"):
        body = f"({body})"
    return " ".join(t for t in (sign, body, after) if t)


# -- words

# fmt: off
_NAMES: Final = (
    "alpha", "beta", "gamma", "delta", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "chi", "psi",
    "omega",
)
CAPITALS: Final = (
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
    "Omega",
)
# fmt: on


def greek(name: str) -> str:
    """Letter with the LaTeX `name`; a capitalised name gives a capital letter.

    Examples
    --------
    >>> greek("mu") + greek("Delta")
    'μΔ'
    """
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    return unicodedata.lookup(
        f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}"
    )


GREEK: Final = {name: greek(name) for name in _NAMES} | {
    **{
        "epsilon": "ϵ",
        "varepsilon": "ε",
        "phi": "ϕ",
        "varphi": "φ",
        "vartheta": "ϑ",
        "varrho": "ϱ",
        "ell": "ℓ",
    }
}
_LETTERS: Final = {**GREEK, "nubar": "ν̄", "eff": "eff"}
_SYMBOL: Final = re.compile(
    r"(?P<base>\b(?:nubar|nu|mu|epsilon|sigma|theta|[νLNGRTEVAQUYFmgqars])|⟩|\)|Z[′'])_(?P<sub>[A-Za-z0-9αμτ]{1,5})\b(?!_)"
    r"|(?P<anti>\banti-)(?=nu_)|(?P<arrow>->)|(?P<pm>\+-)|(?P<area>\bcm2\b)|(?P<va>\bV-A\b)|(?P<g>\bg-2\b)"
    r"|\^(?P<sup>-?\d+|α)|(?P<minus> - (?=L_))"
    r"|(?<![\w.+-])(?P<power>\d+(?:\.\d+)?e[+-]?\d+)(?![\w.])"
    r"|(?P<radius><r2(?:_(?P<radius_sub>\w+))?>)"
)

_WORDS: Final = {
    "minus": " − ",
    "arrow": "→",
    "pm": "±",
    "area": "cm²",
    "va": "V−A",
    "g": "g−2",
}


def prose(text: str) -> Html:
    """Text of an entry with symbols such as ``nu_mu``, ``L_mu`` and ``cm2`` typeset.

    Parameters
    ----------
    text : escaped here.

    Examples
    --------
    >>> prose("nu_mu & cm2")
    'ν<sub>μ</sub> &amp; cm²'
    """
    text = text.replace("`", "")
    parts: list[Child] = []
    last = 0
    anti = False
    for match in _SYMBOL.finditer(text):
        parts.append(text[last : match.start()])
        last = match.end()
        if match["anti"]:
            anti = True
        elif match["base"]:
            base = "nubar" if anti and match["base"] == "nu" else match["base"]
            anti = False
            parts += [
                _LETTERS.get(base, base),
                el("sub", _LETTERS.get(match["sub"], match["sub"])),
            ]
        elif match["radius"]:
            parts += [
                "⟨r²",
                el("sub", match["radius_sub"]) if match["radius_sub"] else None,
                "⟩",
            ]
        elif match["sup"]:
            parts.append(el("sup", match["sup"].replace("-", "−")))
        elif match["power"]:
            mantissa, _, exponent = match["power"].partition("e")
            parts.append(f"{mantissa} × {power_text(int(exponent))}")
        else:
            parts.append(_WORDS[match.lastgroup or ""])
    return Html("".join(flat([*parts, text[last:]])))


def flavours_html(names: Iterable[str]) -> Html:
    """Flavours with their subscripts.

    Parameters
    ----------
    names : of flavours; a word such as ``"solar"`` is unchanged.

    Examples
    --------
    >>> flavours_html(["nu_e", "solar"])
    'ν<sub>e</sub>, solar'
    """
    return Html(", ".join(prose(n) for n in names))


def flavour_text(name: str) -> str:
    """A flavour without subscripts.

    Parameters
    ----------
    name : of a flavour; another word is unchanged.

    Examples
    --------
    >>> flavour_text("nubar_mu")
    'ν̄_μ'
    """
    base, _, sub = name.partition("_")
    return (
        f"{_LETTERS[base]}_{_LETTERS.get(sub, sub)}"
        if base in ("nu", "nubar") and sub
        else name
    )
