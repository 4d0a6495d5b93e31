"""The bench: how fast the real server answers, for every way of reading. See docs/benchmarks.md."""
