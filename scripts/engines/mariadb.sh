# MariaDB and MySQL: a live session holds a lock, so that no commit passes from the pre-script to the post-script.
#
# setting SOCKET path - the server's socket; empty: where the client looks by itself
# setting DB_USER word consnap the account
# setting RUN_AS user consnap user of the system that the client runs as (socket authentication); empty: root
# setting OPTION_FILE path - option file with user and password, root's with mode 0600; RUN_AS is then not used
# setting METHOD choice:auto,stage,ftwrl,ddl auto stage: MariaDB 10.5+; ftwrl: others; ddl: InnoDB only, writes go on
# setting LIMIT seconds:5-1800 60 the lock is given up after so long, whatever happens
# setting LOCK_WAIT seconds:1-60 5 the lock is waited for so long; statements queue behind it meanwhile
# setting LONG_QUERY seconds:1-3600 10 while a statement runs for longer than this, the lock is not asked for
# default-mysql RUN_AS -
HOLD_WAIT=$((LOCK_WAIT * 3 + 20)) RELEASE_WAIT=15 STATEMENT=-e STOPS_WRITES=yes

client() {
  for tool in mariadb mysql; do ! command -v "$tool" >/dev/null || break; done
  set -- --skip-reconnect --connect-timeout=5 --no-auto-rehash --batch --skip-column-names --unbuffered \
    --default-character-set=utf8mb4 ${DB_USER:+"--user=$DB_USER"} ${SOCKET:+--protocol=socket "--socket=$SOCKET"} "$@"
  if [ -n "$OPTION_FILE" ]; then
    RUN_AS=''
    set -- "--defaults-extra-file=$OPTION_FILE" "$@"
  fi
  MYSQL_HISTFILE=/dev/null MARIADB_HISTFILE=/dev/null
  export MYSQL_HISTFILE MARIADB_HISTFILE
  cd /
  become "$tool" "$@"
}
# What the client's error means. Only its number is repeated.
fault() {
  number=$(sed -n 's/^ERROR \([0-9]*\).*/\1/p' "$1" 2>/dev/null | head -n 1)
  case $number in
    1044 | 1045 | 1227 | 1698 | 1820 | 1524) fail 12 denied "Error $number: access or a privilege is missing." ;;
    2002 | 2003 | 2006 | 2013 | 1040) fail 11 not_reached "Error $number: the server was not reached." ;;
    1205 | 1969 | 3024 | 1317) fail 13 lock_wait "Error $number: the lock was not had within $LOCK_WAIT s." ;;
    '') fail 11 not_reached "The client ended without an answer." ;;
    *) fail 15 server_error "The server answered with error $number." ;;
  esac
}
# Adds the directories of data that links and .isl files lead to.
linked() {
  find "$1" -maxdepth 2 \( -type l -o -name '*.isl' \) 2>/dev/null >"$S/links"
  while read -r link; do
    case $link in
      *.isl) { read -r aim <"$link" || [ -n "$aim" ]; } 2>/dev/null || continue ;;
      *) aim=$(readlink -f "$link") || continue ;;
    esac
    [ -d "$aim" ] || aim=${aim%/*}
    DIRS="$DIRS $aim"
  done <"$S/links"
}
engine_check() {
  [ -z "$OPTION_FILE" ] || secret "$OPTION_FILE" || return
  ask "SELECT CONCAT_WS(';', VERSION(), IF(@@log_bin, 1, 0), @@innodb_flush_log_at_trx_commit, @@datadir,
    @@innodb_log_group_home_dir, COALESCE(@@innodb_data_home_dir, ''), COALESCE(@@innodb_undo_directory, ''),
    COALESCE(@@log_bin_basename, ''))" || return
  version=${reply%%;*} rest=${reply#*;}
  binlog=${rest%%;*} rest=${rest#*;}
  flush=${rest%%;*} rest=${rest#*;}
  datadir=${rest%%;*} rest=${rest#*;}
  DIRS=$datadir
  while [ -n "$rest" ]; do
    case $rest in *';'*) dir=${rest%%;*} rest=${rest#*;} ;; *) dir=${rest%/*} rest= ;; esac
    case $dir in '') ;; /*) DIRS="$DIRS $dir" ;; *) DIRS="$DIRS $datadir/$dir" ;; esac
  done
  [ -d "$datadir" ] || { fail 15 not_local "$datadir is not on this host."; return; }
  linked "$datadir"
  case $version in
    *MariaDB* | 5.[0-6].*) ;;
    *) # Version 8 leaves no link behind where a table lies elsewhere.
      ask "SELECT DISTINCT LEFT(FILE_NAME, CHAR_LENGTH(FILE_NAME) - CHAR_LENGTH(SUBSTRING_INDEX(FILE_NAME, '/', -1)) - 1)
        FROM information_schema.FILES WHERE FILE_NAME LIKE '/%'" || return
      DIRS="$DIRS $reply" ;;
  esac
  case $METHOD:$version in
    auto:1[1-9].*MariaDB* | auto:10.[5-9].*MariaDB* | auto:10.1[0-9].*MariaDB*) METHOD=stage ;;
    auto:*) METHOD=ftwrl ;;
    stage:*MariaDB* | ftwrl:* | ddl:*MariaDB*) ;;
    stage:* | ddl:5.*) fail 15 method "METHOD=$METHOD does not exist in $version."; return ;;
  esac
  if [ "$METHOD" = ddl ]; then
    other=$(find "$datadir" -mindepth 2 -maxdepth 2 \
      \( -name '*.MYD' -o -name '*.MAD' -o -name '*.CSV' -o -name '*.ARZ' \) \
      ! -path '*/mysql/*' ! -path '*/performance_schema/*' 2>/dev/null | wc -l)
    [ "$((other))" = 0 ] || { fail 15 not_innodb "METHOD=ddl: $((other)) tables are not InnoDB."; return; }
  fi
  case $version in *MariaDB*) mariadb=yes ;; *) mariadb=no ;; esac
  version=${version%%[!A-Za-z0-9.-]*}
  put facts "method=$METHOD version=$version mariadb=$mariadb binlog=$binlog flush_at_commit=$flush"
  [ "$METHOD" != ddl ] || return 0
  # Whoever asks for the lock while a long statement runs makes everybody wait behind himself.
  ask "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') AND TIME >= $LONG_QUERY
    AND ID <> CONNECTION_ID() AND USER <> 'system user'" || return
  [ "$reply" = 0 ] ||
    fail 13 long_query "Statements that have run for more than $LONG_QUERY s: $reply. Nothing was asked for."
}
engine_hold() {
  fact method; METHOD=$fact
  fact version; version=$fact
  fact mariadb; mariadb=$fact
  fact binlog; binlog=$fact
  [ "$METHOD" != ddl ] || STOPS_WRITES=no
  open_session || return
  tell "SET SESSION lock_wait_timeout=$LOCK_WAIT;"
  # If this process stands still, the server ends the session, and with it the lock.
  tell "SET SESSION wait_timeout=15;"
  [ "$mariadb" = no ] || tell "SET SESSION max_statement_time=$((LOCK_WAIT + 1));"
  case $METHOD:$mariadb in
    stage:* | ddl:yes)
      for stage in START FLUSH BLOCK_DDL BLOCK_COMMIT; do
        [ "$METHOD:$stage" = ddl:BLOCK_COMMIT ] || tell "BACKUP STAGE $stage;"
      done ;;
    ddl:no) tell "LOCK INSTANCE FOR BACKUP;" ;;
    ftwrl:*)
      case $mariadb:$version in no:5.*) ;; no:*) tell "LOCK INSTANCE FOR BACKUP;" ;; esac
      tell "FLUSH TABLES WITH READ LOCK;" ;;
  esac
  [ "$mariadb" = no ] || tell "SET SESSION max_statement_time=5;"
  engine_beat $((LOCK_WAIT * 2 + 10)) || fault "$S/err"
}
engine_beat() {
  beat=$((beat + 1))
  if [ "$binlog" = 1 ]; then
    # MySQL 8.4 took the old words away; MariaDB and older MySQL know no others.
    case $mariadb:$version in
      yes:* | no:5.* | no:8.[0-3].*) tell "SHOW MASTER STATUS;" ;;
      *) tell "SHOW BINARY LOG STATUS;" ;;
    esac
  fi
  tell "SELECT 'beat$beat', CONNECTION_ID(),
    (SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified > 0);"
  hear "$beat" "$1" || return 1
  same_session "${answer%%	*}" || return 1
  POSITION=-
  if [ "$binlog" = 1 ]; then
    POSITION=$(grep -v '^beat' "$S/out" | tail -n 1 | { read -r file at _; printf '%s:%s' "$file" "$at"; })
  fi
  DETAIL="method=$METHOD version=$version session=$session open_transactions=${answer#*	}"
}
engine_release() {
  [ -n "$CLIENT" ] || return 0
  case $METHOD:$mariadb in
    stage:* | ddl:yes) tell "BACKUP STAGE END;" ;;
    *) tell "UNLOCK TABLES;" ;;
  esac
  close_session
}
engine_undo() { :; }
engine_verdict() { :; }
