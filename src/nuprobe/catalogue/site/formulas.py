"""Formulas: from LaTeX to MathML."""

from __future__ import annotations

import re
from typing import Final

from nuprobe.catalogue.site.text import CAPITALS, GREEK, greek
from nuprobe.errors import InputError, shown
from nuprobe.markup import Html, el

__all__ = ["formula", "mathml"]

_IDENTIFIERS: Final = GREEK | {name: greek(name) for name in CAPITALS}
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
    """A formula as MathML, which browsers render natively.

    Parameters
    ----------
    latex : without dollars. Supported are letters, numbers, Greek, the usual operators
        and relations, sub- and superscripts, accents, ``\\frac``, ``\\sqrt``,
        ``\\mathrm``, ``\\text``, ``\\left`` and ``\\right``.

    Raises
    ------
    InputError
        For any other command, unbalanced braces and double sub- or superscripts.

    Examples
    --------
    >>> mathml("x^2")
    '<math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math>'
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
            f"cannot read the formula {shown(self.latex)}: {what}; use simpler LaTeX"
        )

    def next(self) -> str | None:
        """The next token that is not a space."""
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
                raise self.error("unmatched opening brace")
            if token == "}":
                raise self.error("unmatched closing brace")
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
            raise self.error("the formula ends too early")
        if token.isdigit() and len(token) > 1:  # x^12 is x to the 1, then 2
            self.at -= 1
            self.tokens[self.at : self.at + 1] = list(token)
            self.at += 1
            token = token[0]
        item = self.atom(token)
        if item is None:
            raise self.error(f"{token} cannot be an argument")
        return item

    def words(self) -> str:
        """Literal text in braces."""
        if self.next() != "{":
            raise self.error("text needs braces")
        start = self.at
        depth = 1
        while depth:
            if self.at >= len(self.tokens):
                raise self.error("unmatched opening brace")
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
                raise self.error(f"\\{name} at the end of the formula")
            return None if following == "." else self.atom(following)
        raise self.error(f"the command {token} is not known")

    def plain(self, token: str) -> Html | None:
        if token == "~":
            return el("mspace", width="0.25em")
        if token.isalpha():
            return el("mi", token)
        if token in "^_\\$#&%":
            raise self.error(f"{token} is not allowed here")
        return el("mo", token.replace("-", "−").replace("*", "∗"), stretchy="false")


def formula(latex: str) -> Html:
    """A formula as MathML, or its source if it cannot be parsed.

    Parameters
    ----------
    latex : as for `mathml`.

    Examples
    --------
    >>> formula(r"\\undefined")
    '<code>\\\\undefined</code>'
    """
    try:
        return mathml(latex)
    except InputError:
        return el("code", latex)
