#!/usr/bin/env bash
# Puts a backup of backup.sh back: restore.sh FOLDER. Stop the service first. Settings come from the environment
# (env.example), as those of backup.sh and of the service. Nothing is overwritten: where there is a database already, it
# stops. At the end tables are brought up to date, and what is there is counted and checked.
set -euo pipefail
here="$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")"
python="${MINSHENG_PYTHON:-$here/../.venv/bin/python}"

stop() {
  printf '%s\n' "$@" >&2
  exit 1
}

[ $# -eq 1 ] || stop "用法 · usage: restore.sh FOLDER"
from="${1%/}"
data="${MINSHENG_DATA:?MINSHENG_DATA names no folder}"
schema="${MINSHENG_SCHEMA:-minsheng}"
umask 077
mkdir -p "$data"

# photos first, so that a database never names one that is not there; a name stands for its content
put_photos() {
  [ -d "$from/photos" ] || return 0
  mkdir -p "$data/photos"
  cp -an --no-preserve=links "$from/photos/." "$data/photos/"
}

# how many rows of a system table stand for the schema
count() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --set=schema="$schema" \
    --dbname="$MINSHENG_BACKUP_URL" <<<"SELECT count(*) FROM $1 WHERE nspname = :'schema'"
}
tables="pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"

if [ -n "${MINSHENG_BACKUP_URL:-}" ]; then
  [ -f "$from/minsheng.dump" ] || stop "$from 中没有 minsheng.dump，未改动任何内容。" \
    "There is no minsheng.dump in $from. Nothing was changed."
  pg_restore --list "$from/minsheng.dump" >/dev/null
  [ "$(count pg_namespace)" = 1 ] ||
    stop "数据库中没有模式 $schema。请先建角色、PostGIS 和模式（管理员手册 PostgreSQL/PostGIS 第 1 步）。未改动任何内容。" \
      "The database has no schema $schema. Make roles, PostGIS and schema first (administrator's guide," \
      "PostgreSQL/PostGIS, step 1). Nothing was changed."
  [ "$(count "$tables")" = 0 ] ||
    stop "模式 $schema 中已有数据表，未改动任何内容。请换一个新建的数据库，或先把它改名。" \
      "The schema $schema holds tables. Nothing was changed. Use a new database, or rename this schema first."
  put_photos
  pg_restore --schema="$schema" --no-owner --no-privileges --exit-on-error --single-transaction \
    --dbname="$MINSHENG_BACKUP_URL" "$from/minsheng.dump"
  [ "$(count "$tables")" != 0 ] ||
    stop "备份里没有模式 $schema 的数据表，请检查 MINSHENG_SCHEMA。" \
      "The backup holds no tables of a schema $schema: look at MINSHENG_SCHEMA."
else
  [ -f "$from/minsheng.sqlite" ] || stop "$from 中没有 minsheng.sqlite，未改动任何内容。" \
    "There is no minsheng.sqlite in $from. Nothing was changed."
  for name in minsheng.sqlite minsheng.sqlite-wal minsheng.sqlite-shm; do
    [ ! -e "$data/$name" ] || stop "$data 中已有 $name，未改动任何内容。请先停服务，并把它移到别处。" \
      "There is a $name in $data. Nothing was changed. Stop the service and move it away first."
  done
  put_photos
  cp -a "$from/minsheng.sqlite" "$data/.minsheng.sqlite.part"
  mv "$data/.minsheng.sqlite.part" "$data/minsheng.sqlite"
fi

echo "已放回，正在核对 · it is back and being checked:"
[ -x "$python" ] || stop "没有 $python：请运行 python -m app init（用表的所有者登录）和 check。" \
  "There is no $python: run python -m app init (as the owner of the tables) and check."
cd "$here/.."
if [ -n "${MINSHENG_BACKUP_URL:-}" ]; then
  DATABASE_URL="$MINSHENG_BACKUP_URL" "$python" -m app init # as the owner of the tables
else
  "$python" -m app init
fi
"$python" -m app check # as the service
