"""The same three steps with consnap: checked before, and shown by the snapshots' tags afterwards."""

from __future__ import annotations

import sys

import consnap


def main(region: str, instance_id: str) -> int:
    job = consnap.Job(
        instance_ram_role="AppSnapshotRoleName",
        group_name="LinuxApp-{run}",
        targets=consnap.Targets(ids=[instance_id]),
        linux=consnap.LinuxOptions(
            freeze_file_systems=True,
            freeze_timeout_seconds=30,
            script_timeout_seconds=1800,
            pre_script_path="/tmp/prescript.sh",
            post_script_path="/tmp/postscript.sh",
        ),
        run=consnap.RunOptions(attach_role="if_missing"),
    )
    report = consnap.Client(region=region).run(job)
    print(report)
    return report.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
