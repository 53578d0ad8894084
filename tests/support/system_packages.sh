#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages named, where they are missing and we may; otherwise say what to do.
# package:program names a program that is not called as its package is.
set -eu
PATH=$PATH:/usr/sbin

install() {
  # Services are not started: tests run their own, and a port may be in use.
  $1 sh -c '
    set -e
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    apt-get update -qq && apt-get install -y -qq "$0" >/dev/null
  ' "$2"
}

for each in "$@"; do
  package=${each%%:*}
  command -v "${each##*:}" >/dev/null 2>&1 && continue
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing: $package. Install it with your system's package manager; its tests are skipped until then." >&2
  elif [ "$(id -u)" = 0 ]; then
    install "" "$package"
  elif sudo -n true 2>/dev/null; then
    install sudo "$package"
  else
    echo "Missing: $package. Run: sudo apt install $package. Its tests are skipped until then." >&2
  fi
done
