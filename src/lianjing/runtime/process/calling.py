"""The matter of a called process: begun under its caller's, tied to it, found again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.interpret import Call
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter import services as matters
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import CalledProcess, ProcessInstance
from lianjing.runtime.regulation.queries import NoDefinition, definition_on
from lianjing.runtime.trail.act import Act

CALLING = "zone_funds#1"


def begin(deed: Deed, caller: ProcessInstance, call: Call) -> tuple[ProcessInstance, Procedure]:
    """Begin the matter of a called process below the caller's; part of an act. The process is not started yet.

    Refusal where no such procedure is installed or in force, or where it does not belong below this matter.
    """
    act = deed.act
    place = act.matter_id
    matter, procedure = begin_matter(act, call.called, deed.matter, suffix=call.element)
    act.matter_id = place  # the event is that of the matter in which the person acted
    child = new_instance(act, matter, procedure)
    act.save(
        CalledProcess(
            caller=caller,
            node=call.node,
            element=call.element,
            round=call.round,
            called=child,
            called_at=act.now,
        )
    )
    return child, procedure


def begin_matter(
    act: Act,
    procedure_key: str,
    parent: Matter,
    *,
    suffix: str = "",
    title: str = "",
    applicant_person_id: int | None = None,
) -> tuple[Matter, Procedure]:
    """Begin a matter of a procedure below another one, for that one's applicant or another; part of an act."""
    try:
        domain, procedure = declared(procedure_key)
    except KeyError as error:
        raise Refusal(Ground.RULE, "call.unknown", _("没有这种办理事项"), CALLING) from error
    if parent.kind != procedure.parent_kind:
        raise Refusal(
            Ground.GATE,
            "open.parent",
            _("此事项下不能办理“%(what)s”") % {"what": codes.said(procedure.label)},
            CALLING,
        )
    procedure.may_open(parent, act.day)
    matter = matters.begin(
        act,
        domain=domain.key,
        kind=procedure.matter_kind,
        title=title or " ".join(filter(None, (parent.title, procedure.label.zh, suffix))),
        unit_id=parent.unit_id,
        parent=parent,
        applicant_person_id=applicant_person_id or parent.applicant_person_id,
        is_before_platform=False,
    )
    if procedure.series:
        matters.number(act, matter, procedure.series)
    return matter, procedure


def new_instance(act: Act, matter: Matter, procedure: Procedure) -> ProcessInstance:
    """Return the process of a new matter, not started, under the version in force today; part of an act."""
    try:
        version = definition_on(procedure.key, act.day)
    except NoDefinition as error:
        raise Refusal(
            Ground.RULE,
            "process.not_in_force",
            _("“%(what)s”当日没有有效的流程版本，不能发起") % {"what": codes.said(procedure.label)},
            CALLING,
        ) from error
    return act.save(
        ProcessInstance(
            matter=matter, definition=version, state="running", marking="", ver=0, started_at=act.now
        )
    )


def running(caller: ProcessInstance, node: str, element: str, number: int) -> CalledProcess:
    """Return the running call of an activation."""
    return CalledProcess.objects.select_related("called__matter__root", "called__matter__parent").get(
        caller=caller, node=node, element=element, round=number, ended_at=None
    )


def posts_of_applicant(deed: Deed) -> frozenset[int]:
    """Return the posts of the matter's applicant: of several firms in one role, the first step is his."""
    applicant = deed.matter.applicant_person_id
    return frozenset(held.post.id for held in posts_held(applicant, deed.day)) if applicant else frozenset()
