#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages named, where they are missing and we may; otherwise say what to do. A package whose
# command has another name is written as PACKAGE:COMMAND.
set -eu
for each in "$@"; do
  package=${each%%:*}
  command -v "${each#*:}" >/dev/null 2>&1 && continue
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing: $package. Install it with your system's package manager; its tests are skipped until then." >&2
  elif [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq "$package" >/dev/null
  elif sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo apt-get install -y -qq "$package" >/dev/null
  else
    echo "Missing: $package. Run: sudo apt install $package. Its tests are skipped until then." >&2
  fi
done
