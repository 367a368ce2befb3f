"""Log-in against an LDAP directory: the person's own bind, over TLS, with every outside word escaped."""

from __future__ import annotations

import ssl
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import ldap3
from django.utils.translation import gettext as _
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from lianjing.runtime.access.configuration import Fault, Unreachable, is_local, missing, read_fault, section

SECONDS = 5
MARK = "{subject}"


@dataclass(frozen=True, slots=True)
class Ldap:
    """A directory: either `user_dn` with the mark {subject}, or `base` and `filter` searched as `bind_dn`."""

    url: str
    start_tls: bool = False
    ca_file: str = ""
    user_dn: str = ""
    base: str = ""
    filter: str = ""
    bind_dn: str = ""
    bind_password: str = ""

    @property
    def is_protected(self) -> bool:
        """True where a pass-phrase never travels in clear: ldaps, StartTLS, or this machine itself."""
        return self.url.startswith("ldaps://") or self.start_tls or is_local(self.url)


def configured() -> Ldap | None:
    """Return the directory, None where there is none or its settings are at fault (doctor says which)."""
    try:
        given = section("ldap")
    except (OSError, tomllib.TOMLDecodeError):
        return None
    if not given or _faults(given):
        return None
    return _directory(given)


def faults() -> list[Fault]:
    """Return what is wrong with the directory's settings; empty where they are right or there are none."""
    if unread := read_fault("ldap"):
        return [unread]
    given = section("ldap")
    return _faults(given) if given else []


def _directory(given: dict[str, str]) -> Ldap:
    return Ldap(
        url=given.get("url", ""),
        start_tls=given.get("start_tls", "") not in ("", "0", "false"),
        ca_file=given.get("ca_file", ""),
        user_dn=given.get("user_dn", ""),
        base=given.get("base", ""),
        filter=given.get("filter", ""),
        bind_dn=given.get("bind_dn", ""),
        bind_password=given.get("bind_password", ""),
    )


def _faults(given: dict[str, str]) -> list[Fault]:
    found = list(missing(given, "ldap", ("url",)))
    directory = _directory(given)
    if not found and urlsplit(directory.url).scheme not in ("ldap", "ldaps"):
        found.append(Fault(_("LDAP 地址应以 ldap:// 或 ldaps:// 开头"), _("改正 LIANJING_LDAP_URL")))
    if not found and not directory.is_protected:
        found.append(
            Fault(_("LDAP 未加密，密码会以明文传输"), _("改用 ldaps:// 或设 LIANJING_LDAP_START_TLS=1"))
        )
    if directory.ca_file and not Path(directory.ca_file).is_file():
        found.append(
            Fault(
                _("LDAP 证书文件不存在：%(place)s") % {"place": directory.ca_file},
                _("改正 LIANJING_LDAP_CA_FILE"),
            )
        )
    if MARK not in directory.user_dn:
        found += missing(given, "ldap", ("base", "filter", "bind_dn", "bind_password"))
        if directory.filter and MARK not in directory.filter:
            found.append(Fault(_("LDAP 过滤式中没有 {subject}"), _("例如 (uid={subject})")))
    return found


def connection(directory: Ldap, user: str, password: str) -> ldap3.Connection:
    """Return an unopened connection as this user."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=directory.ca_file or None)
    parts = urlsplit(directory.url)
    server = ldap3.Server(
        parts.hostname or "",
        port=parts.port or (636 if parts.scheme == "ldaps" else 389),
        use_ssl=parts.scheme == "ldaps",
        tls=tls,
        get_info=ldap3.NONE,
        connect_timeout=SECONDS,
    )
    return ldap3.Connection(
        server,
        user=user,
        password=password,
        receive_timeout=SECONDS,
        read_only=True,
        auto_referrals=False,
    )


def bind(directory: Ldap, subject: str, password: str) -> bool:
    """True where the directory takes the pass-phrase of this subject; Unreachable where it does not answer.

    An empty pass-phrase is refused here: a directory would take it for an anonymous bind.
    """
    if not password or not subject:
        return False
    try:
        name = _name_of(directory, subject)
        return bool(name) and _is_bound(directory, name, password)
    except (LDAPException, OSError, ssl.SSLError) as error:
        raise Unreachable(str(error)) from error


def _is_bound(directory: Ldap, user: str, password: str) -> bool:
    link = connection(directory, user, password)
    try:
        return _open(directory, link)
    finally:
        link.unbind()


def _open(directory: Ldap, link: ldap3.Connection) -> bool:
    link.open()
    if directory.start_tls and not link.start_tls():
        raise Unreachable("StartTLS")
    return bool(link.bind())


def _name_of(directory: Ldap, subject: str) -> str:
    """Return the distinguished name of a subject, "" where the directory knows none or more than one."""
    if MARK in directory.user_dn:
        return directory.user_dn.replace(MARK, escape_rdn(subject))
    link = connection(directory, directory.bind_dn, directory.bind_password)
    try:
        if not _open(directory, link):
            raise Unreachable("service account")
        link.search(
            directory.base,
            directory.filter.replace(MARK, escape_filter_chars(subject)),
            attributes=ldap3.NO_ATTRIBUTES,
        )
        found = [row["dn"] for row in link.response or [] if row["type"] == "searchResEntry"]
        return found[0] if len(found) == 1 else ""
    finally:
        link.unbind()
