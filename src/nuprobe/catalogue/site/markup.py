"""HTML from Python: elements that escape, formulas as MathML, numbers and units as a
reader writes them."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from nuprobe.errors import InputError

__all__ = [
    "Html",
    "el",
    "flavour_text",
    "flavours_html",
    "mathml",
    "number_text",
    "power_text",
    "prose",
    "range_text",
    "unit_html",
    "unit_text",
]


class Html(str):
    """Text that is HTML already; any other text is escaped when it becomes part of an
    element."""

    __slots__ = ()


Child = str | None | Iterable["Child"]

_VOID: Final = {"input", "link", "meta", "br", "hr"}
# fmt: off
_BLOCK: Final = {
    "body", "details", "div", "dl", "figure", "footer", "h1", "h2", "h3", "head",
    "header", "li", "main", "ol", "p", "section", "table", "tr", "ul",
}
# fmt: on


def el(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Html:
    """One element.

    Parameters
    ----------
    name : of the element.
    children : `Html` stays as it is, other text is escaped, None is nothing, an
        iterable is its items.
    attributes : escaped; ``class_`` is ``class``, other underscores become hyphens;
        None and False are left out, True is the bare name.
    """
    opened = name
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        opened += f" {key}" if value is True else f' {key}="{html.escape(str(value))}"'
    end = "\n" if name in _BLOCK else ""
    if name in _VOID:
        return Html(f"<{opened}>{end}")
    return Html(f"<{opened}>{''.join(_flat(children))}</{name}>{end}")


def _flat(children: Iterable[Child]) -> Iterator[str]:
    for child in children:
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield html.escape(child)
        elif child is not None:
            yield from _flat(child)


# -- numbers and units

_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BASE_UNITS: Final = {"muB": "μB", "1": "", "%": "%", "sigma": "σ"}


def number_text(value: float) -> str:
    """A number as written by hand: ``"2.9 × 10⁻¹¹"``, ``"−0.5"``.

    Twelve digits at most, so that nothing published is lost and nothing binary shows.
    """
    text = f"{value:.12g}"
    mantissa, e, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not e:
        return mantissa
    power = power_text(int(exponent))
    return power if mantissa == "1" else f"{mantissa} × {power}"


def power_text(exponent: int) -> str:
    """A power of ten: ``"10⁻³²"``."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def unit_text(unit: str | None) -> str:
    """A unit for a reader: ``"1e-32 cm2"`` → ``"× 10⁻³² cm²"``; nothing for a pure
    number."""
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
    """Text with units in it, the Bohr magneton with its subscript."""
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
    """A value with errors, or an interval, with one power of ten for all of it and its
    unit."""
    numbers = [x for x in (value, plus, minus, lower, upper) if x is not None]
    # as number_text writes a lone number; with others beside it, the power is pulled
    # out of all of them
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
_CAPITALS: Final = (
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
    "Omega",
)
# fmt: on


def _greek(name: str) -> str:
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    return unicodedata.lookup(
        f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}"
    )


_GREEK: Final = {name: _greek(name) for name in _NAMES} | {
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
_LETTERS: Final = {**_GREEK, "nubar": "ν̄", "eff": "eff"}
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
    """Text of an entry, escaped, with symbols such as ``nu_mu``, ``L_mu`` and ``cm2``
    as they are read."""
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
    return Html("".join(_flat([*parts, text[last:]])))


def flavours_html(names: Iterable[str]) -> Html:
    """Flavours with their subscripts; a word such as ``"solar"`` stays."""
    return Html(", ".join(prose(n) for n in names))


def flavour_text(name: str) -> str:
    """``"nubar_mu"`` → ``"ν̄_μ"``, where there are no subscripts."""
    base, _, sub = name.partition("_")
    return (
        f"{_LETTERS[base]}_{_LETTERS.get(sub, sub)}"
        if base in ("nu", "nubar") and sub
        else name
    )


# -- formulas

_IDENTIFIERS: Final = _GREEK | {name: _greek(name) for name in _CAPITALS}
_OPERATORS: Final = {
    **{
        "langle": "⟨",
        "rangle": "⟩",
        "to": "→",
        "rightarrow": "→",
        "times": "×",
        "cdot": "·",
        "pm": "±",
        "mp": "∓",
    },
    **{
        "sim": "∼",
        "approx": "≈",
        "simeq": "≃",
        "neq": "≠",
        "leq": "≤",
        "le": "≤",
        "geq": "≥",
        "ge": "≥",
    },
    **{
        "lesssim": "≲",
        "gtrsim": "≳",
        "ll": "≪",
        "gg": "≫",
        "infty": "∞",
        "prime": "′",
        "dagger": "†",
        "star": "⋆",
    },
    **{
        "sum": "∑",
        "partial": "∂",
        "propto": "∝",
        "equiv": "≡",
        "lvert": "|",
        "rvert": "|",
        "vert": "|",
        "mid": "|",
    },
    **{
        "%": "%",
        "{": "{",
        "}": "}",
        "|": "‖",
        "_": "_",
        "&": "&",
        "ldots": "…",
        "dots": "…",
        "oplus": "⊕",
    },
    **{"odot": "⊙", "circ": "∘", "ast": "∗", "leftrightarrow": "↔"},
}
_FUNCTIONS: Final = {"sin", "cos", "tan", "log", "ln", "exp", "det", "max", "min"}
_ACCENTS: Final = {
    "bar": "¯",
    "overline": "¯",
    "hat": "^",
    "tilde": "~",
    "vec": "→",
    "dot": "˙",
}
_UPRIGHT: Final = {"mathrm", "text", "textrm", "mathit", "operatorname", "mathsf"}
_SPACES: Final = {
    ",": "0.17em",
    ";": "0.28em",
    ":": "0.22em",
    " ": "0.25em",
    "!": None,
    "quad": "1em",
    "qquad": "2em",
}
_TOKEN: Final = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)


def mathml(latex: str) -> Html:
    """A formula as MathML, which browsers draw without help.

    Parameters
    ----------
    latex : without dollars. Understood are letters, numbers, Greek, the usual operators
        and relations, sub- and superscripts, accents, ``\\frac``, ``\\sqrt``,
        ``\\mathrm``, ``\\text``, ``\\left`` and ``\\right``.

    Raises
    ------
    InputError
        For any other command, unbalanced braces and double sub- or superscripts.
    """
    reader = _Formula(latex)
    row = reader.row(None)
    return el("math", row, alttext=latex)


class _Formula:
    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.tokens = _TOKEN.findall(latex)
        self.at = 0

    def error(self, what: str) -> InputError:
        return InputError(
            f"cannot read the formula {self.latex!r}: {what}; use simpler LaTeX"
        )

    def next(self) -> str | None:
        """The next token that is no space."""
        while self.at < len(self.tokens):
            token: str = self.tokens[self.at]
            self.at += 1
            if not token.isspace():
                return token
        return None

    def row(self, end: str | None) -> Html:
        items: list[Html] = []
        while (token := self.next()) != end:
            if token is None:
                raise self.error("a brace is not closed")
            if token == "}":
                raise self.error("a brace is closed that was not opened")
            if token in ("^", "_", "'"):
                base = items.pop() if items else el("mrow")
                items.append(self.scripts(base, token))
            else:
                item = self.atom(token)
                items += [item] if item is not None else []
        return items[0] if len(items) == 1 else el("mrow", items)

    def scripts(self, base: Html, first: str) -> Html:
        found: dict[str, list[Html]] = {"_": [], "^": []}
        token: str | None = first
        while token in ("^", "_", "'"):
            if token == "'":
                found["^"].append(el("mo", "′"))
            else:
                if found[token] and found[token] != [el("mo", "′")]:
                    raise self.error(f"two of {token} in a row")
                found[token].append(self.argument())
            mark = self.at
            token = self.next()
        if token is not None:
            self.at = mark
        below, above = (
            el("mrow", x) if len(x) > 1 else x[0] if x else None for x in found.values()
        )
        if below is not None and above is not None:
            return el("msubsup", base, below, above)
        return el("msub", base, below) if below is not None else el("msup", base, above)

    def argument(self) -> Html:
        token = self.next()
        if token is None:
            raise self.error("something is missing at its end")
        if token.isdigit() and len(token) > 1:  # x^12 is x to the 1, then 2
            self.at -= 1
            self.tokens[self.at : self.at + 1] = list(token)
            self.at += 1
            token = token[0]
        item = self.atom(token)
        if item is None:
            raise self.error(f"{token} is no argument")
        return item

    def words(self) -> str:
        """Text in braces, as it is."""
        if self.next() != "{":
            raise self.error("text needs braces")
        start = self.at
        depth = 1
        while depth:
            if self.at >= len(self.tokens):
                raise self.error("a brace is not closed")
            depth += {"{": 1, "}": -1}.get(self.tokens[self.at], 0)
            self.at += 1
        text = "".join(self.tokens[start : self.at - 1])
        return re.sub(
            r"\\([A-Za-z]+)", lambda m: _IDENTIFIERS.get(m[1], m[1]), text
        ).replace("~", " ")

    def atom(self, token: str) -> Html | None:
        if token == "{":
            return self.row("}")
        if token[0].isdigit():
            return el("mn", token)
        if not token.startswith("\\") or len(token) == 1:
            return self.plain(token)
        name = token[1:]
        if name in _IDENTIFIERS:
            upright = name[0].isupper()
            return el(
                "mi", _IDENTIFIERS[name], mathvariant="normal" if upright else None
            )
        if name in _OPERATORS:
            return el("mo", _OPERATORS[name], stretchy="false")
        if name in _FUNCTIONS:
            return el("mi", name)
        if name in _ACCENTS:
            return el("mover", self.argument(), el("mo", _ACCENTS[name]), accent="true")
        if name in _UPRIGHT:
            return el("mi", self.words(), mathvariant="normal")
        if name == "frac":
            return el("mfrac", self.argument(), self.argument())
        if name == "sqrt":
            return el("msqrt", self.argument())
        if name in _SPACES:
            width = _SPACES[name]
            return el("mspace", width=width) if width else None
        if name in ("left", "right"):
            following = self.next()
            if following is None:
                raise self.error(f"\\{name} at its end")
            return None if following == "." else self.atom(following)
        raise self.error(f"the command {token} is not known")

    def plain(self, token: str) -> Html | None:
        if token == "~":
            return el("mspace", width="0.25em")
        if token.isalpha():
            return el("mi", token)
        if token in "^_\\$#&%":
            raise self.error(f"{token} stands where it means nothing")
        return el("mo", token.replace("-", "−").replace("*", "∗"), stretchy="false")
