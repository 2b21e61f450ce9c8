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
# shellcheck source=config-value.sh
. "$bin_dir/config-value.sh"
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
export SERVER_JVMFLAGS="${SERVER_JVMFLAGS:-}" JVMFLAGS="${JVMFLAGS:-}"
# As they were written for Java's script: they may name variables that nobody has set.
set +u
for file in zookeeper-env.sh java.env; do
  # shellcheck disable=SC1090
  [ -f "$ZOOCFGDIR/$file" ] && . "$ZOOCFGDIR/$file"
done
set -u

command="${1:-}"

# A bare name is looked for in the configuration directory first, a path is taken as it is.
config="${2:-${ZOOCFG:-zoo.cfg}}"
case "$config" in
  */*) ;;
  *) if [ -f "$ZOOCFGDIR/$config" ] || [ ! -f "$config" ]; then config="$ZOOCFGDIR/$config"; fi ;;
esac

find_pid_file() {
  data_dir="$(config_value dataDir)"
  ZOOPIDFILE="${ZOOPIDFILE:-${data_dir:-.}/zookeeper_server.pid}"
}

# A process that has ended stays known until its parent has asked how, and in a container nobody may.
lives() {
  kill -0 "$1" 2>/dev/null || return 1
  case "$(ps -o stat= -p "$1" 2>/dev/null)" in Z*) return 1 ;; esac
}

# Whether the process of the pid file is a server, of Java or ours: after a restart of the machine,
# or in a container, its number may be another program's.
is_running() {
  pid="$(cat "$ZOOPIDFILE" 2>/dev/null)"
  [ -n "$pid" ] && lives "$pid" || return 1
  case "$(ps -ww -o args= -p "$pid" 2>/dev/null || tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")" in
    '' | */dist/*/main.js* | *QuorumPeerMain* | *ZooKeeperServerMain*) ;;
    *) return 1 ;;
  esac
}

# As Java's, for installations that make the directories by zkServer-initialize.sh.
require_data_directories() {
  [ -n "${ZOO_DATADIR_AUTOCREATE_DISABLE:-}" ] || return 0
  local data log
  data="$(config_value dataDir)"
  log="$(config_value dataLogDir)"
  if [ ! -d "$data/version-2" ]; then
    echo "ZooKeeper data directory is missing at $data fix the path or run initialize"
    exit 1
  fi
  if [ -n "$log" ] && [ ! -d "$log/version-2" ]; then
    echo "ZooKeeper txnlog directory is missing at $log fix the path or run initialize"
    exit 1
  fi
  SERVER_JVMFLAGS="$SERVER_JVMFLAGS -Dzookeeper.datadir.autocreate=false"
}

# Sets `run` to the words that start the server, `settings` to what its environment needs.
prepare_run() {
  [ -f "$main" ] || { echo "$main is missing. Build it: npm ci && npm run build" >&2; exit 1; }
  run=("${NODE:-node}")
  settings=()
  local line name
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in
      '' | '#'*) ;;
      -*) run+=("$line") ;;
      *)
        name="${line%%=*}"
        settings+=("$name=${!name:-${line#*=}}")
        ;;
    esac
  done <"$bin_dir/server-flags.txt"
  # Java's heap setting, when an operator made one, limits the heap here, too.
  if [ -n "${ZK_SERVER_HEAP:-}" ]; then
    run+=("--max-old-space-size=$ZK_SERVER_HEAP")
  fi
  run+=("$main" "$config")
}

# Sets `out` to the file for what the server writes. Several servers of one host must not write into
# one, whether their configurations differ by name or by directory.
find_out_file() {
  ZOO_LOG_DIR="${ZOO_LOG_DIR:-$home_dir/logs}"
  local name directory
  name="$(basename "$config" .cfg)"
  directory="$(dirname "$config")"
  [ "$name" = zoo ] && name='' || name="-$name"
  [ "$directory" -ef "$ZOOCFGDIR" ] || name="-$(basename "$(cd "$directory" && pwd)")$name"
  out="$ZOO_LOG_DIR/zookeeper-${USER:-$(id -un)}-server-$(uname -n)$name.out"
}

fail_to_start() {
  echo 'FAILED TO START'
  [ $# -eq 0 ] || echo "$1" >&2
  exit 1
}

start() {
  require_data_directories
  find_pid_file
  find_out_file
  prepare_run
  echo -n 'Starting zookeeper ... '
  if is_running; then
    echo "already running as process $pid."
    exit 1
  fi
  [ -r "$config" ] || fail_to_start "$config cannot be read."
  mkdir -p "$ZOO_LOG_DIR" && : >"$out" || fail_to_start "$out cannot be written."
  if ! { mkdir -p "$(dirname "$ZOOPIDFILE")" && : >"$ZOOPIDFILE"; }; then
    echo 'FAILED TO WRITE PID'
    exit 1
  fi
  # Out of the terminal's session where that can be done: Node takes SIGHUP whatever nohup says.
  local detach=(nohup)
  if command -v setsid >/dev/null; then detach=(setsid nohup); fi
  # A pipe that ends with the server, whose first line is its number and whose second comes when
  # it serves.
  exec 3< <(
    env "${settings[@]}" ZOOID_READY_FD=3 "${detach[@]}" "${run[@]}" 3>&1 >"$out" 2>&1 </dev/null &
    echo $!
  )
  local heard
  read -r pid <&3
  echo -n "$pid" >"$ZOOPIDFILE"
  read -r -t "${ZOOID_START_TIMEOUT:-60}" <&3
  heard=$?
  exec 3<&-
  if [ $heard -eq 0 ]; then
    echo 'STARTED'
  elif [ $heard -gt 128 ]; then
    # It took longer than that; otherwise the pipe has ended, and with it the server.
    echo 'STARTED'
    echo "It does not serve yet; see $out" >&2
  else
    rm -f "$ZOOPIDFILE"
    tail -n 20 "$out" >&2
    fail_to_start
  fi
}

stop() {
  find_pid_file
  echo -n 'Stopping zookeeper ... '
  if [ ! -f "$ZOOPIDFILE" ]; then
    echo "no zookeeper to stop (could not find file $ZOOPIDFILE)"
    return 0
  fi
  if is_running; then
    local tries
    kill "$pid"
    for ((tries = 0; tries < 300; tries++)); do
      lives "$pid" || break
      sleep 0.1
    done
    if [ $tries -eq 300 ]; then
      echo "process $pid still runs after 30 seconds."
      exit 1
    fi
  fi
  rm -f "$ZOOPIDFILE"
  echo 'STOPPED'
}

# The client port may also stand in this server's own line, behind a semicolon; what follows a
# second semicolon is the port for TLS.
find_port_in_line() {
  local id file spec='' plain secure=''
  id="$(head -n 1 "$(config_value dataDir)/myid" 2>/dev/null)"
  if ! [[ "$id" =~ ^[0-9]+$ ]]; then
    echo 'myid could not be determined, will not able to locate clientPort in the server configs.'
    return
  fi
  spec="$(config_value "server\\.$id")"
  if [[ "$spec" != *';'* ]]; then
    echo 'Client port not found in static config file. Looking in dynamic config file.'
    file="$(config_value dynamicConfigFile)"
    [ -z "$file" ] || spec="$(config="$file" config_value "server\\.$id")"
  fi
  if [[ "$spec" != *';'* ]]; then
    echo 'Client port not found in the server configs'
    return
  fi
  IFS=';' read -r spec plain secure <<<"$spec"
  [ -n "$plain" ] || { plain="$secure" && is_ssl=true; }
  client_port="${plain##*:}"
  [ "$plain" = "$client_port" ] || client_address="${plain%:*}"
  client_address="${client_address//[\[\]]/}"
}

find_client_port() {
  is_ssl=false
  client_port="$(config_value clientPort)"
  client_address="$(config_value clientPortAddress)"
  [[ "$client_port" =~ ^[0-9]+$ ]] || find_port_in_line
  if [ -z "$client_port" ]; then
    echo 'Client port not found. Looking for secureClientPort in the static config.'
    is_ssl=true
    client_port="$(config_value secureClientPort)"
    client_address="$(config_value secureClientPortAddress)"
  fi
  if [ -z "$client_port" ]; then
    echo 'Unable to find either secure or unsecure client port in any configs. Terminating.'
    exit 1
  fi
  case "$client_address" in '' | 0.0.0.0 | '::' | '[::]') client_address='localhost' ;; esac
}

# Over TLS with the key and trust of this server, which Java's script wants in CLIENT_JVMFLAGS.
ask_mode() {
  if [ "$is_ssl" = true ]; then
    "${NODE:-node}" "$bin_dir/zooid.js" ask srvr "$client_address:$client_port" --tls --config "$config" |
      grep Mode
    return
  fi
  exec 3<>"/dev/tcp/${client_address//[\[\]]/}/$client_port" && printf srvr >&3 &&
    timeout 5 cat <&3 | grep Mode
}

status() {
  find_client_port
  echo "Client port found: $client_port. Client address: $client_address. Client SSL: $is_ssl."
  local mode
  mode="$(ask_mode 2>/dev/null)"
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
    require_data_directories
    prepare_run
    export "${settings[@]}"
    [ -n "${ZOO_NOEXEC:-}" ] || exec "${run[@]}"
    "${run[@]}"
    ;;
  print-cmd)
    require_data_directories
    find_out_file
    prepare_run
    printf '%q ' env "${settings[@]}" "${run[@]}"
    printf '>%q 2>&1 </dev/null\n' "$out"
    ;;
  start) start ;;
  stop) stop ;;
  restart)
    stop
    start
    ;;
  status) status ;;
  version)
    prepare_run
    echo "Zooid, a server like Apache ZooKeeper, version $("${run[0]}" "$main" --version)"
    ;;
  *) usage ;;
esac
