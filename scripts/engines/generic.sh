# Several services in one pair, and hooks of your own.
#
# PAIRS names folders with a pair each (pre and post), which are run in this order and released in the reverse order.
# HOLD, CHECK and RELEASE are programs of your own; CHECK prints one word that changes when something was written. All
# of it is released after LIMIT at the latest; each pair of the library has a limit of its own as well.
#
# setting PAIRS paths - folders with a pair each, in the order in which they hold, separated by colons
# setting HOLD path - program that holds; 0: it holds
# setting CHECK path - program that prints a word while it holds; 0: it still holds
# setting RELEASE path - program that releases, and does no harm if nothing is held
# setting DATA paths - directories of the data that the hooks hold, separated by colons
# setting LIMIT seconds:5-1800 60 all is released after so long, whatever happens
# setting LOCK_WAIT seconds:1-600 30 each program is waited for so long
HOLD_WAIT=$((LOCK_WAIT * 4 + 20)) RELEASE_WAIT=$((LOCK_WAIT * 2 + 10)) STOPS_WRITES=yes
held_pairs='' hooked=no codes='' level=proven

engine_check() {
  [ -n "$PAIRS$HOLD" ] || { fail 10 settings "Neither PAIRS nor HOLD is set."; return; }
  for folder in $PAIRS; do
    for role in pre post; do
      [ -x "$folder/$role" ] || { fail 10 settings "$folder/$role is not there."; return; }
    done
  done
  [ -z "$HOLD" ] || { [ -x "$HOLD" ] && [ -n "$RELEASE" ] && [ -x "$RELEASE" ]; } ||
    { fail 10 settings "HOLD needs RELEASE, and both must be programs."; return; }
  DIRS=$DATA
}
engine_hold() {
  DETAIL="pairs=0 hooks=no"
  [ -n "$HOLD" ] || POSITION=pairs
  clock
  since=$clock
  for folder in $PAIRS; do
    # Whatever comes of it, its post-script is run.
    held_pairs="$folder $held_pairs"
    printf '%s\n' "$held_pairs" >"$S/pairs"
    within "$LOCK_WAIT" setsid "$folder/pre" >"$S/pair" 2>&1
    code=$?
    { read -r line <"$S/pair" || :; } 2>/dev/null
    [ "$code" = 0 ] || { refused "$code"; return; }
    add_mounts "$line"
  done
  [ -n "$HOLD" ] || return 0
  hooked=yes
  put hooked yes
  within "$LOCK_WAIT" setsid "$HOLD" >/dev/null 2>&1 || { fail 13 hook "$HOLD did not hold."; return; }
  engine_beat "$LOCK_WAIT" || fail 13 hook "$CHECK does not say that it holds."
}
refused() {
  case $1 in
    1[0-8]) fail "$1" pair_refused "$folder: $(sed -n '2s/^consnap: //p' "$S/pair" | head -c 300)" ;;
    *) fail 13 pair_refused "$folder/pre ended with $1." ;;
  esac
}
# The mounts of a pair count as ours.
add_mounts() {
  case $1 in *' mounts='*) more=${1#*' mounts='} more=${more%% *} ;; *) return ;; esac
  while [ -n "$more" ]; do
    one=${more%%,*}
    case $more in *,*) more=${more#*,} ;; *) more= ;; esac
    case ,$mounts, in *",$one,"*) ;; *) mounts=$mounts${mounts:+,}$one ;; esac
  done
  put mounts "$mounts"
}
engine_beat() {
  [ -n "$CHECK" ] && [ "$hooked" = yes ] || return 0
  within "$1" setsid "$CHECK" >"$S/check" 2>/dev/null || return 1
  { read -r POSITION <"$S/check" || [ -n "$POSITION" ]; } 2>/dev/null
  case $POSITION in '' | *[!A-Za-z0-9_.:,+/-]*) POSITION=- ;; esac
}
engine_release() {
  clean=0 number=0
  if [ "$hooked" = yes ]; then within "$LOCK_WAIT" setsid "$RELEASE" >/dev/null 2>&1 || clean=1; fi
  for folder in $held_pairs; do
    number=$((number + 1))
    within "$LOCK_WAIT" setsid "$folder/post" >"$S/pair" 2>&1
    ended=$?
    { read -r line <"$S/pair" || :; } 2>/dev/null
    codes=$codes${codes:+,}$ended
    case $ended:$line in
      0:*' verdict=proven '*) ;;
      0:*) level=weaker ;;
      2[0235]:*' held=no '*) level=lost ;;
      *) level=lost clean=1 ;;
    esac
  done
  DETAIL="pairs=$number hooks=$hooked pair_level=$level${codes:+ pair_codes=$codes}"
  return "$clean"
}
# The holder is gone.
engine_undo() {
  level=lost
  ! get pairs || held_pairs=$got
  ! get hooked || hooked=$got
  engine_release
}
# What the weakest of them has proven.
engine_verdict() {
  case $1 in
    *' pair_level=lost'*) code=20 verdict=lost ;;
    *' pair_level=weaker'*) verdict=parts ;;
    *' hooks=yes '*) [ "$verdict" = proven ] || verdict=hooks ;;
  esac
}
