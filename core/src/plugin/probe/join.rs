//! What a probe says, joined with the disks the API shows.

use super::read::{Reading, SeenMount, SeenScript, SeenWriter, kind_in_words};
use crate::base::time::Time;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::guest as rows;
use crate::input::document::shorten;
use crate::input::facts::{Disk, Guest, Mount, Script, version_numbers};

impl Reading {
    /// The facts of the guest. `disks` are those attached to the instance; without them no mount is joined to a disk.
    ///
    /// # Errors
    ///
    /// The finding that the answer came from another instance than `instance_id`.
    pub fn into_guest(
        self,
        instance_id: &str,
        disks: Option<&[Disk]>,
        probed_at: Option<Time>,
    ) -> Result<Guest, Finding> {
        if let Some(other) = self.instance_id.as_deref().filter(|other| *other != instance_id) {
            return Err(Finding::new(&rows::PROBE_OTHER_INSTANCE, "/guest").with("found", shorten(other)));
        }
        let script = |name: &str| self.scripts.iter().find(|script| script.name == name).map(script_facts);
        let stable = |writers: &Vec<SeenWriter>| {
            writers.iter().filter(|writer| writer.state == 1).map(|writer| writer.name.clone()).collect()
        };
        let not_stable = |writers: &Vec<SeenWriter>| {
            let others = writers.iter().filter(|writer| writer.state != 1);
            others.map(|writer| (writer.name.clone(), writer.state.to_string())).collect()
        };
        let errors = |writers: &Vec<SeenWriter>| {
            writers.iter().filter_map(|writer| Some((writer.name.clone(), writer.error.clone()?))).collect()
        };
        Ok(Guest {
            mounts: self.mounts.as_ref().map(|mounts| mounts.iter().map(|mount| self.joined(mount, disks)).collect()),
            data_mounts: self.data_mounts.clone(),
            pre_script: script("pre"),
            post_script: script("post"),
            metadata_reachable: self.metadata_reachable,
            launcher_present: self.launcher_present,
            vss_writers: self.writers.as_ref().map(stable),
            vss_writers_not_stable: self.writers.as_ref().map(not_stable),
            vss_writer_errors: self.writers.as_ref().map(errors),
            data_services: self.services.clone(),
            freezer_running: self.freezers.map(|count| count > 0),
            plugin_running: self.plugins.map(|count| count > 0),
            metadata_role: self.role.clone(),
            agent_version: newest(&self.agent_versions),
            plugin_version: Some(newest(&self.plugin_versions).unwrap_or_default()),
            probed_at,
        })
    }

    /// A mount with its disks: the serial number of a disk in the guest is its id without `d-`
    /// (docs/sources/feature.md 8.1).
    fn joined(&self, mount: &SeenMount, attached: Option<&[Disk]>) -> Mount {
        let mut facts = Mount {
            target: mount.target.clone(),
            file_system: mount.file_system.clone(),
            source: Some(mount.source.clone()).filter(|source| !source.is_empty()),
            options: Some(mount.options.clone()).filter(|options| !options.is_empty()),
            ..Mount::default()
        };
        let Some(attached) = attached.filter(|_| !mount.disks.is_empty()) else { return facts };
        let (mut ids, mut others, mut unknown) = (Vec::new(), Vec::new(), false);
        for name in &mount.disks {
            let serial = self.disks.iter().find(|(known, _)| known == name).map_or("", |(_, serial)| serial);
            let disk = attached.iter().find(|disk| disk.disk_id.strip_prefix("d-") == Some(serial));
            match disk {
                // A loop device, too, has none: its file lies on another file system, which is judged itself.
                _ if serial.is_empty() => unknown = true,
                Some(disk) => ids.push(disk.disk_id.clone()),
                None => others.push(name.clone()),
            }
        }
        if !others.is_empty() {
            facts.other_devices = Some(others);
        }
        if !unknown {
            facts.disk_id = Some(&ids).and_then(|ids| if let [one] = &ids[..] { Some(one.clone()) } else { None });
            facts.disk_ids = Some(ids).filter(|ids| ids.len() > 1);
        }
        facts
    }
}

fn script_facts(seen: &SeenScript) -> Script {
    Script {
        path: seen.path.clone(),
        exists: seen.kind != "absent",
        kind: Some(kind_in_words(&seen.kind, seen.size).to_owned()).filter(|_| seen.kind != "absent"),
        owner: seen.owner.clone(),
        mode: seen.mode.clone(),
        sha256: seen.sha256.clone(),
        noexec: seen.noexec,
        size: seen.size,
        folders: Some(seen.folders.clone()).filter(|folders| !folders.is_empty()),
    }
}

/// The greatest of dotted versions; one that is written otherwise comes before all that are not.
fn newest(versions: &[String]) -> Option<String> {
    versions.iter().max_by_key(|version| version_numbers(version)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(id: &str) -> Disk {
        Disk { disk_id: id.to_owned(), ..Disk::default() }
    }

    #[test]
    fn mounts_find_their_disks() {
        let seen = |disks: &[&str]| SeenMount {
            target: "/data".to_owned(),
            file_system: "xfs".to_owned(),
            disks: disks.iter().map(|&name| name.to_owned()).collect(),
            ..SeenMount::default()
        };
        let disks = [("vda", "bp1a"), ("vdb", "bp1b"), ("vdc", ""), ("nvme1n1", "S4YWNX0M")];
        let reading = Reading {
            disks: disks.iter().map(|(name, serial)| ((*name).to_owned(), (*serial).to_owned())).collect(),
            ..Reading::default()
        };
        let attached = [disk("d-bp1a"), disk("d-bp1b"), disk("d-bp1c"), disk("d-")];
        let joined = |disks: &[&str]| {
            let mount = reading.joined(&seen(disks), Some(&attached[..3]));
            (mount.disk_id, mount.disk_ids, mount.other_devices)
        };
        let own = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(joined(&["vda"]), (Some("d-bp1a".to_owned()), None, None));
        assert_eq!(joined(&["vda", "vdb"]), (None, own(&["d-bp1a", "d-bp1b"]), None));
        // No serial number: it may be any disk.
        assert_eq!(joined(&["vdc"]), (None, None, None));
        assert_eq!(joined(&["nvme1n1"]), (None, None, own(&["nvme1n1"])));
        assert_eq!(joined(&["vda", "nvme1n1"]), (Some("d-bp1a".to_owned()), None, own(&["nvme1n1"])));
        assert_eq!(joined(&["loop3"]), (None, None, None));
        assert_eq!(joined(&[]), (None, None, None));
        assert_eq!(reading.joined(&seen(&["vda"]), None).disk_id, None);
        assert_eq!(reading.joined(&seen(&["vdc"]), Some(&attached)).disk_id, None);
    }

    #[test]
    fn versions_go_by_their_numbers() {
        let versions = ["2.2.3.578", "2.2.3.1090", "2.2.3.99"].map(str::to_owned);
        assert_eq!(newest(&versions).as_deref(), Some("2.2.3.1090"));
        assert_eq!(newest(&[]), None);
    }
}
