# consnap guest probe: looks, writes nothing, starts nothing. Each line of its answer is a word and KEY=VALUE pairs;
# the last one counts the lines, so that an answer that was cut is known as cut.
LC_ALL=C
export LC_ALL
unset IFS CDPATH
exec 2>/dev/null </dev/null
# The launcher is looked for where the snapshot's own command will look; only then the path is widened for the tools.
launcher=no
command -v acs-plugin-manager >/dev/null && launcher=yes
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
tab=$(printf '\t')
newline=$(printf '\nx')
newline=${newline%x}
return=$(printf '\r')

@STORAGE@
# Sets $encoded to a text without blanks: octal escapes, as the kernel writes them in mountinfo.
encode() {
  encoded=$1
  case $1 in *"$tab"* | *"$newline"* | *"$return"* | *' '* | *\\*) ;; *) return ;; esac
  encoded=
  left=$1
  while [ -n "$left" ]; do
    behind=${left#?}
    char=${left%"$behind"}
    left=$behind
    case $char in
      ' ') char='\040' ;;
      "$tab") char='\011' ;;
      "$newline") char='\012' ;;
      "$return") char='\015' ;;
      \\) char='\134' ;;
    esac
    encoded=$encoded$char
  done
}

versions() {
  for folder in "$2"/[0-9]*; do
    if [ -d "$folder" ] && plain "${folder##*/}"; then say "$1 version=${folder##*/}"; fi
  done
}

processes() {
  seen=no freezers=0 plugins=0
  for process in /proc/[0-9]*; do
    read -r name <"$process/comm" || continue
    seen=yes
    case $name in
      fsfreezer) freezers=$((freezers + 1)) ;;
      app-snapshot-pl*) plugins=$((plugins + 1)) ;;
    esac
  done
  say "processes seen=$seen fsfreezer=$freezers plugin=$plugins"
}

# Only the status and two names: nothing secret is asked for, and no token is made.
metadata() {
  reachable=unknown instance='' role=unknown
  if command -v curl >/dev/null; then
    base=http://100.100.100.200/latest/meta-data
    answer=$(curl -s -m 3 --noproxy '*' -w ' %{http_code}' "$base/instance-id")
    case ${answer##* } in
      200) reachable=yes instance=${answer% *} ;;
      401 | 403) reachable=yes ;;
      *) reachable=no ;;
    esac
    if [ "$reachable" = yes ]; then
      answer=$(curl -s -m 3 --noproxy '*' -w ' %{http_code}' "$base/ram/security-credentials/")
      case ${answer##* } in
        404) role=none ;;
        200) role=name:${answer% *} ;;
      esac
    fi
  fi
  plain "$instance" || instance=
  plain "$role" || role=unknown
  say "metadata reachable=$reachable instance=$instance role=$role"
}

kind() {
  if [ -L "$1" ]; then kind='link'
  elif [ -f "$1" ]; then kind='file'
  elif [ -d "$1" ]; then kind='directory'
  elif [ -p "$1" ]; then kind='fifo'
  elif [ -e "$1" ]; then kind='other'
  else kind='absent'
  fi
}

# Sets $owner, $group, $mode and $size; nothing where it cannot be told.
status() {
  owner='' group='' mode='' size=''
  answer=$(stat -c '%u %g %a %s' -- "$1") || return
  owner=${answer%% *} answer=${answer#* }
  group=${answer%% *} answer=${answer#* }
  mode=${answer%% *} size=${answer#* }
}

# Whether execution is forbidden where file descriptor 3 lies.
noexec() {
  noexec=unknown mount=
  while read -r key value; do
    [ "$key" = mnt_id: ] && mount=$value
  done </proc/self/fdinfo/3
  [ -n "$mount" ] || return
  while read -r id _ _ _ _ options _; do
    [ "$id" = "$mount" ] || continue
    case ,$options, in *,noexec,*) noexec=yes ;; *) noexec=no ;; esac
  done </proc/self/mountinfo
}

# The folders above a path, up to the root.
folders() {
  above=$1 steps=0 linked=no
  while [ -n "$above" ] && [ "$steps" -lt 40 ]; do
    steps=$((steps + 1))
    above=${above%/*}
    kind "${above:-/}"
    [ "$kind" = link ] && linked=yes
    status "${above:-/}"
    encode "${above:-/}"
    say "folder script=$role path=$encoded kind=$kind owner=$owner group=$group mode=$mode"
  done
}

script() {
  role=$1 path=$2
  encode "$path"
  shown=$encoded
  kind "$path"
  status "$path"
  hash='' noexec=unknown
  if [ "$kind" = file ]; then
    { noexec; } 3<"$path"
    if [ -n "$size" ] && [ "$size" -le 1048576 ]; then
      hash=$(sha256sum <"$path")
      hash=${hash%% *}
    fi
  fi
  say "script name=$role path=$shown kind=$kind owner=$owner group=$group mode=$mode size=$size sha256=$hash noexec=$noexec"
  folders "$path"
  if [ "$linked" = yes ]; then
    # Where a folder is a link, those it leads to matter as well.
    real=$(cd -P -- "${path%/*}/" && pwd -P && printf x)
    real=${real%"${newline}x"}
    [ -n "$real" ] && folders "$real/"
  fi
}

# Says on which mount a file or a directory lies, each mount once.
place() {
  # Opening a pipe would wait for its other end.
  [ -f "$1" ] || [ -d "$1" ] || { known=no; return; }
  place='' mount=
  {
    while read -r key value; do
      [ "$key" = mnt_id: ] && mount=$value
    done </proc/self/fdinfo/3
    while read -r id _ _ _ target _; do
      [ -n "$mount" ] && [ "$id" = "$mount" ] && place=$target
    done </proc/self/mountinfo
  } 3<"$1"
  [ -n "$place" ] || known=no
  case "$newline$places" in *"$newline$place$newline"*) return ;; esac
  places=$places$place$newline
  listed=$((listed + 1))
  say "data_mount target=$place"
}

# Where a service keeps data: its working directory, what links lead to from there, and the data files it has open.
data() {
  known=yes servers='' count=0 places='' listed=0
  here=$(readlink /proc/self/ns/mnt)
  for process in /proc/[0-9]*; do
    read -r name <"$process/comm" || continue
    case $1:$name in
      mariadb:mariadbd | mariadb:mysqld | mysql:mysqld | postgresql:postgres | postgresql:postmaster) ;;
      redis:redis-server | valkey:valkey-server) ;;
      *) continue ;;
    esac
    # What runs in a container has mounts of its own.
    home=$(readlink -- "$process/cwd") && [ -n "$here" ] && [ "$(readlink "$process/ns/mnt")" = "$here" ] ||
      { known=no; continue; }
    case "$newline$servers" in *"$newline$home$newline"*) continue ;; esac
    servers=$servers$home$newline count=$((count + 1))
    place "$home"
    for path in "$home"/pg_wal "$home"/pg_xlog "$home"/pg_tblspc/* "$home"/* "$home"/*/*; do
      if [ -L "$path" ]; then place "$path"; fi
      case $path in *.isl) { read -r path || [ -n "$path" ]; } <"$path" && place "$path" ;; esac
    done
    case $1 in mariadb | mysql) ;; *) continue ;; esac
    for path in "$process"/fd/*; do
      case $(readlink -- "$path") in
        */ibdata* | */ib_logfile* | */#innodb_redo/* | */undo* | *.ibd | *.MY[DI] | *.MA[DI] | */aria_log* | *.[0-9][0-9][0-9][0-9][0-9][0-9])
          place "$path" ;;
      esac
    done
  done
  # Which of several is the one of the job cannot be told.
  [ "$count" = 1 ] || known=no
  say "data_mounts seen=$known listed=$listed"
}

say "consnap-probe format=1 platform=linux"
say "launcher present=$launcher"
versions agent /usr/local/share/aliyun-assist
versions plugin /usr/local/share/aliyun-assist/plugin/app-snapshot-plugin
processes
metadata
disks
mounts
