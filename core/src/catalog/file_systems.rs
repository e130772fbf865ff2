//! File systems: which of them a snapshot of this feature covers.

use serde::Serialize;

use crate::base::consistency::Platform;

/// What a file system means for the feature.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSystemClass {
    /// Documented: it is frozen and covered.
    Supported,
    /// Lies on other machines: no snapshot of this instance holds it.
    Network,
    /// Shared between instances: one guest cannot freeze it for all.
    Cluster,
    /// Holds no data of its own: kernel interfaces, memory, images that are only read.
    Virtual,
    /// The firmware's partition: static, no application data.
    Firmware,
    /// Local, but in no list.
    Unlisted,
}

/// A file system.
#[derive(Debug, Serialize)]
pub struct FileSystemRow {
    /// Its name as mount tables write it, in lower case. A name ending in `*` covers all with that beginning.
    pub name: &'static str,
    /// The platform it is known on; both without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What it means.
    pub class: FileSystemClass,
    /// Document and edition.
    pub source: &'static str,
}

const LISTED: &str = "go-page: prerequisites, no network or shared file systems";
const KERNEL: &str = "linux-file-systems";

const fn row(name: &'static str, class: FileSystemClass, source: &'static str) -> FileSystemRow {
    FileSystemRow { name, platform: None, class, source }
}

const fn listed(name: &'static str, platform: Platform) -> FileSystemRow {
    FileSystemRow { name, platform: Some(platform), class: FileSystemClass::Supported, source: LISTED }
}

const fn network(name: &'static str) -> FileSystemRow {
    row(name, FileSystemClass::Network, LISTED)
}

const fn cluster(name: &'static str) -> FileSystemRow {
    row(name, FileSystemClass::Cluster, LISTED)
}

const fn kernel(name: &'static str) -> FileSystemRow {
    row(name, FileSystemClass::Virtual, KERNEL)
}

/// All file systems that mean something; what is not here is [`FileSystemClass::Unlisted`].
pub static ROWS: &[FileSystemRow] = &[
    listed("ext3", Platform::Linux),
    listed("ext4", Platform::Linux),
    listed("xfs", Platform::Linux),
    listed("ntfs", Platform::Windows),
    network("nfs"),
    network("nfs3"),
    network("nfs4"),
    network("cifs"),
    network("smb3"),
    network("smbfs"),
    network("ossfs"),
    network("9p"),
    network("afs"),
    network("ceph"),
    network("glusterfs"),
    network("lustre"),
    network("beegfs"),
    network("cpfs"),
    network("virtiofs"),
    // The kernel's own control tree, beside the many network file systems that run in user space.
    kernel("fusectl"),
    kernel("fuse.lxcfs"),
    kernel("fuse.portal"),
    network("fuse"),
    network("fuse.*"),
    cluster("ocfs2"),
    cluster("gfs2"),
    cluster("gfs"),
    cluster("gpfs"),
    cluster("csvfs"),
    kernel("autofs"),
    kernel("binfmt_misc"),
    kernel("bpf"),
    kernel("cgroup"),
    kernel("cgroup2"),
    kernel("configfs"),
    kernel("debugfs"),
    kernel("devpts"),
    kernel("devtmpfs"),
    kernel("efivarfs"),
    kernel("hugetlbfs"),
    kernel("iso9660"),
    kernel("mqueue"),
    kernel("nsfs"),
    // Its layers lie on a file system that is mounted, and judged, itself.
    kernel("overlay"),
    kernel("proc"),
    kernel("pstore"),
    kernel("ramfs"),
    kernel("rpc_pipefs"),
    kernel("securityfs"),
    kernel("selinuxfs"),
    kernel("squashfs"),
    kernel("sysfs"),
    kernel("tmpfs"),
    kernel("tracefs"),
    kernel("udf"),
    kernel("cdfs"),
    row("vfat", FileSystemClass::Firmware, KERNEL),
    row("fat32", FileSystemClass::Firmware, "consnap: the EFI system partition"),
];

/// What a file system means on a platform. Upper and lower case count the same: Windows writes `NTFS`.
pub fn classify(name: &str, platform: Option<Platform>) -> FileSystemClass {
    ROWS.iter()
        .find(|row| match row.name.strip_suffix('*') {
            Some(beginning) => name.get(..beginning.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(beginning)),
            None => row.name.eq_ignore_ascii_case(name),
        })
        .filter(|row| row.platform.is_none() || platform.is_none() || row.platform == platform)
        .map_or(FileSystemClass::Unlisted, |row| row.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let linux = Some(Platform::Linux);
        assert_eq!(classify("xfs", linux), FileSystemClass::Supported);
        assert_eq!(classify("NTFS", Some(Platform::Windows)), FileSystemClass::Supported);
        // Windows alone lists NTFS: under Linux its driver cannot be frozen.
        assert_eq!(classify("ntfs", linux), FileSystemClass::Unlisted);
        assert_eq!(classify("ReFS", Some(Platform::Windows)), FileSystemClass::Unlisted);
        assert_eq!(classify("fuse.sshfs", linux), FileSystemClass::Network);
        assert_eq!(classify("fusectl", linux), FileSystemClass::Virtual);
        assert_eq!(classify("gfs2", linux), FileSystemClass::Cluster);
        assert_eq!(classify("btrfs", linux), FileSystemClass::Unlisted);
        assert_eq!(classify("", linux), FileSystemClass::Unlisted);
        assert_eq!(classify("云盘云盘", linux), FileSystemClass::Unlisted);
    }
}
