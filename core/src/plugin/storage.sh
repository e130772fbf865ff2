# Lines of an answer, disks and mounts: what the commands that only look into a guest have in common.
# $wanted: mount points, comma-separated, as the kernel writes them; all that hold data where it is empty.
lines=0 wanted=''

say() {
  lines=$((lines + 1))
  printf '%s\n' "$*"
}

# Whether a text is a plain name, such as a version or a serial number.
plain() {
  case $1 in '' | *[!A-Za-z0-9._:!-]*) return 1 ;; esac
}

# Adds the whole disks under a block device to $disks: a partition's disk, the members of LVM, RAID and multipath.
walk() {
  [ -d "$1" ] || return
  if [ -e "$1/partition" ]; then
    walk "$(cd -P -- "$1/.." && pwd -P)"
    return
  fi
  for member in "$1"/slaves/*; do
    [ -e "$member" ] || continue
    walk "/sys/class/block/${member##*/}"
  done
  set -- "$1" "$1"/slaves/*
  [ -e "$2" ] && return
  set -- "$(cd -P -- "$1" && pwd -P)"
  plain "${1##*/}" || return
  case ,$disks, in *,"${1##*/}",*) ;; *) disks=$disks${disks:+,}${1##*/} ;; esac
}

mounts() {
  listed=0 hidden=0 cut=no
  [ -r /proc/self/mountinfo ] || { say "mounts seen=no listed=0 hidden=0"; return; }
  while read -r _ _ device _ target options rest; do
    [ -n "$target" ] || continue
    case $wanted in '') ;; *) case ,$wanted, in *",$target,"*) ;; *) continue ;; esac ;; esac
    fields=" $rest"
    fields=${fields#* - }
    type=${fields%% *}
    fields=${fields#* }
    source=${fields%% *}
    case $type in
      @VIRTUAL@)
        # Kernel interfaces, memory and layers hold no data of their own; what forbids execution matters to scripts.
        case $wanted:$type:,$options, in :tmpfs:*,noexec,* | :ramfs:*,noexec,* | :overlay:*,noexec,*) ;; :*)
          hidden=$((hidden + 1))
          continue ;;
        esac
        ;;
    esac
    if [ "$listed" -ge 120 ]; then
      cut=yes
      continue
    fi
    listed=$((listed + 1))
    disks=
    case $device:$source in
      0:*:/dev/*) block=$(readlink -f -- "$source") && walk "/sys/class/block/${block##*/}" ;;
      0:*) ;;
      *) walk "/sys/dev/block/$device" ;;
    esac
    say "mount target=$target type=$type options=$options source=$source disks=$disks"
  done </proc/self/mountinfo
  [ "$cut" = no ] && say "mounts seen=yes listed=$listed hidden=$hidden"
  [ "$cut" = yes ] && say "mounts seen=part listed=$listed hidden=$hidden"
}

# The serial number of an ECS disk is its id without `d-`.
disks() {
  for block in /sys/block/*; do
    name=${block##*/}
    plain "$name" || continue
    case $name in loop* | ram* | zram* | sr* | fd* | dm-* | md*) continue ;; esac
    serial=
    for file in "$block/serial" "$block/device/serial"; do
      [ -n "$serial" ] || { [ -r "$file" ] && read -r serial <"$file"; }
    done
    if [ -z "$serial" ]; then
      for link in /dev/disk/by-id/virtio-* /dev/disk/by-id/nvme-Alibaba_Cloud_Elastic_Block_Storage_*; do
        [ "$(readlink -f -- "$link")" = "/dev/$name" ] || continue
        serial=${link##*/}
        serial=${serial#virtio-}
        serial=${serial#nvme-Alibaba_Cloud_Elastic_Block_Storage_}
      done
    fi
    plain "$serial" || serial=
    say "disk name=$name serial=$serial"
  done
}
