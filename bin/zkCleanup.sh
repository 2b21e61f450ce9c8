#!/usr/bin/env bash
# ZooKeeper's script of this name: the directories are those of zoo.cfg, `-n <count>` comes behind.
set -u
bin_dir="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

if [ $# -gt 1 ] && [ "$1" = '--config' ]; then
  ZOOCFGDIR="$2"
  shift 2
fi
config="${ZOOCFGDIR:-$bin_dir/../conf}/${ZOOCFG:-zoo.cfg}"

# The value of a key of the configuration file; the last one counts.
config_value() {
  sed -n "s/^[[:space:]]*$1[[:space:]]*[=:][[:space:]]*//p" "$config" 2>/dev/null |
    tail -n 1 | sed 's/[[:space:]]*$//'
}

directories=()
for key in dataLogDir dataDir; do
  directory="$(config_value "$key")"
  [ -n "$directory" ] && directories+=("$directory")
done
exec "${NODE:-node}" "$bin_dir/zooid.js" cleanup ${directories[@]+"${directories[@]}"} "$@"
