"""Writes generator.json: blocks and streams of Philox4x32-10 by randomgen. Needs: pip install randomgen.

Not called random.py, which would hide the standard library's module from numpy.
"""

import json
from pathlib import Path

import randomgen
from philox import MASK, randomgen_words

HERE = Path(__file__).resolve().parent

# The three known-answer inputs of Random123 (kat_vectors): zeros, ones, digits of pi.
KNOWN = [
    ([0] * 4, [0] * 2),
    ([MASK] * 4, [MASK] * 2),
    ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]),
]
NAMES = [[0, 0, 0, 0], [1, 2, 3, 4], [2**53 - 1, MASK, MASK, MASK], [2**32, 7, 0, 0], [123456789012345, 1, 1000, 9]]

golden = {
    "made": f"test/golden/generator.py, randomgen {randomgen.__version__}",
    "blocks": [{"counter": c, "key": k, "words": randomgen_words(c, k, 4)} for c, k in KNOWN],
    "streams": [
        {"name": [s, *rest], "words": randomgen_words([0, *rest], [s & MASK, s >> 32], 10)} for s, *rest in NAMES
    ],
}
(HERE / "generator.json").write_text(json.dumps(golden) + "\n")
