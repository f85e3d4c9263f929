"""A folder of static files on 127.0.0.1, for a browser on the same machine."""

from __future__ import annotations

import http.server
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from nuprobe.border import public
from nuprobe.errors import InputError

__all__ = ["serve", "server_of"]

_HOST: Final = "127.0.0.1"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""Files served; others are not found."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' blob:; worker-src blob:;"
        " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src data:;"
        " connect-src 'none'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _handler(root: Path) -> type[http.server.BaseHTTPRequestHandler]:
    """Request handler for one folder."""

    class Handler(http.server.BaseHTTPRequestHandler):
        server_version, sys_version = "nuprobe", ""
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, body: bool) -> None:
            if not self._local():
                self._refuse(HTTPStatus.FORBIDDEN)
                return
            file = _file(root, self.path)
            content = None if file is None else _content(file)
            if file is None or content is None:
                self._refuse(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", _TYPES[file.suffix.lower()])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def _local(self) -> bool:
            """Whether the request used this address, not a host name that another site
            resolves to it."""
            _, port, *_ = self.connection.getsockname()
            host = self.headers.get("Host", "")
            return host in (f"{_HOST}:{port}", f"localhost:{port}")

        def _refuse(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def send_error(self, code: int, *_: Any, **__: Any) -> None:
            """Send only the status, without details of the request."""
            self.close_connection = True
            self._refuse(HTTPStatus(code))

        def end_headers(self) -> None:
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _file(root: Path, target: str) -> Path | None:
    """The requested file in a folder; None if it lies outside."""
    path = unquote(urlsplit(target).path)
    if not path.startswith("/") or "\\" in path or "\0" in path:
        return None
    parts = PurePosixPath(path).parts[1:] or ("index.html",)
    if any(part.startswith(".") for part in parts):
        return None
    try:
        file = root.joinpath(*parts).resolve()
        inside = file.is_relative_to(root) and file.is_file()
    except (OSError, ValueError):
        return None
    return file if inside and file.suffix.lower() in _TYPES else None


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


@contextmanager
def server_of(
    folder: str | os.PathLike[str], port: int = 0
) -> Iterator[http.server.ThreadingHTTPServer]:
    """A server of a folder, which is closed at the end; call its ``serve_forever``.

    Parameters
    ----------
    folder : with an ``index.html``.
    port : on 127.0.0.1; 0 for any free one.

    Raises
    ------
    InputError
        If there is no explorer, or the port is taken.

    Examples
    --------
    >>> with server_of("."):
    ...     pass
    Traceback (most recent call last):
    nuprobe.errors.InputError: . contains no index.html; ...
    """
    root = Path(folder).resolve()
    if not (root / "index.html").is_file():
        raise InputError(
            f"{folder} contains no index.html; write an explorer there with nuprobe"
            " explore"
        )
    try:
        server = http.server.ThreadingHTTPServer((_HOST, port), _handler(root))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"port {port} of {_HOST} cannot be used: {why}; choose another, or 0"
        ) from None
    server.daemon_threads = True
    try:
        yield server
    finally:
        server.server_close()


@public
def serve(
    folder: str | os.PathLike[str],
    *,
    port: int = 0,
    started: Callable[[str], object] | None = None,
) -> None:
    """Serve a folder on 127.0.0.1 until Ctrl-C.

    Only files of the folder are sent, only to this machine, and folders are not listed.

    Parameters
    ----------
    folder : with an ``index.html``.
    port : 0 for any free one.
    started : called with the address once it can be opened.

    Raises
    ------
    InputError
        If there is no explorer, or the port is taken.

    Examples
    --------
    >>> serve("site", started=print)  # doctest: +SKIP
    http://127.0.0.1:40123/
    """
    with server_of(folder, port) as server:
        if started is not None:
            started(f"http://{_HOST}:{server.server_address[1]}/")
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            return
