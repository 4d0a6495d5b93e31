"""A street network as a graph: lines noded where they cross, with a node at every vertex.

All lines given are walked on, both ways, and cross on one level: leave out motorways, and what runs on
bridges over the streets. Lengths are those of the plane of `geo.ground`, right to 0.01 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rustworkx
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.errors import BadGeometry
from geo.ground import Ground, objects

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Geometries = NDArray[np.object_]

JOIN_M = 1.0
"""A line that ends this near to another one was meant to reach it."""

# Streets this far outside the towns may still be part of a way; farther ones are left out.
_AROUND_M = 10_000.0
# Everything is moved to a grid of a centimetre, as finely as positions are stored.
_GRID_M = 0.01


@dataclass(frozen=True, eq=False)
class Streets:
    """N nodes (plane metres) and E straight pieces between them, with their lengths in metres.

    `piece` (E, 2) are indices of nodes, `part` (N) tells which connected part a node belongs to (0 is the one
    with most nodes). `tree` is over the pieces as lines. Immutable; safe to ask from several threads.
    """

    ground: Ground
    nodes: Array
    piece: Indices
    length: Array
    part: Indices
    tree: shapely.STRtree
    graph: rustworkx.PyGraph

    @classmethod
    def of(cls, ground: Ground, lines: ArrayLike, join_m: float = JOIN_M) -> Streets:
        """From WGS 84 lines; empty and missing ones count nothing. The order of the lines changes nothing.

        Lines meet where they cross and where one ends within `join_m` of another. Raises BadGeometry when one
        is no line or nothing is left, BadCoordinates for what is no longitude and latitude.
        """
        geoms = objects(np.atleast_1d(np.asarray(lines, dtype=object)))
        geoms = geoms[~(shapely.is_missing(geoms) | shapely.is_empty(geoms))]
        if (~np.isin(shapely.get_type_id(geoms), (1, 2, 5))).any():
            raise BadGeometry("街道应为线。", "Streets are lines.")
        parts = shapely.get_parts(geoms[ground.near(geoms, _AROUND_M)])
        parts = ground.flat(parts[shapely.length(parts) > 0.0])
        noded = shapely.union_all(np.concatenate([parts, _links(parts, join_m)]), grid_size=_GRID_M)
        nodes, piece = _pieces(shapely.get_parts(objects([noded])))
        if not len(piece):
            raise BadGeometry("附近没有街道。", "There is no street near the towns.")
        ends = nodes[piece]
        length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        graph = rustworkx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(len(nodes)))
        weighted = zip(*piece.T.tolist(), length.tolist(), strict=True)
        graph.add_edges_from(list(weighted))
        tree = shapely.STRtree(shapely.linestrings(ends))
        return cls(ground, nodes, piece, length, _parts(graph), tree, graph)

    def ways(self, starts: Indices, costs: Array) -> Array:
        """For every node the metres of the shortest way to it, from any of some nodes, each with its own cost
        to begin with; infinite where no way leads."""
        graph = self.graph.copy()
        source = graph.add_node(None)
        best = np.full(len(self.nodes), np.inf)
        np.minimum.at(best, starts, costs)
        begun = np.flatnonzero(np.isfinite(best))
        graph.add_edges_from([(source, int(node), float(best[node])) for node in begun])
        found = rustworkx.dijkstra_shortest_path_lengths(graph, source, float)
        metres = np.full(len(self.nodes) + 1, np.inf)
        metres[list(found.keys())] = list(found.values())
        return metres[:-1]


def _links(lines: Geometries, join_m: float) -> Geometries:
    """Short lines from the ends of lines to others that they miss by no more than `join_m`."""
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=join_m)
    other = (end % len(lines) if len(lines) else end) != line
    links = shapely.shortest_line(ends[end[other]], lines[line[other]])
    return links[shapely.length(links) > 0.0]


def _pieces(lines: Geometries) -> tuple[Array, Indices]:
    """Vertices in order from west to east, and pairs of them, each once."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    nodes, node = np.unique(np.round(xy / _GRID_M).astype(np.int64), axis=0, return_inverse=True)
    node = node.reshape(-1)
    together = np.flatnonzero(line[1:] == line[:-1])
    pairs = np.sort(np.column_stack([node[together], node[together + 1]]), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return nodes * _GRID_M, pairs.astype(np.intp)


def _parts(graph: rustworkx.PyGraph) -> Indices:
    """The connected part of every node: the largest is 0, equal ones go by their first node."""
    parts = sorted(rustworkx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    label = np.zeros(graph.num_nodes(), dtype=np.intp)
    for number, part in enumerate(parts):
        label[list(part)] = number
    return label
