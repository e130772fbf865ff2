#!/usr/bin/env python3
"""The suite: makes its host, runs the cases side by side, cleans up, counts."""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import time
import traceback

import host
from cases import Case, Context, collect

INSIDE = "CONSNAP_DATABASES_INSIDE"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/databases/run", description=__doc__)
    parser.add_argument("--all", action="store_true", help="the slow cases too")
    parser.add_argument("--list", action="store_true", help="the names of the cases")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="runs each case so often")
    parser.add_argument("--jobs", type=int, default=4, metavar="N", help="cases side by side (4)")
    parser.add_argument(
        "--debian", default="", choices=list(host.NAMES)[1:], help="the servers of another release of Debian"
    )
    parser.add_argument("--stop-mode", action="store_true", help="as without root: SIGSTOP instead of freezing disks")
    parser.add_argument("words", nargs="*", help="runs only cases whose name contains one of these words")
    return parser.parse_args()


def chosen(options) -> list[Case]:
    cases = [case for case in collect() if not options.words or any(word in case.name for word in options.words)]
    return cases * options.repeat


def main() -> int:
    options = parse()
    if options.list:
        print("\n".join(f"{case.name}{' (slow)' if case.slow else ''}" for case in collect()))
        return 0
    if os.environ.get(INSIDE) == "suite":
        return inside(options)
    if os.environ.get(INSIDE) == "guard":
        return guard()
    stop_mode = options.stop_mode or os.getuid() != 0
    try:
        host.fetch(options.debian)
    except host.Unfit as lack:
        return finish([], [], [(case.name, str(lack)) for case in chosen(options)], 0)
    environment = dict(os.environ, **{INSIDE: "suite" if stop_mode else "guard"})
    words = [sys.executable, "-B", *sys.argv]
    if stop_mode:
        host.without_root()
        environment |= {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.environ["LD_LIBRARY_PATH"]}
        if os.getuid() == 0:
            words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", *words]
    else:
        # What the suite mounts is seen by nobody else.
        words = ["unshare", "--mount", "--propagation", "private", *words]
    child = subprocess.Popen(words, env=environment)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: child.send_signal(n))
    return child.wait()


def guard() -> int:
    """Stays outside of the process namespace of the suite. When that ends, however it does, all its processes are gone,
    and what it left frozen or mounted is released here."""
    environment = dict(os.environ, **{INSIDE: "suite"})
    child = subprocess.Popen(
        ["unshare", "--pid", "--ipc", "--fork", "--kill-child", sys.executable, "-B", *sys.argv],
        env=environment,
        start_new_session=True,
    )

    def end(_number, _frame):
        child.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    code = child.wait()
    # /proc of the namespace that ended lies over the own.
    host.uncover("/proc")
    host.leave()
    for _ in range(50):
        if not host.attached():
            return code
        time.sleep(0.1)
    print(f"loop devices are left: {host.attached()}", file=sys.stderr)
    return code or 1


def inside(options) -> int:
    begin = time.monotonic()
    os.umask(0o022)
    host.fetch(options.debian)
    stop_mode = options.stop_mode or os.getuid() != 0
    cases = chosen(options)
    if stop_mode:
        host.without_root()
        host.RUN.mkdir(mode=0o700)
    else:
        try:
            host.enter()
        except host.Unfit as lack:
            return finish([], [], [(case.name, str(lack)) for case in cases], begin)
    host.find_postgresql()
    context = Context(stop_mode)
    passed, failed, skipped = [], [], []
    wanted = []
    for case in cases:
        if case.slow and not options.all or not case.here():
            continue
        if stop_mode and case.root:
            skipped.append((case.name, "needs root"))
        elif not stop_mode and case.stop_mode_only:
            continue
        else:
            wanted.append(case)
    # The long ones first, so that no core idles at the end.
    wanted.sort(key=lambda case: -case.seconds)
    context.prepare(wanted)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(timed, case, context): case for case in wanted}
        for future in concurrent.futures.as_completed(running):
            case = running[future]
            seconds, note, fault = future.result()
            (failed if fault else passed).append(case.name)
            print(
                f"{'FAILED' if fault else 'ok':7}{seconds:5.1f}s  {case.name}{'  ' + note if note else ''}", flush=True
            )
            if fault:
                print(f"    {fault}".replace("\n", "\n    "), flush=True)
    if stop_mode:
        shutil.rmtree(host.RUN, ignore_errors=True)
    return finish(passed, failed, skipped, begin)


def timed(case: Case, context: Context):
    begin = time.monotonic()
    note = fault = None
    run = context.case(case)
    try:
        note = case.body(run)
    except Exception as error:  # noqa: BLE001 - a case that fails is reported, the others go on
        fault = f"{error}\n{''.join(traceback.format_tb(error.__traceback__)[-3:])}"
    finally:
        run.clean()
    return time.monotonic() - begin, note, fault


def finish(passed, failed, skipped, begin) -> int:
    for name, reason in skipped:
        print(f"SKIPPED {name}: {reason}")
    for name in failed:
        print(f"FAILED {name}")
    if begin:
        cpu = os.times().children_user + os.times().children_system
        print(f"{time.monotonic() - begin:.0f} s, {cpu:.0f} s of CPU, kernel {platform.release()}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped", flush=True)
    return 1 if failed or not passed or (skipped and os.environ.get("CI")) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    sys.exit(main())
