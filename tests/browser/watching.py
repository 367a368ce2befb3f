"""Watches a page for what no page may do: break the policy, ask outside, log errors, overflow, shut anyone out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

# WCAG 2.2 AA, as axe names it.
AXE = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}
LISTEN = """
window.lianjingViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.lianjingViolations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
# What sticks out of the page, leaving alone what scrolls within a frame of its own.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const frames = (node) => { for (let up = node.parentElement; up; up = up.parentElement)
    if (/(auto|scroll|hidden)/.test(getComputedStyle(up).overflowX) && up !== document.body) return true; return false; };
  const out = [...document.body.querySelectorAll("*")]
    .filter((node) => node.getBoundingClientRect().right > width + 1 && !frames(node))
    .map((node) => `${node.tagName.toLowerCase()}.${node.getAttribute("class") ?? ""} ${Math.round(node.getBoundingClientRect().right)}`);
  return [`${document.documentElement.scrollWidth} > ${width}`, ...out.slice(0, 5)];
}"""


class Watch:
    """Everything a context's pages did that they may not do, in the order seen."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.faults: list[str] = []
        context.add_init_script(LISTEN)
        context.on("page", self._attend)

    def _attend(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url} script: {error}"))
        page.on("response", self._answer)
        page.on("request", lambda asked: self._address(asked.url))

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal's own status is no fault; other failed loads are noted by their answer.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console {message.type}: {message.text}")

    def _answer(self, answer: Response) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self.faults.append(f"{answer.status}: {answer.url}")

    def _address(self, url: str) -> None:
        if not url.startswith((self.base + "/", "data:image/", "blob:")):
            self.faults.append(f"outside: {url}")

    def look(self, page: Page) -> list[str]:
        """Return and forget what was noted up to now, with what this page's policy and width say."""
        noted = [f"policy: {each}" for each in page.evaluate("window.lianjingViolations")]
        noted += [f"overflow: {each}" for each in page.evaluate(STICKING_OUT)]
        noted, self.faults = noted + self.faults, []
        return noted


def barriers(page: Page, axe: Any, *, colours: bool = True) -> list[str]:
    """Return what axe finds; what the check itself provokes under the policy is the caller's to forget.

    Contrast takes two thirds of its time: a page seen in its other language need not be asked for it again.
    """
    rules = {} if colours else {"rules": {"color-contrast": {"enabled": False}}}
    found = axe.run(page, options=AXE | rules).response["violations"]
    return [
        f"axe {each['id']}: {node['target'][0]} {node['html'][:160]} — {node['failureSummary'].splitlines()[-1].strip()[:200]}"
        for each in found
        for node in each["nodes"][:3]
    ]
