"""What must hold after `pip install .` in an empty environment: run by its interpreter, with nothing else installed.

    python installed.py

It runs outside the checkout, so that only what was installed can be imported.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distribution, distributions
from pathlib import Path


def main() -> None:
    import consnap

    package = Path(consnap.__file__).resolve().parent
    environment = Path(sys.prefix).resolve()
    assert environment in package.parents, f"{package} is not in {environment}"
    installed = {each.metadata["Name"].lower() for each in distributions()}
    assert installed <= {"consnap", "pip", "setuptools"}, installed
    assert distribution("consnap").requires is None, "it has no dependencies at run time"
    (wheel,) = [line for line in (distribution("consnap").read_text("WHEEL") or "").splitlines() if line.startswith("Tag:")]
    assert "-abi3-" in wheel, wheel
    assert (package / "py.typed").exists()

    readme = (Path(__file__).parent.parent.parent / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert blocks, "the README shows no Python"
    for block in blocks:
        said = subprocess.run([sys.executable, "-c", block], check=True, capture_output=True, text=True).stdout
        assert "acs-plugin-manager" in said, said

    for command in ([str(Path(sys.executable).parent / "consnap")], [sys.executable, "-m", "consnap"]):
        # 5: with this exit code a guest may still be held.
        done = subprocess.run([*command, "explain", "12"], check=False, capture_output=True, text=True)
        said = done.stdout
        assert done.returncode == 5, done
        assert "12" in said and "thaw" in said.lower(), said
        version = subprocess.run([*command, "--version"], check=True, capture_output=True, text=True).stdout
        assert consnap.__version__ in version, version

    from consnap.testing import Simulator

    with Simulator() as ecs:
        client = consnap.Client(
            region=ecs.region,
            endpoint=ecs.endpoint,
            access_key_id=ecs.access_key_id,
            access_key_secret=ecs.access_key_secret,
            state_directory=".",
        )
        assert client.get_caller_identity()["AccountId"] == ecs.account_id
    print(f"consnap {consnap.__version__} works as installed in {environment}")


if __name__ == "__main__":
    main()
