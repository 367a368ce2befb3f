"""Takes pictures of the main pages as each role, at both widths and in both languages, to be looked at.

`just screenshots` fills a demonstration zone if there is none, serves it, and writes `screenshots/`. It prints every
page that answers with an error, overflows its width, logs to the console or asks for anything outside the server.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.office import CHROMIUM, FLAGS, WIDTHS, command, free_port, wait_for

# Posts whose pages differ, by the word of the post on the log-in page.
ROLES = {
    "operator": "项目经办岗",
    "reviewer": "财务审核岗",
    "supervisor": "派驻组组长",
    "personnel": "组织人事岗",
}
# From a list to one of its rows: the first link into one of these.
DETAILS = (r"/items/\d+/$", r"/works/\d+/$", r"/matters/\d+/$", r"/trace/[\w-]+/\d+/$", r"/persons/\d+/$")


def log_in(context: BrowserContext, base: str, post: str) -> Page:
    """Log in through the demonstration's list of who can."""
    page = context.new_page()
    page.goto(f"{base}/login/")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.locator("li", has_text=re.compile(post)).first.locator("button").click()
    page.wait_for_load_state()
    return page


def addresses(page: Page, base: str) -> list[str]:
    """Return the menu's pages and, behind each list, its first row of each kind."""
    menu = page.locator(".lj-menu a").evaluate_all("links => links.map(link => link.href)")
    found = [base + "/", *menu]
    for address in list(found):
        page.goto(address)
        links = page.locator("main a[href]").evaluate_all("links => links.map(link => link.href)")
        for pattern in DETAILS:
            first = next((link for link in links if re.search(pattern, urlsplit(link).path)), None)
            if first and not any(re.search(pattern, urlsplit(each).path) for each in found):
                found.append(first)
    return list(dict.fromkeys(found))


def watch(page: Page, base: str, faults: list[str]) -> None:
    """Note what a page does that no page may do."""
    page.on("console", lambda message: faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on(
        "request", lambda request: request.url.startswith(base) or faults.append(f"outside: {request.url}")
    )
    page.on("response", lambda answer: answer.status < 400 or faults.append(f"{answer.status}: {answer.url}"))


def picture(page: Page, address: str, target: Path, *, width: int) -> None:
    """Take one page whole, and say where it is wider than the screen."""
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.goto(address)
    page.wait_for_timeout(250)
    page.screenshot(path=str(target), full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        print(f"  overflow: {wide} > {width}: {target.name}")


def pictures_of_role(browser: Browser, base: str, folder: Path, *, role: str) -> None:
    """Take every page of one role."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    faults: list[str] = []
    page = log_in(context, base, ROLES[role])
    watch(page, base, faults)
    pages = addresses(page, base)
    for language in ("zh-hans", "en"):
        page.goto(base + "/")
        button = page.locator(f'.lj-language button[value="{language}"]')
        if button.count():
            button.click()
            page.wait_for_load_state()
        for address in pages:
            name = re.sub(r"\W+", "-", urlsplit(address).path).strip("-") or "home"
            for width in WIDTHS:
                picture(page, address, folder / f"{role}-{name}-{language}-{width}.png", width=width)
    for fault in dict.fromkeys(faults):
        print(f"  {role}: {fault}")
    print(f"{role}: {len(pages)} pages")
    context.close()


def main() -> None:
    """Serve the demonstration and take the pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--data", default="lianjing-data/screenshots", help="the demonstration's data folder"
    )
    options.add_argument("--into", type=Path, default=Path("screenshots"))
    options.add_argument("--url", help="a server that runs already")
    options.add_argument("--role", choices=ROLES, action="append")
    chosen = options.parse_args()
    chosen.into.mkdir(parents=True, exist_ok=True)
    port = free_port()
    server = None
    if not chosen.url:
        server = subprocess.Popen(command("demo", "--data", chosen.data, "--port", str(port)))
    base = chosen.url or f"http://127.0.0.1:{port}"
    try:
        if server:
            wait_for(port, server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            login = browser.new_page(locale="zh-CN")
            for width in WIDTHS:
                picture(login, f"{base}/login/", chosen.into / f"login-{width}.png", width=width)
            for role in chosen.role or ROLES:
                pictures_of_role(browser, base, chosen.into, role=role)
            browser.close()
    finally:
        if server:
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    main()
