"""Tender with its lots, criteria, bids, committees, scores, candidates, award and shortlist."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class Tender(Kept):
    """One tender or other selection: method, dates, rules."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    code = models.TextField("招标编号", blank=True, default="")
    title = models.TextField("名称", blank=True, default="")
    procurement_category = CodeField("采购类别", codelist="procurement_category")
    method = CodeField("采购方式", codelist="tender_method")
    method_reason = models.TextField("方式理由", blank=True, default="")
    is_mandatory = models.BooleanField("依法必须招标", default=False)
    exception_basis = models.TextField("例外依据", blank=True, default="")
    control_price = MoneyField("最高投标限价", null=True, blank=True)
    award_method = CodeField("定标办法", codelist="award_method")
    evaluation_method = CodeField("评标办法", codelist="evaluation_method")
    owner_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="招标人"
    )
    agency_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="招标代理"
    )
    agency_selection = CodeField("代理选取方式", codelist="tender_method")
    category_code = models.TextField("品目编码", blank=True, default="")
    bond = MoneyField("投标保证金", null=True, blank=True)
    qualification = models.TextField("资格条件", blank=True, default="")
    filing_no = models.TextField("备案号", blank=True, default="")
    platform = models.TextField("交易平台", blank=True, default="")
    days = models.IntegerField("要求工期", null=True, blank=True)
    quality = models.TextField("质量要求", blank=True, default="")
    failed_count = models.IntegerField("流标次数", null=True, blank=True)
    is_price_only = models.BooleanField("仅价格评审", default=False)
    issued_at = models.DateTimeField("招标文件发出", null=True, blank=True)
    deadline_at = models.DateTimeField("投标截止", null=True, blank=True)
    opened_at = models.DateTimeField("开标时间", null=True, blank=True)
    evaluation_started_at = models.DateTimeField("评标开始", null=True, blank=True)
    evaluation_ended_at = models.DateTimeField("评标结束", null=True, blank=True)
    weights_locked_at = models.DateTimeField("权重锁定", null=True, blank=True)
    invited_at = models.DateTimeField("邀请发出", null=True, blank=True)
    paused_at = models.DateTimeField("暂停时间", null=True, blank=True)
    pause_reason = models.TextField("暂停原因", blank=True, default="")
    status = CodeField("状态", codelist="tender_status")
    published_on = models.DateField("公告日", null=True, blank=True)
    deadline_on = models.DateField("投标截止", null=True, blank=True)
    opened_on = models.DateField("开标日", null=True, blank=True)
    report_on = models.DateField("评标报告日", null=True, blank=True)
    bidder_count = models.IntegerField("投标人数", null=True, blank=True)
    shortlist_count = models.IntegerField("按评分入围数", null=True, blank=True)
    shortlist_drawn = models.IntegerField("随机入围数", null=True, blank=True)

    class Meta:
        db_table = "tender"
        verbose_name = "招标"


class Lot(Kept):
    """Lot of a tender."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    seq = models.IntegerField("序号")
    title = models.TextField("名称", blank=True, default="")
    content = models.TextField("内容", blank=True, default="")
    amount = MoneyField("标段估价", null=True, blank=True)
    control_price = MoneyField("标段限价", null=True, blank=True)
    status = CodeField("状态", codelist="tender_status")

    class Meta:
        db_table = "lot"
        verbose_name = "标段"


class TenderCriterion(Kept):
    """Qualification or evaluation criterion with its weight."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    seq = models.IntegerField("序号")
    kind = CodeField("类别", codelist="criterion_kind")
    text = models.TextField("条件")
    weight = RatioField("权重", null=True, blank=True)
    is_objective = models.BooleanField("客观分", default=False)
    version = models.IntegerField("版本", default=1)

    class Meta:
        db_table = "tender_criterion"
        verbose_name = "评审条件"


class Clarification(Kept):
    """Amendment or clarification of tender documents."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    seq = models.IntegerField("序号")
    objection = models.ForeignKey(
        "publicity.Objection",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所答问题",
    )
    question = models.TextField("问题", blank=True, default="")
    answer = models.TextField("答复", blank=True, default="")
    drafted_at = models.DateTimeField("拟稿时间", null=True, blank=True)
    drafted_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="拟稿人"
    )
    issued_at = models.DateTimeField("发出时间", null=True, blank=True)
    issued_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核发布人"
    )
    is_material = models.BooleanField("影响编制", default=False)
    new_deadline_at = models.DateTimeField("顺延截止", null=True, blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="澄清文件"
    )

    class Meta:
        db_table = "clarification"
        verbose_name = "澄清修改"


class Bid(Kept):
    """One bidder's bid for one lot. Until the opening it names nobody: the bidder is a keyed digest."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="投标人"
    )
    bidder_hash = models.CharField("投标人密封摘要", max_length=64, blank=True, default="")
    submitter_hash = models.CharField("递交人密封摘要", max_length=64, blank=True, default="")
    lot = models.ForeignKey(
        "Lot", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="标段"
    )
    consortium_no = models.IntegerField("联合体序号", null=True, blank=True)
    price = MoneyField("报价", null=True, blank=True)
    days = models.IntegerField("工期", null=True, blank=True)
    quality = models.TextField("质量承诺", blank=True, default="")
    manager_name = models.TextField("项目负责人", blank=True, default="")
    manager_no = models.TextField("负责人证号", blank=True, default="")
    received_at = models.DateTimeField("递交时间", null=True, blank=True)
    sealed_sha256 = models.CharField("密封摘要", max_length=64, blank=True, default="")
    submitted_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="递交人"
    )
    opened_at = models.DateTimeField("解密时间", null=True, blank=True)
    upload_ip_hash = models.CharField("上传网络地址摘要", max_length=64, blank=True, default="")
    disqualified_reason = CodeField("否决原因", codelist="disqualify_reason")
    status = CodeField("状态", codelist="bid_status")
    disqualified_text = models.TextField("否决说明", blank=True, default="")
    rank = models.IntegerField("名次", null=True, blank=True)
    total_score = RatioField("总分", null=True, blank=True)
    is_winner = models.BooleanField("中标", default=False)

    class Meta:
        db_table = "bid"
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "enterprise"], name="bid_once", condition=models.Q(lot__isnull=True)
            ),
            models.UniqueConstraint(fields=["tender", "enterprise", "lot"], name="bid_once_a_lot"),
        ]
        verbose_name = "投标"


class BidItem(Kept):
    """Unit price of one bill item in one bid."""

    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="投标")
    item_code = models.TextField("清单编码")
    name = models.TextField("名称", blank=True, default="")
    unit_name = models.TextField("单位", blank=True, default="")
    quantity = RatioField("工程量", null=True, blank=True)
    unit_price = MoneyField("综合单价")
    is_provisional = models.BooleanField("暂估价", default=False)

    class Meta:
        db_table = "bid_item"
        indexes = [models.Index(fields=["bid"], name="bid_item_bid")]
        verbose_name = "投标清单项"


class BidFile(Kept):
    """Features of one bid file: digests of hardware, lock and creation ids, as the platform recorded them."""

    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="投标")
    part = CodeField("部分", codelist="bid_part")
    sha256 = models.CharField("文件摘要", max_length=64, blank=True, default="")
    mac_hash = models.CharField("网卡摘要", max_length=64, blank=True, default="")
    cpu_hash = models.CharField("处理器摘要", max_length=64, blank=True, default="")
    disk_hash = models.CharField("硬盘摘要", max_length=64, blank=True, default="")
    machine_hash = models.CharField("机器码摘要", max_length=64, blank=True, default="")
    create_key = models.TextField("文件创建标识", blank=True, default="")
    cost_lock_hash = models.CharField("造价加密锁摘要", max_length=64, blank=True, default="")
    author_text = models.TextField("文档作者", blank=True, default="")

    class Meta:
        db_table = "bid_file"
        indexes = [models.Index(fields=["bid"], name="bid_file_bid")]
        verbose_name = "投标文件特征"


class BidBond(Kept):
    """Bid bond: payer account, amount, return."""

    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="投标")
    form = CodeField("形式", codelist="bond_form")
    amount = MoneyField("金额", null=True, blank=True)
    payer_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="缴纳账户"
    )
    payer_name = models.TextField("缴纳人", blank=True, default="")
    guarantor_name = models.TextField("担保机构", blank=True, default="")
    policy_no = models.TextField("保函编号", blank=True, default="")
    paid_at = models.DateTimeField("到账时间", null=True, blank=True)
    due_return_on = models.DateField("应退日", null=True, blank=True)
    returned_on = models.DateField("退还日", null=True, blank=True)

    class Meta:
        db_table = "bid_bond"
        verbose_name = "投标保证金"


class BidMember(Kept):
    """Named staff of a bid: manager, key staff, agent."""

    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="投标")
    natural_person = models.ForeignKey(
        "parties.NaturalPerson", models.PROTECT, related_name="+", verbose_name="人员"
    )
    role = CodeField("角色", codelist="bid_member_role")

    class Meta:
        db_table = "bid_member"
        verbose_name = "投标项目成员"


class CommitteeMember(Kept):
    """Member of an evaluation, award or shortlisting committee."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    kind = CodeField("委员会类型", codelist="committee_kind")
    expert = models.ForeignKey(
        "parties.Expert", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专家"
    )
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    is_owner_rep = models.BooleanField("招标人代表", default=False)
    is_chair = models.BooleanField("组长", default=False)
    draw = models.ForeignKey(
        "draw.Draw", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="抽取"
    )
    declared_no_tie_at = models.DateTimeField("无利害关系承诺", null=True, blank=True)
    replaced_at = models.DateTimeField("替换时间", null=True, blank=True)
    replaced_reason = models.TextField("替换原因", blank=True, default="")
    signed_at = models.DateTimeField("签署报告", null=True, blank=True)
    dissent_text = models.TextField("不同意见", blank=True, default="")

    class Meta:
        db_table = "committee_member"
        indexes = [models.Index(fields=["tender", "kind"], name="committee_member_tender")]
        verbose_name = "评标定标委员"


class Score(Kept):
    """Score by one expert for one criterion."""

    domain = CodeField("领域", codelist="domain")
    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="投标")
    committee_member = models.ForeignKey(
        "CommitteeMember", models.PROTECT, related_name="+", verbose_name="委员"
    )
    tender_criterion = models.ForeignKey(
        "TenderCriterion", models.PROTECT, related_name="+", verbose_name="评审条件"
    )
    points = RatioField("得分")
    max_points = RatioField("满分", null=True, blank=True)
    reason = models.TextField("理由", blank=True, default="")

    class Meta:
        db_table = "score"
        constraints = [
            models.UniqueConstraint(fields=["bid", "committee_member", "tender_criterion"], name="score_once")
        ]
        verbose_name = "评分"


class Candidate(Kept):
    """Recommended bidder with rank."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    lot = models.ForeignKey(
        "Lot", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="标段"
    )
    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="投标")
    rank = models.IntegerField("推荐名次", null=True, blank=True)

    class Meta:
        db_table = "candidate"
        verbose_name = "中标候选人"


class Award(Kept):
    """Award decision."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    bid = models.ForeignKey(
        "Bid", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="中标投标"
    )
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="中标人"
    )
    amount = MoneyField("中标价", null=True, blank=True)
    rank = models.IntegerField("中标人名次", null=True, blank=True)
    method = CodeField("定标办法", codelist="award_method")
    legal_basis = models.TextField("非首位定标依据", blank=True, default="")
    decided_on = models.DateField("定标日", null=True, blank=True)
    lot = models.ForeignKey(
        "Lot", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="标段"
    )
    legal_basis_clause = models.TextField("依据条款", blank=True, default="")
    reason = models.TextField("定标理由", blank=True, default="")
    video_sha256 = models.CharField("录像摘要", max_length=64, blank=True, default="")
    reported_on = models.DateField("书面报告日", null=True, blank=True)
    notice_no = models.TextField("中标通知书号", blank=True, default="")
    notice_on = models.DateField("中标通知书", null=True, blank=True)
    status = CodeField("状态", codelist="award_status")

    class Meta:
        db_table = "award"
        verbose_name = "定标"


class AwardBallot(Kept):
    """Ballot of one member in one round."""

    award = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="定标")
    committee_member = models.ForeignKey(
        "CommitteeMember", models.PROTECT, related_name="+", verbose_name="委员"
    )
    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="所投投标")
    round = models.IntegerField("轮次", default=1)
    reason = models.TextField("理由", blank=True, default="")
    cast_at = models.DateTimeField("投票时间", null=True, blank=True)

    class Meta:
        db_table = "award_ballot"
        constraints = [
            models.UniqueConstraint(fields=["award", "committee_member", "round"], name="award_ballot_once")
        ]
        verbose_name = "定标票"


class Shortlist(Kept):
    """Applicant considered for shortlisting, in or out, with the reason."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, related_name="+", verbose_name="报名人"
    )
    applied_on = models.DateField("报名日", null=True, blank=True)
    is_selected = models.BooleanField("入围", default=False)
    score = RatioField("得分", null=True, blank=True)
    reason = models.TextField("理由", blank=True, default="")
    is_random_pick = models.BooleanField("随机产生", default=False)
    decided_on = models.DateField("决定日", null=True, blank=True)

    class Meta:
        db_table = "shortlist"
        constraints = [models.UniqueConstraint(fields=["tender", "enterprise"], name="shortlist_once")]
        verbose_name = "正式投标人推荐"


class ShortlistVote(Kept):
    """Score and voice of one member of the shortlisting group on one applicant."""

    shortlist = models.ForeignKey("Shortlist", models.PROTECT, related_name="+", verbose_name="报名人")
    committee_member = models.ForeignKey(
        "CommitteeMember", models.PROTECT, related_name="+", verbose_name="成员"
    )
    points = RatioField("评分", null=True, blank=True)
    reason = models.TextField("理由", blank=True, default="")
    cast_at = models.DateTimeField("时间", null=True, blank=True)

    class Meta:
        db_table = "shortlist_vote"
        constraints = [
            models.UniqueConstraint(fields=["shortlist", "committee_member"], name="shortlist_vote_once")
        ]
        verbose_name = "推荐评分"
