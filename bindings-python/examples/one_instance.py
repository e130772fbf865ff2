"""Snapshot one instance and show which consistency was really reached.

    python one_instance.py i-bp1... AppSnapshotRoleName

Credentials and region are found where the official SDKs and the aliyun CLI have them.
"""

from __future__ import annotations

import sys

import consnap


def main(instance_id: str, role: str) -> int:
    job = consnap.Job(
        instance_ram_role=role,
        group_name="try-{run}",
        targets=consnap.Targets(ids=[instance_id]),
        linux=consnap.LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
    )
    try:
        report = consnap.Client().run(job)
    except consnap.ConsnapError as error:
        print(f"nothing was started: {error}", file=sys.stderr)
        return 3
    print(report)
    for disk in report.instance(instance_id).disks:
        print(f"{disk.disk_id}  {disk.snapshot_id}  {disk.level}")
    return report.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
