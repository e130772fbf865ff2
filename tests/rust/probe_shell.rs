//! The guest probe, really run: by every shell at hand, over odd names and mounts, in a minimal system, and beside the
//! processes it looks for. What needs root is skipped with a word where that is missing.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use consnap_core::input::facts::{Disk, Guest, Script};
use consnap_core::plugin::probe::{self, ScriptPaths};
use consnap_core::{Finding, Platform};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sha2::{Digest, Sha256};

fn paths(pre: &Path, post: &Path) -> ScriptPaths {
    let text = |path: &Path| Some(path.to_str().unwrap().to_owned());
    ScriptPaths { pre: text(pre), post: text(post), data_of: None }
}

fn content(scripts: &ScriptPaths) -> String {
    probe::command(Platform::Linux, scripts).content
}

/// The shells a Linux system may have as `sh`.
fn shells() -> Vec<Vec<String>> {
    let known = ["sh", "dash", "bash", "busybox sh", "mksh", "ksh", "yash"];
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let works = |words: &Vec<String>| {
        Command::new(&words[0])
            .args(&words[1..])
            .args(["-c", "exit 7"])
            .output()
            .is_ok_and(|o| o.status.code() == Some(7))
    };
    let (shells, missing): (Vec<_>, Vec<_>) = known.iter().map(|line| words(line)).partition(works);
    for words in missing {
        consnap_tests::skipped(&format!("{} is not installed", words[0]));
    }
    assert!(!shells.is_empty(), "no shell at all");
    shells
}

/// Runs the probe as Cloud Assistant does: from a file, with standard error beside the output.
fn run(shell: &[String], folder: &Path, script: &str, path: Option<&str>) -> Output {
    let file = folder.join("probe.sh");
    fs::write(&file, script).unwrap();
    let mut command = Command::new(&shell[0]);
    command.args(&shell[1..]).arg(&file).stdin(Stdio::null());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.output().unwrap()
}

fn guest(output: &Output) -> Guest {
    let (guest, findings) = read(output);
    assert_eq!(findings, vec![], "{}", String::from_utf8_lossy(&output.stdout));
    guest.expect("a whole answer")
}

fn read(output: &Output) -> (Option<Guest>, Vec<Finding>) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing is said beside the answer");
    let text = String::from_utf8_lossy(&output.stdout);
    // The metadata service may answer anything here; whose guest this is does not matter.
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            if line.starts_with("metadata ") {
                "metadata reachable=unknown instance= role=unknown".to_owned()
            } else {
                line.to_owned()
            }
        })
        .collect();
    probe::guest_of(&lines.join("\n"), "i-a", Some(&[]), None)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// What the file system says of a script, to compare with.
fn expected(path: &Path) -> Script {
    let status = fs::symlink_metadata(path).unwrap();
    let bytes = fs::read(path).unwrap();
    Script {
        path: path.to_str().unwrap().to_owned(),
        exists: true,
        kind: Some(if bytes.is_empty() { "regular empty file" } else { "regular file" }.to_owned()),
        owner: Some(status.uid().to_string()),
        mode: Some(format!("{:o}", status.mode() & 0o7777)),
        sha256: Some(hexadecimal(&Sha256::digest(&bytes))),
        noexec: Some(false),
        size: Some(status.size()),
        folders: None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn without_folders(script: Option<Script>) -> Option<Script> {
    script.map(|script| Script { folders: None, ..script })
}

#[test]
fn every_shell_gives_the_same_answer() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("it's $(odd)\n`x`; \"云\" \\040 \t*");
    fs::create_dir(&odd).unwrap();
    let (pre, post) = (odd.join("-pre script.sh"), folder.path().join("post.sh"));
    fs::write(&pre, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&pre, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(&post, "").unwrap();
    let script = content(&paths(&pre, &post));
    let shells = shells();
    let mut first: Option<Guest> = None;
    for shell in &shells {
        let answer = guest(&run(shell, folder.path(), &script, None));
        assert_eq!(without_folders(answer.pre_script.clone()), Some(expected(&pre)), "{shell:?}");
        assert_eq!(without_folders(answer.post_script.clone()), Some(expected(&post)), "{shell:?}");
        let folders: Vec<String> =
            answer.pre_script.as_ref().unwrap().folders.iter().flatten().map(|folder| folder.path.clone()).collect();
        let above: Vec<String> = pre.ancestors().skip(1).map(|path| path.to_str().unwrap().to_owned()).collect();
        assert_eq!(folders, above, "{shell:?}");
        let mounts = answer.mounts.as_ref().expect("mounts are seen");
        assert!(mounts.iter().any(|mount| mount.target == "/") || mounts.is_empty(), "{mounts:?}");
        assert_eq!(answer.freezer_running, Some(false));
        assert_eq!(answer, *first.get_or_insert_with(|| answer.clone()), "{shell:?}");
    }
    println!("{shells:?}");
}

#[test]
fn any_name_is_found_and_nothing_of_it_is_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let shells = shells();
    let name = prop_oneof![
        3 => "[ -.0-~]{1,20}",
        2 => "[a '\"\\\\$`(){};&|<>*?!#~\n\t\r-]{1,12}",
        1 => "[应用快照é😀 ']{1,8}",
    ];
    let turn = std::cell::Cell::new(0);
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&name, |name| {
            prop_assume!(name != "." && name != ".." && !name.contains('\0') && name != "probe.sh");
            let path = folder.path().join(&name);
            fs::write(&path, "touch /consnap-was-here\n").unwrap();
            let missing = folder.path().join(format!("{name}-missing"));
            turn.set(turn.get() + 1);
            let shell = &shells[turn.get() % shells.len()];
            let answer = guest(&run(shell, folder.path(), &content(&paths(&path, &missing)), None));
            prop_assert_eq!(without_folders(answer.pre_script), Some(expected(&path)), "{:?}", shell);
            let post = answer.post_script.unwrap();
            prop_assert_eq!((post.path.as_str(), post.exists), (missing.to_str().unwrap(), false));
            fs::remove_file(&path).unwrap();
            let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            prop_assert_eq!(left, ["probe.sh"]);
            Ok(())
        })
        .unwrap();
    assert!(!Path::new("/consnap-was-here").exists());
}

#[test]
fn what_is_no_plain_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target.sh");
    fs::write(&target, "x").unwrap();
    let link = folder.path().join("link.sh");
    symlink(&target, &link).unwrap();
    let answer = guest(&run(&shells()[0], folder.path(), &content(&paths(&link, folder.path())), None));
    let pre = answer.pre_script.unwrap();
    assert_eq!((pre.kind.as_deref(), pre.sha256, pre.noexec), (Some("symbolic link"), None, None));
    assert_eq!(answer.post_script.unwrap().kind.as_deref(), Some("directory"));
    // A folder that is a link: both what is above the link and what it leads to are shown.
    let (real, through) = (folder.path().join("real/deep"), folder.path().join("through"));
    fs::create_dir_all(&real).unwrap();
    symlink(&real, &through).unwrap();
    fs::write(real.join("pre.sh"), "x").unwrap();
    let script = content(&ScriptPaths { pre: Some(format!("{}/pre.sh", through.display())), ..ScriptPaths::default() });
    let pre = guest(&run(&shells()[0], folder.path(), &script, None)).pre_script.unwrap();
    let folders: Vec<(String, String)> =
        pre.folders.unwrap().into_iter().map(|folder| (folder.path, folder.kind.unwrap())).collect();
    for (path, kind) in
        [(through, "symbolic link"), (real.clone(), "directory"), (folder.path().join("real"), "directory")]
    {
        let wanted = (path.to_str().unwrap().to_owned(), kind.to_owned());
        assert!(folders.contains(&wanted), "{wanted:?} in {folders:?}");
    }
}

#[test]
fn launcher_metadata_and_a_live_freeze_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let executable = |name: &str, text: &str| {
        fs::write(bin.join(name), text).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let script = content(&ScriptPaths::default());
    let shell = &shells()[0];
    let answer = |script: &str| run(shell, folder.path(), script, Some(&path));
    let raw = |output: &Output| {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        probe::guest_of(&text, "i-a", Some(&[]), None)
    };
    // Without a launcher on the way the command itself would take.
    assert_eq!(guest(&answer(&script)).launcher_present, Some(false));
    executable("acs-plugin-manager", "#!/bin/sh\ntouch \"$0.ran\"\n");
    assert_eq!(guest(&answer(&script)).launcher_present, Some(true));
    assert!(!bin.join("acs-plugin-manager.ran").exists(), "it is looked for, not run");

    let service = |instance: &str, role: &str| {
        let text = format!(
            "#!/bin/sh\nfor last; do :; done\ncase $last in\n*/instance-id) printf '%s' '{instance}' ;;\n\
             */ram/security-credentials/) printf '%s' '{role}' ;;\nesac\n"
        );
        executable("curl", &text);
    };
    for (instance, role, reachable, seen) in [
        ("i-a 200", "R1 200", Some(true), Some("R1")),
        ("i-a 200", "<html> 404", Some(true), Some("")),
        ("denied 403", "denied 403", Some(true), None),
        (" 000", " 000", Some(false), None),
        ("a proxy 502", "R1 200", Some(false), None),
        ("i-a 200", "two\nroles 200", Some(true), None),
        ("", "", Some(false), None),
    ] {
        service(instance, role);
        let (found, findings) = raw(&answer(&script));
        let found = found.unwrap_or_else(|| panic!("{instance}: {findings:?}"));
        assert_eq!((found.metadata_reachable, found.metadata_role.as_deref()), (reachable, seen), "{instance} {role}");
    }
    service("i-another 200", "R1 200");
    let (found, findings) = raw(&answer(&script));
    assert_eq!((found, findings[0].code()), (None, "CS298"));

    let freezer = bin.join("fsfreezer");
    fs::copy("/bin/sleep", &freezer).unwrap();
    let mut live = Command::new(&freezer).arg("60").spawn().unwrap();
    let seen = guest(&answer(&script)).freezer_running;
    live.kill().unwrap();
    live.wait().unwrap();
    assert_eq!(seen, Some(true));
}

/// The mounts of a service are those of its processes: working directory, links, data files that are open.
#[test]
fn where_a_service_keeps_its_data_is_seen() {
    if !is_root() {
        consnap_tests::skipped("mounting needs root");
        return;
    }
    // Processes of their own as well: others on this machine may serve databases, and all end with the first of them.
    let prepare = "exec unshare -p --fork --mount-proc sh -e \"$1/inner.sh\" \"$1\"\n";
    let inner = "cd \"$1\"; mkdir pg wal fast redo; mount -t ramfs ramfs pg || exit 99; for name in wal fast redo; do\n\
        mount -t ramfs ramfs $name; done\n\
        mkdir pg/pg_tblspc; ln -s \"$1/wal\" pg/pg_wal; ln -s \"$1/fast\" pg/pg_tblspc/1; : >redo/ib_logfile0; : >redo/general.log\n\
        cp /bin/sleep postgres; cp /bin/sleep mysqld; cp /bin/sleep redis-server\n\
        serve() { (cd $2; exec \"$1/$3\" 60 3<\"$1/redo/ib_logfile0\" </dev/null >/dev/null 2>&1) & }\n\
        serve \"$1\" pg postgres; serve \"$1\" pg postgres; serve \"$1\" fast mysqld; serve \"$1\" wal redis-server; serve \"$1\" pg redis-server\n\
        until [ \"$(cat /proc/[0-9]*/comm 2>/dev/null | grep -cxE 'postgres|mysqld|redis-server')\" -ge 5 ]; do :; done\n\
        for engine in postgresql mysql redis valkey; do sh probe-$engine.sh; done\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("inner.sh"), inner).unwrap();
    for engine in ["postgresql", "mysql", "redis", "valkey"] {
        let scripts = ScriptPaths { data_of: Some(engine.to_owned()), ..ScriptPaths::default() };
        fs::write(folder.path().join(format!("probe-{engine}.sh")), content(&scripts)).unwrap();
    }
    let Some(output) = in_mount_namespace(folder.path(), prepare, "") else { return };
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let answers: Vec<&str> = text.split_inclusive("end lines=").collect();
    let found: Vec<Option<Vec<String>>> = text
        .split("consnap-probe ")
        .skip(1)
        .map(|answer| {
            let answer = format!("consnap-probe {answer}");
            probe::guest_of(&answer, "i-a", Some(&[]), None).0.unwrap_or_else(|| panic!("{answer}")).data_mounts
        })
        .collect();
    let base = fs::canonicalize(folder.path()).unwrap();
    let at = |names: &[&str]| Some(names.iter().map(|name| base.join(name).to_str().unwrap().to_owned()).collect());
    // Which of two servers is meant, and where one keeps data that does not run, cannot be told.
    assert_eq!(found, [at(&["pg", "wal", "fast"]), at(&["fast", "redo"]), None, None], "{answers:?}");
}

/// Commands that make a mount namespace of their own, so that nothing is left behind.
fn in_mount_namespace(folder: &Path, prepare: &str, probe: &str) -> Option<Output> {
    if !is_root() {
        consnap_tests::skipped("mounting needs root");
        return None;
    }
    fs::write(folder.join("probe.sh"), probe).unwrap();
    fs::write(folder.join("prepare.sh"), prepare).unwrap();
    let output =
        Command::new("unshare").arg("-m").arg("sh").arg("-e").arg(folder.join("prepare.sh")).arg(folder).output();
    let Ok(output) = output else {
        consnap_tests::skipped("unshare is not installed");
        return None;
    };
    if output.status.code() == Some(99) || String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
        let said = String::from_utf8_lossy(&output.stderr);
        consnap_tests::skipped(&format!("this system lets nobody mount: {}", said.trim().replace('\n', "; ")));
        return None;
    }
    Some(output)
}

#[test]
fn odd_mounts_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let prepare = "cd \"$1\"; mkdir no deep 'a b\\c'\n\
        mount -t tmpfs -o noexec,mode=755 none no || exit 99\n\
        printf x >no/pre.sh; chmod 700 no/pre.sh\n\
        mkdir no/deep; mount -t tmpfs '' no/deep; printf x >no/deep/post.sh; chmod 700 no/deep/post.sh\n\
        dd if=/dev/zero of=image bs=1M count=8 2>/dev/null; mkfs.ext4 -q image\n\
        mount -o loop image 'a b\\c' 2>/dev/null || echo no-loop >&2\n\
        for shell in $SHELLS; do $shell probe.sh >\"answer.$shell\"; done; cat answer.sh; umount -l 'a b\\c' 2>/dev/null || true\n";
    let script = content(&paths(&at.join("no/pre.sh"), &at.join("no/deep/post.sh")));
    let Some(output) = in_mount_namespace(at, &prepare.replace("$SHELLS", "sh bash"), &script) else { return };
    let loops = !String::from_utf8_lossy(&output.stderr).contains("no-loop");
    let found = guest(&Output { stderr: Vec::new(), ..output });
    // The nearest mount decides, whatever lies above it.
    assert_eq!(found.pre_script.unwrap().noexec, Some(true));
    assert_eq!(found.post_script.unwrap().noexec, Some(false));
    let mounts = found.mounts.unwrap();
    let mount = |target: &str| mounts.iter().find(|mount| mount.target == at.join(target).to_str().unwrap());
    assert!(
        mount("no")
            .is_some_and(|mount| mount.file_system == "tmpfs" && mount.options.as_ref().unwrap().contains("noexec"))
    );
    assert!(mount("no/deep").is_none(), "memory that allows execution holds nothing worth a line");
    if loops {
        let loaded = mount("a b\\c").expect("the loop mount");
        assert_eq!((loaded.file_system.as_str(), &loaded.disk_id, &loaded.other_devices), ("ext4", &None, &None));
        assert!(loaded.source.as_ref().unwrap().starts_with("/dev/loop"));
    } else {
        consnap_tests::skipped("no loop devices");
    }
    assert_eq!(fs::read(at.join("answer.sh")).unwrap(), fs::read(at.join("answer.bash")).unwrap());
}

/// A system with a shell and three tools, as small as guests get: with and without the kernel's own tree.
#[test]
fn a_minimal_system_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let path = std::env::var_os("PATH").unwrap();
    let busybox = std::env::split_paths(&path).map(|folder| folder.join("busybox")).find(|file| file.exists());
    for each in ["bin", "proc", "sys", "dev", "tmp"] {
        fs::create_dir_all(root.join(each)).unwrap();
    }
    let (pre, post) = (root.join("tmp/pre.sh"), root.join("tmp/post.sh"));
    for script in [&pre, &post] {
        fs::write(script, "#!/bin/sh\n").unwrap();
        fs::set_permissions(script, fs::Permissions::from_mode(0o700)).unwrap();
    }
    fs::write(root.join("dev/null"), "").unwrap();
    for (tool, path) in [
        ("sh", "/bin/sh"),
        ("stat", "/usr/bin/stat"),
        ("sha256sum", "/usr/bin/sha256sum"),
        ("readlink", "/usr/bin/readlink"),
    ] {
        install(&root, tool, Path::new(path));
    }
    if let Some(busybox) = &busybox {
        install(&root, "busybox", busybox);
    } else {
        consnap_tests::skipped("busybox is not installed: the minimal system has the shell of this one alone");
    }
    let script = content(&ScriptPaths {
        pre: Some("/tmp/pre.sh".to_owned()),
        post: Some("/tmp/post.sh".to_owned()),
        data_of: None,
    });
    fs::write(root.join("probe.sh"), &script).unwrap();
    let prepare = "mount --bind \"$1/root\" \"$1/root\" || exit 99\ncd \"$1/root\"; chroot . /bin/sh /probe.sh >../bare || exit 99\n\
        mount -t proc proc proc || exit 99; mount --bind /sys sys\n\
        chroot . /bin/sh /probe.sh >../whole\n\
        if [ -e bin/busybox ]; then chroot . /bin/busybox sh /probe.sh >../busybox; cmp ../whole ../busybox; fi\n";
    let Some(output) = in_mount_namespace(folder.path(), prepare, &script) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = |name: &str| {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        probe::guest_of(&text, "i-a", Some(&[]), None)
    };
    let (bare, findings) = answer("bare");
    let bare = bare.unwrap();
    // Without the kernel's tree neither mounts nor processes can be seen, and that is said.
    assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["CS296"]);
    assert_eq!((bare.mounts, bare.freezer_running, bare.metadata_reachable), (None, None, None));
    assert_eq!(bare.pre_script.as_ref().map(|script| (script.exists, script.noexec)), Some((true, None)));
    let (whole, findings) = answer("whole");
    assert_eq!(findings, vec![]);
    let whole = whole.unwrap();
    let mut wanted = expected(&pre);
    wanted.path = "/tmp/pre.sh".to_owned();
    assert_eq!(without_folders(whole.pre_script), Some(wanted));
    assert_eq!((whole.launcher_present, whole.freezer_running), (Some(false), Some(false)));
}

/// Copies a program with the libraries it needs.
fn install(root: &Path, name: &str, program: &Path) {
    fs::copy(program, root.join("bin").join(name)).unwrap();
    let listed = Command::new("ldd").arg(program).output().unwrap();
    for word in String::from_utf8_lossy(&listed.stdout).split_whitespace().filter(|word| word.starts_with('/')) {
        let place = root.join(word.trim_start_matches('/'));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(word, place).unwrap();
    }
}

/// In a system whose kernel tree shows disks as ECS does: by a serial number of their own, of their device, or by a link.
#[test]
fn disks_are_joined_by_serial() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for (tool, path) in [("sh", "/bin/sh"), ("readlink", "/usr/bin/readlink")] {
        fs::create_dir_all(root.join("bin")).unwrap();
        install(&root, tool, Path::new(path));
    }
    write("dev/null", "");
    write("dev/vdc", "");
    write("sys/block/vda/serial", "bp1first00000000000\n");
    write("sys/block/nvme0n1/device/serial", "bp1second0000000000\n");
    write("sys/block/vdc/size", "8\n");
    write("sys/block/loop0/serial", "no-disk\n");
    write("sys/dev/block/none", "");
    fs::create_dir_all(root.join("dev/disk/by-id")).unwrap();
    symlink("/dev/vdc", root.join("dev/disk/by-id/virtio-bp1third00000000000")).unwrap();
    fs::create_dir(root.join("proc")).unwrap();
    write("probe.sh", &content(&ScriptPaths::default()));
    // What the root lies on is the first disk.
    let prepare = "mount --bind \"$1/root\" \"$1/root\" || exit 99\ncd \"$1/root\"; mount -t proc proc proc || exit 99\n\
        device=$(while read -r _ _ device _ target _; do [ \"$target\" != \"$1/root\" ] || echo \"$device\"; done </proc/self/mountinfo)\n\
        ln -s ../../block/vda \"sys/dev/block/$device\"\n\
        chroot . /bin/sh /probe.sh\n";
    let Some(output) = in_mount_namespace(folder.path(), prepare, "") else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("disk ")).collect();
    assert_eq!(
        lines,
        [
            "disk name=nvme0n1 serial=bp1second0000000000",
            "disk name=vda serial=bp1first00000000000",
            "disk name=vdc serial=bp1third00000000000"
        ],
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let disks: Vec<Disk> = ["first00000000000", "second0000000000", "third00000000000"]
        .iter()
        .map(|serial| Disk { disk_id: format!("d-bp1{serial}"), ..Disk::default() })
        .collect();
    let (guest, findings) = probe::guest_of(&text, "i-a", Some(&disks), None);
    assert_eq!(findings, vec![]);
    let mounts = guest.unwrap().mounts.unwrap();
    let of_root = mounts.iter().find(|mount| mount.target == "/").expect("the root");
    assert_eq!(of_root.disk_id.as_deref(), Some("d-bp1first00000000000"));
}

/// Whatever disks this machine has, its answer is read without complaint.
#[test]
fn this_machines_disks_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&shells()[0], folder.path(), &content(&ScriptPaths::default()), None);
    let (guest, findings) = read(&output);
    assert_eq!(findings, vec![]);
    let text = String::from_utf8_lossy(&output.stdout);
    let disks = text.lines().filter(|line| line.starts_with("disk ")).count();
    let shown = fs::read_dir("/sys/block").into_iter().flatten().flatten().map(|entry| entry.file_name());
    let virtual_ones = ["loop", "ram", "zram", "sr", "fd", "dm-", "md"];
    let shown = shown.filter(|name| !virtual_ones.iter().any(|kind| name.to_string_lossy().starts_with(kind)));
    assert_eq!(disks, shown.count(), "{text}");
    assert!(guest.is_some());
}

#[test]
fn the_script_writes_nothing_and_is_clean() {
    let script = content(&ScriptPaths {
        pre: Some("/tmp/a".to_owned()),
        post: Some("/tmp/b".to_owned()),
        data_of: Some("mysql".to_owned()),
    });
    let mut looked = 0;
    for line in script.lines().filter(|line| !line.trim_start().starts_with('#')) {
        for after in line.split('>').skip(1) {
            looked += 1;
            assert!(after.trim_start().starts_with("/dev/null"), "writes: {line}");
        }
        for writer in ["rm ", "mv ", "cp ", "touch ", "tee ", "chmod", "chown", "mktemp", "fsfreeze ", "kill", "<<"] {
            assert!(!line.contains(writer), "`{writer}`: {line}");
        }
    }
    assert!(looked >= 3);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probe.sh");
    fs::write(&file, &script).unwrap();
    match Command::new("shellcheck").args(["--shell=sh", "--severity=warning"]).arg(&file).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(_) => consnap_tests::skipped("shellcheck is not installed"),
    }
}
