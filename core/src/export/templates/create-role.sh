#!/usr/bin/env bash
{% for line in job.head -%}
# {= line|safe =}
{% endfor -%}
set -euo pipefail

role={= job.role() =}
aliyun ram CreateRole --RoleName "$role" --AssumeRolePolicyDocument "$(cat instance-role-trust.json)"
aliyun ram CreatePolicy --PolicyName AppSnapshotPolicy --PolicyDocument "$(cat instance-role-policy.json)"
aliyun ram AttachPolicyToRole --PolicyType Custom --PolicyName AppSnapshotPolicy --RoleName "$role"
aliyun ram CreatePolicy --PolicyName ConsnapOperator --PolicyDocument "$(cat operator-policy.json)"
