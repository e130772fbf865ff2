//! RAM policies: no action more than the catalogue shows to be needed.

use serde_json::json;

use super::{ExportedFile, Material, file, quote};
use crate::catalog::ram;
use crate::config::AttachRole;

/// Trust and permission policy of the instance's role, permission policy of the operator, and the calls that create them.
pub(super) fn ram_policies(material: &Material<'_>) -> Vec<ExportedFile> {
    let job = material.request.job;
    let attaches = job.run.attach_role == AttachRole::IfMissing;
    let role = match job.instance_ram_role.as_str() {
        "" | "attached" => "AppSnapshotRoleName",
        named => named,
    };
    let trust = json!({"Version": "1", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [ram::INSTANCE_TRUST]},
    }]});
    let policy = |rows: &[ram::ActionRow]| {
        let allowed: Vec<&str> =
            rows.iter().filter(|row| !row.only_to_attach || attaches).map(|row| row.action).collect();
        let (pass, others): (Vec<&str>, Vec<&str>) = allowed.into_iter().partition(|action| *action == "ram:PassRole");
        let mut statements = vec![json!({"Effect": "Allow", "Action": others, "Resource": ["*"]})];
        if !pass.is_empty() {
            let resource = format!("acs:ram:*:*:role/{role}");
            statements.push(json!({"Effect": "Allow", "Action": pass, "Resource": [resource]}));
        }
        json!({"Version": "1", "Statement": statements})
    };
    let role = quote::shell(role);
    let script = format!(
        "#!/usr/bin/env bash\n{}set -euo pipefail\n\n\
         aliyun ram CreateRole --RoleName {role} --AssumeRolePolicyDocument \"$(cat instance-role-trust.json)\"\n\
         aliyun ram CreatePolicy --PolicyName AppSnapshotPolicy --PolicyDocument \"$(cat instance-role-policy.json)\"\n\
         aliyun ram AttachPolicyToRole --PolicyType Custom --PolicyName AppSnapshotPolicy --RoleName {role}\n\
         aliyun ram CreatePolicy --PolicyName ConsnapOperator --PolicyDocument \"$(cat operator-policy.json)\"\n",
        material.comment("#")
    );
    vec![
        file("instance-role-policy.json", "json", format!("{:#}\n", policy(ram::INSTANCE_ACTIONS))),
        file("instance-role-trust.json", "json", format!("{trust:#}\n")),
        file("operator-policy.json", "json", format!("{:#}\n", policy(ram::OPERATOR_ACTIONS))),
        file("create-role.sh", "shell", script),
    ]
}
