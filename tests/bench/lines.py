"""`python -m tests.bench.lines`: contrived lines widened by 100 m, held against exact distances.

Curves, walks and zigzags from a tenth of a metre to kilometres long, the same for the same seed. The border
of each is looked at every two metres: how far is it from where it should be? The same of what GEOS makes of
the whole line at once, which is why lines are cut (`geo.chains`).
"""

from __future__ import annotations

import sys

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
    return 0 if good else 1


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
