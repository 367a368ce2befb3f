"""Running projects taken over."""

from __future__ import annotations

from lianjing.domains.works.forms import onboard as onboard_forms
from lianjing.domains.works.models import Onboarding
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import onboard
from lianjing.kernel.declaration import Duty, Procedure, Step, Text

ONBOARD = Procedure(
    key="works_onboard",
    matter_kind="onboarding",
    label=Text("存量接续", "Taking over"),
    parent_kind="project",
    opener_post="project_officer",
    record=Onboarding,
    may_open=stage.opening("works_onboard"),
    withdrawn=onboard.withdrawn,
    series="建续",
    steps=(
        Step("propose", onboard.propose, Duty.APPLY, onboard_forms.OnboardForm, "entered"),
        Step("audit", onboard.audit, Duty.AUDIT, onboard_forms.OnboardAuditForm, "reviewed"),
        Step("approve", onboard.approve, Duty.APPROVE, onboard_forms.OnboardApproveForm, "approved"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (ONBOARD,)
