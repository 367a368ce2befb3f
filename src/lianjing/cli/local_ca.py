"""A small certificate authority of this installation: for an intranet without one, held to the names it is made for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lianjing.kernel.refusal import BadInput

CA_DAYS, SERVER_DAYS = 3650, 397
EARLIER = timedelta(minutes=5)  # for readers whose clocks are a little behind


@dataclass(frozen=True, slots=True)
class Files:
    """Where the authority's and the server's files lie, below the data folder."""

    ca_certificate: Path
    ca_key: Path
    certificate: Path
    key: Path


def files(data: Path) -> Files:
    """Return the places of the four files."""
    folder = data / "tls"
    return Files(folder / "ca.pem", folder / "ca.key", folder / "server.pem", folder / "server.key")


def make(data: Path, names: list[str], now: datetime) -> Files:
    """Make the authority if there is none, and a new server certificate for these names and addresses.

    BadInput for a name that is none, and for names outside those to which an existing authority is held: then its
    folder must go and every reader must trust the new one.
    """
    places = files(data)
    alternative = [_general(name) for name in names]
    places.ca_key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not places.ca_certificate.exists():
        _make_authority(places, alternative, now)
    if not places.ca_key.exists():
        raise BadInput(f"{places.ca_key} 不在本机；请放回后再签发证书")
    authority = x509.load_pem_x509_certificate(places.ca_certificate.read_bytes())
    authority_key = serialization.load_pem_private_key(places.ca_key.read_bytes(), None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    _check_within(authority, alternative, places)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(authority.subject, key.public_key(), now, SERVER_DAYS)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write(places.key, _private(key), 0o600)
    chain = certificate.public_bytes(serialization.Encoding.PEM) + places.ca_certificate.read_bytes()
    _write(places.certificate, chain, 0o644)
    return places


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 of the first certificate of a file, as browsers show it."""
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    return found.fingerprint(hashes.SHA256()).hex(":").upper()


def expires(certificate: Path) -> datetime:
    """Return when the first certificate of a file ends; ValueError for a file that holds none."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def _general(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(name.strip("[]")))
    except ValueError:
        pass
    try:
        encoded = name.encode("idna").decode()
    except UnicodeError as error:
        raise BadInput(f"不是主机名或地址：{name}") from error
    if not encoded or any(not (c.isalnum() or c in "-.") for c in encoded):
        raise BadInput(f"不是主机名或地址：{name}")
    return x509.DNSName(encoded)


def _make_authority(places: Files, names: list[x509.DNSName | x509.IPAddress], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lianjing"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"廉镜本地证书 {now:%Y-%m-%d} {os.urandom(3).hex()}"),
        ]
    )
    certificate = (
        _builder(subject, key.public_key(), now, CA_DAYS)
        .subject_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign=False), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(places.ca_key, _private(key), 0o600)
    _write(places.ca_certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _builder(
    issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + timedelta(days=days))
    )


def _permitted(names: list[x509.DNSName | x509.IPAddress]) -> list[x509.GeneralName]:
    """Whoever steals the authority's key can stand in for these names and for no other site."""
    return [
        x509.IPAddress(ip_network(each.value)) if isinstance(each, x509.IPAddress) else each for each in names
    ]


def _check_within(
    authority: x509.Certificate, names: list[x509.DNSName | x509.IPAddress], places: Files
) -> None:
    held = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [each.value for each in held if isinstance(each, x509.DNSName)]
    nets: list[IPv4Network | IPv6Network] = [
        each.value
        for each in held
        if isinstance(each, x509.IPAddress) and isinstance(each.value, IPv4Network | IPv6Network)
    ]
    for name in names:
        if isinstance(name, x509.DNSName):
            is_held = any(name.value == each or name.value.endswith("." + each) for each in domains)
        else:
            is_held = any(name.value in each for each in nets)
        if not is_held:
            raise BadInput(
                f"现有本地证书只能签发 {', '.join(str(each.value) for each in held)}，不含 {name.value}；"
                f"如需更换，请移走 {places.ca_certificate.parent} 后重做，并让各终端改为信任新证书"
            )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        key_cert_sign=not sign,
        crl_sign=not sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(place: Path, content: bytes, mode: int) -> None:
    """Write whole or not at all, never readable by others for a moment."""
    part = place.with_name(place.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(part, place)
