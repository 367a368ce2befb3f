"""Contract, its supplementary agreements and its changes of account."""

from __future__ import annotations

from lianjing.domains.works.forms import amendment as amendment_forms
from lianjing.domains.works.forms import contract as contract_forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import amendment, basis, contract
from lianjing.kernel.declaration import Duty, Procedure, Step, Text
from lianjing.runtime.contract.models import AccountChange, Amendment, Contract

CONTRACT = Procedure(
    key="works_contract",
    matter_kind="contract",
    label=Text("合同签订", "Contract"),
    parent_kind="project",
    opener_post="contract_officer",
    record=Contract,
    may_open=stage.opening("works_contract"),
    withdrawn=contract.withdrawn,
    series="建合",
    steps=(
        Step("draft", contract.draft, Duty.APPLY, contract_forms.ContractDraftForm, "entered"),
        Step("compare", contract.compare, Duty.APPLY, contract_forms.CompareForm, "entered"),
        Step("cost", contract.countersign, Duty.REVIEW, contract_forms.CountersignForm, "reviewed"),
        Step("finance", contract.countersign, Duty.REVIEW, contract_forms.CountersignForm, "reviewed"),
        Step("legal", contract.countersign, Duty.REVIEW, contract_forms.CountersignForm, "reviewed"),
        Step("approve", contract.approve, Duty.APPROVE, contract_forms.CountersignForm, "approved"),
        Step("seal", contract.seal, Duty.RECHECK, contract_forms.SealForm, "entered"),
        Step("file", contract.file, Duty.RECHECK, contract_forms.FileContractForm, "reviewed"),
    ),
)

AMENDMENT = Procedure(
    key="works_amendment",
    matter_kind="amendment",
    label=Text("补充协议", "Supplementary agreement"),
    parent_kind="project",
    opener_post="contract_officer",
    record=Amendment,
    may_open=stage.opening("works_amendment"),
    withdrawn=amendment.withdrawn,
    series="建补",
    steps=(
        Step("draft", amendment.draft, Duty.APPLY, amendment_forms.AmendmentDraftForm, "entered"),
        Step("finance", amendment.countersign, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("legal", amendment.countersign, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("approve", amendment.approve, Duty.APPROVE, OpinionForm, "approved"),
        Step("seal", amendment.seal, Duty.RECHECK, amendment_forms.AmendmentSealForm, "entered"),
        Step("file", amendment.file, Duty.RECHECK, amendment_forms.AmendmentFileForm, "reviewed"),
    ),
)

ACCOUNT_CHANGE = Procedure(
    key="works_account_change",
    matter_kind="account_change",
    label=Text("收款账户变更", "Change of payee account"),
    parent_kind="project",
    opener_post="contract_officer",
    record=AccountChange,
    may_open=stage.opening("works_account_change"),
    withdrawn=contract.account_withdrawn,
    series="建户",
    steps=(
        Step("apply", contract.propose_account, Duty.APPLY, contract_forms.AccountChangeForm, "entered"),
        Step("check", basis.agree, Duty.REVIEW, contract_forms.AccountCheckForm, "reviewed"),
        Step("approve", contract.approve_account, Duty.APPROVE, OpinionForm, "approved"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (
    CONTRACT,
    AMENDMENT,
    ACCOUNT_CHANGE,
)
