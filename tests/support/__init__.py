"""What several test folders share: databases, a real server, a real browser, and that nothing is skipped."""
