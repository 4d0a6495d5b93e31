"""Coverage as answers, pages and drawings have it."""
