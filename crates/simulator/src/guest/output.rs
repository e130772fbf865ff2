//! The plug-in's output: many lines of bracket pairs, as recorded of version 1.8 (docs/sources/feature.md 1.9.1),
//! written when somebody
//! asks for it. A run keeps its seed, not its text.

use std::io::Write as _;

use consnap_core::{Platform, Time};

use super::arguments::Options;
use super::forced::Reach;
use super::plan::{Plan, Reason, Scripts};
use crate::random::Random;
use crate::scenario::{GroupLine, GuestFault, InstanceSpec, Language, ScriptOrder};
use crate::world::Tags;

/// What an output is cut to, in bytes (docs/sources/feature.md 3.2).
pub(crate) const OUTPUT_LIMIT: usize = 24 * 1024;
/// What is sent while the command runs and so never cut: pieces of 2,048 bytes until more than 6,000 are out
/// (docs/sources/launcher.md 3.4).
const HEAD: usize = 6_144;

/// What an output is written from.
pub(crate) struct Output<'o> {
    pub(crate) spec: &'o InstanceSpec,
    pub(crate) instance_id: &'o str,
    pub(crate) region: &'o str,
    pub(crate) options: &'o Options,
    pub(crate) plan: &'o Plan,
    pub(crate) fault: Option<&'o GuestFault>,
    /// Ids of all disks of the instance.
    pub(crate) disk_ids: &'o [String],
    pub(crate) excluded: Option<usize>,
    pub(crate) group_id: Option<&'o str>,
    pub(crate) started_at: Time,
    pub(crate) seed: u64,
}

impl Output<'_> {
    /// Whether the output names its group in this way, unless it is the last line of a run that failed.
    fn names_group_by(&self, line: GroupLine) -> bool {
        match self.fault.and_then(|fault| fault.group_line) {
            None | Some(GroupLine::Last) => true,
            Some(GroupLine::Mentioned) => line == GroupLine::Mentioned,
            Some(GroupLine::Absent) => false,
        }
    }
}

/// Writes what is there `until` so many milliseconds after the start, and gives the bytes cut from it.
pub(crate) fn write_output(output: &Output<'_>, until: u32, out: &mut Vec<u8>) -> u32 {
    out.clear();
    let mut log = Log { out, base: output.started_at, until, random: Random::new(output.seed), day: None };
    if output.plan.course.reach == Reach::Launcher {
        log.launcher(output.plan);
    } else {
        log.head(output);
        log.work(output);
        log.tail(output);
    }
    if output.spec.platform == Platform::Windows && output.spec.guest.language == Language::Zh {
        encode_gbk(out);
    }
    cut(out)
}

#[cfg(feature = "gbk")]
fn encode_gbk(out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(out);
    let (bytes, ..) = encoding_rs::GBK.encode(&text);
    let bytes = bytes.into_owned();
    *out = bytes;
}

#[cfg(not(feature = "gbk"))]
fn encode_gbk(_: &mut Vec<u8>) {}

/// Cuts the middle out of what is too long.
pub(crate) fn cut(out: &mut Vec<u8>) -> u32 {
    let Some(too_many) = out.len().checked_sub(OUTPUT_LIMIT).filter(|bytes| *bytes > 0) else { return 0 };
    out.drain(HEAD..HEAD + too_many);
    u32::try_from(too_many).unwrap_or(u32::MAX)
}

struct Log<'l> {
    out: &'l mut Vec<u8>,
    base: Time,
    until: u32,
    random: Random,
    /// Milliseconds at which the day began that the date below stands for.
    day: Option<(i64, String)>,
}

impl Log<'_> {
    fn line(&mut self, at: u32, level: &str, message: std::fmt::Arguments<'_>) {
        if at > self.until {
            return;
        }
        let _ = write!(self.out, "[level=\"{level}\"][time=\"");
        self.time(at);
        let _ = writeln!(self.out, "\"][message=\"{message}\"]");
    }

    fn info(&mut self, at: u32, message: std::fmt::Arguments<'_>) {
        self.line(at, "info", message);
    }

    fn error(&mut self, at: u32, message: std::fmt::Arguments<'_>) {
        self.line(at, "error", message);
    }

    fn raw(&mut self, at: u32, text: &str) {
        if at <= self.until {
            let _ = writeln!(self.out, "{text}");
        }
    }

    /// `2025-11-03 08:12:45.120334907`, in the guest's own time, which is China Standard Time.
    fn time(&mut self, at: u32) {
        const DAY: i64 = 86_400_000;
        let millis = self.base.millis().saturating_add(i64::from(at)).saturating_add(8 * 3_600_000);
        let day_start = millis.div_euclid(DAY) * DAY;
        if self.day.as_ref().is_none_or(|(start, _)| *start != day_start) {
            let wire = Time::from_millis(day_start).to_wire();
            self.day = Some((day_start, wire.get(..10).unwrap_or_default().to_owned()));
        }
        let date = self.day.as_ref().map_or("", |(_, date)| date.as_str());
        let in_day = millis.rem_euclid(DAY);
        let (seconds, fraction) = (in_day / 1000, in_day % 1000);
        let nanos = self.random.next() % 1_000_000;
        let _ = write!(
            self.out,
            "{date} {:02}:{:02}:{:02}.{fraction:03}{nanos:06}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        );
    }

    fn call(&mut self, at: u32, millis: u32) {
        let (a, b) = (self.random.next(), self.random.next());
        self.info(
            at,
            format_args!(
                "Network connection RequestId= {:08X}-{:04X}-{:04X}-{:04X}-{:012X}, timeCost={millis}.{:02}ms",
                a >> 32,
                a >> 16 & 0xffff,
                a & 0xffff,
                b >> 48,
                b & 0xffff_ffff_ffff,
                b >> 40 & 63
            ),
        );
    }

    /// The launcher's own words, one line (docs/sources/launcher.md 2.3).
    fn launcher(&mut self, plan: &Plan) {
        let text = match plan.exit {
            126 => "sh: 1: acs-plugin-manager: Permission denied",
            127 => "sh: 1: acs-plugin-manager: not found",
            9009 => {
                "'acs-plugin-manager' is not recognized as an internal or external command,\r\noperable program or batch file."
            }
            232 => "ExecutePluginOnlineOrLocal LOCKING_ERR: Lock file failed",
            233 => "ExecutePluginOnlineOrLocal CHECK_ENDPOINT_FAIL: Get endpoint failed",
            234 => "ExecutePluginOnlineOrLocal PACKAGE_NOT_FOUND: Could not found package",
            235 => "ExecutePluginOnlineOrLocal PACKAGE_FORMAT_ERR: Package format error",
            236 => "ExecutePluginOnlineOrLocal UNZIP_ERR: Unzip package failed",
            237 => "ExecutePluginOnlineOrLocal UNMARSHAL_ERR: Unmarshal config.json failed",
            238 => "ExecutePluginOnlineOrLocal PLUGIN_FORMAT_ERR: Plugin format error",
            239 => "ExecutePluginOnlineOrLocal MD5_CHECK_FAIL: Md5 check failed",
            240 => "ExecutePluginOnlineOrLocal DOWNLOAD_FAIL.DeadlineExceeded: Download package failed",
            241 => "ExecutePluginOnlineOrLocal LOAD_INSTALLEDPLUGINS_ERR: Load installed_plugins failed",
            242 => "ExecutePluginOnlineOrLocal DUMP_INSTALLEDPLUGINS_ERR: Dump installed_plugins failed",
            243 => "ExecutePluginOnlineOrLocal GET_ONLINE_PACKAGE_INFO_ERR.ConnectionRefused: Get plugin list failed",
            244 => "ExecutePluginOnlineOrLocal EXECUTABLE_PERMISSION_ERR: Chmod failed",
            245 => "ExecutePluginOnlineOrLocal REMOVE_FILE_ERR: Remove file failed",
            246 => "ExecutePluginOnlineOrLocal EXECUTE_FAILED: Start plugin failed",
            _ => "acs-plugin-manager ended",
        };
        self.raw(plan.steps.ended, text);
    }

    /// Banner, facts, scripts, disks: what every run says.
    fn head(&mut self, output: &Output<'_>) {
        let at = output.plan.steps.begun;
        let looked = output.plan.steps.looked;
        let options = output.options;
        let course = output.plan.course;
        let recorded = match output.spec.platform {
            Platform::Linux => "1.0.0.8",
            Platform::Windows => "1.0.0.6",
        };
        let version = output.spec.guest.plugin_version.as_deref().unwrap_or(recorded);
        self.info(at, format_args!("Version {version}"));
        if course.reason == Reason::NoMetadata {
            return;
        }
        self.info(
            at + 12,
            format_args!("InstanceID= {} RegionID= {} ProductNetwork= vpc", output.instance_id, output.region),
        );
        if output.spec.platform == Platform::Linux {
            match course.scripts {
                Scripts::NotFound => {
                    for (script, path) in [
                        (&output.spec.guest.pre_script, &options.pre_script_path),
                        (&output.spec.guest.post_script, &options.post_script_path),
                    ] {
                        if !script.exists || script.path != *path {
                            self.error(
                                at + 13,
                                format_args!("File {path} not found , error=stat {path}: no such file or directory"),
                            );
                        }
                    }
                    self.error(at + 13, format_args!("Pre/Post-Script have no Expected Permission"));
                    self.info(at + 13, format_args!("Pre/Post-Script files were not found!"));
                }
                Scripts::WrongPermission => {
                    self.error(at + 13, format_args!("Pre/Post-Script have no Expected Permission"));
                }
                Scripts::NotAsked => self.info(at + 13, format_args!("Pre/Post-Script files were not found!")),
                Scripts::PreFailed | Scripts::Ran => {}
            }
            self.info(
                at + 14,
                format_args!(
                    "RamRoleName= {} ExcludeDiskId= [{}] PreScriptPath= {} PostScriptPath= {} EnableFsFreeze= {} TimeoutInSeconds= {} ScriptTimeoutInSeconds= {}",
                    options.ram_role_name,
                    options.exclude_disk_id,
                    options.pre_script_path,
                    options.post_script_path,
                    options.enable_fs_freeze,
                    options.timeout_seconds,
                    options.script_timeout_seconds
                ),
            );
        } else {
            self.info(
                at + 14,
                format_args!(
                    "RamRoleName= {} ExcludeDiskId= [{}] EnableWriters= {}",
                    options.ram_role_name, options.exclude_disk_id, options.enable_writers
                ),
            );
        }
        if matches!(course.reason, Reason::NoRole | Reason::OtherRole | Reason::SystemNotSupported) {
            return;
        }
        self.info(at + 15, format_args!("Begin to Create Application Consistent Snapshots ..."));
        let cost = looked.saturating_sub(at + 15).saturating_sub(10);
        if course.reason == Reason::RoleForbidden {
            self.error(
                looked,
                format_args!("DescribeDisks failed, ErrorCode= Forbidden.RAM, User not authorized to operate on the specified resource"),
            );
            return;
        }
        self.call(looked.saturating_sub(8), cost);
        for (position, (disk, id)) in output.spec.disks.iter().zip(output.disk_ids).enumerate() {
            if Some(position) == output.excluded {
                self.info(looked.saturating_sub(7), format_args!("Excluded DiskId={id}"));
            } else {
                let letter = device_letter(position);
                self.info(
                    looked.saturating_sub(7),
                    format_args!("Attached DiskId={id}, Device=/dev/xvd{letter}, Category={}", disk.category),
                );
            }
        }
    }

    /// Scripts, freeze, group, thaw.
    fn work(&mut self, output: &Output<'_>) {
        let (steps, course) = (output.plan.steps, output.plan.course);
        if course.reach <= Reach::Checked {
            return;
        }
        match output.spec.platform {
            Platform::Linux => self.linux_freeze(output),
            Platform::Windows => self.windows_freeze(output),
        }
        if course.reach < Reach::Created {
            return;
        }
        self.call(steps.created, steps.created.saturating_sub(steps.frozen));
        for poll in 0..3u32 {
            // For some 200 ms the API does not show the new group; the plug-in says so and goes on.
            self.info(
                steps.created.saturating_add(60 * (poll + 1)).min(steps.satisfied),
                format_args!("Unexpected length of the snapshot group"),
            );
        }
        if let Some(group) = output.group_id.filter(|_| output.names_group_by(GroupLine::Mentioned)) {
            self.info(
                steps.satisfied,
                format_args!(
                    "SnapshotGroupId= {group}, Status= {}",
                    match course.reason {
                        Reason::GroupFailed => "failed",
                        _ if output.plan.exit == 6 => "progressing",
                        _ if output.plan.exit == 5 => "failed",
                        _ => "accomplished",
                    }
                ),
            );
        }
        match (output.spec.platform, output.plan.exit) {
            (_, 12) | (Platform::Linux, _) if !output.options.enable_fs_freeze => {}
            (Platform::Linux, 12) => {
                self.info(steps.thawed, format_args!("###########4. Thawing FsFreeze"));
                self.error(
                    steps.thawed.saturating_add(1),
                    format_args!("fsfreezer failed to thaw the file systems: Input/output error"),
                );
            }
            (Platform::Linux, _) if course.reason == Reason::ThawTimedOut => {
                self.raw(output.plan.steps.ended, "Timedout to receive Thaw from parent process");
                self.info(output.plan.steps.ended, format_args!("###########4. Thawing FsFreeze"));
            }
            (Platform::Linux, _) => {
                self.info(steps.thawed, format_args!("###########4. Thawing FsFreeze"));
                self.info(steps.thawed.saturating_add(1), format_args!("###########5. Filesystem Thaw Received"));
            }
            (Platform::Windows, 12) => {
                self.error(steps.thawed, format_args!("VSS writers could not be resumed, hr= 0x80042314"));
            }
            (Platform::Windows, _) => self.info(steps.thawed, format_args!("VSS writers resumed")),
        }
    }

    fn linux_freeze(&mut self, output: &Output<'_>) {
        let (steps, course) = (output.plan.steps, output.plan.course);
        let looked = steps.looked;
        self.info(looked, format_args!("Start to check Pre/Post-Script"));
        if matches!(course.scripts, Scripts::NotFound | Scripts::WrongPermission | Scripts::NotAsked) {
            self.error(looked, format_args!("No such Pre/Post-Script files or have no \"execute\" Permission"));
        }
        self.info(looked, format_args!("Discovering Mounted Volumes ..."));
        if output.spec.guest.mounts.is_empty() {
            self.info(looked, format_args!("MountPoint: /, FsType: ext4 Added"));
        }
        for mount in &output.spec.guest.mounts {
            if matches!(mount.file_system.as_str(), "ext3" | "ext4" | "xfs") {
                self.info(looked, format_args!("MountPoint: {}, FsType: {} Added", mount.target, mount.file_system));
            }
        }
        let scripts_first = output.spec.guest.script_order == ScriptOrder::BeforeFreeze;
        if scripts_first && !self.pre_script(output, looked) {
            return;
        }
        if output.options.enable_fs_freeze && !self.freeze(output, if scripts_first { steps.pre_done } else { looked })
        {
            return;
        }
        if !scripts_first {
            self.pre_script(output, steps.frozen);
        }
    }

    /// The pre-freeze script. False when the run ends with it.
    fn pre_script(&mut self, output: &Output<'_>, begun: u32) -> bool {
        let (steps, course) = (output.plan.steps, output.plan.course);
        let path = &output.options.pre_script_path;
        if !matches!(course.scripts, Scripts::Ran | Scripts::PreFailed) {
            if output.plan.exit == 9 {
                self.error(steps.ended, format_args!("Run Pre-Script failed: fork/exec: permission denied"));
            }
            return output.plan.exit != 9;
        }
        self.info(begun, format_args!("Start to run Pre-Script {path}"));
        if output.plan.exit == 9 {
            self.error(steps.ended, format_args!("Run Pre-Script {path} failed: signal: killed"));
            return false;
        }
        if course.scripts == Scripts::PreFailed {
            let status = output.spec.guest.pre_script.exit_code;
            self.error(steps.pre_done, format_args!("Run Pre-Script {path} failed: exit status {status}"));
        } else {
            self.info(steps.pre_done, format_args!("Run Pre-Script successfully"));
        }
        true
    }

    /// The freeze. False when the run ends with it.
    fn freeze(&mut self, output: &Output<'_>, begun: u32) -> bool {
        self.info(begun, format_args!("###########1. Starting FsFreeze"));
        self.info(begun.saturating_add(1), format_args!("###########2. Filesystem Freeze Started"));
        if output.plan.exit == 11 {
            let ended = output.plan.steps.ended;
            self.raw(ended, "FsFreeze was interrupted by cancel or timeout context deadline exceeded");
            self.info(ended, format_args!("###########4. Thawing FsFreeze"));
            return false;
        }
        self.info(output.plan.steps.frozen, format_args!("###########3. Filesystem Freeze Completed"));
        true
    }

    /// Nothing is recorded of the Windows plug-in (docs/sources/feature.md 12.4): plausible lines, not the real ones.
    fn windows_freeze(&mut self, output: &Output<'_>) {
        let (steps, course) = (output.plan.steps, output.plan.course);
        let volume = if output.spec.guest.language == Language::Zh { "本地磁盘" } else { "Local Disk" };
        self.info(steps.looked, format_args!("Volume C: ({volume}), FileSystem: NTFS Added"));
        if course.tags == Tags::Application {
            self.info(
                steps.looked,
                format_args!("GatherWriterMetadata: SqlServerWriter, System Writer, Registry Writer"),
            );
        } else {
            self.info(steps.looked, format_args!("No VSS writer is used"));
        }
        if output.plan.exit == 11 {
            self.error(output.plan.steps.ended, format_args!("VSS writers could not be frozen, hr= 0x800423f2"));
            return;
        }
        self.info(steps.frozen, format_args!("VSS writers frozen and flushed"));
    }

    /// How it ends.
    fn tail(&mut self, output: &Output<'_>) {
        let plan = output.plan;
        let (steps, course) = (plan.steps, plan.course);
        let ended = steps.ended;
        if let Some(text) = output.fault.and_then(|fault| fault.output_text.as_deref()) {
            self.raw(steps.looked, text);
        }
        if let Some(bytes) = output.fault.and_then(|fault| fault.output_noise_bytes) {
            let line =
                "[level=\"info\"][message=\"lsblk NAME=\"vda1\" TYPE=\"part\" FSTYPE=\"ext4\" MOUNTPOINT=\"/\"\"]";
            for _ in 0..bytes as usize / (line.len() + 1) {
                self.raw(steps.looked, line);
            }
        }
        let reason = match (course.reason, plan.exit) {
            (Reason::Finished, _) => {
                self.finish(output);
                return;
            }
            (Reason::NoMetadata, _) => {
                "The network connection fails: Get http://100.100.100.200/latest/meta-data/instance-id: i/o timeout"
            }
            (Reason::OtherRole, _) => "RamRoleName is not the RAM role attached to the instance",
            (Reason::SystemNotSupported, _) => "The operating system is not supported",
            (Reason::AllEssdExcluded, _) => "All attached ESSD Disks were excluded",
            (Reason::DiskNotSupported, _) => "The disk category is not supported",
            (Reason::DiskRefused, _) => "CreateSnapshotGroup failed, ErrorCode= InvalidOperation.MultiAttachDisk",
            (Reason::RoleForbidden, _) => return,
            (Reason::ThawTimedOut | Reason::GroupTimedOut, _) | (_, 6) => "Wait for the snapshot group timed out",
            (Reason::PostScriptFailed, _) | (_, 10) => "Run Post-Script failed: signal: killed",
            (_, 1) => "One or more conditions are not met",
            (_, 2) => "The parameters after --params are invalid",
            (_, 3) => "No ESSD is attached to the instance",
            (_, 4) => "CreateSnapshotGroup failed, ErrorCode= InternalError",
            (_, 5) => "The snapshot group is in an unexpected status",
            (_, 7 | 15) => "A snapshot is in an unexpected status",
            (_, 8) => "TagResources failed, ErrorCode= Forbidden.RAM",
            (_, 9 | 11 | 12) => return,
            (_, 13) => "No RAM role is attached to the instance",
            (_, 14) => "CreateSnapshotGroup failed, ErrorCode= QuotaExceed.Snapshot",
            (_, 16) => "CreateSnapshotGroup failed, ErrorCode= IncorrectDiskStatus.CreatingSnapshot",
            (_, 247) => {
                self.raw(ended, "ExecutePluginOnlineOrLocal EXECUTE_TIMEOUT: Execute plugin timeout");
                return;
            }
            (_, code) if code < 0 || (129..=159).contains(&code) || code > 0xffff => {
                if course.reach == Reach::Finished {
                    self.finish(output);
                }
                return;
            }
            _ => "Unknown error",
        };
        self.error(ended, format_args!("{reason}"));
        if output.fault.is_some_and(|fault| fault.group_line == Some(GroupLine::Last)) {
            self.group_line(output, reason);
        }
    }

    fn group_line(&mut self, output: &Output<'_>, message: &str) {
        if let Some(group) = output.group_id
            && output.plan.steps.ended <= self.until
        {
            let _ = writeln!(self.out, "[snapshotgroup=\"{group}\"][message=\"{message}\"]");
        }
    }

    fn finish(&mut self, output: &Output<'_>) {
        let (steps, course) = (output.plan.steps, output.plan.course);
        if course.scripts == Scripts::Ran {
            self.info(
                steps.thawed.saturating_add(2),
                format_args!("Start to run Post-Script {}", output.options.post_script_path),
            );
            self.info(steps.post_done, format_args!("Run Post-Script successfully"));
        }
        self.call(steps.tagged, steps.tagged.saturating_sub(steps.post_done));
        match course.tags {
            Tags::Application => self.info(steps.tagged, format_args!("Take AppConsistent snapshots successfully")),
            Tags::FileSystem => self.info(steps.tagged, format_args!("Take FsConsistent snapshots successfully")),
            _ => {}
        }
        let frozen = steps.thawed.saturating_sub(steps.frozen);
        self.info(steps.ended, format_args!("FsFreeze cost {}.{:03}s", frozen / 1000, frozen % 1000));
        let total = steps.ended.saturating_sub(steps.begun);
        self.info(steps.ended, format_args!("Total cost {}.{:03}s", total / 1000, total % 1000));
        if output.names_group_by(GroupLine::Last) && !output.fault.is_some_and(|fault| fault.no_final_line) {
            self.group_line(output, "Finish whole Processes of Snapshot successfully");
        }
    }
}

/// `a` for the first device, as the API names them.
pub(crate) fn device_letter(position: usize) -> char {
    u8::try_from(position % 26).map_or('a', |offset| char::from(b'a' + offset))
}
