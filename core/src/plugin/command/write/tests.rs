//! Commands as they are built.

use super::*;
use crate::diagnostics::finding::Severity;
use crate::input::job::Accept;

const LINUX_SAMPLE: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName=\"AppSnapshotRoleName\",-InstantAccess=true,-EnableFsFreeze=true,-TimeoutInSeconds=30,-PreScriptPath=\"/tmp/prescript.sh\",-PostScriptPath=\"/tmp/postscript.sh\",-InstantAccessRentationDays=1,-ExcludeDiskId=\"\",-Name=\"LinuxApp1\"";
const WINDOWS_SAMPLE: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin-win --params=-RamRoleName=\"AppSnapshotRoleName\",-InstantAccess=true,-EnableWriters=true,-Description=\"AppSnapshot\",-InstantAccessRentationDays=1,-ExcludeDiskId=\"\",-Name=\"APPSnapshot-1\"";

fn job(name: &str) -> Job {
    Job { instance_ram_role: "R".to_owned(), group_name: name.to_owned(), ..Job::default() }
}

fn request(job: &Job, platform: Platform) -> BuildRequest<'_> {
    BuildRequest { job, platform, instance: Some("i-1"), role: None, naming: None, use_separator: false }
}

fn described(description: &str) -> Job {
    Job { description: Some(description.to_owned()), ..job("N1") }
}

fn params(built: &BuiltCommand) -> &str {
    let command = built.command.as_deref().unwrap_or_else(|| panic!("{:?}", built.findings));
    command.splitn(5, ' ').nth(4).unwrap()
}

fn codes(built: &BuiltCommand) -> Vec<&str> {
    built.findings.iter().map(Finding::code).collect()
}

#[test]
fn the_vendors_samples_come_out_byte_for_byte() {
    let mut job = job("LinuxApp1");
    job.instance_ram_role = "AppSnapshotRoleName".to_owned();
    job.instant_access = Some(true);
    job.instant_access_retention_days = Some(1);
    job.exclude_disks = Some(Vec::new());
    job.linux.freeze_file_systems = Some(true);
    job.linux.freeze_timeout_seconds = Some(30);
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.windows.vss_writers = Some(true);
    let linux = build(&request(&job, Platform::Linux));
    assert_eq!(linux.command.as_deref(), Some(LINUX_SAMPLE));
    assert_eq!((linux.form, linux.timeout_seconds), (Form::Vendor, 20 + 2 * 1800 + 30 + 300));
    assert_eq!(linux.arguments.last().unwrap(), "-Name=LinuxApp1");

    job.description = Some("AppSnapshot".to_owned());
    job.group_name = "APPSnapshot-1".to_owned();
    let windows = build(&request(&job, Platform::Windows));
    assert_eq!(windows.command.as_deref(), Some(WINDOWS_SAMPLE));
    assert_eq!((windows.form, windows.timeout_seconds), (Form::Vendor, 1800));
    assert!(linux.findings.is_empty() && windows.findings.is_empty());
}

#[test]
fn forms_follow_the_values() {
    let check = |description: &str, platform, use_separator, form, expected: &str| {
        let job = described(description);
        let built = build(&BuildRequest { use_separator, ..request(&job, platform) });
        assert_eq!(params(&built), expected, "{description}");
        assert_eq!(built.form, form, "{description}");
        assert_eq!(built.arguments, ["-RamRoleName=R", &format!("-Description={description}"), "-Name=N1"]);
    };
    check(
        "每夜_a",
        Platform::Linux,
        false,
        Form::Vendor,
        r#"--params=-RamRoleName="R",-Description="每夜_a",-Name="N1""#,
    );
    check(
        r#"it's "a\b" $x"#,
        Platform::Linux,
        false,
        Form::Quoted,
        r#"--params='-RamRoleName="R",-Description="it'\''s \"a\\b\" $x",-Name="N1"'"#,
    );
    check(
        "a,b",
        Platform::Linux,
        true,
        Form::Separator,
        r#"--separator=' ' --params='-RamRoleName="R" -Description="a,b" -Name="N1"'"#,
    );
    check(
        "it's (a)",
        Platform::Windows,
        false,
        Form::WholeArgument,
        r#""--params=-RamRoleName=R,-Description='it'\''s (a)',-Name=N1""#,
    );
    check(
        "a, b",
        Platform::Windows,
        true,
        Form::Separator,
        r#""--separator= " "--params=-RamRoleName=R -Description='a, b' -Name=N1""#,
    );
    check(
        "C:\\tmp\\",
        Platform::Windows,
        false,
        Form::WholeArgument,
        r#""--params=-RamRoleName=R,-Description='C:\tmp\',-Name=N1""#,
    );
}

#[test]
fn values_that_no_form_carries_are_refused() {
    let check = |platform, description: &str, expected: &[&str]| {
        let job = described(description);
        let built = build(&request(&job, platform));
        assert_eq!(codes(&built), expected, "{description:?}");
        assert_eq!(built.command, None);
        assert!(built.arguments.is_empty());
        assert!(built.findings.iter().all(|finding| finding.place == "/description"));
    };
    check(Platform::Linux, "a\nb\t", &["CS150"]);
    check(Platform::Linux, "a\u{85}", &["CS150"]);
    check(Platform::Linux, "{{x}}", &["CS151"]);
    check(Platform::Linux, "a,b", &["CS152"]);
    check(Platform::Windows, "é", &["CS157"]);
    check(Platform::Windows, "a\"b", &["CS158"]);
    check(Platform::Windows, "5% of %OS%", &["CS159"]);
    check(Platform::Windows, "a,\u{1a}&", &["CS152", "CS150", "CS159"]);
}

#[test]
fn names_and_roles() {
    let built = build(&request(&Job::default(), Platform::Linux));
    assert_eq!((codes(&built), built.command.as_ref()), (vec!["CS104", "CS104"], None));

    let mut job = job("nightly-{run}-{date}-{time}");
    job.instance_ram_role = "attached".to_owned();
    let mut request = request(&job, Platform::Linux);
    assert_eq!(codes(&build(&request)), ["CS155", "CS162"]);
    request.role = Some("");
    assert_eq!(codes(&build(&request)), ["CS156", "CS162"]);
    request.role = Some("Own");
    assert_eq!(build(&request).findings[0].severity, Severity::Advice);
    let naming = Naming { run: "k3v9qx2m".into(), date: "20260401".into(), time: "0300".into() };
    request.naming = Some(&naming);
    let built = build(&request);
    assert_eq!(built.arguments, ["-RamRoleName=Own", "-Name=nightly-k3v9qx2m-20260401-0300"]);
    assert!(built.findings.is_empty());

    let job = self::job("a\u{202e}b");
    let built = build(&self::request(&job, Platform::Linux));
    assert_eq!(codes(&built), ["CS166"]);
    assert!(built.findings[0].message(crate::Lang::En).contains("U+202E"));
}

#[test]
fn excluded_disks_go_to_their_owner_only() {
    let disk = |instance: &str, disk: &str| ExcludedDisk {
        instance: instance.to_owned(),
        disk: disk.to_owned(),
        reason: None,
    };
    let mut job = job("N1");
    job.exclude_disks = Some(vec![disk("i-2", "d-1"), disk("i-1", "d-2"), disk("i-1", "d-2")]);
    let exclusion = |built: &BuiltCommand| built.arguments.iter().find(|a| a.starts_with("-Excl")).cloned();
    let built = build(&request(&job, Platform::Linux));
    assert_eq!(exclusion(&built).as_deref(), Some("-ExcludeDiskId=d-2"));
    let built = build(&BuildRequest { instance: Some("i-3"), ..request(&job, Platform::Linux) });
    assert_eq!((exclusion(&built), codes(&built)), (None, vec![]));
    let built = build(&BuildRequest { instance: None, ..request(&job, Platform::Linux) });
    assert_eq!((exclusion(&built), codes(&built)), (None, vec!["CS167"]));

    job.exclude_disks.as_mut().unwrap().push(disk("i-1", "d-3"));
    let built = build(&request(&job, Platform::Linux));
    assert_eq!((codes(&built), built.command.as_ref()), (vec!["CS160"], None));
    job.accept = vec![Accept { code: "CS160".into(), reason: "tried out".into(), ..Accept::default() }];
    let built = build(&request(&job, Platform::Linux));
    assert_eq!(exclusion(&built).as_deref(), Some("-ExcludeDiskId=d-2;d-3"));
    assert_eq!(built.findings[0].accepted.as_deref(), Some("tried out"));
    let built = build(&BuildRequest { use_separator: true, ..request(&job, Platform::Windows) });
    assert_eq!(exclusion(&built).as_deref(), Some("-ExcludeDiskId=d-2,d-3"));
}

#[test]
fn timeouts() {
    let mut job = job("N1");
    assert_eq!(build(&request(&job, Platform::Linux)).timeout_seconds, 20 + 30 + 300);
    job.run.timeout = Timeout::Seconds(400);
    assert_eq!(build(&request(&job, Platform::Linux)).timeout_seconds, 400);
}

#[test]
fn commands_have_a_limit() {
    for (platform, limit) in [(Platform::Linux, CONTENT_LIMIT), (Platform::Windows, 8191)] {
        let length = build(&request(&described(""), platform)).command.unwrap().len();
        let longest = "a".repeat(limit - length);
        assert!(build(&request(&described(&longest), platform)).command.is_some());
        let built = build(&request(&described(&(longest + "a")), platform));
        assert_eq!((codes(&built), built.command.as_ref()), (vec!["CS169"], None));
    }
}

/// What the sanitiser would drop from a report, a name must not carry: two groups would look alike.
#[test]
fn a_name_carries_nothing_that_reports_drop() {
    for c in ('\u{a0}'..='\u{e0fff}').filter(|c| crate::base::invisible::is_invisible(*c)) {
        let job = job(&format!("ab{c}cd"));
        let built = build(&request(&job, Platform::Linux));
        assert!(codes(&built).contains(&"CS166") && built.command.is_none(), "U+{:04X}", u32::from(c));
    }
    let filler = job("ab\u{3164}cd");
    assert_eq!(codes(&build(&request(&filler, Platform::Linux))), ["CS166"]);
}
