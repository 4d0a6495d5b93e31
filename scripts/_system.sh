# shellcheck shell=bash
# Sourced after _setup.sh: the system packages that the tests and the bench need (the server needs none).

has_postgis() {
  compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null && return
  local share
  share="$(pg_config --sharedir 2>/dev/null)" && [ -e "$share/extension/postgis.control" ]
}

# A browser counts when it runs: Ubuntu's chromium-browser is a stand-in that only says where to find a snap.
has_chromium() {
  local name
  for name in ${MINSHENG_CHROMIUM:+"$MINSHENG_CHROMIUM"} chromium google-chrome google-chrome-stable chromium-browser; do
    if "$name" --version >/dev/null 2>&1; then return; fi
  done
  # Playwright's own, where someone had it downloaded.
  compgen -G "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}/chromium-*/INSTALLATION_COMPLETE" >/dev/null
}

has_gdal() { command -v ogrinfo >/dev/null; }
has_pdftotext() { command -v pdftotext >/dev/null && command -v pdffonts >/dev/null; }
has_chinese_font() { [ -n "$(fc-list :lang=zh family 2>/dev/null | head -n 1)" ]; }
# Playwright's driver needs it; a bare Debian has it not.
has_libatomic() { ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1' || compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null; }

# postgis_package: PostgreSQL's version is part of the name; the newest the distribution has, or the installed one's.
postgis_package() {
  local installed names
  names="$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d ' ' -f 1 | sort -t - -k 2 -n)"
  installed="$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1 | cut -d / -f 5)"
  if [ -n "$installed" ] && grep -qx "postgresql-$installed-postgis-3" <<<"$names"; then
    echo "postgresql-$installed-postgis-3"
  else
    tail -n 1 <<<"${names:-postgresql-15-postgis-3}"
  fi
}

# install_postgis: without the cluster of its own that Debian makes and starts when PostgreSQL is first installed.
install_postgis() {
  local folder=/etc/postgresql-common/createcluster.d code=0
  as_root mkdir -p "$folder"
  echo 'create_main_cluster = false' | as_root tee "$folder/minsheng-tests.conf" >/dev/null
  apt_install "$(postgis_package)" || code=$?
  as_root rm -f "$folder/minsheng-tests.conf"
  return "$code"
}

has_caddy() { command -v caddy >/dev/null; }

# install_caddy: Debian's package would start a server of its own on ports 80 and 443.
install_caddy() {
  local policy=/usr/sbin/policy-rc.d own=0 code=0
  if [ ! -e "$policy" ]; then
    own=1
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
  fi
  apt_install caddy || code=$?
  if [ "$own" = 1 ]; then as_root rm -f "$policy"; fi
  return "$code"
}

# wanting has_SOMETHING PACKAGE: prints the package's name when the thing is not there.
wanting() { "$1" || echo "$2"; }

missing_packages() {
  wanting has_postgis postgis
  [ "$1" = all ] || return 0
  wanting has_chromium chromium
  wanting has_libatomic libatomic1
  wanting has_gdal gdal-bin
  wanting has_chinese_font fonts-noto-cjk
  wanting has_pdftotext poppler-utils
  wanting has_caddy caddy
}

# ensure_system all|postgis: what the tests need, or PostGIS alone (the bench). Installs what is missing, else names
# the command that does.
ensure_system() {
  local missing others
  STEP=$((STEP + 1))
  missing="$(missing_packages "$1")"
  [ -n "$missing" ] || return 0
  begin "安装测试所需的系统组件：${missing//$'\n'/ }" "Installing system packages for the tests"
  if command -v apt-get >/dev/null && as_root true; then
    if grep -qx postgis <<<"$missing"; then
      as_root apt-get -q update >/dev/null 2>&1 || true
      install_postgis || true
    fi
    if grep -qx caddy <<<"$missing"; then install_caddy || true; fi
    others="$(grep -vxE 'postgis|caddy' <<<"$missing" || true)"
    if [ -n "$others" ]; then
      # shellcheck disable=SC2086 # one word per package
      apt_install fontconfig $others || true
    fi
  fi
  missing="$(missing_packages "$1")"
  [ -z "$missing" ] || explain_missing "$missing"
  finish
}

# The snap of Ubuntu's Chromium cannot be driven; Playwright can fetch one that can.
explain_missing() {
  local command="sudo apt-get install -y ${1//$'\n'/ }"
  command="${command/ postgis/ $(command -v apt-cache >/dev/null && postgis_package || echo postgresql-15-postgis-3)}"
  if grep -qx chromium <<<"$1" && grep -qi '^ID=ubuntu' /etc/os-release 2>/dev/null; then
    say "      Ubuntu 的 chromium 是 snap，测试不能驱动；请安装 Google Chrome，或运行："
    say "      Ubuntu's chromium is a snap, which the tests cannot drive; install Google Chrome, or run:"
    say "        .venv/bin/python -m playwright install --with-deps chromium"
  fi
  die "测试需要的系统组件没有装上：${1//$'\n'/ }。请运行：$command" \
    "These system packages are missing: ${1//$'\n'/ }. Run: $command"
}
