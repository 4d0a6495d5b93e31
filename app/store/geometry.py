"""A geometry column that is WKB in SQLite and a PostGIS geometry in PostgreSQL; shapely on both sides."""

from __future__ import annotations

from typing import Any

import shapely
from geoalchemy2 import Geometry, WKBElement
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

SRID = 4326


class ShapelyGeometry(TypeDecorator[BaseGeometry]):
    """WGS 84 lon/lat (EPSG:4326), two dimensions. The GiST index is declared beside the table."""

    impl = Geometry
    cache_ok = True

    def __init__(self, geometry_type: str = "GEOMETRY") -> None:
        self.geometry_type = geometry_type
        super().__init__(geometry_type=geometry_type, srid=SRID, spatial_index=False)

    def load_dialect_impl(self, dialect: Dialect | None) -> Any:
        """WKB where there is no PostGIS; PostGIS also when no dialect is known (autogenerate)."""
        if dialect is not None and dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary())
        geometry = Geometry(geometry_type=self.geometry_type, srid=SRID, spatial_index=False)
        return geometry if dialect is None else dialect.type_descriptor(geometry)

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> Any:
        """shapely → WKB or WKBElement."""
        if value is None:
            return None
        wkb = shapely.to_wkb(value, output_dimension=2)
        return wkb if dialect.name == "sqlite" else WKBElement(wkb, srid=SRID)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        """WKB or WKBElement → shapely."""
        if value is None:
            return None
        if isinstance(value, WKBElement):
            data = value.data
            return shapely.from_wkb(bytes(data) if not isinstance(data, str) else data)
        return shapely.from_wkb(bytes(value) if not isinstance(value, str) else value)
