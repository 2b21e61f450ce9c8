#!/usr/bin/env bash
# Starts, stops and asks the server, with the commands and words of ZooKeeper's script of the
# same name, so that service files and harnesses written for it keep working.
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
home_dir="$(dirname "$bin_dir")"

# The server in one file, unless something was compiled after it was made.
main="$home_dir/dist/bundle/main.js"
for built in base protocol core io server; do
  if [ ! -f "$main" ] || [ "$home_dir/build/$built.tsbuildinfo" -nt "$main" ]; then
    main="$home_dir/dist/server/main.js"
    break
  fi
done

usage() {
  echo "Usage: $0 [--config <conf-dir>] {start|start-foreground|stop|version|restart|status|print-cmd}" \
    '[<config file>]' >&2
  exit 1
}

if [ $# -gt 1 ] && [ "$1" = '--config' ]; then
  ZOOCFGDIR="$2"
  [ -d "$ZOOCFGDIR" ] || { echo "Error: Cannot find config directory: $ZOOCFGDIR" >&2; exit 1; }
  shift 2
fi
ZOOCFGDIR="${ZOOCFGDIR:-$home_dir/conf}"
for settings in zookeeper-env.sh java.env; do
  # shellcheck disable=SC1090
  [ -f "$ZOOCFGDIR/$settings" ] && . "$ZOOCFGDIR/$settings"
done
export SERVER_JVMFLAGS="${SERVER_JVMFLAGS:-}" JVMFLAGS="${JVMFLAGS:-}"

command="${1:-}"

# A bare name is looked for in the configuration directory first, a path is taken as it is.
config="${2:-${ZOOCFG:-zoo.cfg}}"
case "$config" in
  */*) ;;
  *) if [ -f "$ZOOCFGDIR/$config" ] || [ ! -f "$config" ]; then config="$ZOOCFGDIR/$config"; fi ;;
esac

# The value of a key of the configuration file; the last one counts.
config_value() {
  sed -n "s/^[[:space:]]*$1[[:space:]]*[=:][[:space:]]*//p" "$config" 2>/dev/null |
    tail -n 1 | sed 's/[[:space:]]*$//'
}

find_pid_file() {
  data_dir="$(config_value dataDir)"
  if [ -z "${ZOOPIDFILE:-}" ]; then
    ZOOPIDFILE="${data_dir:-.}/zookeeper_server.pid"
  fi
}

is_running() {
  [ -f "$ZOOPIDFILE" ] && kill -0 "$(cat "$ZOOPIDFILE")" 2>/dev/null
}

# Sets `run` to the words that start the server.
prepare_run() {
  [ -f "$main" ] || { echo "$main is missing. Build it: npm ci && npm run build" >&2; exit 1; }
  run=("${NODE:-node}")
  local line name
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in
      '' | '#'*) ;;
      -*) run+=("$line") ;;
      *)
        name="${line%%=*}"
        [ -n "${!name:-}" ] || export "$name=${line#*=}"
        ;;
    esac
  done <"$bin_dir/server-flags.txt"
  # Java's heap setting, when an operator made one, limits the heap here, too.
  if [ -n "${ZK_SERVER_HEAP:-}" ]; then
    run+=("--max-old-space-size=$ZK_SERVER_HEAP")
  fi
  run+=("$main" "$config")
}

start() {
  find_pid_file
  prepare_run
  echo -n 'Starting zookeeper ... '
  if is_running; then
    echo "already running as process $(cat "$ZOOPIDFILE")."
    exit 1
  fi
  ZOO_LOG_DIR="${ZOO_LOG_DIR:-$home_dir/logs}"
  mkdir -p "$ZOO_LOG_DIR" "$(dirname "$ZOOPIDFILE")"
  # Several servers of one host, each with its own file, must not write into one.
  local name
  name="$(basename "$config" .cfg)"
  [ "$name" = zoo ] && name='' || name="-$name"
  local out="$ZOO_LOG_DIR/zookeeper-${USER:-$(id -un)}-server-$(uname -n)$name.out"
  nohup "${run[@]}" >"$out" 2>&1 </dev/null &
  local pid=$!
  if ! echo -n "$pid" >"$ZOOPIDFILE"; then
    echo 'FAILED TO WRITE PID'
    exit 1
  fi
  sleep 1
  if kill -0 "$pid" 2>/dev/null; then
    echo 'STARTED'
  else
    echo 'FAILED TO START'
    tail -n 5 "$out" >&2
    exit 1
  fi
}

stop() {
  find_pid_file
  echo -n 'Stopping zookeeper ... '
  if [ ! -f "$ZOOPIDFILE" ]; then
    echo "no zookeeper to stop (could not find file $ZOOPIDFILE)"
    return 0
  fi
  local pid tries
  pid="$(cat "$ZOOPIDFILE")"
  kill "$pid" 2>/dev/null
  for ((tries = 0; tries < 300; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then
    echo "process $pid still runs after 30 seconds."
    exit 1
  fi
  rm -f "$ZOOPIDFILE"
  echo 'STOPPED'
}

# The client port may also stand in this server's own line, behind a semicolon.
find_client_port() {
  client_port="$(config_value clientPort)"
  client_address="$(config_value clientPortAddress)"
  if [ -z "$client_port" ]; then
    echo 'Client port not found in static config file. Looking in dynamic config file.'
    local id spec dynamic
    id="$(head -n 1 "$(config_value dataDir)/myid" 2>/dev/null)"
    dynamic="$(config_value dynamicConfigFile)"
    [ -n "$dynamic" ] && config="$dynamic"
    spec="$(config_value "server\\.${id:-0}")"
    case "$spec" in
      *';'*)
        # What follows a second semicolon is the port for TLS.
        spec="${spec#*;}"
        spec="${spec%%;*}"
        client_port="${spec##*:}"
        [ "$spec" = "$client_port" ] || client_address="${spec%:*}"
        ;;
    esac
  fi
  case "$client_address" in '' | 0.0.0.0 | '::' | '[::]') client_address='localhost' ;; esac
}

status() {
  find_client_port
  if [ -z "$client_port" ]; then
    echo 'Client port not found. Terminating.' >&2
    exit 1
  fi
  echo "Client port found: $client_port. Client address: $client_address. Client SSL: false."
  local mode
  mode="$(
    {
      exec 3<>"/dev/tcp/${client_address//[\[\]]/}/$client_port" && printf srvr >&3 &&
        timeout 5 cat <&3 | grep Mode
    } 2>/dev/null
  )"
  if [ -n "$mode" ]; then
    echo "$mode"
  else
    echo 'Error contacting service. It is probably not running.'
    exit 1
  fi
}

case "$command" in
  start | start-foreground | stop | restart | status | print-cmd)
    echo "Using config: $config" >&2
    ;;
esac
case "$command" in
  start-foreground)
    prepare_run
    exec "${run[@]}"
    ;;
  print-cmd)
    prepare_run
    printf '%q ' "${run[@]}"
    echo
    ;;
  start) start ;;
  stop) stop ;;
  restart)
    stop
    start
    ;;
  status) status ;;
  version)
    sed -n 's/^  "version": "\(.*\)",$/Zooid, a ZooKeeper server, version \1/p' "$home_dir/package.json"
    ;;
  *) usage ;;
esac
