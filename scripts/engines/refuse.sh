# Elasticsearch and OpenSearch: nothing is held, because nothing that a script can do makes a copy of the disks
# trustworthy.
say() {
  printf 'consnap-quiesce format=1 role=%s name=%s engine=%s ' "$ROLE" "$NAME" "$ENGINE"
  printf 'verdict=%s code=%s held=no run=- at=- why=%s\n' "$@"
}
main() {
  if [ "$ROLE" = post ]; then
    say nothing_held 23 nothing_held
    exit 23
  fi
  say refused 15 refused_engine
  printf 'consnap: %s cannot be held from outside. %s %s %s\n' "$ENGINE" \
    "Its makers support no copy of the data folder of a node that runs:" \
    "shards lie on several nodes, and their files belong together across all of them." \
    "Use its snapshot API with a repository (for example on OSS), or stop all nodes first."
  exit 15
}
