"""The map: palette, base maps, layers and the parts of the live page. Imports `geo` only."""
