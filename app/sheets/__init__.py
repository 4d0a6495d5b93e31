"""Workbooks and CSV files, in and out: what is written is never a formula, what is read is never run.

Pure: no database, no web. Texts in both languages come from app/i18n (``*.sheets.toml``).
"""
