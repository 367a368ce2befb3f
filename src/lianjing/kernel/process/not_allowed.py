"""Why an action is not carried out: each error names the place, and nothing has changed."""

from __future__ import annotations

from typing import ClassVar

from lianjing.kernel.process.fault import ExplainedError


class ProcessError(ExplainedError):
    """An action that the state or the diagram does not allow; nothing has changed. `node` is the place."""

    sentence: ClassVar[str] = ""

    def __init__(self, node: str = "", detail: str = "") -> None:
        self.node = node
        self.detail = detail
        super().__init__(self.sentence, node=node, detail=detail)


class NotOpen(ProcessError):
    """No such open step, called process or set timer: it was done, returned or withdrawn meanwhile."""

    sentence = "环节“%(node)s”不在办理中"


class AlreadyStarted(ProcessError):
    """Start on a process that has begun."""

    sentence = "流程已经启动"


class ReturnNotAllowed(ProcessError):
    """The step does not declare the target `detail`."""

    sentence = "环节“%(node)s”不能退回“%(detail)s”"


class TakeBackNotAllowed(ProcessError):
    """Someone has touched what the step led to, or it called a process, or a signer had been added to it."""

    sentence = "环节“%(node)s”办结后已有后续办理,不能收回"


class SignerNotAllowed(ProcessError):
    """The signer `detail` has been added already, has no name, or is himself to be followed by another."""

    sentence = "环节“%(node)s”不能加签“%(detail)s”"


class NoPath(ProcessError):
    """No condition of the gateway is true and it has no default."""

    sentence = "网关“%(node)s”没有一条流出的条件成立"


class EmptyCollection(ProcessError):
    """A multi-instance step whose list variable `detail` is missing, empty or no list."""

    sentence = "环节“%(node)s”的名单“%(detail)s”为空"


class EndlessLoop(ProcessError):
    """The automatic nodes run in a circle."""

    sentence = "流程在“%(node)s”处无休止地循环"


class Stuck(ProcessError):
    """A join would wait for ever; a sound process never comes here."""

    sentence = "汇聚网关“%(node)s”再也等不到其他分支"


class BadVariable(ProcessError):
    """The variable `detail` is not text, whole number, true/false, nothing or a list of texts."""

    sentence = "变量“%(detail)s”的值类型不可用"
