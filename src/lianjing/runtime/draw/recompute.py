"""Computes a draw again from its exported JSON, with nothing but Python: python recompute.py draw.json.

Prints where the seed came from and what it found: the picks, the digests of what event E locked, of E itself and of the
value; exit code 1 where any of them differs from what the export says. The page "recompute a draw" says it in words.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256 as sha

if __name__ == "__main__":
    draw = json.load(open(sys.argv[1], encoding="utf-8"))  # noqa: SIM115
    event, value, body = draw["event"], bytes.fromhex(draw["value"]), draw["event"]["body"].encode()
    locked, *members = [row["v"] for row in json.loads(body)["rows"]]
    pool = [(row["seq"], int(row["weight"].replace(".", ""))) for row in members if not row["is_excluded"]]
    leaf, picks, turn = sha(b"\0" + event["envelope"].encode()).digest(), list[int](), -1
    while len(picks) < locked["pick_count"]:
        ends = [sum(weight for _seq, weight in pool[: place + 1]) for place in range(len(pool))]
        turned = sha(leaf + value).digest() + (turn := turn + 1).to_bytes(8, "big")
        if (number := int.from_bytes(sha(turned).digest(), "big")) < 2**256 - 2**256 % ends[-1]:
            picks.append(pool.pop(sum(end <= number % ends[-1] for end in ends))[0])
    root = draw["checkpoint"] and sha(b64decode(draw["checkpoint"]["note"].split("\n")[2])).hexdigest()
    locks = [event["leaf_hash"], json.loads(event["envelope"])["body"], root or locked["commitment"]]
    found = [leaf.hex(), sha(bytes.fromhex(event["salt"]) + body).hexdigest(), sha(value).hexdigest(), picks]
    is_same = found == [*locks, draw["picks"]]
    print(draw["seed_source"], "agrees:" if is_same else "DIFFERS:", picks, *locks)  # noqa: T201
    sys.exit(not is_same)
