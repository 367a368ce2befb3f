"""What the opened bids have in common, computed from their rows whenever it is asked."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Bid, BidBond, BidFile, BidItem, Tender
from lianjing.domains.works.rules import tender_bids as signs


def signals(tender: Tender) -> list[signs.Signal]:
    """Return what the opened bids have in common, computed now from their rows."""
    bids = {
        bid.pk: bid
        for bid in Bid.objects.filter(tender=tender, opened_at__isnull=False).select_related("enterprise")
    }
    marks: dict[str, dict[int, set[str]]] = {}
    for row in BidFile.objects.filter(bid__in=bids):
        for kind, value in (
            ("mac", row.mac_hash),
            ("cpu", row.cpu_hash),
            ("disk", row.disk_hash),
            ("machine", row.machine_hash),
            ("create_key", row.create_key),
            ("cost_lock", row.cost_lock_hash),
            ("author", row.author_text),
        ):
            marks.setdefault(kind, {}).setdefault(row.bid_id, set()).add(value)
    marks["ip"] = {pk: {bid.upload_ip_hash} for pk, bid in bids.items()}
    marks["manager"] = {pk: {bid.manager_no or bid.manager_name} for pk, bid in bids.items()}
    bonds = list(BidBond.objects.filter(bid__in=bids).select_related("payer_account"))
    marks["bond_account"] = {
        row.bid_id: {row.payer_account.account_no_hash} for row in bonds if row.payer_account is not None
    }
    prices: dict[int, dict[str, Decimal]] = {}
    for item in BidItem.objects.filter(bid__in=bids, is_provisional=False):
        prices.setdefault(item.bid_id, {})[item.item_code] = item.unit_price
    names = {pk: bid.enterprise.name for pk, bid in bids.items() if bid.enterprise is not None}
    payers = {row.bid_id: (row.form, row.payer_name, names.get(row.bid_id, "")) for row in bonds}
    found = [signal for kind, own in marks.items() for signal in signs.shared(kind, own)]
    return signs.ordered([*found, *signs.in_proportion(prices), *signs.foreign_payers(payers)])


SIGNAL_WORDS = {
    "mac": lambda: _("网卡地址相同"),
    "cpu": lambda: _("处理器序号相同"),
    "disk": lambda: _("硬盘序号相同"),
    "machine": lambda: _("机器码相同"),
    "create_key": lambda: _("文件创建标识相同"),
    "cost_lock": lambda: _("造价软件加密锁相同"),
    "author": lambda: _("文档作者相同"),
    "ip": lambda: _("上传网络地址相同"),
    "manager": lambda: _("项目负责人相同"),
    "bond_account": lambda: _("保证金出自同一账户"),
    "proportion": lambda: _("综合单价成比例"),
    "bond_payer": lambda: _("保证金由他人缴纳"),
}
