"""Images of 28 x 28 pixels with ten classes: Fashion-MNIST in its own files, or made up."""

import gzip
import random
import struct

from objects import read

SIDE = 28
CLASSES = 10


def load(place, part, limit=None):
    """The images, one byte a pixel, and their classes. `part` is "train" or "t10k"; `place` a folder or s3://…"""
    if place == "synthetic":
        return synthetic(limit or 512, seed=1 if part == "train" else 2)
    images = gzip.decompress(found(f"{place.rstrip('/')}/{part}-images-idx3-ubyte.gz"))
    labels = gzip.decompress(found(f"{place.rstrip('/')}/{part}-labels-idx1-ubyte.gz"))
    magic, count, rows, columns = struct.unpack(">4I", images[:16])
    if (magic, rows, columns) != (2051, SIDE, SIDE):
        raise ValueError(f"{place} must have images of 28 × 28 in IDX files; got {(magic, rows, columns)}.")
    count = min(count, limit or count)
    return images[16 : 16 + count * SIDE * SIDE], labels[8 : 8 + count]


def synthetic(count, seed):
    """A bar for each class, at its own height, in noise: enough to see whether a training learns."""
    draw = random.Random(seed)
    images, labels = bytearray(), bytearray()
    for _ in range(count):
        label = draw.randrange(CLASSES)
        labels.append(label)
        for row in range(SIDE):
            bright = 180 if row // 2 == label + 2 else 0
            images.extend(min(255, bright + draw.randrange(76)) for _ in range(SIDE))
    return bytes(images), bytes(labels)


def found(uri):
    body = read(uri)
    if body is None:
        raise FileNotFoundError(f"{uri} is not there: put the four files of Fashion-MNIST into the folder.")
    return body
