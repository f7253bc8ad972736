#!/bin/sh
# Tunes the forecast: ./tune.sh [TRIALS] [WORKERS]. CAVIA is how the command line is called here.
set -eu
CAVIA=${CAVIA:-npx cavia}
cd "$(dirname "$0")"
$CAVIA study create passengers --space space.yaml --minimize error --trials "${1:-40}"
$CAVIA run passengers --workers "${2:-2}" -- awk -v season={season} -v alpha={alpha} -v beta={beta} -v gamma={gamma} \
  -v damping={damping} -f holt-winters.awk passengers.txt
