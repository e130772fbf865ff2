//! What the catalogue relies on: pages of the vendor and of others, program sources, and studies, each with a short key.
//!
//! A `source` in a table is a list of citations, separated by `; `. Each is a key, for a study with its section, and may say
//! more behind a colon: `run-command: Timeout; launcher 2.2`. `consnap` marks what consnap decides by itself, `assumption A03`
//! what it assumes. `docs/sources/README.md` lists all keys; a test fails on a citation that does not resolve.

/// A page, a program or a study that is relied on.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The word that cites it.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The day or the edition that was read.
    pub date: &'static str,
    /// Where it is; a file of `docs/sources` for a study.
    pub address: &'static str,
}

macro_rules! sources {
    ($($key:literal: $title:literal, $date:literal, $address:literal;)+) => {
        /// All of them.
        pub static SOURCES: &[Source] = &[
            $(Source { key: $key, title: $title, date: $date, address: $address }),+
        ];
    };
}

sources! {
    "go-page": "Create application-consistent snapshots by using ECS SDK for Go", "about 2021-22",
        "https://www.alibabacloud.com/help/en/elastic-compute-service/latest/create-application-consistent-snapshots-by-using-ecs-sdk-for-go";
    "go-page-2023": "Create application-consistent snapshots by using ECS SDK for Go", "2023-11-01 (Chinese), 2023-12-18 (English)",
        "https://www.alibabacloud.com/help/en/doc-detail/290932";
    "guide-2021": "Enable the application-consistent snapshot feature", "2021-03-25 to 2021-06-07",
        "https://github.com/AlibabaCloudDocs/ecs";
    "guide-2024-03": "Create application-consistent snapshots", "2024-03-14",
        "https://www.alibabacloud.com/help/en/doc-detail/208589";
    "guide-2024-04": "Create application-consistent snapshots", "2024-04-01",
        "https://www.alibabacloud.com/help/en/doc-detail/208589";
    "console": "Create application-consistent snapshots in the ECS console", "2025-01-02 to 2026",
        "https://www.alibabacloud.com/help/en/ecs/user-guide/create-application-consistent-snapshots-in-the-ecs-console";
    "mysql": "Best practices for creating application-consistent snapshots for a Linux instance on which MySQL is deployed", "2025-04-29",
        "https://help.aliyun.com/document_detail/294459.html";
    "sql-server": "Best practice for creating application-consistent snapshots for a Windows instance on which SQL Server is deployed", "2026-03-31",
        "https://www.alibabacloud.com/help/en/doc-detail/294429";
    "groups": "Create a snapshot-consistent group", "2025-26",
        "https://www.alibabacloud.com/help/en/ecs/user-guide/create-a-snapshot-consistent-group";
    "public-images": "Overview of public images (Chinese)", "2026",
        "https://help.aliyun.com/zh/ecs/user-guide/public-mirroring-overview";
    "cloud-assistant-errors": "Cloud Assistant execution errors", "2026", "https://www.alibabacloud.com/help/en/ecs";
    "ram-ecs": "ECS: RAM authorization", "2026", "https://www.alibabacloud.com/help/en/ecs";
    "ram-role": "Configure a RAM role", "2026", "https://www.alibabacloud.com/help/en/ram";
    "ram-policy-language": "Policy structure and syntax", "2026", "https://www.alibabacloud.com/help/en/ram";
    "ram-policy-evaluation": "Policy evaluation process", "2026", "https://www.alibabacloud.com/help/en/ram";
    "sts": "STS API reference", "2015-04-01", "https://www.alibabacloud.com/help/en/ram";

    "api-reference": "ECS API reference", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "attach-instance-ram-role": "AttachInstanceRamRole", "2024-12-17",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-attachinstanceramrole";
    "create-command": "CreateCommand", "2025-12-09",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createcommand";
    "attach-disk": "AttachDisk", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "create-disk": "CreateDisk", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "create-image": "CreateImage", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "create-snapshot-group": "CreateSnapshotGroup", "2026-01-07",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createsnapshotgroup";
    "describe-cloud-assistant-status": "DescribeCloudAssistantStatus", "2024-12-05",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describecloudassistantstatus";
    "describe-disks": "DescribeDisks", "2024-12-04",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describedisks";
    "describe-instance-ram-role": "DescribeInstanceRamRole", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "describe-instances": "DescribeInstances", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "describe-invocation-results": "DescribeInvocationResults", "2024-12-05",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinvocationresults";
    "describe-invocations": "DescribeInvocations", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "describe-regions": "DescribeRegions", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "describe-snapshot-groups": "DescribeSnapshotGroups", "2025-02-26",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describesnapshotgroups";
    "describe-snapshots": "DescribeSnapshots", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";
    "invoke-command": "InvokeCommand", "2025-12-09",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-invokecommand";
    "run-command": "RunCommand", "2021-07-19; newer: the SDK for Go", "https://github.com/AlibabaCloudDocs/ecs";
    "send-file": "SendFile", "2025-12-09",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-sendfile";
    "stop-invocation": "StopInvocation", "2025-12-09",
        "https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-stopinvocation";
    "tag-resources": "TagResources", "2021-07-19", "https://github.com/AlibabaCloudDocs/ecs";

    "agent": "Source of the Cloud Assistant Agent", "578, 2024-02-01", "https://github.com/aliyun/aliyun_assist_client";
    "cli": "Source of the Alibaba Cloud CLI", "2026-07-30", "https://github.com/aliyun/aliyun-cli";
    "credentials": "Source of the credentials SDK", "1.4.12, 2026-07-18", "https://github.com/aliyun/credentials-go";
    "darabonba": "Source of the SDK core darabonba-openapi", "2026-03-23", "https://github.com/alibabacloud-go/darabonba-openapi";
    "sdk-go": "ECS SDK for Go", "7.9.2, 2026-07-16", "https://github.com/alibabacloud-go/ecs-20140526";
    "terraform": "Terraform provider alicloud", "2026-08-21", "https://github.com/aliyun/terraform-provider-alicloud";
    "oos-templates": "OOS: templates and actions of the vendor", "2024-09-23", "https://github.com/aliyun/oos-templates";
    "oos-tags": "Use OOS to bind tags to multiple ECS resources at a time", "2021", "https://github.com/AlibabaCloudDocs/ecs";
    "plug-in-log": "Log of the Linux plug-in 1.8", "October and November 2025", "feature.md";

    "aws-dlm": "Amazon EBS: Automate application-consistent snapshots with Data Lifecycle Manager", "2026",
        "https://docs.aws.amazon.com/ebs/latest/userguide/automate-app-consistent-backups.html";
    "aws-vss": "Amazon EC2 for Windows: application-consistent snapshots", "2026",
        "https://docs.aws.amazon.com/AWSEC2/latest/WindowsGuide/application-consistent-snapshots.html";
    "cel": "Common Expression Language: language definition", "2026",
        "https://github.com/google/cel-spec/blob/master/doc/langdef.md";
    "go-runtime": "Go: package runtime", "2026", "https://pkg.go.dev/runtime";
    "execve": "Linux man-pages: execve(2)", "2026", "https://man7.org/linux/man-pages/man2/execve.2.html";
    "linux-file-systems": "The Linux kernel: filesystems", "2026", "https://docs.kernel.org/filesystems/";
    "microsoft-cmd": "Microsoft KB 830473: command-line string limitation of Cmd.exe", "2026",
        "https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation";
    "ntstatus": "Microsoft: NTSTATUS values", "2026",
        "https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55";
    "vss": "Microsoft: Volume Shadow Copy Service, IVssBackupComponents::GetWriterStatus and VSS_WRITER_STATE", "2026",
        "https://learn.microsoft.com/en-us/windows/win32/api/vsbackup/nf-vsbackup-ivssbackupcomponents-getwriterstatus";
    "posix-shell": "POSIX: Shell Command Language", "2024",
        "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html";
    "rfc-8259": "RFC 8259: The JavaScript Object Notation (JSON) Data Interchange Format", "2017-12",
        "https://www.rfc-editor.org/rfc/rfc8259";
    "xdg": "XDG Base Directory Specification", "0.8", "https://specifications.freedesktop.org/basedir-spec/0.8/";

    "api": "What is known of the API and of credentials", "2026-11-30", "api.md";
    "feature": "What is known of the feature", "2026-11-30", "feature.md";
    "launcher": "What happens on the instance to the command", "November 2026", "launcher.md";
    "sdk": "What the official SDKs send", "November 2026", "sdk.md";
}

impl Source {
    /// Whether it is a file of `docs/sources`.
    pub fn is_study(&self) -> bool {
        !self.address.contains(':')
    }
}

/// The source a citation names, and what it says behind the key: a section, or a place in the page.
pub fn find(citation: &str) -> Option<(&'static Source, &str)> {
    let end = citation.find([':', ' ']).unwrap_or(citation.len());
    let (key, rest) = citation.split_at_checked(end)?;
    SOURCES.iter().find(|source| source.key == key).map(|source| (source, rest))
}

/// The citations of a `source` for readers: with titles instead of keys.
pub fn titled(citations: &str) -> String {
    let parts = citations.split("; ").map(|citation| match find(citation) {
        Some((source, rest)) => format!("{}{}{rest}", source.title, if rest.starts_with(' ') { "," } else { "" }),
        None => citation.to_owned(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::{
        api_errors, assumptions, budget, codes, disks, file_systems, limits, pacing, parameters, systems,
    };
    use crate::diagnostics::messages;

    /// Where a citation stands, and the citation.
    fn cited() -> Vec<(String, &'static str)> {
        let mut all: Vec<(String, &'static str)> = Vec::new();
        all.extend(messages::TABLES.iter().flat_map(|table| table.iter()).map(|row| (row.code.to_owned(), row.source)));
        all.extend(assumptions::ROWS.iter().map(|row| (row.id.to_owned(), row.source)));
        all.extend(codes::outcome_rows().map(|row| (row.key.to_owned(), row.source)));
        all.extend(api_errors::rows().map(|row| (row.code.to_owned(), row.source)));
        all.extend(pacing::ROWS.iter().map(|row| (row.key.to_owned(), row.source)));
        all.extend(limits::ROWS.iter().map(|row| (row.key.to_owned(), row.source)));
        all.extend(budget::ROWS.iter().map(|row| (row.key.to_owned(), row.source)));
        all.extend(parameters::ROWS.iter().map(|row| (row.key.to_owned(), row.source)));
        all.extend(file_systems::ROWS.iter().map(|row| (row.name.to_owned(), row.source)));
        all.extend(systems::EDITIONS.iter().map(|edition| (edition.date.to_string(), edition.source)));
        let of_disks = disks::ROWS.iter().flat_map(|row| row.editions.iter().map(|edition| (row.category, edition)));
        all.extend(of_disks.map(|(category, edition)| (category.to_owned(), edition.source)));
        all
    }

    #[test]
    fn every_citation_names_a_source() {
        let cited = cited();
        assert!(cited.len() > 800, "{} citations", cited.len());
        let mut unknown = Vec::new();
        for (place, citations) in &cited {
            for citation in citations.split("; ") {
                let assumed = citation.strip_prefix("assumption ");
                let assumed = assumed.is_some_and(|id| assumptions::ROWS.iter().any(|row| row.id == id));
                let own = citation == "consnap" || citation.starts_with("consnap: ");
                let resolves = find(citation)
                    .is_some_and(|(source, rest)| rest.is_empty() || rest.starts_with(": ") || source.is_study());
                if !(resolves || assumed || own) {
                    unknown.push(format!("{place}: {citation}"));
                }
            }
        }
        assert!(unknown.is_empty(), "docs/sources/README.md lists no key for these:\n{}", unknown.join("\n"));
    }

    #[test]
    fn keys_are_given_once() {
        let keys: BTreeSet<&str> = SOURCES.iter().map(|source| source.key).collect();
        assert_eq!(keys.len(), SOURCES.len());
        for source in SOURCES {
            assert!(source.is_study() || source.address.starts_with("https://"), "{}", source.key);
        }
    }

    #[test]
    fn readers_see_titles() {
        let shown = titled("run-command: Timeout; launcher 2.2; consnap: look by name; assumption A03");
        assert_eq!(
            shown,
            "RunCommand: Timeout; What happens on the instance to the command, 2.2; consnap: look by name; assumption A03"
        );
    }
}
