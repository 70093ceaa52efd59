# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of paired rounds."""

import random
import statistics

RESAMPLES = 2000


def median_interval(blocks, seed=1):
    """
    The median of all ratios, and the ends of its 95 % interval. BLOCKS has a list of ratios for each
    start of the programs: a start moves all its rounds together (addresses, hash keys), so the
    bootstrap draws starts first, and then rounds of each.
    """
    draw = random.Random(seed)
    medians = sorted(
        statistics.median(ratio for block in draw.choices(blocks, k=len(blocks))
                          for ratio in draw.choices(block, k=len(block)))
        for _ in range(RESAMPLES))
    middle = statistics.median(ratio for block in blocks for ratio in block)
    return middle, medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES) - 1]


def ratios(blocks, one, other, key):
    """Of each round, KEY of run ONE divided by that of run OTHER; rounds in blocks, as above."""
    return [[turn[one][key] / turn[other][key] for turn in block] for block in blocks]


def middle(blocks, one, key):
    """The median of KEY over all rounds of run ONE."""
    return statistics.median(turn[one][key] for block in blocks for turn in block)


def total(blocks, one, key):
    return sum(turn[one][key] for block in blocks for turn in block)


def percentile(histogram, share):
    """Of {value: count}: the least value that SHARE of all do not exceed."""
    left = share * sum(histogram.values())
    for value in sorted(histogram):
        left -= histogram[value]
        if left <= 0:
            return value
    return max(histogram)
