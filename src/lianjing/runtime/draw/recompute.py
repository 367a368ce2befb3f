"""Computes a draw again from its exported JSON, with nothing but Python: python recompute.py draw.json.

Prints what it found: the picks, the digest of what event E locked, the digest of the value; exit code 1 where any of
them differs from what the export says. How it draws is written in words in the page "recompute a draw".
"""

import hashlib
import json
import sys
from itertools import accumulate, count

if __name__ == "__main__":
    sha = lambda data: hashlib.sha256(data).digest()  # noqa: E731
    draw = json.load(open(sys.argv[1], encoding="utf-8"))  # noqa: SIM115
    event, value = draw["event"], bytes.fromhex(draw["value"])
    locked, *members = [row["v"] for row in json.loads(event["body"])["rows"]]
    pool = [(row["seq"], int(row["weight"].replace(".", ""))) for row in members if not row["is_excluded"]]
    seed, picks, counter = sha(sha(b"\0" + event["envelope"].encode()) + value), list[int](), count()
    while len(picks) < locked["pick_count"]:
        ends = list(accumulate(weight for _seq, weight in pool))
        number = int.from_bytes(sha(seed + next(counter).to_bytes(8, "big")), "big")
        if number < 2**256 - 2**256 % ends[-1]:
            picks.append(pool.pop(sum(end <= number % ends[-1] for end in ends))[0])
    found = [picks, sha(bytes.fromhex(event["salt"]) + event["body"].encode()).hex(), sha(value).hex()]
    wanted = [draw["picks"], json.loads(event["envelope"])["body"], locked["commitment"]]
    print("agrees:" if found == wanted else f"DIFFERS from {wanted}:", found)  # noqa: T201
    sys.exit(found != wanted)
