#!/usr/bin/env bash
# Makes the directories of a new server, its myid and the file `initialize`, with the options and
# words of ZooKeeper's script of the same name: for servers that must not begin with nothing by
# themselves (datadir.autocreate=false, db.autocreate=false).
set -u

bin_dir="$(cd -P "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
# shellcheck source=config-value.sh
. "$bin_dir/config-value.sh"

if [ $# -gt 1 ] && [ "$1" = '--config' ]; then
  ZOOCFGDIR="$2"
  shift 2
fi
config="${ZOOCFGDIR:-$(dirname "$bin_dir")/conf}/${ZOOCFG:-zoo.cfg}"
myid=''
is_forced=''

usage() {
  printf 'usage: %s <parameters>
  Optional parameters:
     -h                                                    Display this message
     --help                                                Display this message
     --configfile=%-40s ZooKeeper config file
     --myid=#                                              Set the myid to be used, if any (1-255)
     --force                                               Force creation of the data/txnlog dirs
' "$0" "$config"
  exit 1
}

refuse() {
  echo "$1"
  exit 1
}

while [ $# -gt 0 ]; do
  case "$1" in
    --configfile | --myid)
      [ $# -gt 1 ] || usage
      if [ "$1" = --myid ]; then myid="$2"; else config="$2"; fi
      shift
      ;;
    --configfile=?*) config="${1#*=}" ;;
    --myid=?*) myid="${1#*=}" ;;
    --force) is_forced=yes ;;
    -h | --help) usage ;;
    *)
      echo "Unknown option: $1"
      usage
      ;;
  esac
  shift
done

[ -e "$config" ] || refuse "Unable to find config file at $config"
data="$(config_value dataDir)"
log="$(config_value dataLogDir)"
[ -n "$data" ] || refuse "Unable to determine dataDir from $config"
if [ -n "$is_forced" ]; then
  echo 'Force enabled, data/txnlog directories will be re-initialized'
else
  again='(or use --force to force re-initialization)'
  [ ! -d "$data/version-2" ] || refuse "ZooKeeper data directory already exists at $data $again"
  [ -z "$log" ] || [ ! -d "$log/version-2" ] ||
    refuse "ZooKeeper txnlog directory already exists at $log $again"
fi
for directory in "$data" ${log:+"$log"}; do
  rm -rf "${directory:?}/myid" "${directory:?}/version-2"
  mkdir -p "$directory/version-2" || exit 1
done
if [ -n "$myid" ]; then
  echo "Using myid of $myid"
  echo "$myid" >"$data/myid" || exit 1
else
  echo "No myid provided, be sure to specify it in $data/myid if using non-standalone"
fi
# Compat: Java's script makes it beside the snapshots, where Java's server does not look for it
# when the logs have a directory of their own.
touch "${log:-$data}/initialize"
