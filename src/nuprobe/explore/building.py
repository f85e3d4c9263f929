"""Several pages, built one after the other or in several processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nuprobe.errors import InputError, NuprobeError
from nuprobe.explore.assemble import built_page
from nuprobe.explore.pages import PageFile

__all__ = ["built_pages"]


def built_pages(
    pages: Mapping[str, PageFile],
    *,
    workers: int | None = None,
    progress: bool = False,
    files: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Pages from their descriptions, in the same order.

    Parameters
    ----------
    pages : by name.
    workers : processes; by default only this one.
    progress : whether a bar is shown on a terminal.
    files : of pages that come from one, by name, for messages.

    Raises
    ------
    NuprobeError
        If one cannot be built.

    Examples
    --------
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"], free=["rn"])
    >>> [made["name"] for made in built_pages({"csi": page})]
    ['csi']
    """
    from nuprobe.inference.checkpoints import closing_bar

    where = {name: f"page {name}" for name in pages} | dict(files or {})
    tasks = [(name, page.model_dump(), where[name]) for name, page in pages.items()]
    with closing_bar(progress, len(tasks), "page") as advance:
        if workers is None or workers == 1 or len(tasks) == 1:
            found = []
            for task in tasks:
                found.append(_made(task))
                advance(1)
            return found
        return _in_processes(tasks, workers, advance)


def _in_processes(
    tasks: list[tuple[str, dict[str, Any], str]], workers: int, advance: Any
) -> list[dict[str, Any]]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(tasks)), context) as pool:
        found = []
        for made in pool.map(_made, tasks):
            found.append(made)
            advance(1)
        return found


def _made(task: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
    name, description, where = task
    try:
        return built_page(name, PageFile.model_validate(description))
    except NuprobeError as error:
        raise InputError(f"{where}: {error}") from None
