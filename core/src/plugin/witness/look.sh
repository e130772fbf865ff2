# consnap witness: reads the record of a pair of quiesce scripts; writes nothing, starts nothing. Each line of its
# answer is a word and KEY=VALUE pairs; the last one counts the lines, so that an answer that was cut is known as cut.
LC_ALL=C
export LC_ALL
unset IFS CDPATH
exec 2>/dev/null </dev/null
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
kind=absent content=- named=-

@STORAGE@
# The first place that has one. Whoever may write to its folder could have made it: the folder is ours alone.
look() {
  folder=$1/consnap file=$1/consnap/$2.last
  [ "$kind" = absent ] || return
  [ -e "$file" ] || [ -L "$file" ] || return
  kind=foreign
  [ -d "$folder" ] && [ ! -L "$folder" ] || return
  [ "$(stat -c '%u %a' "$folder")" = "$(id -u) 700" ] || return
  [ -f "$file" ] && [ ! -L "$file" ] || return
  kind=unread
  content=$(head -c 65537 "$file" | base64 | tr -d '\n')
  named=$(head -c 65537 "$file" | sed -n 's/^data mounts=//p')
  if [ -n "$content" ]; then kind="file"; else content=-; fi
}

answer() {
  # After the record, so that it cannot be later than this.
  read -r uptime _ </proc/uptime
  read -r boot </proc/sys/kernel/random/boot_id
  say "consnap-witness format=1"
  say "host boot=$boot uptime=$uptime"
  say "record kind=$kind base64=$content"
  disks
  # Only those that the record names: where its service keeps data.
  wanted=${named:--}
  mounts
  say "end lines=$((lines + 1))"
}
