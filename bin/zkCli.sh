#!/usr/bin/env bash
# The command line client, with the words of ZooKeeper's script of the same name.
set -u

script="${BASH_SOURCE[0]}"
while [ -h "$script" ]; do
  target="$(readlink "$script")"
  case "$target" in
    /*) script="$target" ;;
    *) script="$(dirname "$script")/$target" ;;
  esac
done
bin_dir="$(cd -P "$(dirname "$script")" && pwd)"

exec "${NODE:-node}" "$bin_dir/zooid.js" cli "$@"
