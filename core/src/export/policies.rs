//! RAM policies: no action more than the catalogue shows to be needed.

use super::{ExportedFile, Material, file, quote};
use crate::catalog::ram::Extra;
use crate::ecs::ram::{PolicyKind, Wanted, policy};
use crate::input::job::AttachRole;

/// Trust and permission policy of the instance's role, permission policy of the operator, and the calls that create them.
pub(super) fn ram_policies(material: &Material<'_>) -> Vec<ExportedFile> {
    let job = material.request.job;
    let role = Some(job.instance_ram_role.clone()).filter(|role| role != "attached");
    let extras = [
        (job.run.attach_role == AttachRole::IfMissing).then_some(Extra::Attach),
        job.linux.upload.as_ref().map(|_| Extra::Upload),
        job.run.tag_snapshots.then_some(Extra::Tag),
    ];
    let wanted = Wanted { extras: extras.into_iter().flatten().collect(), role };
    let text = |kind| format!("{:#}\n", policy(kind, &wanted));
    let role = quote::shell(wanted.role());
    let script = format!(
        "#!/usr/bin/env bash\n{}set -euo pipefail\n\n\
         aliyun ram CreateRole --RoleName {role} --AssumeRolePolicyDocument \"$(cat instance-role-trust.json)\"\n\
         aliyun ram CreatePolicy --PolicyName AppSnapshotPolicy --PolicyDocument \"$(cat instance-role-policy.json)\"\n\
         aliyun ram AttachPolicyToRole --PolicyType Custom --PolicyName AppSnapshotPolicy --RoleName {role}\n\
         aliyun ram CreatePolicy --PolicyName ConsnapOperator --PolicyDocument \"$(cat operator-policy.json)\"\n",
        material.comment("#")
    );
    vec![
        file("instance-role-policy.json", "json", text(PolicyKind::Instance)),
        file("instance-role-trust.json", "json", text(PolicyKind::Trust)),
        file("operator-policy.json", "json", text(PolicyKind::Operator)),
        file("create-role.sh", "shell", script),
    ]
}
