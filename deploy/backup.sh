#!/usr/bin/env bash
# One backup: the database, then the photos, so that every photo that the database names is in it. Settings come from
# the environment (env.example). Safe while the service runs; exits with an error when anything is missing.
set -euo pipefail
data="${MINSHENG_DATA:?MINSHENG_DATA names no folder}"
target="${MINSHENG_BACKUP:?MINSHENG_BACKUP names no folder}"
days="${MINSHENG_BACKUP_DAYS:-30}"
umask 077
mkdir -p "$target"
exec 9>"$target/.lock"
flock -n 9 || { echo "another backup is running" >&2; exit 1; }

stamp="$(date +%Y%m%dT%H%M%S)"
part="$target/.part"
rm -rf "$part"
mkdir "$part"
trap 'rm -rf "$part"' EXIT

if [ -n "${MINSHENG_BACKUP_URL:-}" ]; then
  pg_dump --format=custom --schema="${MINSHENG_SCHEMA:-minsheng}" --file="$part/minsheng.dump" --dbname="$MINSHENG_BACKUP_URL"
  pg_restore --list "$part/minsheng.dump" >/dev/null
else
  # SQLite's own copy of a database in use; then the copy is checked
  python3 - "$data/minsheng.sqlite" "$part/minsheng.sqlite" <<'PY'
import sqlite3
import sys

source, target = (sqlite3.connect(f"file:{path}?mode={mode}", uri=True) for path, mode in zip(sys.argv[1:], ("ro", "rwc")))
with source, target:
    source.backup(target)
found = target.execute("PRAGMA integrity_check").fetchone()[0]
sys.exit(None if found == "ok" else f"the copy is damaged: {found}")
PY
fi

# photos never change once they are kept: those of the last backup are linked, not copied
last="$(find "$target" -mindepth 1 -maxdepth 1 -type d -name '2*' | sort | tail -n 1)"
if [ -d "$data/photos" ]; then
  if [ -n "$last" ] && [ -d "$last/photos" ]; then cp -al "$last/photos" "$part/photos"; fi
  mkdir -p "$part/photos"
  cp -au --no-preserve=links "$data/photos/." "$part/photos/"
fi

mv "$part" "$target/$stamp"
trap - EXIT
find "$target" -mindepth 1 -maxdepth 1 -type d -name '2*' -mtime "+$days" -exec rm -rf {} +
echo "$target/$stamp"
