"""Plan a fleet that is chosen by tags, look at the plan, then run exactly that plan.

    python fleet_by_tags.py backup=nightly
"""

from __future__ import annotations

import sys

import consnap


def main(tag: str) -> int:
    key, _, value = tag.partition("=")
    job = consnap.Job(
        instance_ram_role="attached",
        group_name="fleet-{run}",
        targets=consnap.Targets(tags={key: value}, expect=consnap.Expect(min=1, max=500)),
        run=consnap.RunOptions(canary=1, max_in_flight=20, max_errors=2),
    )
    client = consnap.Client()
    plan = client.plan(job)
    for instance in plan.instances:
        print(f"{instance.instance_id}  {instance.predicted_consistency}  {instance.predicted_why.message}")
    if not plan.eligible:
        return 1

    def show(event: consnap.Event) -> None:
        if event.event == "command_finished":
            print(f"{event.at}  {event['instance']} finished")

    report = client.run(job, approve=plan.hash, on_event=show)
    print(report)
    return report.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
