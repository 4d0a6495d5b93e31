"""`python -m tests.bench.lines`: contrived lines widened by 100 m, held against exact distances.

Curves, walks and zigzags from a tenth of a metre to kilometres long, the same for the same seed. The border
of each is looked at every two metres: how far is it from where it should be? The same of what GEOS makes of
the whole line at once, which is why lines are cut (`geo.chains`). Then a network of 1,500 lines is united of
such pieces, and of a capsule for each of its segments, which would be as right.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import shapely

from geo.chains import Chains
from geo.ground import objects

LINES, WIDE, QUARTER, SEED = 20_000, 100.0, 24, 5
ALLOWED, ASTRAY = 0.15, 1.0  # metres


def main() -> int:
    """Prints the figures; 1 when a border is farther off than allowed."""
    rng = np.random.default_rng(SEED)
    inside = outside = 0.0
    astray, astray_most, made = 0, 0.0, 0
    while made < LINES:
        line = _walk(rng) if made % 2 else _zigzag(rng)
        if line.length == 0.0:
            continue
        made += 1
        chains = Chains(objects([line]), 0.0)
        every = np.ones(len(chains.segments), dtype=bool)
        off = _misses(shapely.union_all(chains.widened(every, WIDE, QUARTER)), line)
        inside, outside = min(inside, off.min()), max(outside, off.max())
        whole = np.abs(_misses(line.buffer(WIDE, quad_segs=QUARTER), line)).max()
        astray, astray_most = astray + int(whole > ASTRAY), max(astray_most, whole)
    good = max(-inside, outside) <= ALLOWED
    print(f"{made:,} lines widened by {WIDE:g} m: from {-inside:.3f} m inside to {outside:.3f} m outside")
    print(f"{'✓' if good else '✗'} (allowed {ALLOWED:g} m)")
    print(
        f"whole lines by GEOS {shapely.geos_version_string}: {astray} off by more than {ASTRAY:g} m, ", end=""
    )
    print(f"the farthest by {astray_most:.0f} m")
    _network(rng)
    return 0 if good else 1


def _network(rng: np.random.Generator) -> None:
    """1,500 lines of some 900 m on 10 km by 16 km: time and corners of both ways."""
    starts = rng.uniform((0.0, 0.0), (10_000.0, 16_000.0), (1_500, 1, 2))
    steps = rng.normal(0.0, 200.0, (1_500, 5, 2))
    chains = Chains(objects(list(shapely.linestrings(starts + np.cumsum(steps, axis=1)))), 0.0)
    every = np.ones(len(chains.segments), dtype=bool)
    ways = {
        "pieces": lambda: chains.widened(every, WIDE, QUARTER),
        "capsules": lambda: shapely.buffer(shapely.linestrings(chains.segments), WIDE, quad_segs=QUARTER),
    }
    for name, make in ways.items():
        times = []
        for _ in range(3):
            began = time.perf_counter()
            united = shapely.union_all(make())
            times.append(time.perf_counter() - began)
        corners = shapely.get_num_coordinates(united)
        print(f"a network of 1,500 lines from {name}: {min(times):.2f} s, {corners:,} corners")


def _walk(rng: np.random.Generator) -> shapely.LineString:
    count, step = rng.integers(2, 25), 10 ** rng.uniform(-0.5, 2.7)
    angle = np.cumsum(rng.normal(0.0, 10 ** rng.uniform(-3.0, 0.5), count))
    angle += np.arange(count) * rng.uniform(-0.5, 0.5) * rng.integers(0, 2)
    steps = step * rng.uniform(0.02, 1.0, count)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return shapely.LineString(np.cumsum(steps, axis=0))


def _zigzag(rng: np.random.Generator) -> shapely.LineString:
    count, step = rng.integers(3, 60), 10 ** rng.uniform(-1.0, 2.3)
    aside = rng.normal(0.0, step * 10 ** rng.uniform(-2.0, 0.7), count)
    return shapely.LineString(
        np.cumsum(np.column_stack([rng.uniform(0.1, 2.0, count) * step, aside]), axis=0)
    )


def _misses(area: shapely.Geometry, line: shapely.LineString) -> np.ndarray:
    border = shapely.get_coordinates(shapely.segmentize(shapely.boundary(area), WIDE / 50.0))
    return shapely.distance(line, shapely.points(border)) - WIDE


if __name__ == "__main__":
    sys.exit(main())
