//! Letting consnap run the job: the document itself, a systemd timer, a crontab line.

use super::{ExportedFile, Material, file, quote};

/// The job document, JSON being the form that every consumer reads.
pub(super) fn job(material: &Material<'_>) -> Vec<ExportedFile> {
    vec![job_file(material)]
}

pub(super) fn job_file(material: &Material<'_>) -> ExportedFile {
    // A `#` makes it YAML, of which JSON is a part: `consnap run` reads both.
    file("job.yaml", "yaml", format!("{}{:#}\n", material.comment("#"), material.request.document))
}

/// A service that runs once, and the timer that starts it.
pub(super) fn systemd(material: &Material<'_>) -> Vec<ExportedFile> {
    let (hour, minute) = material.request.schedule;
    let head = material.comment("#");
    let service = format!(
        "{head}# /etc/systemd/system/consnap.service\n[Unit]\nDescription=Application-consistent snapshots of ECS instances\n\
         Documentation=man:consnap(1)\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\nType=oneshot\n\
         ExecStart=/usr/local/bin/consnap run /etc/consnap/job.yaml --yes\nStateDirectory=consnap\nEnvironment=XDG_STATE_HOME=/var/lib\n\
         # 4: a result is unknown; the next look is `consnap resume`, never a second start.\nTimeoutStartSec=infinity\n\
         NoNewPrivileges=yes\nProtectSystem=strict\nProtectHome=read-only\nPrivateTmp=yes\n"
    );
    let timer = format!(
        "{head}# /etc/systemd/system/consnap.timer\n[Unit]\nDescription=Nightly application-consistent snapshots\n\n[Timer]\n\
         OnCalendar=*-*-* {hour:02}:{minute:02}:00\n# Not caught up after a power cut: a snapshot in working hours would freeze the application.\n\
         Persistent=false\nRandomizedDelaySec=0\n\n[Install]\nWantedBy=timers.target\n"
    );
    vec![file("consnap.service", "ini", service), file("consnap.timer", "ini", timer), job_file(material)]
}

/// A crontab line; its output goes to the system's log, its exit status decides about mail.
pub(super) fn cron(material: &Material<'_>) -> Vec<ExportedFile> {
    let (hour, minute) = material.request.schedule;
    let head = material.head.iter().fold(String::new(), |text, line| text + "# " + &quote::one_line(line) + "\n");
    let line = format!(
        "{head}# /etc/cron.d/consnap\nSHELL=/bin/sh\n{minute} {hour} * * * root /usr/local/bin/consnap run /etc/consnap/job.yaml --yes 2>&1 | logger -t consnap\n"
    );
    vec![file("consnap.cron", "cron", line), job_file(material)]
}
