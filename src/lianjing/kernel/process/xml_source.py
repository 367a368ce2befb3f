"""Reads an uploaded XML document safely: size, encoding, no entities, and only the elements a profile names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lianjing.kernel.process.fault import ExplainedError

MAX_BYTES = 1_000_000
LIANJING = "urn:lianjing:bpmn:1"
_UNKNOWN = "不支持的元素“%(name)s”,请删去或改用支持的元素"
_FOREIGN = "元素“%(name)s”来自其他软件的命名空间,系统不执行也不保留,请删去"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class BadSource(ExplainedError):
    """A document outside the profile; `element_id` names the place ("" for the whole document)."""

    def __init__(self, element_id: str, reason: str, /, **values: object) -> None:
        self.element_id = element_id
        super().__init__(reason, **values)


def read(xml: str | bytes) -> tuple[Element, bytes]:
    """Parse the document and return its root with the exact bytes; BadSource where it cannot be read safely."""
    content = xml.encode() if isinstance(xml, str) else xml
    if len(content) > MAX_BYTES:
        raise BadSource("", "文件超过%(limit)s字节", limit=MAX_BYTES)
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise BadSource("", "文件含有实体或文档类型声明,不予接收") from None
    except (ParseError, ValueError, LookupError) as error:
        raise BadSource("", "文件不是可读的XML,或编码与声明不符:%(error)s", error=error) from None
    return root, content


def split(tag: str) -> tuple[str, str]:
    """Namespace and local name of an ElementTree tag."""
    namespace, _, local = tag.rpartition("}")
    return namespace[1:], local


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one element may carry: plain attributes, our own attributes, children by local name."""

    attributes: frozenset[str]
    own: frozenset[str]
    children: frozenset[str]
    is_own: bool
    is_ignored: bool


def allowed(
    attributes: str = "", own: str = "", children: str = "", *, is_own: bool = False, is_ignored: bool = False
) -> Allowed:
    """One line of a profile, names separated by blanks; `is_own` elements stand in our namespace."""
    return Allowed(
        frozenset(attributes.split()), frozenset(own.split()), frozenset(children.split()), is_own, is_ignored
    )


def check(
    element: Element,
    profile: Mapping[str, Allowed],
    *,
    namespace: str,
    place: str = "",
    refusals: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Refuse every element, attribute and child that the profile does not name, with the id of the place.

    `refusals` has a sentence with reason and remedy for elements that people are likely to draw.
    """
    own_namespace, local = split(element.tag)
    place = element.get("id", place)
    rule = profile[local]
    if own_namespace != (LIANJING if rule.is_own else namespace):
        raise BadSource(place, _FOREIGN, name=local)
    if rule.is_ignored:
        return
    for name in element.attrib:
        if not _is_attribute_allowed(name, rule):
            raise BadSource(
                place, "“%(element)s”不支持属性“%(name)s”,请删去", element=local, name=split(name)[1]
            )
    for child in element:
        child_local = split(child.tag)[1]
        if child_local not in rule.children:
            raise BadSource(child.get("id", place), refusals.get(child_local, _UNKNOWN), name=child_local)
        check(child, profile, namespace=namespace, place=place, refusals=refusals)


def _is_attribute_allowed(name: str, rule: Allowed) -> bool:
    namespace, local = split(name)
    if namespace == LIANJING:
        return local in rule.own
    return name == _XSI_TYPE or (namespace == "" and local in rule.attributes)


def own(element: Element, name: str) -> str:
    """One of our own attributes, "" where absent."""
    return element.get(f"{{{LIANJING}}}{name}", "").strip()


def children(element: Element, *names: str) -> Iterator[Element]:
    """Children with one of these local names, whatever their namespace: `check` has been before."""
    return (child for child in element if split(child.tag)[1] in names)


def text(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def boolean(element: Element, name: str, *, default: bool) -> bool:
    """An attribute that is "true" or "false"; BadSource for anything else."""
    value = element.get(name, str(default).lower())
    if value not in ("true", "false"):
        raise BadSource(element.get("id", ""), "属性“%(name)s”只能为true或false", name=name)
    return value == "true"
