"""TLS is always verified, and the limits hold within it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from incumbent.fetch import Fetcher, Limits, Request
from tests.fetch.wire import CONTACT, Wire, answer, ending, fault_of

x509 = pytest.importorskip("cryptography.x509", reason="cryptography makes the certificates")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

NEVER = Limits(retries=0, deadline_seconds=3)


def certificate(folder: Path, *, days: int = 1, names: tuple[str, ...] = ("127.0.0.1",)) -> ssl.SSLContext:
    """A server's context with a certificate that signs itself; the certificate is in `folder`/ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "works.example")])
    now = dt.datetime.now(dt.UTC)
    alternatives = [x509.IPAddress(ipaddress.ip_address(one)) for one in names]
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(signed.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


def test_a_certificate_that_is_trusted_serves_several_requests_on_one_connection(tmp_path: Path) -> None:
    with Wire({"/a": answer(b"x" * 100_000)}, certificate(tmp_path)) as wire:
        fetcher = wire.fetcher(ca_bundle=tmp_path / "ca.pem")
        for _ in range(3):
            assert fetcher.fetch(Request("https://www.works.example/a")).body == b"x" * 100_000
        assert wire.connections == 1


@pytest.mark.parametrize("case", ["unknown authority", "expired", "another name"])
def test_a_certificate_that_cannot_be_verified_is_never_accepted(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("127.0.0.2",) if case == "another name" else ("127.0.0.1",)
    context = certificate(tmp_path, days=-1 if case == "expired" else 1, names=names)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    with Wire({"/a": answer(b"secret")}, context) as wire:
        trust = {} if case == "unknown authority" else {"ca_bundle": tmp_path / "ca.pem"}
        error = fault_of(wire.fetcher(**trust), "https://www.works.example/a")
        assert error.fault == "tls" and "certificate" in str(error)
        assert not wire.seen and wire.connections == 1  # there is no point in trying again


def test_a_server_that_never_shakes_hands_is_a_timeout() -> None:
    with Wire({}) as wire:  # it waits for a request in plain text
        plain = f"https://127.0.0.1:{wire.port}"
        fetcher = Fetcher(CONTACT, bases={"*": plain}, limits=Limits(retries=0, connect_seconds=0.3))
        started = time.monotonic()
        assert fault_of(fetcher, "https://www.works.example/a").fault == "timeout"
        assert time.monotonic() - started < 1.3


def plain_banner(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.sendall(b"HTTP/1.1 400 This is no TLS\r\n\r\n")
    connection.close()


def test_a_server_that_speaks_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=plain_banner, args=(listener,), daemon=True).start()
        base = f"https://127.0.0.1:{listener.getsockname()[1]}"
        error = fault_of(Fetcher(CONTACT, bases={"*": base}, limits=NEVER), "https://www.works.example/a")
    assert error.fault == "tls" and "certificate" not in error.what


def test_over_tls_a_cut_is_told_from_an_end_and_the_deadline_holds(tmp_path: Path) -> None:
    def polite(connection: socket.socket) -> None:
        connection.sendall(answer(b"all of it", length=False))
        assert isinstance(connection, ssl.SSLSocket)
        connection.unwrap()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(100):
            connection.sendall(b"y")
            time.sleep(0.03)

    limits = Limits(retries=0, deadline_seconds=0.6)
    sent = {"/end": polite, "/cut": ending(answer(b"half of", length=False)), "/drip": drip}
    with Wire(sent, certificate(tmp_path)) as wire:
        fetcher = wire.fetcher(ca_bundle=tmp_path / "ca.pem", limits=limits)
        whole = fetcher.fetch(Request("https://www.works.example/end"))
        assert whole.body == b"all of it"
        assert fault_of(fetcher, "https://www.works.example/cut").fault == "truncated"
        started = time.monotonic()
        assert fault_of(fetcher, "https://www.works.example/drip").fault == "timeout"
        assert time.monotonic() - started < 1.6
