#!/usr/bin/env bash
{% for line in job.head -%}
# {= line|safe =}
{% endfor -%}
# Starts app-consistent snapshots and waits for the commands. It needs the aliyun CLI and jq, and ends with
#   0  every command succeeded
#   1  a command failed, or instances were left out after too many failures
#   2  the instances are not those the job expects; nothing was started
#   4  a result is unknown: look at it before anything is started again
# Which consistency was reached, only the tags of the snapshots tell: `consnap audit` reads them.
# shellcheck disable=SC1003,SC2016 # commands are meant as they stand
set -euo pipefail

region={= job.region =}
# Of each command, in seconds.
timeout={= job.timeout_seconds|safe =}
# Instances of the first wave, which must go well, and of each further one.
canary={= job.canary|safe =}
max_in_flight={= job.wave|safe =}
failed=0
unknown=0

run=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
date=$(date -u +%Y%m%d)
time=$(date -u +%H%M%S)

named() {
  local command=${1//RUNID000/$run}
  command=${command//DATE0000/$date}
  printf %s "${command//TIME00/$time}"
}
command=$(named {= job.command =})
{% for share in job.own -%}
command_{= loop.index|safe =}=$(named {= share.command =}) # leaves disks out
{% endfor %}
{%- if job.looks() %}
# Prints "take ID" or "leave ID" for each instance that the filters find, on all pages. The service filters; a filter that it
# ignores must not widen the selection.
look() { # FILTER...
  local page token=''
  while :; do
    page=$(aliyun ecs DescribeInstances --RegionId "$region" --MaxResults 100 "$@" ${token:+--NextToken "$token"}) || return
    jq -r --argjson tags {= job.selection.tags_json() =} \
      --argjson without_tags {= job.selection.without_tags_json() =} \
      --argjson without {= job.selection.without_json() =} '
      .Instances.Instance[]
      | (.Tags.Tag // [] | map({(.TagKey): .TagValue}) | add // {}) as $has
      | (all($tags | to_entries[]; $has[.key] == .value)
         and (any($without_tags | to_entries[]; $has[.key] == .value) | not)
         and (.InstanceId | IN($without[]) | not)) as $wanted
      | (if $wanted then "take " else "leave " end) + .InstanceId' <<<"$page" || return
    token=$(jq -r '.NextToken // empty' <<<"$page") || return
    [ -n "$token" ] || return 0
  done
}
{% if job.instances.is_empty() -%}
found=$(look{% for (key, value) in job.selection.tags %} --Tag.{= loop.index|safe =}.Key {= key =} --Tag.{= loop.index|safe =}.Value {= value =}{% endfor %})
{%- else -%}
found=''
{%- for ids in job.id_pages() %}
found+=$(look --InstanceIds {= ids =})$'\n'
{%- endfor %}
if [ "$(grep -c . <<<"$found")" -ne {= job.instances.len()|safe =} ]; then
  echo "some of the instances were not found" >&2
  exit 2
fi
{%- endif %}
mapfile -t ids < <(sed -n 's/^take //p' <<<"$found")
{% else %}
ids=({% for id in job.instances %}{% if !loop.first %} {% endif %}{= id =}{% endfor %})
{% endif -%}
count=${#ids[@]}
{% if job.selection.expect.0 == job.selection.expect.1 -%}
if [ "$count" -ne {= job.selection.expect.0|safe =} ]; then
{%- else if job.selection.expect.1 == u32::MAX -%}
if [ "$count" -lt {= job.selection.expect.0|safe =} ]; then
{%- else -%}
if [ "$count" -lt {= job.selection.expect.0|safe =} ] || [ "$count" -gt {= job.selection.expect.1|safe =} ]; then
{%- endif %}
  echo "$count instances are not what the job expects; nothing was started" >&2
  exit 2
fi
max_errors={% match job.max_errors %}{% when MaxErrors::Count(count) %}{= count|safe =}{% when MaxErrors::Percent(percent) %}$((count * {= percent|safe =} / 100)){% endmatch %}

# Starts a command on at most 50 instances.
start() { # COMMAND ID...
  local command=$1 arguments=() at=0 id reply invocation
  shift
  for id in "$@"; do
    at=$((at + 1))
    arguments+=("--InstanceId.$at" "$id")
  done
  if reply=$(aliyun ecs RunCommand --RegionId "$region" --Type {= job.command_type|safe =} \
    --CommandContent "$(printf %s "$command" | base64 | tr -d '\n')" --ContentEncoding Base64 \
    --EnableParameter false --KeepCommand false --Timeout "$timeout" "${arguments[@]}") &&
    invocation=$(jq -er .InvokeId <<<"$reply"); then
    invocations+=("$invocation $#")
  else
    echo "it is not known whether the command was started on $*" >&2
    unknown=$((unknown + $#))
  fi
}

# Waits for the results of an invocation, shows them and counts those that are not good. One page holds 50.
wait_for() { # INVOCATION INSTANCES
  local until=$((SECONDS + timeout + 60)) page results='{}' ended good
  while :; do
    if page=$(aliyun ecs DescribeInvocationResults --RegionId "$region" --InvokeId "$1" --MaxResults 50 \
      --ContentEncoding PlainText); then
      results=$(jq '[.Invocation.InvocationResults.InvocationResult[]
        | select(.InvocationStatus | IN("Pending", "Scheduled", "Running", "Stopping") | not)]' <<<"$page")
    fi
    ended=$(jq length <<<"$results")
    if [ "$ended" -ge "$2" ] || [ "$SECONDS" -ge "$until" ]; then
      break
    fi
    sleep 10
  done
  jq -r '.[] | "\(.InstanceId): \(.InvocationStatus), exit code \(.ExitCode) \(.ErrorCode // "")\n\(.Output // "")"' <<<"$results"
  good=$(jq '[.[] | select(.InvocationStatus == "Success" and .ExitCode == 0)] | length' <<<"$results")
  failed=$((failed + ended - good))
  unknown=$((unknown + $2 - ended))
}

at=0
size=$((canary > 0 ? canary : max_in_flight))
bearable=$((canary > 0 ? 0 : max_errors))
while [ "$at" -lt "$count" ]; do
  invocations=()
  others=()
  for id in "${ids[@]:at:size}"; do
{%- if job.own.is_empty() %}
    others+=("$id")
{%- else %}
    case $id in
{%- for share in job.own %}
      {% for id in share.instances %}{% if !loop.first %} | {% endif %}{= id =}{% endfor %}) start "$command_{= loop.index|safe =}" "$id" ;;
{%- endfor %}
      *) others+=("$id") ;;
    esac
{%- endif %}
  done
  if [ "${#others[@]}" -gt 0 ]; then
    start "$command" "${others[@]}"
  fi
  for invocation in ${invocations[@]+"${invocations[@]}"}; do
    wait_for "${invocation% *}" "${invocation#* }"
  done
  at=$((at + size))
  if [ $((failed + unknown)) -gt "$bearable" ]; then
    break
  fi
  size=$max_in_flight
  bearable=$max_errors
done

left=$((at < count ? count - at : 0))
echo "$count instances: $failed failed, $unknown unknown, $left not started"
if [ "$unknown" -gt 0 ]; then
  exit 4
fi
[ $((failed + left)) -eq 0 ] || exit 1
