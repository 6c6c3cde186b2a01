"""Behind TLS, as deploy/compose/tls.yml adds it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from functools import partial
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.compose.stack import Stack, free_port, until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(180, func_only=True)]


def test_the_page_comes_over_http_2_and_plain_http_leads_there(new_stack: Callable[..., Stack], tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command, to make a certificate")
    key, certificate, port = tmp_path / "key.pem", tmp_path / "certificate.pem", free_port()
    # fmt: off
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )
    # fmt: on
    for path in (tmp_path, key, certificate):
        path.chmod(0o755)
    paths = {"TLS_CERTIFICATE": str(certificate), "TLS_KEY": str(key), "TLS_PORT": str(port)}
    stack = new_stack("tls", "deploy/compose/tls.yml", **paths)
    stack.up("streamer", "nginx")
    until(partial(stack.is_healthy, "nginx"), "nginx to be healthy")

    trust = ssl.create_default_context(cafile=str(certificate))
    trust.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection(("127.0.0.1", port), 30)
    with trust.wrap_socket(plain, server_hostname="127.0.0.1") as client:
        assert client.selected_alpn_protocol() == "h2"
        assert client.version() in {"TLSv1.2", "TLSv1.3"}
    trust.set_alpn_protocols(["http/1.1"])
    connection = HTTPSConnection("127.0.0.1", port, timeout=30, context=trust)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.status == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    connection.close()
    status, headers, _ = stack.get("/page?x=1")
    assert status == 301
    assert headers["location"] == f"https://127.0.0.1:{port}/page?x=1"
    stack.down()
