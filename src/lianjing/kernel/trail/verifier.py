"""Verifies an exported trail of Lianjing without Lianjing: one file, Python's standard library, nothing else.

    python3 verifier.py EXPORT_DIR [--policy FILE] [--memory FILE] [--tables] [--receipt FILE ...]

核验廉镜导出的留痕，不需要廉镜、不需要数据库、不需要安装任何东西（Python 3.8 以上）。
导出目录中的一切都不可信：树由事件原文重新计算，公钥应取自监督组自己保存的政策文件（--policy），
上次见过的根应取自监督组自己的记忆文件（--memory）。

Nothing in the folder is trusted. The tree is recomputed from the events; the keys should come from the supervisors'
own policy file, the last root seen from their own memory file.

Exit code 退出码: 0 good 无误 · 1 tampering 发现篡改 · 2 incomplete 不完整 · 3 usage 用法错误

Formats: RFC 6962 tree; C2SP tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy, tlog-proof.
"""
# Longer than other files of the project, since it must stand alone and be read as one.
# ruff: noqa: B905, UP006, UP017, UP035, UP045 - it also runs on Python 3.8

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import itertools
import json
import os
import re
import stat
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, NoReturn, Optional, Sequence, Set, Tuple

CHECKS: Dict[str, str] = {
    "structure": "格式",
    "tiles": "存储的哈希块",
    "root": "根哈希",
    "signature": "日志签名",
    "quorum": "监督组共签",
    "growth": "只增不减",
    "memory": "与上次所见一致",
    "checkpoints": "各检查点一致",
    "forks": "无两套日志",
    "chains": "各对象事件链",
    "times": "时间界限",
    "bodies": "事件正文",
    "erasures": "删除有据",
    "pending": "未发布的尾部",
    "tables": "业务表与留痕",
    "receipts": "收据",
}
WORDS = {"ok": "通过 ok", "bad": "不符 BAD", "incomplete": "缺 INCOMPLETE", "skipped": "未查 skipped"}
WORDS.update({"not asked": "未要求 not asked", "not done": "未做 not done"})
TOLD = 10  # problems printed for each check
NOTE_LIMIT, POLICY_LIMIT, LINE_LIMIT, FILE_LIMIT = 1 << 16, 1 << 20, 1 << 26, 1 << 35
ENVELOPE_LIMIT, SIGNATURES_LIMIT, NAMES_LIMIT = 1024, 64, 1024
WIDTH, BODIES_IN_FILE = 256, 4096
LOG_KEY, WITNESS_KEY = 1, 4  # signature types of C2SP signed-note: Ed25519, timestamped Ed25519 cosignature
LAST_SECOND = 253402300799  # of the year 9999
sha256 = hashlib.sha256


# What is said of each fault: check and word | Chinese | English. A word for any check stands under "*".
MESSAGES = """
*.missing | 缺少 {name} | {name} is missing
*.malformed | {where}：{why} | {where}: {why}
*.stopped | {why} | {why}
note.long | 检查点过长 | checkpoint too long
note.utf8 | 检查点不是 UTF-8 | checkpoint is not UTF-8
note.unsigned | 检查点没有签名部分 | checkpoint without signatures
note.crowded | 签名过多 | too many signatures
note.signature | 签名行不合格式 | a signature line is not well formed
note.lines | 检查点不足三行或有空行 | checkpoint has fewer than three lines, or an empty one
note.root | 根哈希不是 32 字节 | the root is not 32 bytes
key.point | 公钥不是曲线上的点 | the public key is no point of the curve
key.form | 公钥不合格式 | not a verifier key
key.kind | 不是 Ed25519 公钥（类型 {kind}） | not an Ed25519 key of type {kind}
key.id | 公钥编号不符 | the key id does not belong to the key
policy.long | 政策文件过长 | policy too long
policy.control | 政策文件有控制字符 | control characters in the policy
policy.quorum | 政策没有 quorum 行 | policy without a quorum line
policy.word | 不认识、重复或引用未定义的名称 | not understood, repeated, or a name not yet defined
policy.twice | 同一公钥出现两次 | the same public key twice
policy.member | 成员重复或未定义 | a member is repeated or not defined
policy.least | 门槛超出人数 | the threshold is beyond the members
policy.own | 政策（公钥）取自导出目录本身，不是监督组自己保存的：只能证明自相一致 | the policy (keys) is the folder's own, not the supervisors' copy: this proves only that it agrees with itself
text.file | {name} 不是普通文件或过大 | {name} is no ordinary file, or too large
text.line | 第 {number} 行过长 | line {number} is too long
text.json | 不是 JSON | not JSON
text.base64 | 不是规范的 base64 | not base64 in its usual spelling
text.count | 不是数目：{text} | not a count: {text}
text.form | 不合格式 | not well formed
text.signs | 有非法字符 | has characters that cannot be
text.read | 读不了：{error} | cannot be read: {error}
text.deep | 内容过深或过大 | too deep or too large
bundle.lengths | {name} 的长度不符 | the lengths in {name} do not fit
envelope.long | 封套过长 | envelope too long
envelope.version | 不是本版本的封套 | not an envelope of this version
envelope.fields | 封套缺项或类型不符 | a field of the envelope is missing or of another type
envelope.form | 封套不是规范写法 | the bytes of the envelope are not canonical
structure.leaf | 第 {leaf} 号：{why} | leaf {leaf}: {why}
tiles.differ | 哈希块 {name} 与事件原文算出的不同：磁盘损坏或被改动 | tile {name} differs from what the entries give: tile corrupted on disk, or changed
root.differs | 由事件原文算出的根与检查点中的根不同 | the root that the entries give is not the one in the checkpoint
signature.wrong | {source}：日志签名不符 | {source}: wrong signature of the log
signature.absent | {source}：没有政策所列日志公钥的签名 | {source}: not signed by a log key of the policy
signature.some | 较早的 {count} 个未共签检查点只核对了根，未验签（--signatures 可改） | of {count} older checkpoints without cosignature only the roots were checked (see --signatures)
quorum.wrong | {source}：见证人 {name} 的共签不符 | {source}: wrong cosignature of witness {name}
quorum.none | 未经监督组共签：政策不要求共签 | not cosigned: the policy demands no cosignature
quorum.absent | 未经监督组共签：没有一个检查点满足政策要求的共签 | not cosigned: no checkpoint carries the cosignatures that the policy demands
quorum.rest | 最后 {count} 件未经监督组共签 | the last {count} events are not covered by a cosignature
growth.other | {source} 属于另一日志 {origin} | {source} belongs to another log, {origin}
growth.shorter | {source} 只有 {size} 件，此前已公布 {before} 件：日志变短 | {source} has {size} events, {before} were published before: the log became shorter
memory.first | 首次核验：以本次所见为起点 | first verification: what is seen now is the beginning
memory.gone | 记忆文件不见了；若确为首次核验，请加 --new-memory | the memory file is gone; if this is the first verification, add --new-memory
memory.other | 上次核验的是 {origin}，现在是 {now} | last time it was {origin}, now it is {now}
memory.shorter | 上次已有 {size} 件，现在只有 {now} 件：日志被截短 | {size} events were there last time, now {now}: the log was truncated
memory.differs | 上次所见的前 {size} 件已不是现在的前 {size} 件：历史被改写 | the first {size} events are not those seen last time: history was rewritten
checkpoints.differ | {source}（{size} 件）的根与现在的事件不符：历史被改写 | {source} ({size} events) has another root than today's entries give: history was rewritten
forks.signed | {one} 与 {two} 同为 {size} 件，根却不同，且均由日志签名：存在两套日志 | {one} and {two} have {size} events and two roots, both signed: there are two logs
forks.shown | 两份导出在 {size} 件处不同：给不同的人看了不同的日志 | the two exports differ at {size} events: two people were shown two logs
forks.unsigned | 另一份导出的 {source} 未由日志签名 | {source} of the other export is not signed by the log
chains.gap | 第 {leaf} 号：{chain} 的第 {before} 件之后是第 {now} 件，中间缺失、重复或倒置 | leaf {leaf}: {chain} has number {now} after {before}: missing, repeated or swapped
chains.broken | 第 {leaf} 号：{chain} 的前一件已不是当时的那一件 | leaf {leaf}: {chain} does not follow the event before it
times.chain | 第 {leaf} 号：记录时间早于同一对象的前一件 | leaf {leaf}: recorded before its predecessor on the same object
times.floor | 第 {leaf} 号：记录于 {recorded}，早于上一检查点已有的时间（减宽限）{floor} | leaf {leaf}: recorded {recorded}, before the time that the last checkpoint had reached (less slack), {floor}
times.cosigned | 前 {size} 件中有记录于 {recorded} 的，晚于监督组共签的时间 | among the first {size} events one is recorded at {recorded}, after they were cosigned
bodies.twice | {name}：第 {leaf} 号出现两次 | {name}: leaf {leaf} stands there twice
bodies.gone | 第 {leaf} 号的正文不见了，也没有注明删除 | the body of leaf {leaf} is gone and not said to be erased
bodies.differ | 第 {leaf} 号的正文与封套中的哈希不符：正文被改动 | the body of leaf {leaf} does not have the hash that its envelope carries: it was changed
bodies.unread | 第 {leaf} 号的正文不可读 | the body of leaf {leaf} cannot be read
erasures.vague | 第 {leaf} 号：删除没有写明对象或依据 | leaf {leaf}: an erasure without target or legal basis
erasures.unauthorised | 第 {leaf} 号的正文被删，但没有任何事件授权 | the body of leaf {leaf} was erased without an event that authorises it
pending.gap | 待发布第 {leaf} 件：{chain} 的第 {before} 件之后是第 {now} 件，中间缺失、重复或倒置 | waiting event {leaf}: {chain} has number {now} after {before}: missing, repeated or swapped
pending.broken | 待发布第 {leaf} 件：{chain} 的前一件已不是当时的那一件 | waiting event {leaf}: {chain} does not follow the event before it
pending.number | 待发布第 {at} 件编号 {leaf}，应为 {due} | waiting event {at} has number {leaf} where {due} was due
tables.name | 表名 {table} 不合格式 | no name of a table: {table}
tables.unproved | {table} {key} 在表中，留痕中没有 | {table} {key} stands in the table without an event
tables.gone | {table} {key} 已不在表中，留痕中仍有 | {table} {key} is gone from the table; the trail still has it
tables.differ | {table} {key}：{column} 为 {stands}，留痕记为 {told}（事件 {event}） | {table} {key}: {column} is {stands}, the trail says {told} (event {event})
receipts.hash | 找不到唯一的叶哈希 | there is not exactly one leaf hash in it
receipts.gone | 收据 {name} 的事件既不在日志也不在待发布之列：已被删除 | the event of receipt {name} is neither in the log nor waiting: it was deleted
receipts.unsigned | 收据 {name} 的检查点不是本日志所签 | receipt {name} is not signed by this log
receipts.shorter | 收据 {name} 出具时日志已有 {size} 件，现在只有 {now} 件：日志被截短 | when receipt {name} was given the log had {size} events, now {now}: it was truncated
receipts.differ | 收据 {name} 的根与现在的事件不符：历史被改写，或有两套日志 | receipt {name} has another root than today's entries: history was rewritten, or there are two logs
receipts.wrong | 收据 {name} 的证明不成立 | the proof of receipt {name} does not hold
"""
SAID = {row.split(" | ")[0]: tuple(row.split(" | ")[1:]) for row in MESSAGES.strip().split("\n")}


def shown(value: Any) -> str:
    """Return text from the folder so that it cannot play with the terminal."""
    text = (
        value
        if isinstance(value, str)
        else value.decode("utf-8", "replace")
        if isinstance(value, bytes)
        else repr(value)
    )
    text = text if len(text) <= 200 else text[:200] + "…"
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def say(key: str, /, **values: Any) -> Tuple[str, str]:
    """Return what is said under a key, in Chinese and in English."""
    both = SAID.get(key) or SAID["*." + key.partition(".")[2]]
    zh, en = (
        {name: each.said[at] if isinstance(each, Fault) else shown(each) for name, each in values.items()}
        for at in (0, 1)
    )
    return both[0].format(**zh), both[1].format(**en)


class Fault(Exception):
    """Something that cannot be read; `said` tells what, in Chinese and in English."""

    def __init__(self, key: str, /, **values: Any) -> None:
        self.said = say(key, **values)
        super().__init__(" / ".join(self.said))


class Malformed(Fault):
    """Bytes that are not what they should be."""


class Stop(Fault):
    """Nothing more can be checked, whatever was asked for."""


# ------------------------------------------------------------------------------------------------ report 报告


@dataclass
class Report:
    """What was found. A problem is tampering, a gap is something that could not be checked."""

    wanted: Set[str]
    problems: Dict[str, List[Tuple[str, str]]] = field(default_factory=dict)
    gaps: Dict[str, List[Tuple[str, str]]] = field(default_factory=dict)
    counts: Dict[str, int] = field(default_factory=dict)
    notices: List[Tuple[str, str]] = field(default_factory=list)
    facts: Dict[str, Any] = field(default_factory=dict)
    unasked: Set[str] = field(default_factory=set)  # checks for which nothing was handed in

    def bad(self, key: str, /, **values: Any) -> None:
        """Note a problem of a check that was asked for; the key begins with the check."""
        check = key.partition(".")[0]
        if check in self.wanted:
            self.counts[check] = self.counts.get(check, 0) + 1
            if self.counts[check] <= 1000:
                self.problems.setdefault(check, []).append(say(key, **values))

    def lacks(self, key: str, /, **values: Any) -> None:
        """Note that a check which was asked for cannot be done; "all" stands for every one."""
        check = key.partition(".")[0]
        if check in self.wanted or check == "all":
            self.gaps.setdefault(check, []).append(say(key, **values))

    def says(self, key: str, /, **values: Any) -> None:
        """Note what is no fault, yet must be known."""
        self.notices.append(say(key, **values))

    def exit_code(self) -> int:
        """Return 1 for tampering, 2 for what is incomplete, 0 where all is good."""
        return 1 if self.counts else 2 if self.gaps else 0


# ----------------------------------------------------------------------------------------------- Ed25519 签名

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
Table = List[List[Point]]
NEUTRAL: Point = (0, 1, 1, 0)
BASE: List[Table] = []  # multiples of the base point, made when first needed


def add_points(one: Point, two: Point) -> Point:
    """Return the sum of two points (RFC 8032, 5.1.4; complete, so doubling too)."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def decode_point(data: bytes) -> Point:
    """Return the point that 32 bytes encode; Malformed if they encode none, or one in another than the usual way."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if len(data) != 32 or y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Malformed("key.point")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def encode_point(point: Point) -> bytes:
    """Return the 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def multiples(point: Point) -> Table:
    """Return 64 rows of 16: row i holds 0 to 15 times 16**i times the point."""
    rows = []
    for _ in range(64):
        row = [NEUTRAL]
        for _ in range(15):
            row.append(add_points(row[-1], point))
        rows.append(row)
        point = add_points(row[15], point)
    return rows


def add_multiple(total: Point, rows: Table, factor: int) -> Point:
    """Return total + factor times the point of the table, factor below 2**256."""
    for row in rows:
        total = add_points(total, row[factor & 15])
        factor >>= 4
    return total


def negative_multiples(key: bytes) -> Table:
    """Return the table of the negative of a public key, which is what a verification adds."""
    x, y, z, t = decode_point(key)
    return multiples((P - x, y, z, P - t))


def is_signed(key: bytes, rows: Table, message: bytes, signature: bytes) -> bool:
    """Return whether the signature of 64 bytes is right (RFC 8032, 5.1.7, without cofactor)."""
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or scalar >= ORDER:
        return False
    if not BASE:
        BASE.append(multiples(decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))))
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    point = add_multiple(add_multiple(NEUTRAL, BASE[0], scalar), rows, challenge)
    return encode_point(point) == signature[:32]


# ---------------------------------------------------------------------------------------- files and text 读文件


def open_regular(place: str, limit: int) -> Tuple[int, int]:
    """Open a regular file of at most `limit` bytes, no pipe or device that would never end; return handle and size."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(place, flags)
    except ValueError as error:
        raise FileNotFoundError(place) from error
    state = os.fstat(handle)
    if stat.S_ISREG(state.st_mode) and state.st_size <= limit:
        return handle, state.st_size
    os.close(handle)
    raise Malformed("text.file", name=os.path.basename(place))


def read(place: str, limit: int) -> bytes:
    """Return a file's bytes; FileNotFoundError where there is none, Malformed where it is no file or too long."""
    handle, size = open_regular(place, limit)
    try:
        data = part = os.read(handle, size)
        while part and len(data) < size:
            part = os.read(handle, size - len(data))
            data += part
        return data
    finally:
        os.close(handle)


def lines(place: str) -> Iterator[Tuple[int, bytes]]:
    """Yield the numbered lines of a file; Malformed for one that is too long."""
    with os.fdopen(open_regular(place, FILE_LIMIT)[0], "rb") as file:
        for number in itertools.count(1):
            line = file.readline(LINE_LIMIT + 1)
            if not line:
                return
            if len(line) > LINE_LIMIT:
                raise Malformed("text.line", number=number)
            yield number, line


def parse_json(data: bytes) -> Any:
    """Return what JSON says; Malformed for everything that is none."""
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("text.json") from error


def parse_object(data: bytes) -> Dict[str, Any]:
    """Return a JSON object."""
    told = parse_json(data)
    if not isinstance(told, dict):
        raise Malformed("text.form")
    return told


def encode(text: Any) -> bytes:
    """Return the bytes of a text; Malformed for what is none."""
    try:
        return bytes(text.encode("utf-8")) if isinstance(text, str) else parse_json(b"")
    except UnicodeEncodeError as error:
        raise Malformed("text.signs") from error


def parse_base64(text: str) -> bytes:
    """Return the bytes; Malformed for anything but the one usual spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed("text.base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("text.base64")
    return data


def parse_count(text: str) -> int:
    """Return a decimal number without leading zeroes."""
    if not re.fullmatch("0|[1-9][0-9]{0,14}", text):
        raise Malformed("text.count", text=text)
    return int(text)


# ------------------------------------------------------------------------------- notes, checkpoints, policy 检查点


@dataclass
class Note:
    """A checkpoint as it was signed: C2SP signed-note around a tlog-checkpoint."""

    source: str
    text: bytes
    origin: str
    size: int
    root: bytes
    signatures: List[Tuple[str, bytes, bytes]]  # key name, key id, signature
    is_genuine: bool = False  # signed by the log, as far as checked
    cosigners: Dict[bytes, int] = field(default_factory=dict)  # name of the witness → POSIX time


def parse_note(data: bytes, source: str) -> Note:
    """Return a signed checkpoint; Malformed says what is wrong with it."""
    if len(data) > NOTE_LIMIT:
        raise Malformed("note.long")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("note.utf8") from error
    body, gap, below = text.rpartition("\n\n")
    if not gap or not below.endswith("\n") or any(sign < " " and sign != "\n" for sign in text):
        raise Malformed("note.unsigned")
    signed = below[:-1].split("\n")
    if len(signed) > SIGNATURES_LIMIT:
        raise Malformed("note.crowded")
    origin, size, root = parse_checkpoint(body + "\n")
    return Note(
        source, (body + "\n").encode(), origin, size, root, [parse_signature(line) for line in signed]
    )


def parse_signature(line: str) -> Tuple[str, bytes, bytes]:
    """Return name, key id and signature of one line."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or "+" in parts[1] or parts[1].split() != [parts[1]]:
        raise Malformed("note.signature")
    blob = parse_base64(parts[2])
    if len(blob) < 5:
        raise Malformed("note.signature")
    return parts[1], blob[:4], blob[4:]


def parse_checkpoint(text: str) -> Tuple[str, int, bytes]:
    """Return origin, size and root of the text of a checkpoint; extension lines are allowed and not used."""
    rows = text.split("\n")
    if len(rows) < 4 or rows[-1] or not all(rows[:-1]):
        raise Malformed("note.lines")
    root = parse_base64(rows[2])
    if len(root) != 32:
        raise Malformed("note.root")
    return rows[0], parse_count(rows[1]), root


@dataclass
class Key:
    """A public key of a policy; `rows` is made when first used."""

    name: str
    id: bytes
    key: bytes
    rows: Optional[Table] = None

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Return whether this key signed the message."""
        if self.rows is None:
            self.rows = negative_multiples(self.key)
        return is_signed(self.key, self.rows, message, signature)


@dataclass
class Policy:
    """Which logs and witnesses are believed, and how many witnesses it takes (C2SP tlog-policy)."""

    logs: List[Key] = field(default_factory=list)
    witnesses: Dict[bytes, Key] = field(default_factory=dict)
    groups: Dict[bytes, Tuple[int, List[bytes]]] = field(default_factory=dict)
    members: Set[bytes] = field(default_factory=set)
    quorum: Optional[bytes] = None

    def is_satisfied(self, cosigners: Dict[bytes, int]) -> bool:
        """Return whether these witnesses are enough."""
        held = set(cosigners)
        for name, (least, members) in self.groups.items():  # each refers only to names before it
            if sum(member in held for member in members) >= least:
                held.add(name)
        return self.quorum == b"none" or self.quorum in held


def parse_key(text: bytes, kind: int) -> Key:
    """Return the key of a vkey `name+id+base64`; Malformed unless it is an Ed25519 key of the kind that is due."""
    try:
        name, identity, blob = text.decode("utf-8").split("+", 2)
    except ValueError as error:
        raise Malformed("key.form") from error
    data = parse_base64(blob)
    if name.split() != [name] or len(data) != 33 or data[0] != kind:
        raise Malformed("key.kind", kind=kind)
    if sha256(name.encode() + b"\n" + data).hexdigest()[:8] != identity:
        raise Malformed("key.id")
    decode_point(data[1:])
    return Key(name, bytes.fromhex(identity), data[1:])


def parse_policy(data: bytes) -> Policy:
    """Return the policy; Malformed names the line."""
    policy = Policy()
    if len(data) > POLICY_LIMIT or data.count(b"\n") > NAMES_LIMIT:
        raise Malformed("policy.long")
    if re.search(rb"[^\t\n -~\x80-\xff]", data):
        raise Malformed("policy.control")
    for number, line in enumerate(data.split(b"\n"), 1):
        words = [word for word in re.split(b"[ \t]+", line) if word]
        try:
            if words and not words[0].startswith(b"#"):
                read_policy_line(policy, words)
        except Malformed as error:
            raise Malformed("policy.malformed", where=f"policy:{number}", why=error) from error
    if policy.quorum is None:
        raise Malformed("policy.quorum")
    return policy


def read_policy_line(policy: Policy, words: List[bytes]) -> None:
    """Take one line of a policy."""
    known = {b"none", *policy.witnesses, *policy.groups}
    word, count, is_new = words[0], len(words), len(words) > 1 and words[1] not in known
    if word == b"log" and count in (2, 3):
        policy.logs.append(parse_key(words[1], LOG_KEY))
    elif word == b"witness" and count in (3, 4) and is_new:
        policy.witnesses[words[1]] = parse_key(words[2], WITNESS_KEY)
    elif word == b"group" and count > 3 and is_new:
        read_group(policy, words, known - {b"none"})
    elif word == b"quorum" and count == 2 and policy.quorum is None and not is_new:
        policy.quorum = words[1]
    else:
        raise Malformed("policy.word")
    keys = [key.key for key in [*policy.logs, *policy.witnesses.values()]]
    if len(set(keys)) < len(keys):
        raise Malformed("policy.twice")


def read_group(policy: Policy, words: List[bytes], known: Set[bytes]) -> None:
    """Take a line `group NAME all|any|K MEMBER…`."""
    members = words[3:]
    if len(set(members)) != len(members) or not set(members) <= known - policy.members:
        raise Malformed("policy.member")
    word = words[2].decode("latin-1")
    least = len(members) if word == "all" else 1 if word == "any" else parse_count(word)
    if not 1 <= least <= len(members):
        raise Malformed("policy.least")
    policy.groups[words[1]] = (least, members)
    policy.members |= set(members)


# --------------------------------------------------------------------------------------------------- tree 树


def levels_of(leaves: Sequence[bytes]) -> List[List[bytes]]:
    """Return the hashes of a tile level by level: its own, then of each complete pair, up to the last."""
    rows, row = [list(leaves)], list(leaves)
    while len(row) > 1:
        joined = b"".join(row)
        row = [sha256(b"\x01" + joined[at : at + 64]).digest() for at in range(0, len(row) // 2 * 64, 64)]
        rows.append(row)
    return rows


def pieces(levels: List[List[bytes]], count: int) -> Iterator[bytes]:
    """Yield the complete subtrees that cover the first `count` leaves of a tile, largest first."""
    start = 0
    for height in range(len(levels) - 1, -1, -1):
        if count >> height & 1:
            yield levels[height][start >> height]
            start += 1 << height


class Tree:
    """Grows by whole tiles; gives the root at any size within the tile that came last (RFC 6962, 2.1)."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: List[Tuple[int, bytes]] = []  # complete subtrees before the last tile: height, hash
        self.levels: List[List[bytes]] = [[]]

    def put(self, leaves: Sequence[bytes]) -> None:
        """Take the leaf hashes of the next tile; only the last tile may have fewer than 256."""
        if self.size:
            height, part = 8, self.levels[8][0]
            while self.stack and self.stack[-1][0] == height:
                part = sha256(b"\x01" + self.stack.pop()[1] + part).digest()
                height += 1
            self.stack.append((height, part))
        self.levels = levels_of(leaves)
        self.size += len(leaves)

    def root_at(self, size: int) -> bytes:
        """Return the root at a size within the last tile."""
        inside = size - (self.size - len(self.levels[0]))
        parts = [part for _, part in self.stack] + list(pieces(self.levels, inside))
        root = parts[-1] if parts else sha256(b"").digest()
        for part in reversed(parts[:-1]):
            root = sha256(b"\x01" + part + root).digest()
        return root


def is_included(index: int, size: int, leaf: bytes, path: List[bytes], root: bytes) -> bool:
    """Return whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    node, last, value = index, size - 1, leaf
    for part in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            value = sha256(b"\x01" + part + value).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = sha256(b"\x01" + value + part).digest()
        node, last = node >> 1, last >> 1
    return last == 0 and value == root


def tile_name(kind: str, number: int) -> str:
    """Return the path of a tile: kind "0", "1", … or "entries"; 1234067 is x001/x234/067."""
    digits = str(number).zfill((len(str(number)) + 2) // 3 * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join(["tile", kind] + ["x" + part for part in parts[:-1]] + parts[-1:])


def read_tile(folder: str, kind: str, number: int, width: int) -> Optional[bytes]:
    """Return the bytes of a tile: the partial one of this width or the full one; None where neither is there."""
    place = os.path.join(folder, "log", *tile_name(kind, number).split("/"))
    for name in [place] if width == WIDTH else [os.path.join(place + ".p", str(width)), place]:
        try:
            return read(name, WIDTH * (2 + 65535))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
    return None


def entries_of(bundle: bytes, count: int, name: str) -> List[bytes]:
    """Return the first `count` entries of a bundle; Stop where its lengths do not fit."""
    entries: List[bytes] = []
    at, end = 0, len(bundle)
    while at + 2 <= end and len(entries) < count:
        stop = at + 2 + (bundle[at] << 8 | bundle[at + 1])
        entries.append(bundle[at + 2 : stop])
        at = stop
    if len(entries) != count or at > end or (count == WIDTH and at != end):
        raise Stop("bundle.lengths", name=name)
    return entries


def leaf_hashes(folder: str, size: int) -> Iterator[Tuple[int, List[bytes], List[bytes]]]:
    """Yield number, entries and leaf hashes of each tile; Stop where the entries end or cannot be read."""
    for number in range((size + WIDTH - 1) // WIDTH):
        width, name = min(WIDTH, size - number * WIDTH), tile_name("entries", number)
        bundle = read_tile(folder, "entries", number, width)
        if bundle is None:
            raise Stop("bundle.missing", name=name)
        entries = entries_of(bundle, width, name)
        yield number, entries, [sha256(b"\x00" + entry).digest() for entry in entries]


# ---------------------------------------------------------------------------------------------- envelopes 事件封套

TEXT, HEX, MOMENT = (
    r"[ !#-\[\]-~]",
    r"[0-9a-f]{64}",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",
)
USUAL = re.compile(
    rf'\{{"act":"({TEXT}+)","actor":"({TEXT}+)"(?:,"behalf":"{TEXT}+")?,"body":"({HEX})"'
    rf'(?:,"happened":"{MOMENT}")?,"id":"({TEXT}+)","object":"({TEXT}+)","oprev":"({HEX}|)",'
    rf'"oseq":([1-9][0-9]{{0,15}})(?:,"post":"{TEXT}+")?,"recorded":"({MOMENT})"(?:,"refused":"{TEXT}+")?'
    rf'(?:,"rule":"{TEXT}+")?,"v":1\}}'.encode()
).fullmatch
NEEDED = ("act", "actor", "body", "id", "object", "oprev", "oseq", "recorded")
ALLOWED = (*NEEDED, "behalf", "happened", "post", "refused", "rule", "v")
Envelope = Tuple[bytes, ...]  # the values of NEEDED, as bytes


def parse_envelope(entry: bytes) -> Envelope:
    """Return act, actor, body hash, id, object, previous hash, number, time; Malformed unless canonical."""
    if len(entry) > ENVELOPE_LIMIT:
        raise Malformed("envelope.long")
    match = USUAL(entry)
    return match.groups() if match else parse_unusual(entry)


def parse_unusual(entry: bytes) -> Envelope:
    """Parse an envelope with signs beyond ASCII or escapes, which are rare; says what is wrong with a bad one."""
    fields = parse_object(entry)
    if type(fields.get("v")) is not int or fields["v"] != 1 or set(fields) - set(ALLOWED):
        raise Malformed("envelope.version")
    texts = {name: value for name, value in fields.items() if name not in ("oseq", "v")}
    is_whole = set(NEEDED) <= set(fields) and all(isinstance(each, str) for each in texts.values())
    if not is_whole or not all(each or name == "oprev" for name, each in texts.items()):
        raise Malformed("envelope.fields")
    moments = [fields["recorded"], fields.get("happened", fields["recorded"])]
    hashes = [fields["body"], fields["oprev"] or "0" * 64]
    are_right = [re.fullmatch(MOMENT, each) for each in moments] + [
        re.fullmatch(HEX, each) for each in hashes
    ]
    if not all(are_right) or type(fields["oseq"]) is not int or not 1 <= fields["oseq"] < 1 << 53:
        raise Malformed("envelope.fields")
    if encode(json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)) != entry:
        raise Malformed("envelope.form")
    return tuple(str(fields[name]).encode() for name in NEEDED)


# ------------------------------------------------------------------------------------------ the run 一次核验

Memory = Tuple[str, int, bytes]  # origin, size, root


@dataclass
class Receipt:
    """What a person holds: a leaf hash, or a C2SP tlog-proof with index, path and checkpoint."""

    name: str
    leaf: Optional[bytes] = None
    index: int = -1
    path: List[bytes] = field(default_factory=list)
    note: Optional[Note] = None


@dataclass
class Run:
    """What one verification knows while it walks through the log."""

    folder: str
    report: Report
    policy: Policy
    note: Note
    notes: List[Note]
    slack: int
    replays: bool
    wanted_sizes: Set[int] = field(default_factory=set)
    sought: Set[bytes] = field(default_factory=set)  # leaf hashes of receipts
    sought_leaves: Set[int] = field(default_factory=set)
    found: Dict[Any, bytes] = field(default_factory=dict)
    roots: Dict[int, bytes] = field(default_factory=dict)
    heads: Dict[bytes, Tuple[int, bytes, bytes]] = field(default_factory=dict)  # object → number, hash, time
    bounds: Dict[int, Optional[int]] = field(default_factory=dict)  # size of a checkpoint → first cosigned at
    latest: bytes = b""
    floor: bytes = b""
    bodies: Dict[int, Optional[Tuple[bytes, bytes]]] = field(default_factory=dict)
    has_bodies: bool = True
    erased: Dict[str, Any] = field(default_factory=dict)  # event → leaf
    authorised: Dict[str, Tuple[str, str]] = field(
        default_factory=dict
    )  # event → legal basis, by which event
    images: Dict[str, Dict[str, Any]] = field(default_factory=dict)  # table → key → values
    written_by: Dict[Tuple[str, str], str] = field(default_factory=dict)

    def wants(self, *checks: str) -> bool:
        """Return whether one of these checks was asked for."""
        return any(check in self.report.wanted for check in checks)


def walk(run: Run) -> None:
    """Go once through all entries: recompute the tree, compare stored tiles, follow chains, bodies and times."""
    tree, upper = Tree(), Uppers(run)
    sizes = sorted(run.wanted_sizes | {run.note.size}, reverse=True)
    parses = run.wants("structure", "chains", "times", "bodies", "erasures", "pending", "tables")
    while sizes and sizes[-1] == 0:
        run.roots[sizes.pop()] = tree.root_at(0)
    for number, entries, hashes in leaf_hashes(run.folder, run.note.size):
        first = number * WIDTH
        tree.put(hashes)
        upper.put(0, number, hashes, tree.levels)
        while sizes and sizes[-1] <= tree.size:
            size = sizes.pop()
            run.roots[size] = tree.root_at(size)
        seek(run, first, hashes)
        if parses:
            take_events(run, first, entries, hashes)
    upper.finish()


def seek(run: Run, first: int, hashes: List[bytes]) -> None:
    """Keep the leaves that receipts ask for."""
    for digest in run.sought.intersection(hashes):
        run.found[digest] = digest
    for leaf in [leaf for leaf in run.sought_leaves if first <= leaf < first + len(hashes)]:
        run.found[leaf] = hashes[leaf - first]


class Uppers:
    """Compares the stored tiles with those that the entries give; a stored hash is used for nothing else."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.open: Dict[int, List[bytes]] = {}
        self.numbers: Dict[int, int] = {}

    def put(self, level: int, number: int, hashes: List[bytes], levels: List[List[bytes]]) -> None:
        """Compare one tile, and hand its root to the level above once it is full."""
        if not self.run.wants("tiles"):
            return
        self.compare(level, number, b"".join(hashes))
        if len(hashes) == WIDTH:
            above = self.open.setdefault(level + 1, [])
            above.append(levels[8][0])
            if len(above) == WIDTH:
                self.open[level + 1], at = [], self.numbers.get(level + 1, 0)
                self.numbers[level + 1] = at + 1
                self.put(level + 1, at, above, levels_of(above))

    def finish(self) -> None:
        """Compare what stays partial at each level."""
        for level, hashes in sorted(self.open.items()):
            if hashes:
                self.compare(level, self.numbers.get(level, 0), b"".join(hashes))

    def compare(self, level: int, number: int, right: bytes) -> None:
        """Compare one stored tile with the right bytes, and the older partial ones that still lie there."""
        name, width = tile_name(str(level), number), len(right) // 32
        place = os.path.join(self.run.folder, "log", *name.split("/")) + ".p"
        try:
            stored = read_tile(self.run.folder, str(level), number, width)
            if stored is None:
                self.run.report.lacks("tiles.missing", name=name)
            elif stored[: len(right)] != right:
                self.run.report.bad("tiles.differ", name=name)
            for old in sorted(os.listdir(place))[:WIDTH] if os.path.isdir(place) else []:
                count = int(old) if re.fullmatch("[1-9][0-9]{0,2}", old) else width
                if count < width and read(os.path.join(place, old), WIDTH * 32) != right[: count * 32]:
                    self.run.report.bad("tiles.differ", name=f"{name}.p/{old}")
        except Malformed as error:
            self.run.report.bad("tiles.malformed", where=name, why=error)


# ------------------------------------------------------------------------------------ events 事件：链、时间、正文


def take_events(run: Run, first: int, entries: List[bytes], hashes: List[bytes]) -> None:
    """Parse the envelopes of a tile; follow their chains, times and bodies."""
    takes_bodies = run.wants("bodies", "erasures", "tables")
    if takes_bodies and run.has_bodies and first % BODIES_IN_FILE == 0:
        load_bodies(run, first // BODIES_IN_FILE)
    for leaf, (entry, digest) in enumerate(zip(entries, hashes), first):
        if leaf in run.bounds:
            pass_bound(run, leaf)
        try:
            envelope = parse_envelope(entry)
        except Malformed as error:
            run.report.bad("structure.leaf", leaf=leaf, why=error)
            continue
        follow(run, "chains", leaf, envelope, digest)
        if takes_bodies and run.has_bodies:
            if leaf in run.bodies:
                take_body(run, leaf, envelope, run.bodies[leaf])
            else:
                run.report.bad("bodies.gone", leaf=leaf)


def follow(run: Run, check: str, leaf: Any, envelope: Envelope, digest: bytes) -> None:
    """Check an event against the one before it on its object, and its time against the bounds."""
    _, _, _, _, chain, previous, number, recorded = envelope
    before, head, then = run.heads.get(chain, (0, b"", b""))
    now = int(number)
    if now != before + 1:
        run.report.bad(check + ".gap", leaf=leaf, chain=chain, before=before, now=now)
    elif previous != head.hex().encode():
        run.report.bad(check + ".broken", leaf=leaf, chain=chain)
    if recorded < then:
        run.report.bad("times.chain", leaf=leaf)
    elif recorded < run.floor:
        run.report.bad("times.floor", leaf=leaf, recorded=recorded, floor=run.floor)
    if recorded > run.latest:
        run.latest = recorded
    run.heads[chain] = (now, digest, recorded)


def pass_bound(run: Run, size: int) -> None:
    """At the size of a checkpoint: nothing before it may be later than its cosigning, nothing after it much earlier."""
    cosigned = run.bounds[size]
    try:
        latest = datetime.strptime(run.latest.decode(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        floor = (latest - timedelta(seconds=run.slack)).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()
    except (ValueError, OverflowError):  # no event yet, or digits that are no date
        return
    if cosigned is not None and latest.timestamp() > cosigned + run.slack:
        run.report.bad("times.cosigned", size=size, recorded=run.latest)
    run.floor = max(run.floor, floor)


def load_bodies(run: Run, number: int) -> None:
    """Read the bodies of the next 4096 leaves."""
    run.bodies, name = {}, f"bodies/{number:06d}.jsonl"
    try:
        for at, line in lines(os.path.join(run.folder, "bodies", f"{number:06d}.jsonl")):
            try:
                told = parse_object(line)
                leaf = told.get("leaf")
                if type(leaf) is not int:
                    raise Malformed("text.form")
                if leaf in run.bodies:
                    run.report.bad("bodies.twice", name=name, leaf=leaf)
                run.bodies[leaf] = parse_salted(told)
            except Malformed as error:
                run.report.bad("bodies.malformed", where=f"{name}:{at}", why=error)
    except FileNotFoundError:
        run.has_bodies = False
        for check in ("bodies", "erasures", "tables"):
            run.report.lacks(check + ".missing", name=name)
    except Malformed as error:
        run.report.bad("bodies.malformed", where=name, why=error)


def parse_salted(told: Dict[str, Any]) -> Optional[Tuple[bytes, bytes]]:
    """Return salt and body of a line; None for one that says it is erased."""
    if told.get("erased") is True:
        return None
    salt, body = told.get("salt"), told.get("body")
    if (
        not isinstance(salt, str)
        or not re.fullmatch("([0-9a-f]{2}){16,64}", salt)
        or not isinstance(body, str)
    ):
        raise Malformed("text.form")
    return bytes.fromhex(salt), encode(body)


def take_body(run: Run, leaf: Any, envelope: Envelope, kept: Optional[Tuple[bytes, bytes]]) -> None:
    """Check the body of an event; note an erased one for later."""
    if kept is None:
        run.erased[envelope[3].decode()] = leaf
    else:
        take_content(run, leaf, envelope, *kept)


def take_content(run: Run, leaf: Any, envelope: Envelope, salt: bytes, body: bytes) -> None:
    """Compare a body with the hash in its envelope; fold what it says into the replay."""
    if sha256(salt + body).hexdigest().encode() != envelope[2]:
        run.report.bad("bodies.differ", leaf=leaf)
        return
    erases = b'"erased":' in body
    if not run.replays and not erases:
        return
    try:
        content = parse_object(body)
        fold(run, content.get("rows", []), envelope)
        if erases:
            authorise(run, leaf, envelope, content.get("erased", []))
    except (Malformed, KeyError, TypeError, AttributeError):
        run.report.bad("bodies.unread", leaf=leaf)


def fold(run: Run, rows: Any, envelope: Envelope) -> None:
    """Take the rows that an event wrote for the last image of each."""
    for row in rows:
        table, key = str(row["t"]), str(row["k"])
        run.images.setdefault(table, {})[key] = row["v"]
        run.written_by[(table, key)] = envelope[3].decode()


def authorise(run: Run, leaf: Any, envelope: Envelope, erased: Any) -> None:
    """Note which bodies an erasure event names, and the placeholder values that its rows hold since."""
    for each in erased if isinstance(erased, list) else []:
        basis, target = each.get("basis"), each.get("leaf")
        if type(target) not in (int, type(None)) or not isinstance(basis, str) or not basis.strip():
            run.report.bad("erasures.vague", leaf=leaf)
        elif type(leaf) is not int or (target is not None and target < leaf):
            by = f"{leaf}, {envelope[0].decode()}, {envelope[1].decode()}"
            run.authorised[str(each.get("event"))] = (basis, by)
        fold(run, each.get("rows", []), envelope)


def check_erasures(run: Run) -> None:
    """Every erased body must be named by a later event with a legal basis; list all of them."""
    listed = run.report.facts.setdefault("erased", [])
    for event, leaf in run.erased.items():
        if event in run.authorised:
            basis, by = run.authorised[event]
            listed.append({"leaf": leaf, "event": event, "basis": basis, "by": by})
        else:
            run.report.bad("erasures.unauthorised", leaf=leaf)


def take_pending(run: Run) -> None:
    """Follow the chains into what was recorded after the checkpoint."""
    count, has_unnumbered = 0, False
    if run.note.size in run.bounds:
        pass_bound(run, run.note.size)
    try:
        for count, line in lines(os.path.join(run.folder, "pending.jsonl")):
            due = run.note.size + count - 1
            try:
                told = parse_object(line)
                entry, leaf = encode(told.get("envelope")), told.get("leaf")
                envelope, salted = parse_envelope(entry), parse_salted(told)
            except Malformed as error:
                run.report.bad("pending.malformed", where=f"pending.jsonl:{count}", why=error)
                continue
            if leaf is not None and (has_unnumbered or type(leaf) is not int or leaf != due):
                run.report.bad("pending.number", at=count, leaf=leaf, due=due)
            has_unnumbered = has_unnumbered or leaf is None
            digest = sha256(b"\x00" + entry).digest()
            seek(run, due, [digest])
            follow(run, "pending", f"+{count}", envelope, digest)
            take_body(run, f"+{count}", envelope, salted)
    except FileNotFoundError:
        run.has_bodies = False  # the tables hold what these events wrote, too
        for check in ("pending", "tables"):
            run.report.lacks(check + ".missing", name="pending.jsonl")
    except Malformed as error:
        run.report.bad("pending.malformed", where="pending.jsonl", why=error)
    run.report.facts["pending"] = count


# --------------------------------------------------------------------------------------------- tables 业务表


def check_tables(run: Run) -> None:
    """Compare the dump of the tables with the last image that the events give of each row."""
    folder, rows = os.path.join(run.folder, "tables"), 0
    try:
        index = parse_json(read(os.path.join(folder, "index.json"), POLICY_LIMIT))
        names = index.get("tables") if isinstance(index, dict) else index
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise Malformed("text.form")
    except FileNotFoundError:
        run.report.lacks("tables.missing", name="tables/index.json")
        return
    except Malformed as error:
        run.report.bad("tables.malformed", where="tables/index.json", why=error)
        return
    for table in sorted({*names, *run.images}):
        if re.fullmatch("[A-Za-z0-9_]{1,64}", table):
            rows += compare_table(run, folder, table, run.images.get(table, {}))
        else:
            run.report.bad("tables.name", table=table)
    run.report.facts["rows"] = rows


def compare_table(run: Run, folder: str, table: str, images: Dict[str, Any]) -> int:
    """Compare one table; returns how many rows stand in it."""
    seen: Set[str] = set()
    try:
        for at, line in lines(os.path.join(folder, table + ".jsonl")):
            told = parse_object(line)
            key, actual = told.get("k"), told.get("v")
            if not isinstance(key, str) or not isinstance(actual, dict) or key in seen:
                raise Malformed("tables.malformed", where=str(at), why=Malformed("text.form"))
            seen.add(key)
            compare_row(run, table, key, images.get(key), actual)
    except FileNotFoundError:
        if any(image is not None for image in images.values()):
            run.report.lacks("tables.missing", name=f"tables/{table}.jsonl")
        return 0
    except Malformed as error:
        run.report.bad("tables.malformed", where=table, why=error)
        return len(seen)
    for key, image in images.items():
        if image is not None and key not in seen:
            run.report.bad("tables.gone", table=table, key=key)
    return len(seen)


def compare_row(run: Run, table: str, key: str, expected: Any, actual: Dict[str, Any]) -> None:
    """Compare one row, naming each column that differs."""
    if not isinstance(expected, dict):
        run.report.bad("tables.unproved", table=table, key=key)
        return
    for column in sorted({*expected, *actual}) if expected != actual else []:
        told, stands = expected.get(column), actual.get(column)
        if told != stands:
            event = run.written_by[(table, key)]
            run.report.bad(
                "tables.differ", table=table, key=key, column=column, stands=stands, told=told, event=event
            )


# ----------------------------------------------------------------------------- signatures and roots 签名与根的比对


def load_notes(folder: str, report: Report) -> Tuple[Note, List[Note]]:
    """Return the checkpoint of the log and all published ones, oldest first; Stop without a readable checkpoint."""
    try:
        note = parse_note(read(os.path.join(folder, "log", "checkpoint"), NOTE_LIMIT), "log/checkpoint")
    except FileNotFoundError as error:
        raise Stop("note.missing", name="log/checkpoint") from error
    except Malformed as error:
        raise Stop("note.malformed", where="log/checkpoint", why=error) from error
    notes: List[Note] = []
    try:
        for at, line in lines(os.path.join(folder, "checkpoints.jsonl")):
            source = f"checkpoints.jsonl:{at}"
            try:
                notes.append(parse_note(encode(parse_object(line).get("note")), source))
            except Malformed as error:
                report.bad("structure.malformed", where=source, why=error)
    except FileNotFoundError:
        for check in ("growth", "checkpoints"):
            report.lacks(check + ".missing", name="checkpoints.jsonl")
    except Malformed as error:
        report.bad("structure.malformed", where="checkpoints.jsonl", why=error)
    return note, notes


def check_signatures(policy: Policy, notes: Sequence[Note], report: Report, limit: int) -> None:
    """Check the log's and the witnesses' signatures: of every cosigned checkpoint, and of the `limit` newest others."""
    witnesses = {(key.name, key.id): (name, key) for name, key in policy.witnesses.items()}
    logs = {(key.name, key.id): key for key in policy.logs}
    passed_over = checked = 0
    for note in reversed(notes):
        is_cosigned = any((name, identity) in witnesses for name, identity, _ in note.signatures)
        if is_cosigned or checked < limit:
            checked += 1
            check_log_signature(note, logs, report)
            check_cosignatures(note, witnesses, report)
        else:
            passed_over += 1
    if passed_over:
        report.says("signature.some", count=passed_over)


def check_log_signature(note: Note, logs: Dict[Tuple[str, bytes], Key], report: Report) -> None:
    """Set whether the log signed a checkpoint, by a key whose name is the origin of the checkpoint."""
    own = [(logs[(name, each)], blob) for name, each, blob in note.signatures if (name, each) in logs]
    results = [key.verifies(note.text, blob) for key, blob in own if key.name == note.origin]
    note.is_genuine = bool(results) and all(results)
    if not note.is_genuine:
        report.bad("signature.wrong" if results else "signature.absent", source=note.source)


def check_cosignatures(
    note: Note, witnesses: Dict[Tuple[str, bytes], Tuple[bytes, Key]], report: Report
) -> None:
    """Keep who cosigned and when; a wrong signature under a witness's name is tampering."""
    for name, identity, blob in note.signatures:
        if (name, identity) not in witnesses:
            continue
        witness, key = witnesses[(name, identity)]
        moment = int.from_bytes(blob[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % moment + note.text
        if len(blob) == 72 and moment < 1 << 63 and key.verifies(message, blob[8:]):
            note.cosigners[witness] = moment
        else:
            report.bad("quorum.wrong", source=note.source, name=name)


def check_quorum(run: Run) -> None:
    """Say up to where the supervisors have cosigned; a policy that demands it and finds none is incomplete."""
    policy = run.policy
    enough = [
        note for note in [*run.notes, run.note] if note.cosigners and policy.is_satisfied(note.cosigners)
    ]
    if policy.quorum == b"none":
        run.report.says("quorum.none")
    elif not enough:
        run.report.lacks("quorum.absent")
    if not enough:
        return
    best = max(enough, key=lambda note: note.size)
    by = [{"witness": shown(name), "time": moment_text(moment)} for name, moment in best.cosigners.items()]
    run.report.facts["cosigned"] = {"size": best.size, "by": by}
    if best.size < run.note.size:
        run.report.says("quorum.rest", count=run.note.size - best.size)


def moment_text(moment: int) -> str:
    """Return a POSIX time for reading."""
    if moment > LAST_SECOND:
        return str(moment)
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=moment)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def check_growth(run: Run) -> None:
    """The published checkpoints only grow, all of one log, and the log's own is the last of them."""
    before = 0
    for note in [*run.notes, run.note]:
        if note.origin != run.note.origin:
            run.report.bad("growth.other", source=note.source, origin=note.origin)
        if note.size < before:
            run.report.bad("growth.shorter", source=note.source, size=note.size, before=before)
        before = max(before, note.size)


def check_roots(run: Run) -> None:
    """Compare the roots that the entries give with the checkpoint, with each published one, and these with another."""
    if run.roots[run.note.size] != run.note.root:
        run.report.bad("root.differs")
    first: Dict[int, Note] = {}
    for note in [*run.notes, run.note]:
        if note is not run.note and run.roots.get(note.size, note.root) != note.root:
            run.report.bad("checkpoints.differ", source=note.source, size=note.size)
        if note.is_genuine and first.setdefault(note.size, note).root != note.root:
            run.report.bad("forks.signed", one=first[note.size].source, two=note.source, size=note.size)


def check_other(run: Run, other: str, limit: int) -> None:
    """Compare with another export: each tree must be the beginning of the other."""
    try:
        theirs, notes = load_notes(other, Report(set()))
        check_signatures(run.policy, [*notes, theirs], Report(set()), limit)
        if (
            theirs.size > run.note.size
            and root_of(other, theirs.size, run.note.size) != run.roots[run.note.size]
        ):
            run.report.bad("forks.shown", size=run.note.size)
    except (Stop, Malformed) as stop:
        run.report.lacks("forks.malformed", where=other, why=stop)
        return
    for note in [*notes, theirs]:
        if not note.is_genuine:
            run.report.says("forks.unsigned", source=note.source)
        elif run.roots.get(note.size, note.root) != note.root:
            run.report.bad("forks.shown", size=note.size)


def root_of(folder: str, whole: int, size: int) -> bytes:
    """Return the root over the first `size` entries of a folder that has `whole` of them."""
    tree = Tree()
    for _, _, hashes in leaf_hashes(folder, whole) if size else ():
        tree.put(hashes)
        if tree.size >= size:
            break
    return tree.root_at(size)


# -------------------------------------------------------------------------------------- memory, receipts 记忆与收据


def load_memory(place: str, report: Report, is_new: bool) -> Optional[Memory]:
    """Return what was seen last time: three lines, origin, size, root, as in a checkpoint."""
    try:
        return parse_checkpoint(read(place, NOTE_LIMIT).decode("utf-8", "replace"))
    except FileNotFoundError:
        if is_new:
            report.says("memory.first")
        else:
            report.lacks("memory.gone")
    except Malformed as error:
        report.lacks("memory.malformed", where=os.path.basename(place), why=error)
    return None


def check_memory(run: Run, memory: Memory) -> None:
    """The log must be the one that was seen last time, and go on from there."""
    origin, size, root = memory
    if origin != run.note.origin:
        run.report.bad("memory.other", origin=origin, now=run.note.origin)
    elif size > run.note.size:
        run.report.bad("memory.shorter", size=size, now=run.note.size)
    elif run.roots[size] != root:
        run.report.bad("memory.differs", size=size)


def keep_memory(place: str, note: Note) -> None:
    """Write what was seen, so that a crash leaves the old or the new file."""
    with open(place + ".new", "wb") as file:
        file.write(f"{note.origin}\n{note.size}\n{base64.b64encode(note.root).decode()}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(place + ".new", place)


def parse_receipt(data: bytes, name: str) -> Receipt:
    """Return a receipt: a tlog-proof, or a text in which a leaf hash of 64 hexadecimal digits stands."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if not text.startswith("c2sp.org/tlog-proof@v1\n"):
        hashes = set(re.findall("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", text))
        if len(hashes) != 1:
            raise Malformed("receipts.hash")
        return Receipt(name, bytes.fromhex(hashes.pop()))
    head, _, below = text.partition("\n\n")
    rows, receipt = head.split("\n")[1:], Receipt(name)
    if rows and rows[0].startswith("extra "):
        extra = parse_base64(rows.pop(0)[6:])
        parse_envelope(extra)  # what the receipt says of itself; any other extra is no receipt of ours
        receipt.leaf = sha256(b"\x00" + extra).digest()
    if not rows or not rows[0].startswith("index ") or len(rows) > 65:
        raise Malformed("text.form")
    receipt.index = parse_count(rows[0][6:])
    receipt.path = [parse_base64(row) for row in rows[1:]]
    receipt.note = parse_note(below.encode("utf-8"), name)
    if any(len(part) != 32 for part in receipt.path) or receipt.index >= receipt.note.size:
        raise Malformed("text.form")
    return receipt


def load_receipts(places: Sequence[str], report: Report) -> List[Receipt]:
    """Read the receipts that were handed in."""
    receipts = []
    for place in places:
        name = os.path.basename(place)
        try:
            receipts.append(parse_receipt(read(place, POLICY_LIMIT), name))
        except FileNotFoundError:
            report.lacks("receipts.missing", name=name)
        except Malformed as error:
            report.bad("receipts.malformed", where=name, why=error)
    return receipts


def check_receipt(run: Run, receipt: Receipt) -> None:
    """What a person was promised must stand in this log."""
    note, name = receipt.note, receipt.name
    if note is None:
        if receipt.leaf not in run.found:
            run.report.bad("receipts.gone", name=name)
        return
    quiet = Report(set(CHECKS))
    check_signatures(run.policy, [note], quiet, 1)
    if quiet.counts:
        run.report.bad("receipts.unsigned", name=name)
    elif note.size > run.note.size:
        run.report.bad("receipts.shorter", name=name, size=note.size, now=run.note.size)
    elif run.roots[note.size] != note.root:
        run.report.bad("receipts.differ", name=name)
    else:
        leaf = run.found[receipt.index]
        is_proved = is_included(receipt.index, note.size, leaf, receipt.path, note.root)
        if not is_proved or receipt.leaf not in (None, leaf):
            run.report.bad("receipts.wrong", name=name)


# ----------------------------------------------------------------------------------------------- command 命令


def verify(options: argparse.Namespace, report: Report) -> None:
    """Do all that was asked for; Stop where the folder cannot be read at all."""
    note, notes = load_notes(options.folder, report)
    report.facts.update(origin=shown(note.origin), size=note.size, root=base64.b64encode(note.root).decode())
    policy = load_policy(options, report)
    replays = options.tables and "tables" in report.wanted
    run = Run(options.folder, report, policy, note, notes, options.slack, replays)
    names = [note.origin] + [key.name for key in policy.witnesses.values()]
    report.facts["demonstration"] = any("demonstration" in name.lower() for name in names)
    check_signatures(policy, [*notes, note], report, options.signatures)
    memory = load_memory(options.memory, report, options.new_memory) if options.memory else None
    receipts = load_receipts(options.receipt, report)
    prepare(run, memory, receipts, options.compare)
    check_growth(run)
    check_quorum(run)
    walk(run)
    take_pending(run)
    check_roots(run)
    check_erasures(run)
    for receipt in receipts:
        check_receipt(run, receipt)
    if replays and run.has_bodies:
        check_tables(run)
    if options.compare:
        check_other(run, options.compare, options.signatures)
    if memory is not None:
        check_memory(run, memory)
    may_keep = not report.counts and {"root", "signature", "memory"} <= report.wanted
    if options.memory and may_keep and (memory is not None or options.new_memory):
        keep_memory(options.memory, note)


def prepare(run: Run, memory: Optional[Memory], receipts: List[Receipt], other: str) -> None:
    """Collect the sizes at which a root is needed, the leaves that are sought, and the bounds of time."""
    notes = list(run.notes) + [receipt.note for receipt in receipts if receipt.note]
    try:
        theirs, more = load_notes(other, Report(set())) if other else (run.note, [])
        notes += [*more, theirs]
    except Stop:
        pass  # told when the other export is compared
    sizes = {note.size for note in notes} | ({memory[1]} if memory else set())
    run.wanted_sizes = {size for size in sizes if size <= run.note.size}
    for note in [*run.notes, run.note]:
        before = run.bounds.get(note.size)
        times = [*note.cosigners.values()] + ([] if before is None else [before])
        run.bounds[note.size] = min(times, default=None)
    for receipt in receipts:
        if receipt.note is None and receipt.leaf is not None:
            run.sought.add(receipt.leaf)
        elif receipt.index < run.note.size:
            run.sought_leaves.add(receipt.index)


def load_policy(options: argparse.Namespace, report: Report) -> Policy:
    """Return the supervisors' own policy; that of the folder says only what the folder says of itself."""
    if not options.policy:
        report.says("policy.own")
    place = options.policy or os.path.join(options.folder, "policy")
    try:
        return parse_policy(read(place, POLICY_LIMIT))
    except FileNotFoundError as error:
        raise Stop("policy.missing", name="policy") from error


class Parser(argparse.ArgumentParser):
    """Exits with 3 on wrong usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        sys.stderr.write(f"用法错误 usage: {message}\n")
        sys.exit(3)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add, checks = parser.add_argument, sorted(CHECKS)
    add("folder", metavar="EXPORT_DIR", help="导出目录 the exported folder")
    add("--policy", metavar="FILE", help="监督组自己保存的政策文件 the supervisors' own policy file")
    add("--memory", metavar="FILE", help="监督组自己的记忆文件 the supervisors' memory of the last root")
    add("--new-memory", action="store_true", help="首次核验，建立记忆 begin a memory")
    add("--tables", action="store_true", help="与业务表比对 compare with the tables, too")
    add("--receipt", metavar="FILE", action="append", default=[], help="收据，可多次 a receipt, repeatable")
    add("--compare", metavar="OTHER_DIR", default="", help="另一份导出 another export")
    add(
        "--skip",
        help="不做这些 leave these out: " + " ".join(CHECKS),
        nargs="+",
        default=[],
        choices=checks,
        metavar="CHECK",
    )
    add("--only", help="只做这些 only these", nargs="+", default=[], choices=checks, metavar="CHECK")
    add(
        "--slack",
        metavar="SECONDS",
        type=int,
        default=3600,
        help="时间宽限 how far a recorded time may lag (3600)",
    )
    add(
        "--signatures",
        metavar="N",
        type=int,
        default=5000,
        help="验签的未共签检查点数 uncosigned ones to check (5000)",
    )
    add("--json", action="store_true", help="以 JSON 输出 print JSON")
    options = parser.parse_args(arguments)
    if not os.path.isdir(options.folder):
        parser.error(f"没有这个目录 no such folder: {shown(options.folder)}")
    if options.slack < 0 or options.signatures < 0:
        parser.error("--slack, --signatures: 不能为负 not negative")
    return options


def main(arguments: Sequence[str]) -> int:
    """Verify, print one page, return the exit code."""
    options, started = parse_arguments(arguments), time.monotonic()
    report = Report((set(options.only) or set(CHECKS)) - set(options.skip))
    asked = {"memory": options.memory, "tables": options.tables, "receipts": options.receipt}
    report.unasked = {check for check, given in asked.items() if not given}
    try:
        verify(options, report)
    except Fault as fault:
        report.lacks("all.stopped", why=fault)
    except OSError as error:
        report.lacks("all.stopped", why=Fault("text.read", error=str(error)))
    except (RecursionError, MemoryError):
        report.lacks("all.stopped", why=Fault("text.deep"))
    report.facts["seconds"] = round(time.monotonic() - started, 2)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", dict)(encoding="utf-8", errors="backslashreplace")
    sys.stdout.write(as_json(report) if options.json else as_page(report))
    return report.exit_code()


def state_of(report: Report, check: str) -> str:
    """Return in one word how a check ended."""
    if check not in report.wanted:
        return "skipped"
    if report.counts.get(check):
        return "bad"
    if check in report.gaps:
        return "incomplete"
    return "not asked" if check in report.unasked else "not done" if "all" in report.gaps else "ok"


def as_json(report: Report) -> str:
    """Return the result for a program."""

    def told(found: Dict[str, List[Tuple[str, str]]]) -> List[Dict[str, str]]:
        return [{"check": check, "zh": zh, "en": en} for check, each in found.items() for zh, en in each]

    result = {**report.facts, "exit": report.exit_code(), "problems": told(report.problems)}
    result.update(incomplete=told(report.gaps), notices=[{"zh": zh, "en": en} for zh, en in report.notices])
    result["checks"] = {check: state_of(report, check) for check in CHECKS}
    return json.dumps(result, ensure_ascii=False) + "\n"


def as_page(report: Report) -> str:
    """Return the one page of the result."""
    facts, cosigned, erased = report.facts, report.facts.get("cosigned"), report.facts.get("erased", [])
    rows = ["示范日志，不是真实留痕 demonstration, not a real trail"] if facts.get("demonstration") else []
    rows += ["廉镜留痕核验 verification of the trail", f"日志 log: {facts.get('origin', '?')}"]
    rows += [f"件数 events: {facts.get('size', '?')}    其后待发布 waiting: {facts.get('pending', '?')}"]
    rows += [f"根 root: {facts.get('root', '?')}"]
    if cosigned:
        who = "; ".join(f"{each['witness']} {each['time']}" for each in cosigned["by"])
        rows.append(f"共签 cosigned: 前 {cosigned['size']} 件 the first {cosigned['size']} events; {who}")
    else:
        rows.append("共签 cosigned: 未经监督组共签 by nobody")
    rows += [f"注意 note: {zh}\n           {en}" for zh, en in report.notices]
    for check, name in CHECKS.items():
        told = report.problems.get(check, []) + report.gaps.get(check, [])
        more = report.counts.get(check, 0) + len(report.gaps.get(check, [])) - TOLD
        rows.append(f"  {WORDS[state_of(report, check)]:<18} {check} {name}")
        rows += [f"      - {zh}\n        {en}" for zh, en in told[:TOLD]]
        rows += [f"      … 另有 {more} 处 and {more} more"] if more > 0 else []
    rows += [f"  不能继续 STOPPED: {zh}\n      {en}" for zh, en in report.gaps.get("all", [])]
    rows += [f"依法删除的正文 bodies erased by law: {len(erased)}"] if erased else []
    rows += [
        f"  第 {each['leaf']} 号 leaf {each['leaf']}: {shown(each['basis'])} ({shown(each['by'])})"
        for each in erased
    ]
    verdict = ("无误 GOOD", "发现篡改 TAMPERING", "不完整 INCOMPLETE")[report.exit_code()]
    return "\n".join([*rows, f"结论 RESULT: {verdict}  ({facts['seconds']} s)", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
