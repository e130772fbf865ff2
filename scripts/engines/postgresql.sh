# PostgreSQL. One group over data, WAL and tablespaces recovers by itself; a checkpoint keeps the recovery short. Where
# the disks cannot be one group, backup mode is held by a live session, and its label is needed to restore.
#
# setting HOST path - directory of the server's socket; empty: where the client looks by itself
# setting PORT number:1-65535 5432 port, which names the socket too
# setting DB_USER word consnap the account
# setting DATABASE word postgres the database to connect to
# setting RUN_AS user - user of the system that the client runs as (peer authentication); empty: root
# setting PASS_FILE path - password file of the client, root's with mode 0600; RUN_AS is then not used
# setting METHOD choice:checkpoint,backup checkpoint checkpoint: all disks in one group; backup: disks in several groups
# setting LIMIT seconds:5-1800 600 backup mode is left, and the checkpoint is no longer vouched for, after so long
# setting LOCK_WAIT seconds:1-600 60 a checkpoint, or the start of backup mode, is waited for so long
# setting ARCHIVE_WAIT seconds:0-300 10 backup: so long is waited for the archive to have the last WAL segment
HOLD_WAIT=$((LOCK_WAIT * 2 + 20)) RELEASE_WAIT=$((ARCHIVE_WAIT + 30)) STATEMENT=-c STOPS_WRITES=no

client() {
  PGCONNECT_TIMEOUT=5 PGAPPNAME=consnap-quiesce PSQL_HISTORY=/dev/null PGCLIENTENCODING=UTF8
  export PGCONNECT_TIMEOUT PGAPPNAME PSQL_HISTORY PGCLIENTENCODING
  if [ -n "$PASS_FILE" ]; then
    PGPASSFILE=$PASS_FILE RUN_AS=''
    export PGPASSFILE
  fi
  set -- --no-psqlrc --no-align --tuples-only --quiet --no-password --field-separator=';' --set=ON_ERROR_STOP=1 \
    --set=VERBOSITY=sqlstate "--port=$PORT" "--dbname=$DATABASE" ${HOST:+"--host=$HOST"} \
    ${DB_USER:+"--username=$DB_USER"} "$@"
  cd /
  become psql "$@"
}
fault() {
  said=$(head -n 3 "$1" 2>/dev/null)
  case $said in
    *42501*) fail 12 denied "42501: a privilege is missing." ;;
    *57014*) fail 13 lock_wait "57014: not done within $LOCK_WAIT s." ;;
    *28P01* | *28000* | *'uthentication failed'* | *'fe_sendauth'* | *'no pg_hba.conf'* | *'role "'*'does not exist'*)
      fail 12 denied "The server refused the account." ;;
    *'could not connect'* | *'connection to server'* | *57P03* | *'not found'*)
      fail 11 not_reached "The server was not reached." ;;
    '') fail 11 not_reached "The client ended without an answer." ;;
    *)
      said=$(printf '%s' "$said" | tr -c 'A-Za-z0-9:.,_ -' ' ' | head -c 80)
      fail 15 server_error "The server answered with an error: $said" ;;
  esac
}
cut_reply() { part=${reply%%;*} reply=${reply#*;}; }
engine_check() {
  [ -z "$PASS_FILE" ] || secret "$PASS_FILE" || return
  ask "SELECT current_setting('server_version_num'), pg_is_in_recovery()::int, current_setting('fsync'),
    current_setting('full_page_writes'), current_setting('synchronous_commit'), current_setting('archive_mode'),
    (SELECT count(*) FROM pg_settings WHERE name IN ('wal_keep_size', 'wal_keep_segments') AND setting <> '0'),
    (SELECT count(*) FROM pg_replication_slots WHERE restart_lsn IS NOT NULL),
    current_setting('data_directory')" || return
  cut_reply; version=$part
  cut_reply; recovery=$part
  cut_reply; fsync=$part
  cut_reply; pages=$part
  cut_reply; commit=$part
  cut_reply; archive=$part
  cut_reply; kept=$part
  cut_reply; slots=$part
  data=$reply
  # A copy of such a server is not sure to recover, whoever makes it.
  [ "$fsync" = on ] || { fail 15 unsafe "fsync is $fsync."; return; }
  [ "$pages" = on ] || { fail 15 unsafe "full_page_writes is $pages."; return; }
  if [ "$METHOD" = backup ]; then
    [ "$recovery" = 0 ] || { fail 15 standby "METHOD=backup is not for a standby."; return; }
    [ "$archive:$kept:$slots" != off:0:0 ] ||
      { fail 15 no_wal "No archive, slot or wal_keep_size keeps the WAL that a restore needs."; return; }
  fi
  ask "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')" || return
  [ -d "$data" ] || { fail 15 not_local "$data is not on this host."; return; }
  DIRS="$data $(readlink -f "$data/pg_wal") $reply"
  put facts "method=$METHOD version=$version recovery=$recovery synchronous_commit=$commit archive=$archive data=$data"
}
engine_hold() {
  fact version; version=$fact
  fact recovery; recovery=$fact
  fact archive; archive=$fact
  fact data; data=$fact
  fact synchronous_commit; commit=$fact
  open_session || return
  tell "SET statement_timeout = '${LOCK_WAIT}s';"
  took=-
  if [ "$METHOD" = checkpoint ]; then
    clock
    begin=$clock
    tell "CHECKPOINT;"
    engine_beat $((LOCK_WAIT + 5)) || { fault "$S/err"; return; }
    clock
    took=$(((clock - begin) * 10))
    # What was written while a long one ran is written by a second one, which is short.
    [ "$took" -lt 500 ] || tell "CHECKPOINT;"
  elif [ "$version" -ge 150000 ]; then tell "SELECT pg_backup_start('consnap $run', true);"
  else tell "SELECT pg_start_backup('consnap $run', true, false);"
  fi
  # If this process stands still, the server ends the session, and with it backup mode.
  [ "$version" -lt 140000 ] || tell "SET idle_session_timeout = '15s';"
  engine_beat $((LOCK_WAIT + 5)) || fault "$S/err"
}
engine_beat() {
  beat=$((beat + 1))
  tell "SELECT 'beat$beat', pg_backend_pid() || '.' || extract(epoch FROM pg_postmaster_start_time())::bigint,
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END;"
  hear "$beat" "$1" || return 1
  same_session "${answer%%;*}" || return 1
  POSITION=${answer#*;}
  DETAIL="method=$METHOD version=$version session=$session recovery=$recovery synchronous_commit=$commit"
  [ "$took" = - ] || DETAIL="$DETAIL checkpoint_ms=$took"
}
engine_release() {
  [ -n "$CLIENT" ] || return 0
  if [ "$METHOD" = backup ] && [ "$result" = released ]; then leave_backup || DETAIL="$DETAIL wal=unknown"; fi
  close_session
}
# Ends backup mode, keeps what a restore needs, and looks whether the WAL from start to stop is kept.
leave_backup() {
  case $version in 1[0-4]????) stop=pg_stop_backup'(false, false)' ;; *) stop=pg_backup_stop'(false)' ;; esac
  beat=$((beat + 1))
  tell "SELECT 'beat$beat', lsn, pg_walfile_name('$position'), pg_walfile_name(lsn),
    translate(encode(convert_to(labelfile, 'UTF8'), 'base64'), E'\n', ''),
    coalesce(translate(encode(convert_to(spcmapfile, 'UTF8'), 'base64'), E'\n', ''), '') FROM $stop;"
  hear "$beat" 10 || return
  reply=$answer
  cut_reply; stop_at=$part
  cut_reply; first=$part
  cut_reply; last=$part
  cut_reply; label=$part
  map=$reply wal=missing
  printf '%s\n' "label base64=$label" ${map:+"tablespace_map base64=$map"} >"$S/extra"
  clock
  archived=$((clock + ARCHIVE_WAIT * 100))
  while :; do
    beat=$((beat + 1))
    tell "SELECT 'beat$beat', coalesce((last_archived_wal >= '$last')::int, 0),
      (SELECT count(*) FROM pg_replication_slots WHERE restart_lsn <= '$position')
      + (SELECT count(*) FROM pg_settings WHERE name IN ('wal_keep_size', 'wal_keep_segments') AND setting <> '0')
      FROM pg_stat_archiver;"
    hear "$beat" 5 || return
    clock
    if [ "${answer%%;*}" = 1 ]; then wal=archived; break; fi
    if [ "$archive" = off ] || [ "$clock" -ge "$archived" ]; then
      [ "${answer#*;}" = 0 ] || [ ! -f "$data/pg_wal/$first" ] || wal=kept
      break
    fi
    nap 0.2
  done
  DETAIL="$DETAIL stop=$stop_at wal_first=$first wal_last=$last wal=$wal label=$label"
}
engine_undo() { :; }
engine_verdict() {
  verdict=checkpointed
  [ "$METHOD" = backup ] || return 0
  verdict=backup
  case $1 in *' wal=archived '* | *' wal=kept '*) ;; *) code=25 verdict=wal_missing ;; esac
}
