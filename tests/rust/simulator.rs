//! The simulator's guests: what a command does, what it leaves behind, what the API shows of it and when.

use consnap_core::Consistency;
use consnap_core::Platform;
use consnap_core::ecs::api::Operation;
use consnap_simulator::Scenario;
use consnap_simulator::scenario::{
    ApiFault, DiskSpec, GroupFault, GuestFault, InstanceSpec, Language, NotRunning, RateLimit, ScriptSpec,
    SnapshotFault, TagFault,
};
use consnap_tests::simulated::{Api, LINUX_COMMAND, WINDOWS_COMMAND, list, tag_keys};
use serde_json::Value;

const LINUX: &str = "i-bp1linux000000000001";
const WINDOWS: &str = "i-bp1windows0000000001";
const ROLE: &str = "AppSnapshotRoleName";

/// One Linux and one Windows instance with the role attached, changed by the test.
fn scenario(change: impl FnOnce(&mut Scenario, &mut InstanceSpec, &mut InstanceSpec)) -> Scenario {
    let spec = |id: &str, platform| InstanceSpec {
        id: id.to_owned(),
        platform,
        role: Some(ROLE.to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40), DiskSpec::of("cloud_essd", 100)],
        ..InstanceSpec::default()
    };
    let (mut linux, mut windows) = (spec(LINUX, Platform::Linux), spec(WINDOWS, Platform::Windows));
    let mut scenario = Scenario::empty();
    change(&mut scenario, &mut linux, &mut windows);
    scenario.instances = vec![linux, windows];
    scenario
}

fn plain() -> Api {
    Api::new(scenario(|_, _, _| {}))
}

fn faulty(fault: GuestFault) -> Api {
    Api::new(scenario(|scenario, _, _| scenario.guest_faults.push(fault)))
}

fn run_linux(api: &mut Api) -> Value {
    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    api.wait(600);
    api.result(&id)
}

fn level(api: &Api, instance: &str) -> Consistency {
    api.simulator.truth_of_instance(instance).unwrap().level
}

#[test]
fn the_sample_commands_end_in_tagged_groups() {
    for (kind, command, instance, name) in [
        ("RunShellScript", LINUX_COMMAND, LINUX, "LinuxApp1"),
        ("RunBatScript", WINDOWS_COMMAND, WINDOWS, "APPSnapshot-1"),
    ] {
        let mut api = plain();
        let id = api.run(kind, command, "1800", &[instance]);
        assert_eq!(api.result(&id)["InvocationStatus"], "Pending");
        api.wait(1);
        let running = api.result(&id);
        assert_eq!(running["InvocationStatus"], "Running");
        assert!(running.get("ExitCode").is_none(), "{running}");
        api.wait(10);
        let result = api.result(&id);
        assert_eq!((&result["InvocationStatus"], &result["ExitCode"]), (&"Success".into(), &0.into()), "{result}");
        let groups = api.groups(instance);
        let output = result["Output"].as_str().unwrap();
        let group_id = groups[0]["SnapshotGroupId"].as_str().unwrap();
        assert!(output.ends_with(&format!(
            "[snapshotgroup=\"{group_id}\"][message=\"Finish whole Processes of Snapshot successfully\"]\n"
        )));
        assert_eq!((&groups[0]["Name"], &groups[0]["Status"]), (&name.into(), &"accomplished".into()));
        let snapshots = api.snapshots(instance);
        assert_eq!(snapshots.len(), 2);
        for snapshot in &snapshots {
            assert_eq!(tag_keys(snapshot), ["APPConsistent"]);
            assert_eq!(snapshot["Status"], "accomplished");
        }
        assert_eq!(level(&api, instance), Consistency::Application);
    }
}

#[test]
fn the_core_decodes_the_output_as_it_is_meant() {
    use consnap_core::ecs::api::invocation_result::InvocationResult;
    use consnap_core::plugin::output::{ContentEncoding, decode};
    let mut api = plain();
    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    api.wait(60);
    let body = api.ok(Operation::DescribeInvocationResults, &[("InvokeId", &id)]);
    let result = list(&body, "/Invocation/InvocationResults/InvocationResult").remove(0).to_string();
    let result: InvocationResult<'_> = serde_json::from_str(&result).unwrap();
    let outcome = decode(&result, ContentEncoding::Base64);
    let truth = api.simulator.truth_of_instance(LINUX).unwrap();
    assert!(outcome.succeeded);
    assert_eq!(outcome.snapshot_group_id.as_deref(), Some(truth.groups[0].group_id.as_str()));
    assert_eq!(outcome.claimed, Some(Consistency::Application));
    assert_eq!(outcome.plugin_version.as_deref(), Some("1.0.0.8"));
    assert!(outcome.frozen_millis.is_some_and(|millis| (600..3_000).contains(&millis)), "{outcome:?}");
}

#[test]
fn bad_scripts_degrade_silently() {
    let changes: [fn(&mut ScriptSpec); 5] = [
        |script| script.exists = false,
        |script| script.mode = "0755".to_owned(),
        |script| script.owner = "mysql".to_owned(),
        |script| script.path = "/opt/prescript.sh".to_owned(),
        |script| script.exit_code = 1,
    ];
    for change in changes {
        let mut api = Api::new(scenario(|_, linux, _| change(&mut linux.guest.pre_script)));
        let result = run_linux(&mut api);
        assert_eq!(result["ExitCode"], 0);
        assert!(result["Output"].as_str().unwrap().contains("Take FsConsistent snapshots successfully"), "{result}");
        assert!(result["Output"].as_str().unwrap().contains("[level=\"error\"]"));
        assert_eq!(tag_keys(&api.snapshots(LINUX)[0]), ["FsConsistent"]);
        assert_eq!(level(&api, LINUX), Consistency::FileSystem);
    }
    let mut api = Api::new(scenario(|_, _, windows| windows.guest.vss_writers = false));
    let id = api.run("RunBatScript", WINDOWS_COMMAND, "1800", &[WINDOWS]);
    api.wait(60);
    assert_eq!(api.result(&id)["ExitCode"], 0);
    assert_eq!(level(&api, WINDOWS), Consistency::FileSystem);
}

#[test]
fn guests_end_with_the_documented_codes() {
    type Change = fn(&mut Scenario, &mut InstanceSpec);
    let cases: [(Change, i64); 14] = [
        (|_, linux| linux.role = None, 13),
        (|_, linux| linux.role = Some("Other".to_owned()), 1),
        (|scenario, _| scenario.roles[0].allows_snapshots = false, 3),
        (|_, linux| linux.metadata_endpoint = "disabled".to_owned(), 1),
        (|_, linux| linux.guest.system_supported = false, 1),
        (|_, linux| linux.disks = vec![DiskSpec::of("cloud_efficiency", 40)], 3),
        (|_, linux| linux.disks[1].category = "cloud_ssd".to_owned(), 1),
        (|_, linux| linux.disks[1].multi_attach = "Enabled".to_owned(), 4),
        (|_, linux| linux.disks[1].snapshots_in_progress = 10, 4),
        (|_, linux| linux.guest.freeze_millis = 40_000, 11),
        (|_, linux| linux.guest.pre_script.millis = 2_000_000, 9),
        (|_, linux| linux.guest.post_script.millis = 2_000_000, 10),
        (|_, linux| linux.guest.launcher_present = false, 127),
        (|_, linux| linux.guest.plugin_list_reachable = false, 243),
    ];
    for (change, exit) in cases {
        let mut api = Api::new(scenario(|scenario, linux, _| change(scenario, linux)));
        let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
        api.wait(2_500);
        let result = api.result(&id);
        assert_eq!(
            (&result["InvocationStatus"], &result["ErrorCode"], result["ExitCode"].as_i64()),
            (&"Failed".into(), &"ExitCodeNonzero".into(), Some(exit)),
            "{result}"
        );
        assert!(!result["Output"].as_str().unwrap().contains("snapshotgroup="));
    }
    let busy = |instant_access: &str| {
        let mut api = Api::new(scenario(|_, linux, _| linux.disks[0].snapshots_in_progress = 1));
        let command = LINUX_COMMAND.replace("-InstantAccess=true", &format!("-InstantAccess={instant_access}"));
        let id = api.run("RunShellScript", &command, "3600", &[LINUX]);
        api.wait(60);
        api.result(&id)["ExitCode"].clone()
    };
    assert_eq!((busy("true"), busy("false")), (0.into(), 16.into()));
}

#[test]
fn forced_codes_leave_behind_what_belongs_to_them() {
    for (exit, groups, held) in [
        (4, 0, false),
        (5, 1, false),
        (6, 1, false),
        (7, 1, false),
        (8, 1, false),
        (10, 1, true),
        (12, 1, true),
        (14, 0, false),
        (246, 0, false),
    ] {
        let mut api = faulty(GuestFault { exit_code: Some(exit), ..GuestFault::default() });
        let result = run_linux(&mut api);
        assert_eq!(result["ExitCode"], exit);
        let truth = api.simulator.truth_of_instance(LINUX).unwrap();
        assert_eq!((truth.groups.len(), truth.held), (groups, held), "exit {exit}: {truth:?}");
        assert_ne!(truth.level, Consistency::Application, "exit {exit}");
        assert!(api.snapshots(LINUX).iter().all(|snapshot| tag_keys(snapshot).is_empty()), "exit {exit}");
    }
    let mut api = faulty(GuestFault { exit_code: Some(5), ..GuestFault::default() });
    run_linux(&mut api);
    assert_eq!(api.groups(LINUX)[0]["Status"], "failed");
    // Exit 6: the group comes to its end after the plug-in gave up.
    let mut api = faulty(GuestFault { exit_code: Some(6), ..GuestFault::default() });
    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    api.wait(120);
    assert_eq!(api.result(&id)["ExitCode"], 6);
    assert_eq!(api.groups(LINUX)[0]["Status"], "progressing");
    api.wait(300);
    assert_eq!(api.groups(LINUX)[0]["Status"], "accomplished");
}

#[test]
fn a_scenario_decides_what_the_code_leaves_open() {
    for (group_made, held) in [(true, true), (true, false), (false, true), (false, false)] {
        let fault = GuestFault {
            exit_code: Some(255),
            group_made: Some(group_made),
            held: Some(held),
            ..GuestFault::default()
        };
        let mut api = faulty(fault);
        assert_eq!(run_linux(&mut api)["ExitCode"], 255);
        let truth = api.simulator.truth_of_instance(LINUX).unwrap();
        assert_eq!((!truth.groups.is_empty(), truth.held), (group_made, held));
    }
}

#[test]
fn tags_groups_and_snapshots_can_go_wrong_without_a_word() {
    let quiet = GuestFault { exit_code: Some(0), ..GuestFault::default() };
    for (fault, expected) in [
        (GuestFault { tags: Some(TagFault::Missing), ..quiet.clone() }, Consistency::Crash),
        (GuestFault { tags: Some(TagFault::Both), ..quiet.clone() }, Consistency::Unknown),
        (GuestFault { tags: Some(TagFault::FirstOnly), ..quiet.clone() }, Consistency::Crash),
        (GuestFault { tags: Some(TagFault::OtherCase), ..quiet.clone() }, Consistency::Application),
        (GuestFault { snapshot: Some(SnapshotFault::Missing), ..quiet.clone() }, Consistency::None),
        (GuestFault { snapshot: Some(SnapshotFault::Failed), ..quiet.clone() }, Consistency::None),
        (GuestFault { group: Some(GroupFault::Failed), ..quiet.clone() }, Consistency::None),
        (GuestFault { group: Some(GroupFault::Progressing), ..quiet.clone() }, Consistency::Unknown),
        (GuestFault { group: Some(GroupFault::Slow), ..quiet }, Consistency::Application),
    ] {
        let mut api = faulty(fault.clone());
        let result = run_linux(&mut api);
        assert_eq!(result["ExitCode"], 0, "{fault:?}");
        assert_eq!(level(&api, LINUX), expected, "{fault:?}");
    }
}

#[test]
fn late_tags_come_a_minute_late() {
    let mut api = faulty(GuestFault { tags: Some(TagFault::Late), ..GuestFault::default() });
    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    api.wait(20);
    assert_eq!(api.result(&id)["ExitCode"], 0);
    assert!(tag_keys(&api.snapshots(LINUX)[0]).is_empty());
    api.wait(60);
    assert_eq!(tag_keys(&api.snapshots(LINUX)[0]), ["APPConsistent"]);
}

#[test]
fn a_group_is_invisible_at_first_and_then_in_progress() {
    let mut api = Api::new(scenario(|_, linux, _| {
        linux.guest.group_millis.min = 2_000;
        linux.guest.group_millis.max = 2_000;
    }));
    api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    let (mut hidden, mut statuses) = (0, Vec::new());
    for _ in 0..100 {
        api.millis += 50;
        let shown = api.groups(LINUX);
        let exists = !api.simulator.truth_of_instance(LINUX).unwrap().groups.is_empty();
        hidden += u32::from(exists && shown.is_empty());
        statuses.extend(shown.iter().map(|group| group["Status"].as_str().unwrap().to_owned()));
    }
    statuses.dedup();
    assert!((3..=5).contains(&hidden), "{hidden} looks of 50 ms");
    assert_eq!(statuses, ["progressing", "accomplished"]);
}

#[test]
fn a_time_out_does_not_stop_the_plugin() {
    let mut api = faulty(GuestFault { stall_seconds: Some(100), ..GuestFault::default() });
    let id = api.run("RunShellScript", LINUX_COMMAND, "60", &[LINUX]);
    api.wait(70);
    let result = api.result(&id);
    assert_eq!(
        (&result["InvocationStatus"], &result["ErrorCode"], &result["ExitCode"]),
        (&"Timeout".into(), &"ExecutionTimeout".into(), &1.into())
    );
    let (start, end) = (result["StartTime"].as_str().unwrap(), result["FinishedTime"].as_str().unwrap());
    let seconds = |text: &str| consnap_core::Time::parse(text).unwrap().millis() / 1000;
    assert_eq!(seconds(end) - seconds(start), 60);
    assert!(api.groups(LINUX).is_empty());
    // The application is locked while nobody listens any more.
    assert!(api.simulator.truth_of_instance(LINUX).unwrap().held);
    api.wait(60);
    assert_eq!(api.groups(LINUX).len(), 1);
    assert_eq!(tag_keys(&api.snapshots(LINUX)[0]), ["APPConsistent"]);
    assert!(!api.simulator.truth_of_instance(LINUX).unwrap().held);
    assert_eq!(api.result(&id)["InvocationStatus"], "Timeout");
}

#[test]
fn without_a_timeout_the_service_gives_sixty_seconds_and_never_less_than_ten() {
    for (timeout, effective) in [(None, 60), (Some("3"), 10), (Some("86400"), 86_400)] {
        let mut api = plain();
        let mut parameters =
            vec![("Type", "RunShellScript"), ("CommandContent", LINUX_COMMAND), ("InstanceId.1", LINUX)];
        parameters.extend(timeout.map(|timeout| ("Timeout", timeout)));
        let id = api.ok(Operation::RunCommand, &parameters)["InvokeId"].as_str().unwrap().to_owned();
        let body = api.ok(Operation::DescribeInvocations, &[("InvokeId", &id)]);
        assert_eq!(body["Invocations"]["Invocation"][0]["Timeout"], effective);
    }
}

#[test]
fn an_unreachable_agent_aborts_after_a_minute() {
    for (online, error) in [(true, "DeliveryTimeout"), (false, "ClientNotRunning")] {
        let mut api = Api::new(scenario(|_, linux, _| {
            linux.cloud_assistant.online = online;
            linux.cloud_assistant.responds = false;
        }));
        let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
        api.wait(59);
        assert_eq!(api.result(&id)["InvocationStatus"], "Pending");
        api.wait(1);
        let result = api.result(&id);
        assert_eq!((&result["InvocationStatus"], &result["ErrorCode"]), (&"Aborted".into(), &error.into()));
        assert!(result.get("ExitCode").is_none());
        assert_eq!(api.simulator.truth_of_instance(LINUX).unwrap().started, 0);
    }
}

#[test]
fn task_errors_end_in_their_state() {
    for (error, status) in
        [("ClientNotResponse", "Aborted"), ("DirectoryNotExists", "Invalid"), ("InstanceRestarted", "Error")]
    {
        let mut api = faulty(GuestFault { task_error: Some(error.to_owned()), ..GuestFault::default() });
        let result = run_linux(&mut api);
        assert_eq!((&result["InvocationStatus"], &result["ErrorCode"]), (&status.into(), &error.into()));
    }
}

#[test]
fn stopping_cancels_what_waits_and_does_not_reach_what_runs() {
    let mut api = plain();
    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    api.ok(Operation::StopInvocation, &[("InvokeId", &id)]);
    api.wait(60);
    assert_eq!(api.result(&id)["InvocationStatus"], "Cancelled");
    let truth = api.simulator.truth_of_instance(LINUX).unwrap();
    assert_eq!((truth.started, truth.groups.len()), (0, 0));

    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &[LINUX]);
    api.wait(1);
    api.ok(Operation::StopInvocation, &[("InvokeId", &id), ("InstanceId.1", LINUX)]);
    assert_eq!(api.result(&id)["InvocationStatus"], "Stopping");
    api.wait(30);
    let result = api.result(&id);
    assert_eq!(result["InvocationStatus"], "Terminated");
    assert!(result.get("ExitCode").is_none());
    assert_eq!(api.groups(LINUX).len(), 1);
    assert_eq!(
        api.refused(Operation::StopInvocation, &[("InvokeId", "t-hz0000000000000000")]),
        (404, "InvalidInvokeId.NotFound".to_owned())
    );
}

#[test]
fn one_unfit_instance_fails_the_whole_call() {
    let call = |api: &mut Api, kind: &str, ids: &[&str]| {
        let names: Vec<String> = (1..=ids.len()).map(|number| format!("InstanceId.{number}")).collect();
        let mut parameters = vec![("Type", kind), ("CommandContent", LINUX_COMMAND)];
        parameters.extend(names.iter().map(String::as_str).zip(ids.iter().copied()));
        api.refused(Operation::RunCommand, &parameters).1
    };
    let mut api = plain();
    assert_eq!(call(&mut api, "RunShellScript", &[LINUX, "i-bp1none"]), "InvalidInstance.NotFound");
    assert_eq!(call(&mut api, "RunShellScript", &[LINUX, WINDOWS]), "InvalidInstance.NotMatch");
    assert_eq!(call(&mut api, "RunShellScript", &[]), "MissingParam.InstanceId");
    assert_eq!(call(&mut api, "RunRubyScript", &[LINUX]), "InvalidCmdType.NotFound");
    let many = vec![LINUX; 101];
    assert_eq!(call(&mut api, "RunShellScript", &many), "InstanceIds.ExceedLimit");
    assert_eq!(api.simulator.truth_of_instance(LINUX).unwrap().commands, 0);

    let mut api = Api::new(scenario(|scenario, linux, _| {
        linux.status = "Stopped".to_owned();
        scenario.service.instances_per_command = 1;
    }));
    assert_eq!(call(&mut api, "RunShellScript", &[LINUX]), "InvalidInstance.NotRunning");
    assert_eq!(call(&mut api, "RunShellScript", &[LINUX, WINDOWS]), "InstanceIds.ExceedLimit");

    let mut api = Api::new(scenario(|scenario, linux, _| {
        linux.status = "Stopped".to_owned();
        scenario.service.not_running = NotRunning::Abort;
    }));
    let result = run_linux(&mut api);
    assert_eq!((&result["InvocationStatus"], &result["ErrorCode"]), (&"Aborted".into(), &"InstanceNotRunning".into()));
}

#[test]
fn a_client_token_makes_a_repetition_the_same_call() {
    let mut api = plain();
    let parameters = [
        ("Type", "RunShellScript"),
        ("CommandContent", LINUX_COMMAND),
        ("InstanceId.1", LINUX),
        ("Timeout", "3600"),
        ("ClientToken", "token-1"),
    ];
    let first = api.ok(Operation::RunCommand, &parameters)["InvokeId"].clone();
    let mut other = parameters;
    other.reverse();
    assert_eq!(api.ok(Operation::RunCommand, &other)["InvokeId"], first);
    other[1].1 = "3601";
    assert_eq!(api.refused(Operation::RunCommand, &other).1, "IdempotentParameterMismatch");
    assert_eq!(api.simulator.truth_of_instance(LINUX).unwrap().commands, 1);
    // The token is forgotten after its time.
    api.wait(601);
    assert_ne!(api.ok(Operation::RunCommand, &parameters)["InvokeId"], first);
}

#[test]
fn a_call_still_under_way_is_said_to_be() {
    let mut api = Api::new(scenario(|scenario, _, _| {
        scenario.service.latency_millis.min = 2_000;
        scenario.service.latency_millis.max = 2_000;
    }));
    let parameters = [
        ("Type", "RunShellScript"),
        ("CommandContent", LINUX_COMMAND),
        ("InstanceId.1", LINUX),
        ("ClientToken", "token-1"),
    ];
    api.ok(Operation::RunCommand, &parameters);
    assert_eq!(api.refused(Operation::RunCommand, &parameters), (403, "IdempotentProcessing".to_owned()));
    api.wait(2);
    api.ok(Operation::RunCommand, &parameters);
}

#[test]
fn a_dry_run_starts_nothing() {
    let mut api = plain();
    let body = api.ok(
        Operation::RunCommand,
        &[
            ("Type", "RunShellScript"),
            ("CommandContent", LINUX_COMMAND),
            ("InstanceId.1", LINUX),
            ("RepeatMode", "DryRun"),
        ],
    );
    assert!(body.get("InvokeId").is_none());
    assert_eq!(api.simulator.truth_of_instance(LINUX).unwrap().commands, 0);
}

#[test]
fn commands_go_through_the_launcher() {
    let run = |command: &str| {
        let mut api = plain();
        let id = api.run("RunShellScript", command, "3600", &[LINUX]);
        api.wait(60);
        let groups = api.groups(LINUX).len();
        (api.result(&id)["ExitCode"].as_i64(), groups)
    };
    let with_name = |name: &str| LINUX_COMMAND.replace("LinuxApp1", name);
    // A blank ends the reading of parameters: what comes behind is lost without a word.
    assert_eq!(run(&with_name("my app")), (Some(0), 1));
    assert_eq!(run(&with_name("it's")), (Some(2), 0));
    assert_eq!(run(&with_name("1st")), (Some(1), 0));
    assert_eq!(run(&LINUX_COMMAND.replace("app-snapshot-plugin ", "app-snapshot-plugin-win ")), (Some(234), 0));
    assert_eq!(run(&LINUX_COMMAND.replace(",-Name=\"LinuxApp1\"", "")), (Some(2), 0));
    assert_eq!(run("uname -a"), (Some(127), 0));
    assert_eq!(run("echo hello | tee x"), (Some(127), 0));
    assert_eq!(run("echo hello"), (Some(0), 0));
    assert_eq!(run(&format!("{LINUX_COMMAND} help")), (Some(0), 0));
}

#[test]
fn an_excluded_disk_is_left_out() {
    let mut api = plain();
    let disks = api.ok(Operation::DescribeDisks, &[("InstanceId", LINUX)]);
    let disks = list(&disks, "/Disks/Disk");
    let ids: Vec<&str> = disks.iter().map(|disk| disk["DiskId"].as_str().unwrap()).collect();
    let exclude = |id: &str| LINUX_COMMAND.replace("-ExcludeDiskId=\"\"", &format!("-ExcludeDiskId=\"{id}\""));
    let id = api.run("RunShellScript", &exclude(ids[1]), "3600", &[LINUX]);
    api.wait(60);
    assert!(api.result(&id)["Output"].as_str().unwrap().contains(&format!("Excluded DiskId={}", ids[1])));
    let snapshots = api.snapshots(LINUX);
    assert_eq!(snapshots.iter().map(|it| it["SourceDiskId"].as_str().unwrap()).collect::<Vec<_>>(), [ids[0]]);
    assert_eq!(level(&api, LINUX), Consistency::Application);
    let id = api.run("RunShellScript", &exclude("d-bp1other"), "3600", &[LINUX]);
    api.wait(60);
    assert_eq!(api.result(&id)["ExitCode"], 4);

    let mut api = Api::new(scenario(|_, linux, _| linux.disks[1].category = "cloud_auto".to_owned()));
    let id = api.run("RunShellScript", &exclude(ids[0]), "3600", &[LINUX]);
    api.wait(60);
    let result = api.result(&id);
    assert_eq!(result["ExitCode"], 3);
    assert!(result["Output"].as_str().unwrap().contains("All attached ESSD Disks were excluded"));
}

#[test]
fn long_output_keeps_both_ends() {
    let mut api = faulty(GuestFault { output_noise_bytes: Some(60_000), ..GuestFault::default() });
    let result = run_linux(&mut api);
    let output = result["Output"].as_str().unwrap();
    assert_eq!(output.len(), 24 * 1024);
    assert!(result["Dropped"].as_i64().unwrap() > 35_000);
    assert!(output.starts_with("[level=\"info\"][time="));
    assert!(output.trim_end().ends_with("[message=\"Finish whole Processes of Snapshot successfully\"]"));
    let mut api = faulty(GuestFault { no_final_line: true, ..GuestFault::default() });
    assert!(!run_linux(&mut api)["Output"].as_str().unwrap().contains("snapshotgroup="));
}

#[test]
fn chinese_windows_writes_gbk() {
    let mut api = Api::new(scenario(|_, _, windows| windows.guest.language = Language::Zh));
    let id = api.run("RunBatScript", WINDOWS_COMMAND, "1800", &[WINDOWS]);
    api.wait(60);
    let body = api.ok(Operation::DescribeInvocationResults, &[("InvokeId", &id)]);
    let result = list(&body, "/Invocation/InvocationResults/InvocationResult").remove(0);
    let bytes = base64_decode(result["Output"].as_str().unwrap());
    // 本地 in GBK.
    assert!(bytes.windows(4).any(|window| window == [0xb1, 0xbe, 0xb5, 0xd8]));
    assert!(std::str::from_utf8(&bytes).is_err());
}

fn base64_decode(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let bytes: Vec<u8> = text.bytes().filter(|byte| *byte != b'=').collect();
    let mut out = Vec::new();
    for four in bytes.chunks(4) {
        let value = four.iter().fold(0, |value, byte| value << 6 | digit(*byte)) << (6 * (4 - four.len()));
        out.extend(value.to_be_bytes()[1..four.len()].iter());
    }
    out
}

#[test]
fn roles_attach_once_and_take_their_time() {
    let mut api = Api::new(scenario(|scenario, linux, _| {
        linux.role = None;
        scenario.service.role_propagation_seconds = 30;
    }));
    let ids = format!("[\"{LINUX}\"]");
    let role = |api: &mut Api| {
        let body = api.ok(Operation::DescribeInstanceRamRole, &[("InstanceIds", &ids)]);
        list(&body, "/InstanceRamRoleSets/InstanceRamRoleSet")[0]["RamRoleName"].clone()
    };
    assert_eq!(role(&mut api), "");
    let refused = |api: &mut Api, name: &str, ids: &str| {
        api.refused(Operation::AttachInstanceRamRole, &[("InstanceIds", ids), ("RamRoleName", name)]).1
    };
    assert_eq!(refused(&mut api, "NoSuchRole", &ids), "InvalidRamRole.NotFound");
    assert_eq!(refused(&mut api, ROLE, "[\"i-none\"]"), "InvalidInstanceId.NotFound");
    assert_eq!(refused(&mut api, ROLE, "i-none"), "InvalidInstanceIds.Malformed");
    assert_eq!(refused(&mut api, ROLE, "[]"), "InvalidInstanceIds.Malformed");
    let body = api.ok(Operation::AttachInstanceRamRole, &[("InstanceIds", &ids), ("RamRoleName", ROLE)]);
    assert_eq!((&body["TotalCount"], &body["FailCount"]), (&1.into(), &0.into()));
    assert_eq!(role(&mut api), ROLE);
    assert_eq!(run_linux(&mut api)["ExitCode"], 13);
    assert_eq!(run_linux(&mut api)["ExitCode"], 0);

    let mut api = Api::new(scenario(|_, linux, _| linux.role = Some("Other".to_owned())));
    let body = api.ok(Operation::AttachInstanceRamRole, &[("InstanceIds", &ids), ("RamRoleName", ROLE)]);
    assert_eq!(body["FailCount"], 1);
    assert_eq!(body["AttachInstanceRamRoleResults"]["AttachInstanceRamRoleResult"][0]["Success"], false);
    assert_eq!(role(&mut api), "Other");
}

#[test]
fn rate_limits_throttle_with_their_header() {
    let mut api = Api::new(scenario(|scenario, _, _| {
        scenario.rate_limits.insert("DescribeRegions".to_owned(), RateLimit { calls: 2, seconds: 10 });
    }));
    api.ok(Operation::DescribeRegions, &[]);
    let reply = api.reply(Operation::DescribeRegions, &[]);
    assert!(reply.header("x-ratelimit-user-api").unwrap().starts_with("Limit:2,Remain:0,TimeLeft:10000,Reset:"));
    api.wait(4);
    let reply = api.reply(Operation::DescribeRegions, &[]);
    assert_eq!(reply.status, 400);
    assert!(String::from_utf8_lossy(&reply.body).contains("\"Code\":\"Throttling.User\""));
    assert!(reply.header("x-ratelimit-user-api").unwrap().starts_with("Limit:2,Remain:0,TimeLeft:6000,"));
    api.wait(6);
    api.ok(Operation::DescribeRegions, &[]);
}

#[test]
fn a_busy_day_repeats_itself_from_its_seed() {
    let day = |seed: u64| {
        let mut api = Api::new(scenario(|scenario, _, _| {
            scenario.seed = seed;
            scenario.guest_faults.push(GuestFault {
                probability: Some(0.5),
                exit_code: Some(255),
                ..GuestFault::default()
            });
            scenario.api_faults.push(ApiFault {
                probability: Some(0.3),
                error: Some(consnap_simulator::scenario::ServiceError::default()),
                ..ApiFault::default()
            });
        }));
        let parameters = [("Type", "RunShellScript"), ("CommandContent", LINUX_COMMAND), ("InstanceId.1", LINUX)];
        let bodies: Vec<Vec<u8>> = (0..20)
            .map(|_| {
                api.wait(5);
                api.reply(Operation::RunCommand, &parameters).body
            })
            .collect();
        (bodies, api.simulator.truth())
    };
    assert_eq!(day(7), day(7));
    assert_ne!(day(7), day(8));
}
