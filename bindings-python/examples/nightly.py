"""A nightly job for cron: one line a cause in the log, an exit status that a monitor understands, resumed if interrupted.

    15 2 * * *  python /opt/backup/nightly.py /etc/consnap/nightly.yaml
"""

from __future__ import annotations

import logging
import sys

import consnap

log = logging.getLogger("nightly")


def main(path: str) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        report = consnap.Client().run(path)
    except consnap.ConfigError as error:
        log.error("%s", error)
        return 2
    except consnap.ConsnapError as error:
        log.error("%s (sent: %s)", error, error.sent)
        return 3
    for cause in report.causes:
        log.warning("%s: %s: %s", cause.result, cause.why.message, ", ".join(cause.instances))
    for sentence in report.sentences:
        log.info("%s", sentence)
    if report.exit_status == 4:
        report = consnap.Client().resume(report.run_id)
    return report.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
