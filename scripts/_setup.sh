# shellcheck shell=bash
# What the commands in this folder share (sourced, never run by itself): finding Python, the virtual environment,
# the locked packages, the browser libraries. Each ensure_… step looks first, speaks only when it has work to do, and
# writes its stamp last, so that an interrupted set-up is taken up again and a finished one costs a fraction of a second.

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="$ROOT/.venv"
STAMPS="$VENV/.stamps"
MARKER="$STAMPS/installing" # there only while pip writes files: found at a start, it tells of a killed installation
STEP=0
STEPS=4

# Someone else's interpreter settings must not leak into our environment; the user's index settings must.
unset PYTHONHOME PYTHONPATH
export PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# MINSHENG_DATA is relative to where the person is, not to where the server's files are.
case "${MINSHENG_DATA:-/}" in
  /*) ;;
  *) export MINSHENG_DATA="$PWD/$MINSHENG_DATA" ;;
esac

say() { printf '%s\n' "$*" >&2; }

# die "中文" "English": the last words, always with what to do next.
die() {
  say ""
  say "✗ $1"
  say "  $2"
  exit 1
}

now_ms() {
  local micros="${EPOCHREALTIME/[.,]/}"
  printf '%s' $((micros / 1000))
}
SETUP_BEGAN="$(now_ms)"

# seconds SINCE_MS → "3.2 s"
seconds() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# begin "中文" "English" / finish: one numbered step with its elapsed time.
begin() {
  STEP_BEGAN="$(now_ms)"
  say "[$STEP/$STEPS] $1 · $2"
}
finish() { say "      完成 · done${1:+: $1}  $(seconds "$STEP_BEGAN")"; }

# as_root COMMAND…: runs it as root, directly or through a sudo that asks no password; 125 when there is neither.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n -- "$@"
  else
    return 125
  fi
}

# apt_install PACKAGE…: refreshes the lists, waits for another apt to finish, shows what is being unpacked.
apt_install() {
  command -v apt-get >/dev/null || return 125
  as_root true || return 125
  local options=(-q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
  # Without a network the lists stay as they are; whether that is enough, the installation will tell.
  as_root apt-get "${options[@]}" update >/dev/null 2>&1 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install --no-install-recommends "$@" 2>&1 |
    awk '/^(Unpacking|Setting up|E:|W:|dpkg: error)/ { print "      " substr($0, 1, 100); fflush() }' >&2
}

# Two set-ups at once (two terminals) would write over each other: the second waits for the first.
take_lock() {
  command -v flock >/dev/null && [ -w "$ROOT" ] || return 0
  exec 9>"$ROOT/.setup.lock"
  if ! flock -n 9; then
    say "      另一个安装正在进行，等待… · Another set-up is running, waiting…"
    flock 9
  fi
}
drop_lock() { { exec 9>&-; } 2>/dev/null || true; }

# find_python: sets PYTHON_BIN to a Python 3.11 or newer, one that can build environments if there is one.
find_python() {
  local candidate version first=""
  for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3; do
    # Asked by running it: a version manager's stand-in answers to the name and then fails.
    version="$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3] if sys.version_info >= (3, 11) else "")' 2>/dev/null)" || continue
    [ -n "$version" ] || continue
    PYTHON_VERSION="$version"
    if "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
      PYTHON_BIN="$(command -v "$candidate")"
      return
    fi
    first="${first:-$candidate}"
  done
  [ -n "$first" ] || die \
    "没有找到 Python 3.11 或更高版本。Debian 12 / Ubuntu 24.04：apt-get install -y python3 python3-venv；其他位置的 Python：PYTHON=/路径/python3 make run" \
    "No Python 3.11 or newer found. Debian 12 / Ubuntu 24.04: apt-get install -y python3 python3-venv; a Python elsewhere: PYTHON=/path/to/python3 make run"
  PYTHON_BIN="$(command -v "$first")"
  PYTHON_VERSION="$("$PYTHON_BIN" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')"
  install_venv_module
}

# Debian and Ubuntu ship Python without ensurepip; it comes with python3-venv (python3.N-venv for a second Python).
install_venv_module() {
  local minor="${PYTHON_VERSION%.*}" package="python3-venv" system
  system="$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)"
  [ "$system" = "$minor" ] || package="python$minor-venv"
  if as_root true && command -v apt-get >/dev/null; then
    say "      缺少 $package，正在安装… · $package is missing, installing it…"
    apt_install "$package" || true
  fi
  "$PYTHON_BIN" -c 'import venv, ensurepip' 2>/dev/null || die \
    "缺少 Python 的 venv 模块。请先运行：sudo apt-get install -y $package，然后重试。" \
    "Python's venv module is missing. Run this first, then try again: sudo apt-get install -y $package"
}

# Prints the environment's Python version when it is whole and usable, else fails.
venv_version() {
  [ -x "$VENV/bin/python" ] && [ ! -e "$MARKER" ] || return 1
  "$VENV/bin/python" -I -c '
import sys
from importlib.util import find_spec
if sys.version_info < (3, 11) or sys.prefix == sys.base_prefix or not find_spec("pip"):
    sys.exit(1)
print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

# Steps 1 and 2: a Python, and the environment built with it.
ensure_venv() {
  take_lock
  STEP=$((STEP + 2))
  if VENV_VERSION="$(venv_version)"; then return; fi
  STEP=$((STEP - 1))
  begin "查找 Python" "Looking for Python"
  find_python
  finish "Python $PYTHON_VERSION ($PYTHON_BIN)"
  STEP=$((STEP + 1))
  begin "建立虚拟环境 .venv" "Creating the virtual environment .venv"
  [ ! -e "$VENV" ] || say "      原有 .venv 不完整，重新建立 · The .venv found is incomplete and is built anew"
  rm -rf -- "$VENV"
  "$PYTHON_BIN" -m venv "$VENV" >&2 || die \
    "虚拟环境建立失败，原因见上。" "The virtual environment could not be created; the reason is above."
  VENV_VERSION="$(venv_version)" || die \
    "虚拟环境不可用：请删除 .venv 后重试。" "The virtual environment does not work: delete .venv and try again."
  finish
}

# ensure_requirements FILE "中文" "English": everything in one lock file, hashes checked. The stamp is the file's
# hash with the Python version: a new lock or a new Python installs again, nothing else does.
ensure_requirements() {
  local file="$1" stamp wanted
  STEP=$((STEP + 1))
  stamp="$STAMPS/$file"
  wanted="$(sha256sum <"$ROOT/$file") $VENV_VERSION"
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then return; fi
  begin "$2" "$3"
  mkdir -p "$STAMPS"
  "$VENV/bin/python" -I "$ROOT/scripts/_pip.py" --marker "$MARKER" "$ROOT/$file" || die \
    "Python 组件安装失败，原因见上。网络恢复后再运行一次即可继续。" \
    "The Python packages could not be installed; the reason is above. Run the command again to go on from here."
  printf '%s\n' "$wanted" >"$stamp"
  finish
}

# ensure_vendor server|tests: the browser libraries of package-lock.json, copied to app/static/vendor; for the tests
# theirs too, to .cache/vendor.
ensure_vendor() {
  local tool=("$VENV/bin/python" -I "$ROOT/scripts/_vendor.py") wanted=()
  [ "$1" = server ] || wanted=(--dev)
  STEP=$((STEP + 1))
  if "${tool[@]}" check "${wanted[@]}"; then return; fi
  begin "取得浏览器组件" "Fetching the browser libraries"
  if ! "${tool[@]}" has-npm; then
    STEP=$((STEP - 1))
    ensure_requirements requirements-node.txt "没有可用的 npm，在 .venv 中安装" "No usable npm, installing one into .venv"
  fi
  "${tool[@]}" fetch "${wanted[@]}" || die \
    "浏览器组件未能取得，原因见上。网络恢复后再运行一次即可。" \
    "The browser libraries could not be fetched; the reason is above. Run the command again when the network is back."
  finish
}

# ensure_node: a Node that reads today's JavaScript, for the checks and their tests; the server needs none.
ensure_node() {
  STEP=$((STEP + 1))
  [ ! -x "$VENV/bin/node" ] || return 0
  if node -e 'process.exit(process.versions.node.split(".")[0] < 18)' 2>/dev/null; then return; fi
  STEP=$((STEP - 1))
  ensure_requirements requirements-node.txt "没有可用的 Node，在 .venv 中安装" "No usable Node, installing one into .venv"
}

# setup_server: all that the server needs, in four steps.
setup_server() {
  STEPS=4
  ensure_venv
  ensure_requirements requirements.txt "安装 Python 组件" "Installing the Python packages"
  ensure_vendor server
  setup_done
}

# The lock is closed here so that no server inherits it.
setup_done() {
  drop_lock
  cd -- "$ROOT" || exit
  say "✓ 环境就绪 · Set-up complete  $(seconds "$SETUP_BEGAN")"
}
