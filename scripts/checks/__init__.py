"""Checks of the sources that no linter makes. Each module is a command: `python -m scripts.checks.NAME`."""
