#!/bin/sh
# Installs what the tests use besides Python: headless Chromium and axe-core (report), and KenLM's lmplz (training).
# What cannot be had is said and skipped, as are the tests that need it: this script always exits with 0.
cd "$(dirname "$0")/.." || exit 0

have() { command -v "$1" >/dev/null 2>&1; }

if ! have chromium && ! have chromium-browser && ! have google-chrome; then
    if [ "$(id -u)" = 0 ] && have apt-get; then
        echo "tools: installing chromium"
        { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; } \
            >/dev/null 2>&1 || echo "tools: chromium could not be installed; the browser tests are skipped"
    else
        echo "tools: no chromium, and no rights to install it; the browser tests are skipped"
    fi
fi

if [ ! -x .tools/bin/lmplz ]; then
    echo "tools: building lmplz"
    pipelines/build_lmplz.sh >/dev/null 2>&1 || echo "tools: lmplz could not be built; the tests that train models are skipped"
fi

if [ ! -f .tools/axe.min.js ]; then
    echo "tools: fetching axe-core"
    mkdir -p .tools
    { (cd .tools && npm pack --silent axe-core@4.14.1) && tar -xzf .tools/axe-core-*.tgz -C .tools package/axe.min.js \
        && mv .tools/package/axe.min.js .tools/axe.min.js; } >/dev/null 2>&1 \
        || echo "tools: axe-core could not be had from npm; the test of accessibility is skipped"
    rm -rf .tools/axe-core-*.tgz .tools/package
fi

exit 0
