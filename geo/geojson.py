"""provisional"""
import orjson, shapely
def normalise(geom):
    g = shapely.set_precision(shapely.force_2d(geom), 0, mode="pointwise")
    g = shapely.transform(g, lambda xy: xy.round(7))
    if g.geom_type == "Polygon": g = shapely.orient_polygons(g)
    return g
def geometry_text(geom, decimals):
    return orjson.dumps(orjson.loads(shapely.to_geojson(shapely.transform(geom, lambda xy: xy.round(decimals))))).decode()
