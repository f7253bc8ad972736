"""Writes sobol.json: plain Sobol points by scipy, scrambled ones by this script's own integers. Needs: pip install scipy."""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import qmc

HERE = Path(__file__).resolve().parent
MASK = 0xFFFFFFFF
DIMENSIONS, POINTS = 128, 1024


def checksum(words):
    h = 0
    for word in words:
        h = (h * 31 + int(word)) & MASK
    return h


def reverse(x):
    return int(f"{x:032b}"[::-1], 2)


def owen(bits, seed):
    """The final hash of https://psychopath.io/post/2021_01_30_building_a_better_lk_hash between two bit reversals."""
    x = reverse(bits)
    x ^= x * 0x3D20ADEA & MASK
    x = (x + seed) & MASK
    x = x * ((seed >> 16) | 1) & MASK
    x ^= x * 0x05526C56 & MASK
    x ^= x * 0x53A22864 & MASK
    return reverse(x)


def mix(x):
    x = (x + 0x9E3779B9) & MASK
    x = (x ^ x >> 16) * 0x7FEB352D & MASK
    x = (x ^ x >> 15) * 0x846CA68B & MASK
    return x ^ x >> 16


engine = qmc.Sobol(DIMENSIONS, scramble=False, bits=32)
walked = (engine.random(POINTS) * 2**32).astype(np.uint64)
points = np.empty_like(walked)
for i in range(POINTS):
    points[i ^ i >> 1] = walked[i]  # scipy walks in Gray-code order
directions = np.asarray(engine._sv)  # reaches the high index bits, too far to walk to

scrambled = []
for index, dimension, seed in [(0, 0, 0), (1, 0, 0), (1, 1, 0), (5, 127, 1), (1000, 64, 2**32), (1023, 3, 2**53 - 1)]:
    own = mix(mix(mix(dimension) ^ seed & MASK) ^ seed >> 32)
    bits = owen(int(points[index, dimension]), own)
    scrambled.append({"index": index, "dimension": dimension, "seed": seed, "bits": bits})

golden = {
    "made": f"test/golden/sobol.py, scipy {scipy.__version__}",
    "rows": [{"index": i, "bits": points[i].tolist()} for i in (1, 2, 3, 777)],
    "pointCount": POINTS,
    "pointChecksums": [checksum(points[:, d]) for d in range(DIMENSIONS)],
    "directionChecksums": [checksum(directions[d]) for d in range(DIMENSIONS)],
    "scrambles": [
        [b, s, owen(b, s)]
        for b in (0, 1, 0x80000000, 0x12345678, MASK)
        for s in (0, 1, 0xDEADBEEF, 0x0001FFFF, MASK)
    ],
    "scrambled": scrambled,
}
(HERE / "sobol.json").write_text(json.dumps(golden) + "\n")
