# Redis and Valkey: the server pauses writes, and by itself goes on when the time is over.
#
# setting SOCKET path - the server's socket; empty: 127.0.0.1 and PORT
# setting PORT number:1-65535 6379 port
# setting DB_USER word - user of the access control list; empty: the default user
# setting PASS_FILE path - file with the password in its first line, root's with mode 0600
# setting METHOD choice:auto,pause,save auto pause: 6.2+; save: no pause, what is written after the save is lost
# setting LIMIT seconds:5-1800 60 writes are paused for so long at most; the server counts
# setting SAVE_WAIT seconds:1-600 20 a save is waited for so long; one that is forecast to take longer is not begun
# setting SAVE_RATE number:1-10000 50 MB that a save is taken to write in a second
HOLD_WAIT=$((SAVE_WAIT * 2 + 20)) RELEASE_WAIT=15 STOPS_WRITES=yes
ASK_WAIT=5 paused=no REDISCLI_AUTH=''

client() {
  for tool in redis-cli valkey-cli; do ! command -v "$tool" >/dev/null || break; done
  if [ -n "$PASS_FILE" ]; then
    { read -r REDISCLI_AUTH <"$PASS_FILE" || [ -n "$REDISCLI_AUTH" ]; } 2>/dev/null
    export REDISCLI_AUTH
  fi
  REDISCLI_HISTFILE=/dev/null VALKEYCLI_HISTFILE=/dev/null
  export REDISCLI_HISTFILE VALKEYCLI_HISTFILE
  cd /
  if [ -n "$SOCKET" ]; then set -- -s "$SOCKET" "$@"; else set -- -h 127.0.0.1 -p "$PORT" "$@"; fi
  exec "$tool" --no-auth-warning ${DB_USER:+--user "$DB_USER"} "$@"
}
# The answer lies in a file, which is read by field: it may be long.
ask() {
  within "$ASK_WAIT" client "$@" >"$S/reply.$ROLE" 2>&1 || :
  { read -r first <"$S/reply.$ROLE" || [ -n "$first" ]; } 2>/dev/null || first=
  case $first in
    *NOAUTH* | *WRONGPASS* | *NOPERM* | *'AUTH failed'*)
      fail 12 denied "The server refused the account or the command." ;;
    *'Could not connect'* | *'Connection refused'* | '') fail 11 not_reached "The server was not reached." ;;
    ERR* | *'Error:'*) fail 15 server_error "The server answered with an error." ;;
  esac
}
field() { field=$(sed -n "s/^$1:\([^$cr]*\).*/\1/p" "$S/reply.$ROLE"); }
cr=$(printf '\r')
position_now() {
  ask INFO persistence || return
  field loading; loading=$field
  field aof_enabled; aof=$field
  field rdb_bgsave_in_progress; busy=$field
  field aof_rewrite_in_progress; busy=$busy$field
  field rdb_last_bgsave_status; saved=$field
  field rdb_last_bgsave_time_sec; took=$field
  field aof_last_write_status; written=$field
  field aof_buffer_length; buffered=${field:-0}
  if [ "$aof" = 1 ]; then
    field aof_base_size; base=$field
    field aof_current_size; POSITION=aof:$base:$field
  else
    field rdb_last_save_time; POSITION=rdb:$field
    field rdb_changes_since_last_save; POSITION=$POSITION:$field
  fi
}
engine_check() {
  [ -z "$PASS_FILE" ] || secret "$PASS_FILE" || return
  ask INFO server || return
  field redis_version; version=$field
  field run_id; server=$field
  case $version in '' | *[!A-Za-z0-9.-]*) fail 15 server_error "The server did not say what it is."; return ;; esac
  ask INFO memory || return
  field used_memory; memory=$field
  position_now || return
  [ "$loading" = 0 ] || { fail 15 loading "The server is loading its data."; return; }
  case $METHOD:$version in auto:[0-5].* | auto:6.[01].*) METHOD=save ;; auto:*) METHOD=pause ;; esac
  ask CONFIG GET dir || return
  DIRS=$(sed -n 2p "$S/reply.$ROLE")
  [ -d "$DIRS" ] || { fail 15 not_local "$DIRS is not on this host."; return; }
  if [ "$aof" = 0 ]; then
    # While it saves, writers wait: it must be known beforehand how long that takes, and that it fits the disk.
    megabytes=$((${memory%??????} + 1)) forecast=$took
    case $forecast in -* | '') forecast=0 ;; esac
    [ "$forecast" -ge $((megabytes / SAVE_RATE)) ] || forecast=$((megabytes / SAVE_RATE))
    [ "$forecast" -le "$SAVE_WAIT" ] ||
      { fail 13 long_save "A save is forecast to take $forecast s (SAVE_WAIT $SAVE_WAIT)."; return; }
    room=$(df -Pk "$DIRS" 2>/dev/null | sed -n '2s/^[^ ]* *[0-9]* *[0-9]* *\([0-9]*\).*/\1/p')
    [ "$((${room:-0} / 1000))" -ge "$megabytes" ] ||
      { fail 15 no_room "A save may need $megabytes MB on $DIRS."; return; }
  fi
  put facts "method=$METHOD version=$version aof=$aof server=$server"
}
settled() {
  clock
  settled=$((clock + SAVE_WAIT * 100))
  while :; do
    position_now || return
    [ "$busy" != 00 ] || [ "$buffered" != 0 ] || return 0
    clock
    [ "$clock" -lt "$settled" ] || { fail 13 long_save "A save or rewrite did not end within $SAVE_WAIT s."; return; }
    nap 0.1
  done
}
engine_hold() {
  fact method; METHOD=$fact
  fact version; version=$fact
  fact server; server=$fact
  DETAIL="method=$METHOD version=$version"
  [ "$METHOD" = pause ] || STOPS_WRITES=no
  settled || return
  if [ "$METHOD" = pause ]; then
    clock
    since=$clock
    ask CLIENT PAUSE "${LIMIT}000" WRITE || return
    paused=yes
  fi
  if [ "$aof" = 0 ]; then
    ask BGSAVE || return
    settled || return
    [ "$saved" = ok ] || { fail 15 save_failed "BGSAVE failed."; return; }
  else
    settled || return
    [ "$written" = ok ] || { fail 15 save_failed "The append-only file cannot be written."; return; }
  fi
  engine_beat 5
}
engine_beat() {
  ASK_WAIT=$1
  ask INFO server || return 1
  field run_id
  [ "$field" = "$server" ] || return 1
  position_now || return 1
  DETAIL="method=$METHOD version=$version aof=$aof session=$server"
}
engine_release() {
  [ "$paused" = yes ] || return 0
  ASK_WAIT=3
  ask CLIENT UNPAUSE || [ "$why" = not_reached ]
}
# The holder is gone; the server still counts.
engine_undo() {
  fact method
  [ "$fact" = pause ] || return 0
  paused=yes
  engine_release
}
engine_verdict() { [ "$STOPS_WRITES" = yes ] && [ "$METHOD" != save ] || verdict=saved; }
