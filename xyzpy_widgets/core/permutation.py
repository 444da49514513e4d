"""A shuffled order of n points that is computed, not stored.

A four-round Feistel network permutes the integers of the smallest even number of bits that holds ``n``; results outside
``range(n)`` are permuted again until they fall inside ("cycle walking", Black and Rogaway, "Ciphers with arbitrary
finite domains", CT-RSA 2002). Memory is that of the slice asked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["permuted"]

_ROUNDS = 4
_MIX = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio in 64 bits, the multiplier of Fibonacci hashing


def permuted(start: int, stop: int, n: int, seed: int) -> NDArray[np.intp]:
    """Return what stands at the positions ``start`` to ``stop`` of the permutation of ``range(n)`` of a seed."""
    half = np.uint64(max(1, (max(n - 1, 1).bit_length() + 1) // 2))
    keys = np.random.default_rng(seed).integers(2**63, size=_ROUNDS, dtype=np.uint64)
    points = np.arange(start, stop, dtype=np.uint64)
    outside = np.arange(len(points))
    while len(outside):
        points[outside] = _feistel(points[outside], half, keys)
        outside = outside[points[outside] >= n]
    return points.astype(np.intp)


def _feistel(points: NDArray[np.uint64], half: np.uint64, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = points >> half, points & mask
    for key in keys:
        mixed = (right + key) * _MIX
        mixed ^= mixed >> np.uint64(29)
        left, right = right, left ^ ((mixed * _MIX) >> np.uint64(32)) & mask
    joined: NDArray[np.uint64] = (left << half) | right
    return joined
