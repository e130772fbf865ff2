"""The official credentials library and consnap find the same credentials in the same places, and the library accepts what
the simulator hands out."""

import json
import os
import subprocess
import sys

import pytest
from alibabacloud_credentials.client import Client as CredentialsClient
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.client import Client as OpenApiClient
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from alibabacloud_tea_util.models import RuntimeOptions
from conftest import ROLE, command


def profile(name, key, **more):
    return {"name": name, "mode": "AK", "access_key_id": key, "access_key_secret": "s", **more}


CONFIG = {
    "current": "ops",
    "profiles": [
        profile("default", "LTAI-default"),
        profile("ops", "LTAI-ops"),
        profile("sts", "STS.sts", mode="StsToken", sts_token="t"),
        profile("ini", "LTAI-cli-ini"),
        {"name": "ext", "mode": "External", "process_command": "{python} {home}/print.py"},
    ],
}
SECTIONS = """[default]
type = access_key
access_key_id = LTAI-ini-default
access_key_secret = s
[ini]
type = access_key
access_key_id = LTAI-ini
access_key_secret = s
"""
PRINTED = {"mode": "StsToken", "access_key_id": "STS.ext", "access_key_secret": "s", "sts_token": "t"}
ENVIRONMENT = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI-env", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}
KEYS = [
    "LTAI-env", "LTAI-default", "LTAI-ops", "STS.sts", "LTAI-cli-ini", "STS.ext", "LTAI-ini-default", "LTAI-ini",
]

OFFICIAL = "from alibabacloud_credentials.client import Client; print(Client().get_credential().access_key_id)"

CASES = [
    ({}, "LTAI-ops"),
    (ENVIRONMENT, "LTAI-env"),
    ({**ENVIRONMENT, "ALIBABA_CLOUD_PROFILE": "default"}, "LTAI-env"),
    ({"ALIBABA_CLOUD_PROFILE": "default"}, "LTAI-default"),
    ({"ALIBABA_CLOUD_PROFILE": "sts"}, "STS.sts"),
    ({"ALIBABA_CLOUD_PROFILE": "ext"}, "STS.ext"),
    ({"ALIBABA_CLOUD_PROFILE": "ini"}, "LTAI-cli-ini"),
    ({"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, "LTAI-ini-default"),
    ({"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "TRUE", "ALIBABA_CLOUD_PROFILE": "ini"}, "LTAI-ini"),
    ({"ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/x"}, "LTAI-ops"),
    (
        {
            "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true",
            "ALIBABA_CLOUD_CREDENTIALS_FILE": "{home}/nowhere",
            "ALIBABA_CLOUD_CREDENTIALS_URI": "{endpoint}/__consnap/credentials/" + ROLE,
        },
        "STS.SIMULATED",
    ),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    config = json.dumps(CONFIG).replace("{home}", str(home)).replace("{python}", sys.executable)
    (home / ".aliyun").mkdir()
    (home / ".aliyun/config.json").write_text(config)
    (home / ".alibabacloud").mkdir()
    (home / ".alibabacloud/credentials").write_text(SECTIONS)
    # Some editions of the library read this name.
    (home / ".alibabacloud/credentials.ini").write_text(SECTIONS)
    (home / "print.py").write_text(f"print({json.dumps(PRINTED)!r})")
    return home


@pytest.fixture(scope="module")
def many_keys(tmp_path_factory):
    """A simulator that knows the keys of all cases."""
    scenario = tmp_path_factory.mktemp("scenario") / "keys.json"
    keys = [{"id": key, "secret": "s", **({"security_token": "t"} if key.startswith("STS.") else {})} for key in KEYS]
    scenario.write_text(json.dumps({"version": 1, "access_keys": keys, "instances": [{"id": "i-bp1linux000000000001"}]}))
    process = subprocess.Popen([*command(), str(scenario)], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["endpoint"]
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif("CONSNAP_BIN" not in os.environ, reason="needs the binary")
@pytest.mark.parametrize(("variables", "wanted"), CASES)
def test_the_same_place_counts(home, many_keys, variables, wanted):
    variables = {name: value.format(home=home, endpoint=many_keys) for name, value in variables.items()}
    environment = {
        "HOME": str(home), "PATH": os.environ["PATH"], "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **variables,
    }
    official = subprocess.run([sys.executable, "-c", OFFICIAL], env=environment, capture_output=True, text=True)
    assert official.stdout.strip().startswith(wanted), official.stderr
    ours = subprocess.run(
        [os.environ["CONSNAP_BIN"], "whoami", "--format", "json", "--endpoint", many_keys],
        env=environment, capture_output=True, text=True,
    )
    assert ours.returncode == 0, ours.stderr
    assert json.loads(ours.stdout)["access_key_id"].startswith(wanted)


def test_the_library_signs_with_what_the_uri_gives(simulator):
    credentials = CredentialsClient(CredentialsConfig(
        type="credentials_uri", credentials_uri=f"{simulator.endpoint}/__consnap/credentials/{ROLE}",
    ))
    ecs = Client(Config(credential=credentials, endpoint=simulator.host, protocol="http", region_id=simulator.region))
    regions = ecs.describe_regions(models.DescribeRegionsRequest()).body.regions.region
    assert any(region.region_id == simulator.region for region in regions)


def test_the_sdk_takes_on_a_role(simulator):
    def sts(**keys):
        return OpenApiClient(Config(endpoint=simulator.host, protocol="http", region_id=simulator.region, **keys))

    def call(client, action, query):
        params = Params(
            action=action, version="2015-04-01", protocol="HTTP", method="POST", auth_type="AK", style="RPC",
            pathname="/", req_body_type="json", body_type="json",
        )
        return client.call_api(params, OpenApiRequest(query=query), RuntimeOptions())["body"]

    own = sts(access_key_id=simulator.access_key_id, access_key_secret=simulator.access_key_secret)
    account = call(own, "GetCallerIdentity", {})["AccountId"]
    reply = call(own, "AssumeRole", {"RoleArn": f"acs:ram::{account}:role/{ROLE}", "RoleSessionName": "official"})
    given = reply["Credentials"]
    assumed = sts(
        access_key_id=given["AccessKeyId"], access_key_secret=given["AccessKeySecret"],
        security_token=given["SecurityToken"],
    )
    identity = call(assumed, "GetCallerIdentity", {})
    assert identity["Arn"] == reply["AssumedRoleUser"]["Arn"] == f"acs:ram::{account}:assumed-role/{ROLE}/official"
    assert identity["IdentityType"] == "AssumedRoleUser"
