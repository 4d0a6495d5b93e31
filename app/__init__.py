"""Minsheng Map · 民生实事一张图: the service, its rules, its store and its commands."""
