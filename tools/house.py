"""Measure the house: long functions and files, wide signatures, silent arguments.

Prints one line a finding and the totals; exits with 1 if there is a finding of the
kinds asked for. ``python tools/house.py --kinds arguments src/nuprobe/models`` looks at
a part.

Kinds
-----
length : functions of more than 60 lines (docstrings not counted).
width : functions of more than 8 arguments (`self` not counted).
file : files of more than 500 lines without "Long because" in the first lines.
arguments : arguments of public functions (and fields of public classes) that the
    docstring does not name.
examples : public functions (in `__all__`) without an example in the docstring.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

KINDS = ("length", "width", "file", "arguments", "examples")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Finding = tuple[str, str]


def body_lines(node: Function) -> int:
    """Lines of a function without signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def argument_names(node: Function) -> list[str]:
    """Arguments without self and cls."""
    a = node.args
    every = [*a.posonlyargs, *a.args, *a.kwonlyargs]
    return [x.arg for x in every if x.arg not in ("self", "cls")]


def exported(tree: ast.Module) -> set[str]:
    """Names in `__all__`."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            try:
                return set(ast.literal_eval(node.value))  # type: ignore[attr-defined]
            except ValueError:
                return set()
    return set()


def decorated(node: Function, *names: str) -> bool:
    """Whether a decorator has one of the names."""
    texts = [ast.unparse(d) for d in node.decorator_list]
    return any(t.split(".")[-1].split("(")[0] in names for t in texts)


def silent(names: list[str], text: str) -> list[str]:
    """Names that a docstring does not mention."""
    return [
        n
        for n in names
        if not n.startswith("_") and not re.search(rf"\b{re.escape(n)}\b", text)
    ]


def described(field: ast.AnnAssign) -> bool:
    """Whether a field of a file's section has a description, which its schema shows."""
    call = field.value
    return isinstance(call, ast.Call) and any(
        k.arg == "description" for k in call.keywords
    )


def look(path: Path) -> Iterator[Finding]:
    """Findings in one file."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = source.count("\n")
    if lines > 500 and "Long because" not in source[:1500]:
        yield "file", f"{path}: {lines} lines"
    for node in ast.walk(tree):
        if isinstance(node, Function):
            size, names = body_lines(node), argument_names(node)
            where = f"{path}:{node.lineno} {node.name}"
            if size > 60:
                yield "length", f"{where}: {size} lines"
            if len(names) > 8:
                yield "width", f"{where}: {len(names)} arguments"
    public = exported(tree)
    for item in tree.body:
        if isinstance(item, Function) and decorated(item, "overload"):
            continue
        if isinstance(item, Function) and item.name in public:
            if decorated(item, "overload"):
                continue
            text = ast.get_docstring(item) or ""
            for name in silent(argument_names(item), text):
                yield "arguments", f"{path}:{item.lineno} {item.name}: {name}"
            if ">>>" not in text:
                yield "examples", f"{path}:{item.lineno} {item.name}"
        if isinstance(item, ast.ClassDef) and item.name in public:
            whole = ast.get_docstring(item) or ""
            fields = [
                s.target.id
                for s in item.body
                if isinstance(s, ast.AnnAssign)
                and isinstance(s.target, ast.Name)
                and not described(s)
                and "ClassVar" not in ast.unparse(s.annotation)
            ]
            for name in silent(fields, whole):
                yield "arguments", f"{path}:{item.lineno} {item.name}: {name}"
            for method in item.body:
                if isinstance(method, Function) and not method.name.startswith("_"):
                    text = whole + (ast.get_docstring(method) or "")
                    if decorated(method, "overload", "validator", "field_validator"):
                        continue
                    for name in silent(argument_names(method), text):
                        place = f"{path}:{method.lineno} {item.name}.{method.name}"
                        yield "arguments", f"{place}: {name}"


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[Path("src/nuprobe")])
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--totals", action="store_true", help="totals alone")
    options = parser.parse_args()
    wanted = options.kinds.split(",")
    totals: Counter[str] = Counter()
    for root in options.paths:
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            for kind, text in look(path):
                if kind in wanted:
                    totals[kind] += 1
                    if not options.totals:
                        print(f"{kind:10s} {text}")
    print(", ".join(f"{kind}: {totals[kind]}" for kind in wanted))
    return 1 if totals else 0


if __name__ == "__main__":
    sys.exit(main())
