"""The pytest plug-in of consnap. It is found by itself once the package is installed.

A test asks for the fixture ``ecs_simulator`` and gets a running :class:`~consnap.testing.Simulator`. A marker chooses
another scenario, or changes the usual one::

    @pytest.mark.ecs_scenario("broken-thaw.yaml", time_scale=100)
    def test_my_script(ecs_simulator): ...

    @pytest.mark.ecs_scenario(api_faults=[{"operation": "RunCommand", "throttle": {}, "times": 2}])
    def test_my_script_when_throttled(ecs_simulator): ...
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .simulator import Simulator


def pytest_configure(config: pytest.Config) -> None:
    """Announces the marker."""
    config.addinivalue_line(
        "markers", "ecs_scenario(scenario=None, time_scale=None, **changes): the scenario of the fixture `ecs_simulator`"
    )


@pytest.fixture
def ecs_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A simulated ECS of this test alone, stopped when the test ends."""
    from .simulator import Simulator

    marker = request.node.get_closest_marker("ecs_scenario")
    arguments, options = (marker.args, marker.kwargs) if marker is not None else ((), {})
    with Simulator(*arguments, **options) as simulator:
        yield simulator
