"""Places that are to be served: villages, communities, buildings, built-up land; read, imported, loaded."""
