# Elasticsearch and OpenSearch: nothing is held, because nothing that a script can do makes a copy of the disks trustworthy.
main() {
  [ "$ROLE" = pre ] || { printf 'consnap-quiesce format=1 role=post name=%s engine=%s verdict=nothing_held code=23 held=no run=- at=- why=nothing_held\n' "$NAME" "$ENGINE"; exit 23; }
  printf '%s\n' "consnap-quiesce format=1 role=pre name=$NAME engine=$ENGINE verdict=refused code=15 held=no run=- at=- why=refused_engine" \
    "consnap: $ENGINE cannot be held from outside. Its makers support no copy of the data folder of a node that runs: shards lie on several nodes, and their Lucene files and translogs belong together across all of them. Use its snapshot API with a repository (for example on OSS), or stop all nodes first."
  exit 15
}
