"""A forward proxy that ends TLS with certificates of its own authority and hands everything to the simulator."""

import datetime
import socket
import ssl
import threading
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class TlsProxy:
    """Listens on a free port of this machine; `hosts` collects where clients wanted to go."""

    def __init__(self, simulator_url: str, folder: Path) -> None:
        self.hosts: list[str] = []
        self._simulator, self._folder = simulator_url, folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throw-away authority")])
        self.authority = folder / "authority.pem"
        self.authority.write_bytes(self._certificate(None).public_bytes(serialization.Encoding.PEM))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _certificate(self, host: str | None) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]) if host else self._name
        moment = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(moment - datetime.timedelta(days=1))
            .not_valid_after(moment + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if host:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _context(self, host: str) -> ssl.SSLContext:
        chain = self._folder / f"{host}.pem"
        if not chain.exists():
            key = self._key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            chain.write_bytes(key + self._certificate(host).public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """CONNECT, then one request after the other."""
        with connection:
            head = _head(connection)
            host = head.split()[1].decode().partition(":")[0]
            self.hosts.append(host)
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            try:
                with self._context(host).wrap_socket(connection, server_side=True) as inner:
                    while self._answer(inner, host):
                        pass
            except (OSError, IndexError):
                return

    def _answer(self, inner: ssl.SSLSocket, host: str) -> bool:
        head = _head(inner)
        if not head:
            return False
        line, *lines = head.decode().split("\r\n")
        headers = dict(one.split(": ", 1) for one in lines if ": " in one)
        length = next((int(value) for name, value in headers.items() if name.lower() == "content-length"), 0)
        body = b""
        while len(body) < length:
            body += inner.recv(65536)
        method, target, _ = line.split(" ")
        kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
        url = f"{self._simulator}/{host}{target}"
        with (
            httpx.Client(trust_env=False, timeout=30) as client,
            client.stream(method, url, headers=kept, content=body) as found,
        ):
            raw = b"".join(found.iter_raw())
            sent = [(name, value) for name, value in found.headers.multi_items() if name != "content-length"]
        lines = [f"HTTP/1.1 {found.status_code} Answer", *(f"{name}: {value}" for name, value in sent)]
        inner.sendall("\r\n".join([*lines, f"content-length: {len(raw)}", "", ""]).encode() + raw)
        return True


def _head(connection: socket.socket | ssl.SSLSocket) -> bytes:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        one = connection.recv(1)
        if not one:
            return b""
        data += one
    return data[:-4]
