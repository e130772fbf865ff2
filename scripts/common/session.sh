# ---- A session that lives: the client reads statements from a FIFO and ends when the holder does ----
CLIENT=''
open_session() {
  mkfifo "$S/in" || { fail 16 no_state "$S/in cannot be made."; return; }
  beat=0 session='' CLIENT=
  ( client ) <"$S/in" >"$S/out" 2>"$S/err" &
  CLIENT=$!
  exec 3>"$S/in"
  sign "$CLIENT" client
}
tell() { printf '%s\n' "$1" >&3; } 2>/dev/null
# Waits for the answer that carries this number; $answer is what follows it.
hear() {
  clock
  heard=$((clock + $2 * 100))
  while :; do
    answer=$(sed -n "s/^beat$1[;	]//p" "$S/out" 2>/dev/null)
    [ -z "$answer" ] || return 0
    began "$CLIENT" || return 1
    clock
    [ "$clock" -lt "$heard" ] || return 1
    # Nobody waits for the answer any more.
    [ -f "$S/taken" ] || { [ ! -f "$S/abort" ] && alive pre; } || [ -f "$S/taken" ] || return 1
    nap
  done
}
# The session that answers must be the one that answered first.
same_session() {
  [ -n "$session" ] || session=$1
  [ "$session" = "$1" ]
}
close_session() {
  [ -n "$CLIENT" ] || return 0
  exec 3>&-
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    began "$CLIENT" || return 0
    nap
  done
  end_process client
}
# Runs one statement outside of the session; $reply is its answer.
ask() {
  reply=
  within 8 client "$STATEMENT" "$1" >"$S/reply" 2>"$S/reply.err" || { fault "$S/reply.err"; return 1; }
  reply=$(cat "$S/reply")
}
# Becomes the user of the system in RUN_AS. setpriv is asked first: it does not go through PAM, which writes logs.
become() {
  if [ -z "$RUN_AS" ] || [ "$(id -un)" = "$RUN_AS" ]; then exec "$@"; fi
  if command -v setpriv >/dev/null; then
    exec setpriv --reuid="$(id -u "$RUN_AS")" --regid="$(id -g "$RUN_AS")" --clear-groups -- "$@"
  fi
  exec runuser -u "$RUN_AS" -- "$@"
}
