"""Addresses of the service: one router per noun, thin, without SQL and without rules."""
