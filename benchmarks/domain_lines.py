"""Counts what each domain is made of: the table of docs/how-to/add-a-domain.md. Run: python benchmarks/domain_lines.py"""

from __future__ import annotations

from pathlib import Path

DOMAINS = Path(__file__).resolve().parents[1] / "src" / "lianjing" / "domains"
# What a domain is made of, in the order of the folder picture; each line of a domain is in one part.
PARTS = (
    (
        "declaration",
        ("domain", "procedures", "apps", "__init__", "scope", "register_menu", "register_columns"),
    ),
    ("tables", ("models", "codes")),
    ("rules", ("rules",)),
    ("forms", ("forms",)),
    ("services", ("services",)),
    ("queries", ("queries",)),
    ("pages", ("pages", "templates")),
    ("processes and decisions", ("processes", "decisions")),
    ("regulations", ("regulations",)),
    ("demonstration", ("demo",)),
)
OTHER = "imports, exchange, papers, operations"
KINDS = {".py", ".html", ".bpmn", ".dmn", ".toml", ".csv"}


def lines_of(domain: str) -> dict[str, int]:
    """Return the lines that are not empty of each part of a domain, migrations left out."""
    part_of = {folder: part for part, folders in PARTS for folder in folders}
    found = dict.fromkeys([*(part for part, _folders in PARTS), OTHER], 0)
    for place in sorted((DOMAINS / domain).rglob("*")):
        if place.suffix not in KINDS or "migrations" in place.parts:
            continue
        first = place.relative_to(DOMAINS / domain).parts[0].partition(".")[0]
        text = place.read_text(encoding="utf-8")
        found[part_of.get(first, OTHER)] += sum(bool(line.strip()) for line in text.splitlines())
    return found


def table(domains: tuple[str, ...] = ("works", "injury")) -> str:
    """Return the table of the documentation."""
    counted = {domain: lines_of(domain) for domain in domains}
    head = f"| part | {' | '.join(domains)} |\n|---|{'---:|' * len(domains)}"
    rows = [
        f"| {part} | {' | '.join(f'{counted[domain][part]:,}' for domain in domains)} |"
        for part in next(iter(counted.values()))
    ]
    total = f"| **all** | {' | '.join(f'{sum(counted[domain].values()):,}' for domain in domains)} |"
    return "\n".join([head, *rows, total])


if __name__ == "__main__":
    print(table())
