#!/bin/sh
# Builds the pair of scripts of an engine.
#
#   build.sh ENGINE --out DIR [SETTING=VALUE...]   writes DIR/pre, DIR/post and DIR/account.txt, and prints the last
#   build.sh ENGINE --settings                     the settings of an engine: name, type, default, meaning
#   build.sh --list                                the engines
set -eu
unset CDPATH
LC_ALL=C
export LC_ALL
umask 077
here=$(cd "$(dirname "$0")" && pwd)
engines='mariadb mysql postgresql redis valkey generic elasticsearch opensearch'
most=24576

stop() {
  printf 'build.sh: %s\n' "$1" >&2
  exit 2
}
common_settings() {
  printf '%s\n' "# setting NAME name $engine name of the service; two services of one host need two names"
  case $source in */refuse.sh) return ;; esac
  printf '%s\n' \
    "# setting CANARY choice:yes,no yes see the freeze from inside: a small file on each file system of the data" \
    "# setting STATE_BASE paths /run:/dev/shm where a tmpfs is looked for" \
    "# setting TOOL_PATH paths - folders of client programs, looked at before those of the system"
}
settings() {
  { common_settings; sed -n '/^# setting /p' "$source"; } | while read -r _ _ name type default meaning; do
    other=$(sed -n "s/^# default-$engine $name //p" "$source")
    printf '%s %s %s %s\n' "$name" "$type" "${other:-$default}" "$meaning"
  done
}
# Whether a value fits a type.
fits() {
  case $2 in *"'"* | *'
'*) return 1 ;; esac
  case $1 in
    name) case $2 in '' | *[!A-Za-z0-9_-]* | -* | ?????????????????????????????????*) return 1 ;; esac ;;
    user | word) case $2 in *[!A-Za-z0-9_.-]* | -*) return 1 ;; esac ;;
    path) case $2 in '') ;; *[!A-Za-z0-9_./:@+=,%-]*) return 1 ;; /*) ;; *) return 1 ;; esac ;;
    paths) case $2 in '') ;; *[!A-Za-z0-9_./:@+=,%-]*) return 1 ;; /*) ;; *) return 1 ;; esac ;;
    seconds:* | number:*)
      # The shell takes a number that begins with 0 for an octal one.
      case $2 in '' | *[!0-9]* | 0?* | ??????*) return 1 ;; esac
      range=${1#*:}
      [ "$2" -ge "${range%-*}" ] && [ "$2" -le "${range#*-}" ] ;;
    choice:*)
      case $2 in *,*) return 1 ;; esac
      case ,${1#*:}, in *",$2,"*) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
  esac
}

case ${1:-} in
  --list) printf '%s\n' "$engines" | tr ' ' '\n'; exit ;;
  '') stop 'no engine; see --list' ;;
esac
engine=$1
shift
case " $engines " in *" $engine "*) ;; *) stop "unknown engine: $engine" ;; esac
case $engine in
  mysql) source=$here/engines/mariadb.sh ;;
  valkey) source=$here/engines/redis.sh ;;
  elasticsearch | opensearch) source=$here/engines/refuse.sh ;;
  *) source=$here/engines/$engine.sh ;;
esac
if [ "${1:-}" = --settings ]; then
  settings
  exit
fi
out='' given=''
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=${2:?a folder}; shift ;;
    [A-Z]*=*) given="$given
$1" ;;
    *) stop "not understood: $1" ;;
  esac
  shift
done
[ -n "$out" ] || stop 'no --out DIR'
mkdir -p "$out"

values=$(
  settings | while read -r name type default _; do
    [ "$default" != - ] || default=
    line=$(printf '%s\n' "$given" | sed -n "s/^$name=//p" | tail -n 1)
    if printf '%s\n' "$given" | grep -q "^$name="; then value=$line; else value=$default; fi
    fits "$type" "$value" || stop "$name='$value' does not fit $type"
    case $type in paths) value=$(printf '%s' "$value" | tr ':' ' ') ;; esac
    [ "$name" != TOOL_PATH ] || value=$(printf '%s' "$value" | tr ' ' ':')
    printf "%s='%s'\n" "$name" "$value"
  done
)
printf '%s\n' "$given" | sed '/^$/d;s/=.*//' | while read -r name; do
  settings | grep -q "^$name " || stop "$engine has no setting $name"
done

parts=$source
case $engine in mariadb | mysql | postgresql) parts="$parts $here/common/session.sh" ;; esac
case $engine in elasticsearch | opensearch) ;; *) parts="$parts $here/common/quiesce.sh" ;; esac
for role in pre post; do
  {
    case $role in pre) when='before the freeze' ;; post) when='after the thaw' ;; esac
    printf '%s\n' '#!/bin/sh' "# consnap quiesce script for $engine, $when." \
      '# Built by scripts/build.sh of consnap; the comments stand in its sources.'
    printf 'ROLE=%s ENGINE=%s\n%s\n' "$role" "$engine" "$values"
    # Comments would take a fifth of the room.
    for part in $parts; do sed '/^ *# shellcheck /p;/^ *#/d;/^$/d' "$part"; done
    printf '%s\n' '# All of the text is read before any of it runs: to replace the file meanwhile does no harm.' \
      '{ main "$@"; exit; }'
  } >"$out/$role.new"
  size=$(wc -c <"$out/$role.new")
  [ "$size" -le "$most" ] || stop "$engine: $((size)) bytes are more than $most"
  chmod 700 "$out/$role.new"
  mv "$out/$role.new" "$out/$role"
done
if [ -f "$here/accounts/$engine.txt" ]; then
  name=$(printf '%s\n' "$values" | sed -n "s/^NAME='\(.*\)'/\1/p")
  sed "s|@NAME@|$name|g" "$here/accounts/$engine.txt" >"$out/account.txt"
  chmod 600 "$out/account.txt"
  cat "$out/account.txt"
fi
