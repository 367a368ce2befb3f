"""Writes of access that pages of other areas call: one door, the work is in the modules named."""

from __future__ import annotations

from lianjing.runtime.access.configuration import Fault
from lianjing.runtime.access.factors import remove as remove_factor
from lianjing.runtime.access.identities import link as link_identity
from lianjing.runtime.access.identities import unlink as unlink_identity
from lianjing.runtime.access.ldap import faults as ldap_faults
from lianjing.runtime.access.locks import unlock
from lianjing.runtime.access.oidc import faults as oidc_faults
from lianjing.runtime.access.passwords import reset_password
from lianjing.runtime.access.policy import set_policy
from lianjing.runtime.access.sessions import revoke

__all__ = [
    "faults",
    "link_identity",
    "remove_factor",
    "reset_password",
    "revoke",
    "set_policy",
    "unlink_identity",
    "unlock",
]


def faults() -> list[Fault]:
    """Return what is wrong with the settings of outside identity services, for `lianjing doctor`."""
    return oidc_faults() + ldap_faults()
