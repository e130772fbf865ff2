# Written by `cargo xtask generate`. Do not edit.
"""Application-consistent snapshots of Alibaba Cloud ECS instances one can rely on: check, build, run, verify.

>>> import consnap
>>> job = consnap.Job(instance_ram_role="AppSnapshotRoleName", group_name="nightly-{run}")
>>> consnap.build_command(job, "linux").form
<Form.VENDOR: 'vendor'>

Importing this package loads next to nothing: every name is loaded when it is first used.
"""

# Names of a type checker only; `typing` itself costs more to load than all of this.
TYPE_CHECKING = False
if TYPE_CHECKING:
# IMPORTS

    __version__: str

__all__ = [
    # ALL
]

_HOMES = {
    # HOMES
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from ._native import version

        return version()
    for module, names in _HOMES.items():
        if name in names.split():
            # Not `import_module`: it loads modules that nothing else here needs.
            value: object = getattr(__import__(f"{__name__}.{module}", fromlist=[name]), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> "list[str]":
    return [*globals(), *__all__, "__version__"]
