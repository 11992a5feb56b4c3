#!/usr/bin/env bash
# Builds KenLM's lmplz and build_binary from the sources inside PyPI's source package of kenlm, into .tools/bin.
# They are used for training and by tests only; scoring needs neither. KenLM's builder is LGPL and is not shipped.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=${KENLM_VERSION:-0.3.0}
PYTHON=${PYTHON:-.venv/bin/python}
BIN=.tools/bin
PACKAGES=(g++ make cmake zlib1g-dev libboost-program-options-dev libboost-system-dev libboost-thread-dev libboost-test-dev)

if [[ -x $BIN/lmplz && -x $BIN/build_binary && -z ${REBUILD:-} ]]; then
  echo "lmplz: already in $BIN (REBUILD=1 builds it again)"
  exit 0
fi

missing=()
for package in "${PACKAGES[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]})); then
  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "lmplz: installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "lmplz: cannot be built, these Debian packages are missing: ${missing[*]}" >&2
    echo "       install them (apt-get install ${missing[*]}) and run 'make lmplz' again" >&2
    exit 1
  fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PYTHON" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary kenlm --dest "$work" "kenlm==$VERSION"
tar -xzf "$work"/kenlm-*.tar.gz -C "$work"
echo "lmplz: compiling (a minute or two)"
# An ISA of its own would change rounding, and with it the models: plain -O2 for the base architecture.
cmake -S "$work/kenlm-$VERSION" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" \
  -DBUILD_TESTING=OFF -DENABLE_INTERPOLATE=OFF >"$work/cmake.log" 2>&1 || { tail -n 20 "$work/cmake.log" >&2; exit 1; }
cmake --build "$work/build" --parallel "${JOBS:-2}" --target lmplz build_binary query >"$work/make.log" 2>&1 ||
  { tail -n 20 "$work/make.log" >&2; exit 1; }
mkdir -p "$BIN"
install -m 755 "$work"/build/bin/{lmplz,build_binary,query} "$BIN/"
echo "lmplz: built $BIN/lmplz, $BIN/build_binary and $BIN/query"
