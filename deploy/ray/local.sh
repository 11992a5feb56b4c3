#!/bin/sh
# A Ray cluster of two nodes on this machine, a run on it, and its end: to try what a cluster does before having one.
#
#   deploy/ray/local.sh fixtures/shards --out out/ray
#
# The words are those of `provenance run`. PORT (6380) and CPUS (1, of each node) are read from the environment.
set -eu
address=127.0.0.1:${PORT:-6380}
folder=$(mktemp -d /tmp/ray-XXXXXX) # Ray's sockets lie below it: their paths must be short
export RAY_USAGE_STATS_ENABLED=0
RAY_AUTH_TOKEN=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n') # of this cluster alone
export RAY_AUTH_TOKEN RAY_AUTH_MODE=token
pids=""

stop() { # the head, which began first, ends last
    for pid in $pids; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

start() { # one node; --block: it lives as long as this shell
    ray start "$@" --block --num-cpus="${CPUS:-1}" --num-gpus=0 --object-store-memory=100000000 \
        --node-ip-address=127.0.0.1 --temp-dir="$folder" >> "$folder/ray.log" 2>&1 &
    pids="$! $pids"
}

wait_for() { # so many nodes
    tries=60
    until [ "$(ray status --address "$address" 2>/dev/null | grep -c '^ *1 node_')" -ge "$1" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { cat "$folder/ray.log" >&2; exit 1; }
        sleep 0.5
    done
}

start --head --port="${address##*:}" --include-dashboard=false
wait_for 1
start --address="$address"
wait_for 2
provenance run --engine ray --ray-address "$address" "$@"
