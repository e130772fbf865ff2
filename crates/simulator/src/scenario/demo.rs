//! The scenario of `consnap demo`.

use std::collections::BTreeMap;

use consnap_core::Platform;

use super::{
    ApiFault, ClosedConnection, DiskSpec, Fleet, GuestFault, InstanceSpec, Language, Millis, Role, Scenario,
    ServiceError, Throttle,
};

/// The role the plug-in uses.
const ROLE: &str = "AppSnapshotRoleName";

/// Some three hundred instances: fit ones of several systems, unfit ones of several kinds, a silent fall-back, a
/// throttled API, a lost reply, failures by exit code, a guest that stays held and a time-out whose group comes late.
pub fn demo_scenario() -> Scenario {
    let mut scenario = Scenario {
        seed: 20_261_122,
        time_scale: 200.0,
        roles: vec![Role::default(), Role { name: "LegacyBackupRole".to_owned(), ..Role::default() }],
        instances: singles(),
        fleets: fleets(),
        api_faults: api_faults(),
        guest_faults: guest_faults(),
        ..Scenario::empty()
    };
    scenario.service.latency_millis = Millis { min: 20, max: 90 };
    scenario
}

fn spec(name: &str, app: &str, data_disks: &[u32]) -> InstanceSpec {
    let mut disks = vec![DiskSpec::of("cloud_essd", 40)];
    disks.extend(data_disks.iter().map(|size| DiskSpec::of("cloud_essd", *size)));
    InstanceSpec {
        name: name.to_owned(),
        tags: BTreeMap::from([("app".to_owned(), app.to_owned()), ("env".to_owned(), "prod".to_owned())]),
        role: Some(ROLE.to_owned()),
        disks,
        ..InstanceSpec::default()
    }
}

fn with_id(id: &str, spec: InstanceSpec) -> InstanceSpec {
    InstanceSpec { id: id.to_owned(), ..spec }
}

fn system(spec: InstanceSpec, os_name: &str, os_name_en: &str) -> InstanceSpec {
    InstanceSpec { os_name: os_name.to_owned(), os_name_en: os_name_en.to_owned(), ..spec }
}

fn windows(spec: InstanceSpec) -> InstanceSpec {
    InstanceSpec { platform: Platform::Windows, ..spec }
}

fn fleet(count: u32, id_prefix: &str, template: InstanceSpec) -> Fleet {
    Fleet { count, id_prefix: id_prefix.to_owned(), template }
}

fn fleets() -> Vec<Fleet> {
    let centos = ("CentOS  7.9 64位", "CentOS  7.9 64 bit");
    let ubuntu = ("Ubuntu  22.04 64位", "Ubuntu  22.04 64 bit");
    let windows_2022 =
        ("Windows Server  2022 数据中心版 64位中文版", "Windows Server  2022 DataCenter Edition 64bit Chinese Edition");
    let mut sql = windows(system(spec("erp-sql-{n}", "erp", &[500]), windows_2022.0, windows_2022.1));
    sql.guest.language = Language::Zh;
    let no_role = InstanceSpec { role: None, ..system(spec("session-cache-{n}", "shop", &[]), ubuntu.0, ubuntu.1) };
    vec![
        fleet(140, "i-bp1shopweb", spec("shop-web-{n}", "shop", &[100])),
        fleet(60, "i-bp1ordersdb", system(spec("orders-db-{n}", "orders", &[200, 500]), centos.0, centos.1)),
        fleet(24, "i-bp1sessionc", no_role),
        fleet(30, "i-bp1erpsql", sql),
        fleet(20, "i-bp1filesrv", windows(spec("file-server-{n}", "files", &[1000, 1000]))),
    ]
}

/// Instances with a story of their own.
fn singles() -> Vec<InstanceSpec> {
    let mut loose_script = spec("orders-db-legacy", "orders", &[200]);
    loose_script.guest.pre_script.mode = "0755".into();
    let mut no_writers = windows(spec("reporting-sql", "reporting", &[300]));
    no_writers.guest.vss_writers = false;
    let mut locked_down = spec("payment-gateway-2", "payment", &[100]);
    locked_down.guest.plugin_list_reachable = false;

    let mut stopped = spec("batch-worker-7", "batch", &[]);
    stopped.status = "Stopped".into();
    let mut offline = spec("build-agent-3", "build", &[100]);
    offline.cloud_assistant.online = false;
    offline.cloud_assistant.heartbeat_age_seconds = 5_400;
    let mut no_agent = spec("appliance-1", "network", &[]);
    no_agent.cloud_assistant.online = false;
    no_agent.cloud_assistant.installed = false;
    let debian = system(spec("mail-relay-1", "mail", &[]), "Debian  12.13 64位", "Debian  12.13 64 bit");
    let old_windows = windows(system(
        spec("badge-reader", "facility", &[]),
        "Windows Server  2008 R2 企业版 64位中文版",
        "Windows Server  2008 R2 Enterprise Edition 64bit Chinese Edition",
    ));
    let mut old_disks = spec("archive-1", "archive", &[]);
    old_disks.disks = vec![DiskSpec::of("cloud_efficiency", 40), DiskSpec::of("cloud_efficiency", 2000)];
    let mut shared_disk = spec("cluster-node-1", "cluster", &[500]);
    if let Some(disk) = shared_disk.disks.get_mut(1) {
        disk.multi_attach = "Enabled".into();
    }
    let other_role = InstanceSpec { role: Some("LegacyBackupRole".to_owned()), ..spec("crm-db-1", "crm", &[200]) };
    let classic = InstanceSpec { network_type: "classic".to_owned(), ..spec("ftp-old", "files", &[]) };
    let no_metadata = InstanceSpec { metadata_endpoint: "disabled".to_owned(), ..spec("vault-1", "security", &[]) };

    vec![
        with_id("i-bp1ordersprimary0001", spec("orders-db-primary", "orders", &[200, 500])),
        with_id("i-bp1orderslegacy00001", loose_script),
        with_id("i-bp1reportingsql00001", no_writers),
        with_id("i-bp1paymentgateway001", spec("payment-gateway-1", "payment", &[100])),
        with_id("i-bp1paymentgateway002", locked_down),
        with_id("i-bp1inventorydb000001", spec("inventory-db-1", "inventory", &[300])),
        with_id("i-bp1ledgerdb000000001", spec("ledger-db-1", "ledger", &[300, 300])),
        with_id("i-bp1warehousedb000001", spec("warehouse-db-1", "warehouse", &[2000])),
        with_id("i-bp1batchworker000007", stopped),
        with_id("i-bp1buildagent0000003", offline),
        with_id("i-bp1appliance00000001", no_agent),
        with_id("i-bp1mailrelay00000001", debian),
        with_id("i-bp1badgereader000001", old_windows),
        with_id("i-bp1archive0000000001", old_disks),
        with_id("i-bp1clusternode000001", shared_disk),
        with_id("i-bp1crmdb000000000001", other_role),
        with_id("i-bp1ftpold00000000001", classic),
        with_id("i-bp1vault000000000001", no_metadata),
    ]
}

fn api_faults() -> Vec<ApiFault> {
    let of = |operation: &str| ApiFault { operation: Some(operation.to_owned()), ..ApiFault::default() };
    vec![
        // The command is carried out, and nobody is told.
        ApiFault { nth: Some(2), connection_closed: Some(ClosedConnection::AfterEffect), ..of("RunCommand") },
        ApiFault { nth: Some(2), throttle: Some(Throttle::default()), ..of("DescribeInstances") },
        ApiFault { every: Some(4), times: Some(3), throttle: Some(Throttle::default()), ..of("DescribeInvocations") },
        ApiFault { nth: Some(2), error: Some(ServiceError::default()), ..of("DescribeSnapshotGroups") },
    ]
}

fn guest_faults() -> Vec<GuestFault> {
    let on = |id: &str| GuestFault { instances: vec![id.to_owned()], ..GuestFault::default() };
    vec![
        GuestFault { exit_code: Some(14), ..on("i-bp1inventorydb000001") },
        GuestFault { exit_code: Some(12), ..on("i-bp1ledgerdb000000001") },
        GuestFault { stall_past_timeout_seconds: Some(1), ..on("i-bp1warehousedb000001") },
    ]
}
