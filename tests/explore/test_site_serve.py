"""The server of an explorer sends its files, to this machine, and nothing else."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nuprobe.errors import InputError
from nuprobe.explore.serve import serve, server_of

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "pages").mkdir(parents=True)
    (root / "index.html").write_text("<p>index</p>", encoding="utf-8")
    (root / "pages" / "a b.js").write_text("nuprobe.page({})", encoding="utf-8")
    (root / ".made-by.json").write_text("{}", encoding="utf-8")
    (root / ".secret.js").write_text("secret", encoding="utf-8")
    (root / "data.key").write_text("secret", encoding="utf-8")
    (tmp_path / "outside.js").write_text("secret", encoding="utf-8")
    (root / "link.js").symlink_to(tmp_path / "outside.js")
    return root


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    with server_of(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(port: int, path: str, method: str = "GET", host: str | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", f"127.0.0.1:{port}" if host is None else host)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def test_its_files_are_sent_with_their_types(port: int) -> None:
    status, headers, body = ask(port, "/")
    assert (status, body) == (200, b"<p>index</p>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert ask(port, "/index.html?x=1")[2] == body
    status, headers, body = ask(port, "/pages/a%20b.js")
    assert (status, body) == (200, b"nuprobe.page({})")
    assert headers["Content-Type"].startswith("text/javascript")
    assert ask(port, "/index.html", "HEAD")[2] == b""


@pytest.mark.parametrize(
    "path",
    [
        *("/pages", "/pages/", "/missing.js", "/.made-by.json", "/.secret.js"),
        *("/data.key", "/link.js", "/../outside.js", "/pages/../../outside.js"),
        *("/%2e%2e/outside.js", "/..%2foutside.js", "/..%5coutside.js"),
        *("//etc/passwd", "/%00", "/index.html%00.js", "index.html", "/a" * 3000),
    ],
)
def test_nothing_else_is_sent(port: int, path: str) -> None:
    status, _, body = ask(port, path)
    assert status == 404
    assert body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_only_get(port: int, method: str) -> None:
    status, _, body = ask(port, "/index.html", method)
    assert status == 501
    assert body == b""


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1"])
def test_only_by_its_own_address(port: int, host: str) -> None:
    """A name of another site that points to 127.0.0.1 reads nothing."""
    assert ask(port, "/index.html", host=host)[0] == 403


@pytest.mark.parametrize("path", ["/", "/missing"])
def test_headers_forbid_what_is_not_needed(port: int, path: str) -> None:
    headers = ask(port, path)[1]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"].strip() == "nuprobe"


def test_only_this_machine(folder: Path) -> None:
    with server_of(folder) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_taken_port_and_a_folder_without_a_site(folder: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(InputError, match=f"port {port} of"),
            server_of(folder, port),
        ):
            pass
    with pytest.raises(InputError, match=r"contains no index\.html"):
        serve(tmp_path)
    with pytest.raises(InputError, match="port 99999"):
        serve(folder, port=99999)


def test_ctrl_c_ends_it(folder: Path) -> None:
    code = (
        "import sys; from nuprobe.explore import serve;"
        " serve(sys.argv[1], started=lambda a: print(a, flush=True)); print('ended')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert ask(int(address.rstrip("/").rpartition(":")[2]), "/")[0] == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "ended\n", "")
