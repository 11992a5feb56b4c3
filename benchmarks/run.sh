#!/bin/sh
# Speed and memory of every stage and end to end, beside datatrove on the same shards in the same run.
#
#   benchmarks/run.sh [FOLDER]     FOLDER (or $SHARDS) holds .warc.gz files; without one, the development shards
#                                  beside the project if they are there, else fixtures/shards many times over
#
# datatrove gets a virtual environment of its own under benchmarks/.work: its dependencies clash with ours. Where it
# cannot be installed (or with DATATROVE=no) everything else is measured all the same.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/benchmarks/.work
python=$PWD/.venv/bin/python
parts=$work/parts
rm -rf "$parts" "$work/out"
mkdir -p "$parts" "$work/out"

say() { echo "bench: $*" >&2; }

repeat_fixtures() {
    rm -rf "$work/shards"
    mkdir -p "$work/shards"
    find fixtures/shards -name '*.warc.gz' ! -name '*damaged*' | sort | while read -r shard; do
        for i in $(seq 10 29); do
            ln -s "$PWD/$shard" "$work/shards/$i-$(echo "$shard" | tr / -)"
        done
    done
}

# What its steps import besides its own extras: spacy, lxml_html_clean. resiliparse: our extractor in its place.
install_datatrove() {
    test -e "$work/datatrove/.installed" && return
    "$python" -m venv "$work/datatrove" &&
        "$work/datatrove/bin/python" -m pip install --quiet --disable-pip-version-check \
            'datatrove[io,processing]==0.10.1' spacy lxml_html_clean 'resiliparse>=2.0.1' &&
        touch "$work/datatrove/.installed"
}

install_trafilatura() {
    test -e "$work/trafilatura/.installed" && return
    "$python" -m pip install --quiet --disable-pip-version-check --target "$work/trafilatura" 'trafilatura>=2.3.1' &&
        touch "$work/trafilatura/.installed"
}

shards=${1:-${SHARDS:-../shared/data/warc/throughput}}
if [ ! -d "$shards" ]; then
    say "no folder $shards: the fixtures stand in, twenty times over"
    repeat_fixtures
    shards=$work/shards
fi

say "reading"
"$python" benchmarks/reading.py "$shards" "$work/reading" > "$parts/reading.json"

say "stages"
"$python" benchmarks/stages.py "$shards" > "$parts/stages.json"
pages=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["input"]["pages"])' "$parts/stages.json")

say "scoring"
"$python" benchmarks/scoring.py > "$parts/scoring.json"

say "loaders"
"$python" benchmarks/loaders.py > "$work/out/loaders.json" && mv "$work/out/loaders.json" benchmarks/results/loaders.json

say "end to end"
with=""
if install_trafilatura; then with="--trafilatura $work/trafilatura"; fi
# shellcheck disable=SC2086  $with is two words or none
"$python" benchmarks/end_to_end.py "$shards" "$work/out" --pages "$pages" $with > "$parts/end_to_end.json"

if [ "${DATATROVE:-yes}" = no ] || ! install_datatrove; then
    say "datatrove is not measured"
else
    for extractor in trafilatura resiliparse; do
        say "datatrove with $extractor"
        "$work/datatrove/bin/python" benchmarks/datatrove_baseline.py "$shards" "$work/out/datatrove-$extractor" \
            --pages "$pages" --extractor "$extractor" \
            > "$parts/datatrove_$extractor.json" 2> "$work/out/datatrove-$extractor.log"
    done
fi

say "clustering a million signatures"
"$python" benchmarks/cluster_scale.py "$work/clustering" --rows 1000000 > "$parts/clustering.json" 2> "$work/out/clustering.log"

say "scaling"
"$python" benchmarks/scaling.py "$shards" "$work/scaling" > "$work/out/scaling.json" 2> "$work/out/scaling.log" &&
    mv "$work/out/scaling.json" benchmarks/results/scaling.json

say "requests to object storage"
PYTHONPATH=. "$python" benchmarks/storage_requests.py "$shards" "$work/requests" > "$work/out/requests.json" &&
    mv "$work/out/requests.json" benchmarks/results/storage_requests.json

"$python" benchmarks/show.py "$parts"
PYTHONPATH=. "$python" benchmarks/cost_table.py
