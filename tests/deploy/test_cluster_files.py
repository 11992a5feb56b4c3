"""The files that describe clusters and the image: valid by Ray's own check, and of one mind with the project.

Of Kubernetes nothing is installed here; what is held is the structure that the v1 types of KubeRay and the pods of
Kubernetes have, key by key, and what a run needs of it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provenance.cli import command
from provenance.jobs.tabulate.phase import BASE_MEMORY, SUM_MEMORY

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
JOB = yaml.safe_load((ROOT / "deploy" / "kuberay" / "rayjob.yaml").read_text())
CLUSTER = JOB["spec"]["rayClusterSpec"]
WORKERS, LARGE = CLUSTER["workerGroupSpecs"]
AWS = ROOT / "deploy" / "ray" / "aws.yaml"
PINS = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.M)
SIZES = {"Gi": 2**30, "Mi": 2**20}

KEYS = {
    "job": (JOB["spec"], {"entrypoint", "backoffLimit", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished"}),
    "cluster": (CLUSTER, {"rayVersion", "enableInTreeAutoscaling", "autoscalerOptions", "authOptions"}),
    "head": (CLUSTER["headGroupSpec"], {"rayStartParams", "template"}),
    "workers": (WORKERS, {"groupName", "replicas", "minReplicas", "maxReplicas", "rayStartParams", "template"}),
    "large": (LARGE, set(WORKERS)),
}
GROUPS = {"job": {"rayClusterSpec"}, "cluster": {"headGroupSpec", "workerGroupSpecs"}}
CONTAINER = {
    *("name", "image", "ports", "envFrom", "env", "resources", "volumeMounts", "startupProbe", "livenessProbe"),
}


@pytest.mark.parametrize("part", KEYS)
def test_every_key_is_one_of_kuberay(part: str) -> None:
    found, known = KEYS[part]
    assert set(found) <= known | GROUPS.get(part, set())


def test_the_job_is_of_the_version_that_is_served() -> None:
    assert (JOB["apiVersion"], JOB["kind"]) == ("ray.io/v1", "RayJob")


@pytest.mark.parametrize("group", [CLUSTER["headGroupSpec"], WORKERS, LARGE], ids=["head", "workers", "large"])
def test_a_pod_has_scratch_of_bounded_size_credentials_from_a_secret_and_memory_as_asked(group: Any) -> None:
    pod = group["template"]["spec"]
    (container,) = pod["containers"]
    assert set(container) <= CONTAINER
    variables = {item["name"]: item["value"] for item in container["env"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert read_size(volumes[mounts[variables["TMPDIR"]]]["emptyDir"]["sizeLimit"]) >= 2**30
    assert [source["secretRef"]["name"] for source in container["envFrom"]] == ["provenance-s3"]
    assert not any("KEY" in name or "TOKEN" in name for name in variables)
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert {type(value) for value in group["rayStartParams"].values()} == {str}  # KubeRay takes no numbers


def test_only_workers_have_tasks_and_each_cpu_a_gigabyte() -> None:
    assert CLUSTER["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert WORKERS["minReplicas"] >= 1
    assert read_memory(WORKERS) >= 1.25 * 2**30 * read_cpus(WORKERS)


def test_one_machine_can_sum_up_a_folder_of_a_thousand_shards() -> None:
    assert LARGE["minReplicas"] == 1
    assert read_memory(LARGE) > BASE_MEMORY + SUM_MEMORY * 1000 * 30_000


def test_as_many_tasks_wait_as_the_largest_cluster_has_cpus() -> None:
    """The cluster grows for tasks that wait, and no more of them are handed out than --workers says."""
    most = sum(read_cpus(group) * group["maxReplicas"] for group in (WORKERS, LARGE))
    assert read_workers(JOB["spec"]["entrypoint"]) == most


def test_ray_is_the_version_of_the_image() -> None:
    assert CLUSTER["rayVersion"] == read_pins("deploy/requirements.lock")["ray"]


def test_the_launcher_takes_the_cluster_on_amazon() -> None:
    util = pytest.importorskip("ray.autoscaler._private.util")
    found = yaml.safe_load(AWS.read_text())
    util.validate_config(util.prepare_config(found))
    with pytest.raises(Exception, match="unknown_key"):
        util.validate_config(util.prepare_config({**found, "unknown_key": 1}))


def test_the_workers_on_amazon_are_bought_on_the_spot_market_and_the_head_is_not() -> None:
    found = yaml.safe_load(AWS.read_text())
    types = found["available_node_types"]
    head, worker, large = (types[name] for name in ("head", "worker", "large"))
    assert found["head_node_type"] == "head"
    assert head["resources"] == {"CPU": 0}
    assert worker["min_workers"] >= 1
    assert large["min_workers"] == 1
    assert worker["max_workers"] + large["max_workers"] == found["max_workers"]
    assert worker["node_config"]["InstanceMarketOptions"] == {"MarketType": "spot"}
    assert not any("InstanceMarketOptions" in one["node_config"] for one in (head, large))
    assert (worker["node_config"]["InstanceType"], large["node_config"]["InstanceType"]) == (
        "c7i.4xlarge",
        "r7i.2xlarge",
    )
    assert read_workers(AWS.read_text()) == 16 * worker["max_workers"] + 8 * large["max_workers"]


def test_locks_agree_on_every_package() -> None:
    pins = [read_pins(name) for name in ("requirements.lock", "requirements-test.lock", "deploy/requirements.lock")]
    for name in pins[2]:
        assert len({one[name] for one in pins if name in one}) == 1, name
    assert {"ray", "boto3", "aiohttp"} <= set(pins[2])


def test_the_image_copies_what_is_there() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert len({line.split()[1] for line in lines if line.startswith("FROM ")}) == 1


def test_commands_in_files_and_page_have_options_that_exist() -> None:
    pages = [*(ROOT / "deploy").rglob("*.*"), ROOT / "pipelines" / "ray_cluster.md"]
    seen = {(name, flag) for page in pages for name, flag in find_flags(page.read_text(encoding="utf-8"))}
    assert {name for name, _ in seen} >= {"run", "report", "dedup"}
    assert [(name, flag) for name, flag in sorted(seen) if flag not in list_flags(name)] == []


def test_links_of_the_page_lead_somewhere() -> None:
    page = ROOT / "pipelines" / "ray_cluster.md"
    text = page.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", line).strip().replace(" ", "-").lower() for line in re.findall(r"^#+ (.*)", text, re.M)
    }
    for target, heading in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text):
        assert (page.parent / target).exists(), target
        assert target or heading in headings, heading


def find_flags(text: str) -> Iterator[tuple[str, str]]:
    """Commands of ours with their flags; a command goes on over lines that are broken within it."""
    joined = re.sub(r"\s*\\\n[#\s]*|\n#?\s+(?=--)", " ", text)
    joined = re.sub(r"provenance-parts|parts\.sh", "provenance run", joined)
    for name, words in re.findall(r"\bprovenance ([a-z]+)\b([^\n`|;']*)", joined):
        if name in command.list_commands(None):  # type: ignore[arg-type]
            yield from ((name, flag) for flag in re.findall(r"(?<=\s)--[a-z][a-z-]*", words))


def list_flags(name: str) -> set[str]:
    found = command.get_command(None, name)  # type: ignore[arg-type]
    assert found is not None
    return {flag for parameter in found.params for flag in parameter.opts}


def read_cpus(group: Any) -> int:
    return int(group["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])


def read_memory(group: Any) -> int:
    return read_size(group["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"])


def read_workers(text: str) -> int:
    found = re.search(r"--workers (\d+)", text)
    assert found is not None
    return int(found[1])


def read_size(text: str) -> int:
    return int(text[:-2]) * SIZES[text[-2:]]


def read_pins(name: str) -> dict[str, str]:
    return dict(PINS.findall((ROOT / name).read_text()))
