//! Terraform, and the Operation Orchestration Service (OOS).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ExportedFile, Material, Naming, file, made_by, quote};

/// Command and invocation. An invocation takes at most 50 instances and waits for its end.
pub(super) fn terraform(material: &Material<'_>) -> Vec<ExportedFile> {
    let marks = Naming::marks();
    let marked = material.shares.iter().any(|share| Naming::has_marks(&share.command));
    let mut text = material.comment("#");
    text += "# It starts snapshots when it is applied. Which consistency was reached, only the tags of the snapshots tell.\n\n\
             terraform {\n  required_providers {\n    alicloud = {\n      source  = \"aliyun/alicloud\"\n      version = \">= 1.168.0\"\n    }\n  }\n}\n\n";
    let _ = write!(text, "provider \"alicloud\" {{\n  region = {}\n}}\n", quote::hcl(&material.region));
    if marked {
        text += "\n# Another value makes another run: terraform apply -var run=$(date -u +%m%d%H%M)\n\
                 variable \"run\" {\n  type    = string\n  default = \"manual01\"\n}\n";
    }
    for (at, share) in material.shares.iter().enumerate() {
        let name = if material.shares.len() > 1 { format!("snapshot_{}", at + 1) } else { "snapshot".to_owned() };
        let content = if marked {
            let mut content = quote::hcl(&share.command);
            for mark in [&marks.run, &marks.date, &marks.time] {
                content = content.replace(mark.as_str(), "${var.run}");
            }
            format!("base64encode({content})")
        } else {
            quote::double(&STANDARD.encode(&share.command))
        };
        let _ = write!(
            text,
            "\nresource \"alicloud_ecs_command\" {name:?} {{\n  name             = \"consnap-{}\"\n  type             = {}\n  timeout          = {}\n  \
             enable_parameter = false\n  command_content  = {content}\n}}\n",
            name.replace('_', "-"),
            quote::hcl(material.command_type()),
            share.timeout_seconds
        );
        for (part, chunk) in share.instances.chunks(50).enumerate() {
            let label = if share.instances.len() > 50 { format!("{name}_{}", part + 1) } else { name.clone() };
            let _ = write!(
                text,
                "\nresource \"alicloud_ecs_invocation\" {label:?} {{\n  command_id  = alicloud_ecs_command.{name}.id\n  \
                 instance_id = {}\n\n  timeouts {{\n    create = \"{}s\"\n  }}\n}}\n",
                quote::list(chunk, quote::hcl),
                share.timeout_seconds.saturating_add(120)
            );
        }
    }
    vec![file("snapshot.tf", "hcl", text)]
}

/// A template with a loop and rate control: instances by id or by tags, on request or by a timer.
pub(super) fn oos(material: &Material<'_>, timer: bool) -> Vec<ExportedFile> {
    let job = material.request.job;
    let tags = &job.targets.tags;
    let marks = Naming::marks();
    let mut text = material.comment("#");
    text += "# It starts snapshots. Which consistency was reached, only the tags of the snapshots tell.\n";
    text += "FormatVersion: OOS-2019-06-01\n";
    let _ = writeln!(
        text,
        "Description: {}",
        quote::double(&format!("App-consistent snapshots ({})", made_by(material.request.as_of)))
    );
    text += "Parameters:\n  regionId:\n    Type: String\n    AssociationProperty: RegionId\n";
    let _ = writeln!(text, "    Default: {}", quote::double(&material.region));
    text +=
        "  rateControl:\n    Type: Json\n    AssociationProperty: RateControl\n    Default:\n      Mode: Concurrency\n";
    let _ =
        write!(text, "      Concurrency: {}\n      MaxErrors: {}\n", job.run.max_in_flight.max(1), job.run.max_errors);
    if timer {
        let (hour, minute) = material.request.schedule;
        let _ = write!(
            text,
            "  timer:\n    Type: String\n    Default: \"0 {minute} {hour} ? * *\"\n  timeZone:\n    Type: String\n    Default: Asia/Shanghai\n  \
             endDate:\n    Type: String\n    Default: \"2099-12-31T23:59:59Z\"\n"
        );
    }
    text +=
        "  OOSAssumeRole:\n    Type: String\n    Default: OOSServiceRole\nRamRole: \"{{ OOSAssumeRole }}\"\nTasks:\n";
    if timer {
        text += "  - Name: timer\n    Action: ACS::TimerTrigger\n    Properties:\n      Type: cron\n      Expression: \"{{ timer }}\"\n      \
                 TimeZone: \"{{ timeZone }}\"\n      EndDate: \"{{ endDate }}\"\n";
    }
    if !tags.is_empty() {
        text += "  - Name: select\n    Action: ACS::SelectTargets\n    Properties:\n      ResourceType: ALIYUN::ECS::Instance\n      \
                 RegionId: \"{{ regionId }}\"\n      Filters:\n        - Type: Tags\n          RegionId: \"{{ regionId }}\"\n          Parameters:\n            Tags:\n";
        for (key, value) in tags {
            let _ = write!(
                text,
                "              - Key: {}\n                Value: {}\n",
                quote::double(key),
                quote::double(value)
            );
        }
        text += "    Outputs:\n      instanceIds:\n        Type: List\n        ValueSelector: Instances.Instance[].InstanceId\n";
    }
    for (at, share) in material.shares.iter().enumerate() {
        let name = if material.shares.len() > 1 { format!("snapshot{}", at + 1) } else { "snapshot".to_owned() };
        // OOS fills in the id of the execution: `exec-...`, of the safe alphabet.
        let mut command = quote::double(&share.command);
        for mark in [&marks.run, &marks.date, &marks.time] {
            command = command.replace(mark.as_str(), "{{ ACS::ExecutionId }}");
        }
        let items = if share.instances.is_empty() {
            "\"{{ select.instanceIds }}\"".to_owned()
        } else {
            quote::list(&share.instances, quote::double)
        };
        let _ = write!(
            text,
            "  - Name: {name}\n    Action: ACS::ECS::RunCommand\n    Properties:\n      regionId: \"{{{{ regionId }}}}\"\n      \
             instanceId: \"{{{{ ACS::TaskLoopItem }}}}\"\n      commandType: {}\n      commandContent: {command}\n      enableParameter: false\n      \
             timeout: {}\n    Loop:\n      Items: {items}\n      RateControl: \"{{{{ rateControl }}}}\"\n      Outputs:\n        outputs:\n          AggregateType: Fn::ListJoin\n          AggregateField: output\n    \
             Outputs:\n      output:\n        Type: String\n        ValueSelector: invocationOutput\n",
            material.command_type(),
            share.timeout_seconds
        );
    }
    let names: Vec<String> = (1..=material.shares.len())
        .map(|at| if material.shares.len() > 1 { format!("snapshot{at}") } else { "snapshot".to_owned() })
        .collect();
    text += "Outputs:\n";
    for name in names {
        let _ = write!(text, "  {name}:\n    Type: List\n    Value: \"{{{{ {name}.outputs }}}}\"\n");
    }
    vec![file(if timer { "snapshot-timer.oos.yaml" } else { "snapshot.oos.yaml" }, "yaml", text)]
}
