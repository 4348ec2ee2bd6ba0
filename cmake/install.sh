#!/usr/bin/env bash
# Installs the packages of packages.txt that are missing. Where it may not, it says what to install.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mapfile -t packages < <(grep -vE '^(#|$)' "$here/packages.txt")

if ! command -v dpkg-query > /dev/null; then
  echo "This is no Debian. Tocsin needs the libraries behind these packages: ${packages[*]}" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
((${#missing[@]} == 0)) && exit 0

as_root=()
if ((EUID != 0)); then
  if ! sudo -n true 2> /dev/null && [[ ! -t 0 ]]; then
    echo "Packages are missing. Install them with: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; }; then
  echo "Could not install packages. Install them with: apt-get install ${missing[*]}" >&2
  exit 1
fi
