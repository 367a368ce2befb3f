"""The log's key and the policy that names it: made with the installation, replaced by nobody in silence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.note import Signer, VerifierKey
from lianjing.kernel.trail.policy import Group, Policy, parse_policy
from lianjing.kernel.trail.signer import SeedSigner, parse_seed_signer
from lianjing.runtime.trail.disk import data_folder, keep, log_folder
from lianjing.runtime.trail.models import Checkpoint

KEY, POLICY = "log.key", "policy"
DEMONSTRATION = "demonstration"  # a training zone is one too, so that every verifier says so first
TRAINING = "training"
SUPERVISION = "any-witness"  # the group of all witnesses in the policy; any one of them is enough


def signer() -> Signer:
    """Return who signs for the log: that of LIANJING_SIGNER, else the file key, made where none was ever used."""
    other = getattr(settings, "LIANJING_SIGNER", "")
    if other:
        made: Signer = import_string(other)()
        return made
    place = data_folder() / KEY
    if not place.exists():
        _make_key(place)
    return file_signer(place)


def file_signer(place: Path) -> SeedSigner:
    """Return the signer of a key file; Refusal where the file is damaged."""
    try:
        return _parsed(place.read_text(encoding="ascii").strip())
    except (Malformed, UnicodeDecodeError) as error:
        raise Refusal(
            Ground.STALE, "trail.key_damaged", _("签名密钥文件 %(place)s 已损坏") % {"place": str(place)}
        ) from error


@lru_cache(maxsize=4)
def _parsed(text: str) -> SeedSigner:
    return parse_seed_signer(text)


def _make_key(place: Path) -> None:
    """Make the file key; refused where this log has already signed with another."""
    if Checkpoint.objects.exists() or (log_folder() / "checkpoint").exists():
        raise Refusal(
            Ground.STALE,
            "trail.key_missing",
            _("签名密钥 %(place)s 不见了；不能另造密钥续签，请从备份取回") % {"place": str(place)},
        )
    keep(place, f"{new_signer(_origin()).text}\n".encode(), mode=0o600)


def new_signer(name: str, kind: int = 1) -> SeedSigner:
    """Return a signer with a fresh seed."""
    return SeedSigner(name, os.urandom(32), kind)


def _origin() -> str:
    """Return a name that no other log has: the code of the first unit, random letters, `demonstration` for one."""
    unit = apps.get_model("org", "Unit").objects.order_by("id").values_list("code", flat=True).first()
    code = re.sub(r"[^0-9A-Za-z_.-]", "", unit or "") or "unit"
    kind = f"{DEMONSTRATION}/" if settings.LIANJING_DEMONSTRATION or settings.LIANJING_TRAINING else ""
    kind += f"{TRAINING}/" if settings.LIANJING_TRAINING else ""
    return f"lianjing/{kind}{code.lower()}/{os.urandom(4).hex()}"


def is_demonstration(origin: str) -> bool:
    """True where the name of a log says that it is a demonstration."""
    return DEMONSTRATION in origin.split("/")


def policy() -> Policy:
    """Return the installation's policy; one that names only the log's own key where none is written yet."""
    place = data_folder() / POLICY
    if not place.exists():
        return Policy((signer().verifier_key,), {}, {}, "none")
    return parsed_policy(place.read_bytes(), str(place))


@lru_cache(maxsize=8)
def parsed_policy(data: bytes, place: str) -> Policy:
    """Return the policy of a file; Refusal where it is malformed."""
    try:
        return parse_policy(data)
    except Malformed as error:
        raise Refusal(
            Ground.STALE,
            "trail.policy_damaged",
            _("策略文件 %(place)s 不合格式：%(reason)s") % {"place": place, "reason": error.reason},
        ) from error


def ensure() -> Policy:
    """Make key and policy file where they are missing; return the policy."""
    place = data_folder() / POLICY
    if not place.exists():
        write_policy([], signer().verifier_key)
    return policy()


def write_policy(witnesses: Iterable[VerifierKey], log: VerifierKey) -> Policy:
    """Write the policy: this log, these witnesses, of whom one is enough."""
    by_name = {key.name: key for key in witnesses}
    groups = {SUPERVISION: Group(1, tuple(by_name))} if by_name else {}
    made = Policy((log,), by_name, groups, SUPERVISION if by_name else "none")
    keep(data_folder() / POLICY, made.text.encode())
    return made


def has_witness() -> bool:
    """True where the policy names a witness."""
    return (data_folder() / POLICY).exists() and bool(policy().witnesses)
