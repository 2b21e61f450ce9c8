#!/usr/bin/env bash
# ZooKeeper's script of this name, with its arguments.
bin_dir="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
exec "${NODE:-node}" "$bin_dir/zooid.js" snapshot compare "$@"
