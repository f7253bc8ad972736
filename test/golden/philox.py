"""Philox4x32-10 in plain Python integers, checked against randomgen's C code on import. The other scripts here build on it."""

from randomgen import Philox

MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & MASK, (p0 >> 32) ^ c[3] ^ k[1], p0 & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def randomgen_words(counter, key, count):
    """randomgen steps its counter before each block, so it starts one below."""
    start = sum(w << 32 * i for i, w in enumerate(counter))
    bits = Philox(counter=(start - 1) % 2**128, key=key[0] | key[1] << 32, number=4, width=32)
    return [int(w) for w in bits.random_raw(count)]


def check():
    for n in range(200):
        counter = [(n * m) & MASK for m in (2654435761, 40503, 2246822519, 3266489917)]
        key = [(n * 668265263) & MASK, (n * 374761393) & MASK]
        assert philox(counter, key) == randomgen_words(counter, key, 4), n


check()
