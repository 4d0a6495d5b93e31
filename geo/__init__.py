"""Geometry as pure functions: no web framework, no database, nothing of this project's other packages.

Coordinates are longitude, latitude (in that order) in WGS 84 degrees unless a name says otherwise; lengths
are metres, areas square metres, bearings degrees clockwise from true north. Modules are imported by name
(`from geo import crs`), so that using one never pays for another.
"""
