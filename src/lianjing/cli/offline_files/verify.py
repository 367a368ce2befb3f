"""Check an offline package before anything of it runs: python3 verify.py PUBLIC-KEY-IN-HEX [FOLDER]

Take this file and ed25519.py from a source other than the package, or check the signature with OpenSSL (README.txt):
what is verified cannot vouch for itself. Exit 0 good, 1 not, 3 usage. Standard library only.
"""

import hashlib
import sys
from pathlib import Path

import ed25519


def faults(folder: Path, public: bytes) -> list[str]:
    """Return what is wrong: signature, digests, files that are missing or that no line names."""
    sums = (folder / "SHA256SUMS").read_bytes()
    signature = bytes.fromhex((folder / "SHA256SUMS.sig").read_text().strip())
    if not ed25519.verify(public, sums, signature):
        return ["the signature of SHA256SUMS is not by this key 签名不符"]
    listed = {}
    for line in sums.decode().splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    own = ("SHA256SUMS", "SHA256SUMS.sig")
    there = {
        place.relative_to(folder).as_posix()
        for place in folder.rglob("*")
        if place.is_file() and place.name not in own and "__pycache__" not in place.parts
    }
    wrong = [f"missing 缺少 {name}" for name in sorted(set(listed) - there)]
    wrong += [f"not listed 多出 {name}" for name in sorted(there - set(listed))]
    for name in sorted(there & set(listed)):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]:
            wrong.append(f"changed 被改动 {name}")
    return wrong


def main(arguments: list[str]) -> int:
    """Print the verdict."""
    try:
        public = bytes.fromhex(arguments[0])
        folder = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).resolve().parent
        found = faults(folder, public)
    except (IndexError, ValueError, OSError) as error:
        sys.stdout.write(f"{error}\n{__doc__}\n")
        return 3
    sys.stdout.write("".join(f"{line}\n" for line in found) or "good 核对无误\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
