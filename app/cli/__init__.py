"""``python -m app``: the commands, one file each."""
