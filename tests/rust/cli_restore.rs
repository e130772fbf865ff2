//! The page on restoring: its commands are shell, their parameters are the vendor's, and what can be run here is run.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Parameters of the calls that the page names, as the vendor's reference of 2021-07-19 has them (`create-disk`, ...).
const PARAMETERS: &[(&str, &[&str])] = &[
    ("DescribeSnapshotGroups", &["RegionId", "SnapshotGroupId.N"]),
    ("CreateDisk", &["RegionId", "ZoneId", "SnapshotId", "DiskCategory", "DiskName", "ClientToken"]),
    ("DescribeDisks", &["RegionId", "DiskIds"]),
    ("AttachDisk", &["InstanceId", "DiskId"]),
    ("CreateImage", &["RegionId", "ImageName", "DiskDeviceMapping.N.SnapshotId", "DiskDeviceMapping.N.Device"]),
];

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The blocks of shell on a page.
fn blocks(page: &str) -> Vec<String> {
    page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn a_group_is_restored_with_commands_that_exist() {
    let english = blocks(&page("restore.md"));
    assert_eq!(english, blocks(&page("zh/restore.md")), "both languages show the same commands");
    assert!(english.len() >= 8, "{english:?}");
    let mut called = BTreeSet::new();
    for block in &english {
        let parsed = Command::new("sh").args(["-n", "-c", block]).output().unwrap();
        assert!(parsed.status.success(), "{block}: {}", String::from_utf8_lossy(&parsed.stderr));
        for call in block.replace("\\\n", "").lines().filter_map(|line| line.strip_prefix("aliyun ecs ")) {
            let mut words = call.split_whitespace();
            let operation = words.next().unwrap();
            let known = PARAMETERS.iter().find(|(known, _)| *known == operation);
            let (_, known) = known.unwrap_or_else(|| panic!("{operation} is no call of the page"));
            for given in words.filter_map(|word| word.strip_prefix("--")) {
                let numbered: Vec<&str> =
                    given.split('.').map(|part| if part.parse::<u32>().is_ok() { "N" } else { part }).collect();
                assert!(known.contains(&numbered.join(".").as_str()), "{operation} has no {given}");
            }
            called.insert(operation.to_owned());
        }
    }
    assert_eq!(called.len(), PARAMETERS.len(), "{called:?}");
}

/// What the page takes out of a record is what PostgreSQL returned.
#[test]
fn a_label_comes_out_of_the_record_as_the_page_says() {
    let label = "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\nLABEL: consnap p1\n";
    let map = "16384 /pg/fast\n";
    let folder = tempfile::tempdir().unwrap();
    let pg = folder.path().join("restore/pg");
    std::fs::create_dir_all(&pg).unwrap();
    let record = format!(
        "consnap-quiesce format=1 role=post name=p1\ndata mounts=/pg\nlabel base64={}\ntablespace_map base64={}\nend lines=5\n",
        STANDARD.encode(label),
        STANDARD.encode(map)
    );
    std::fs::write(folder.path().join("p1.last"), record).unwrap();
    let block = blocks(&page("restore.md")).into_iter().find(|block| block.contains("backup_label")).unwrap();
    let block = block.replace("/restore/", "restore/");
    let done = Command::new("sh").args(["-e", "-c", &block]).current_dir(folder.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let read = |name: &str| std::fs::read_to_string(pg.join(name)).unwrap();
    assert_eq!((read("backup_label"), read("tablespace_map")), (label.to_owned(), map.to_owned()));
    assert!(pg.join("recovery.signal").exists());
}
