#!/bin/sh
# A crawl in parts, one after the other: LISTS/part-00000.paths into OUT/part-00000, and so on from FIRST to LAST.
#
#   zcat warc.paths.gz | split --lines=1000 -d -a 5 --additional-suffix=.paths - part-     makes the lists
#   deploy/parts.sh LISTS OUT FIRST LAST OPTION...          OPTION of `provenance run`, such as --base s3://commoncrawl/
#
# The same line goes on after an interruption. Exit status 1: shards were lost, the same line tries them again.
set -eu
lists=$1 out=$2 first=$3 last=$4
shift 4
lost=0
for part in $(seq -f 'part-%05.0f' "$first" "$last"); do
    status=0
    provenance run "$lists/$part.paths" --out "$out/$part" "$@" || status=$?
    case $status in
        0) ;;
        1) lost=1 && echo "$part: shards were lost" >&2 ;;
        *) exit "$status" ;;
    esac
done
exit "$lost"
