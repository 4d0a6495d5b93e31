"""Spatial reads: one protocol, two engines (memory, PostGIS) that must answer alike."""
