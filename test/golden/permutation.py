"""Writes permutation.json: the network of shared/numerics/permutation.ts on Python's integers, over a Philox checked against randomgen. Needs: pip install randomgen."""

import json
from pathlib import Path

from philox import MASK, philox

HERE = Path(__file__).resolve().parent


def round_function(r, half, bits, key):
    count = -(-bits // 32)
    words = [half >> 32 * i & MASK for i in range(count)]
    state = [0, 0, 0, 0]
    for at in range(0, count, 3):
        chunk = (words[at : at + 3] + [0, 0])[:3]
        state = philox([state[0] ^ (r << 16 | at)] + [s ^ w for s, w in zip(state[1:], chunk)], key)
    out = list(state)
    for at in range(4, count, 4):
        state = philox([state[0] ^ (0x80000000 | at), *state[1:]], key)
        out += state
    return sum(w << 32 * i for i, w in enumerate(out)) & ((1 << bits) - 1)


def permute(index, size, seed):
    if size == 1:
        return 0
    bits = -(-(size - 1).bit_length() // 2)
    key = [seed & MASK, seed >> 32 | 0x80000000]
    while True:
        left, right = index >> bits, index & ((1 << bits) - 1)
        for r in range(0, 12, 2):
            left ^= round_function(r, right, bits, key)
            right ^= round_function(r + 1, left, bits, key)
        index = left << bits | right
        if index < size:
            return index


SIZES = [1, 2, 5, 600, 2**32, 2**64 - 59, 10**30, 2**128 + 1, 2**200 + 235, 3**180, 2**256, 2**258, 2**400]
cases = [
    {"index": str(i), "size": str(size), "seed": seed, "element": str(permute(i, size, seed))}
    for size in SIZES
    for seed in (0, 2**53 - 1)
    for i in sorted({0, size // 3, size - 1})
]
(HERE / "permutation.json").write_text(json.dumps({"made": "test/golden/permutation.py", "cases": cases}) + "\n")
