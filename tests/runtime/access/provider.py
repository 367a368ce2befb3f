"""A tiny OpenID Connect provider on this machine: real http, a real key; every claim can be turned wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET, KID = "lianjing", "secret of the tests", "key-1"


@dataclass
class Provider:
    """Answers discovery, keys and the token endpoint; `log_in` plays the page where the person proves himself."""

    now: Callable[[], datetime]
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    subject: str = "subject-of-20703"
    claims: dict[str, Any] = field(
        default_factory=dict
    )  # put in the place of the right ones; None leaves one out
    metadata: dict[str, Any] = field(default_factory=dict)
    signs_with: Any = None
    algorithm: str = "ES256"
    header: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""

    def start(self) -> Provider:
        """Serve on a free port of this machine."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._tell(*provider.answer(urlsplit(self.path).path, {}, ""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._tell(
                    *provider.answer(urlsplit(self.path).path, form, self.headers.get("Authorization", ""))
                )

            def _tell(self, status: int, told: Any) -> None:
                content = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://elsewhere.example/")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def log_in(self, address: str) -> dict[str, str]:
        """Return what the browser brings back from the log-in page at this address."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Return status and content of one request."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            told = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            return 200, told | self.metadata
        if path == "/keys":
            public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": KID, "use": "sig", "alg": "ES256"}]}
        if path == "/token":
            return self._token(form, authorization)
        return 302, b""

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        query = self.codes.pop(form.get("code", ""), None)  # a code is good for one exchange
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = base64.b64encode(b"lianjing:secret%20of%20the%20tests").decode()
        if query is None or query["code_challenge"] != challenge or authorization != f"Basic {basic}":
            return 400, {"error": "invalid_grant"}
        moment = int(self.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "iat": moment,
            "exp": moment + 300,
            "nonce": query["nonce"],
        }
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        token = jwt.encode(
            claims, self.signs_with or self.key, algorithm=self.algorithm, headers={"kid": KID} | self.header
        )
        return 200, {"id_token": token, "access_token": "unused", "token_type": "Bearer"}
