#!/usr/bin/env bash
# ZooKeeper's script of this name: the directories are those of zoo.cfg, `-n <count>` comes behind.
set -u
bin_dir="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# shellcheck source=config-value.sh
. "$bin_dir/config-value.sh"

if [ $# -gt 1 ] && [ "$1" = '--config' ]; then
  ZOOCFGDIR="$2"
  shift 2
fi
config="${ZOOCFGDIR:-$bin_dir/../conf}/${ZOOCFG:-zoo.cfg}"

directories=()
for key in dataLogDir dataDir; do
  directory="$(config_value "$key")"
  [ -n "$directory" ] && directories+=("$directory")
done
exec "${NODE:-node}" "$bin_dir/zooid.js" cleanup ${directories[@]+"${directories[@]}"} "$@"
