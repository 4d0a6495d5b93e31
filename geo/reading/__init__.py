"""Reading geometry from files that people hand in: GeoJSON, GeoPackage, zipped Shapefile.

The only part of this package that touches files. What a file is, is told by its first bytes, never by its
name: GDAL would follow a file that claims to be something else to other files or addresses.
"""

from geo.reading.rows import MAX_BYTES, MAX_ROWS, Row, read_rows

__all__ = ["MAX_BYTES", "MAX_ROWS", "Row", "read_rows"]
