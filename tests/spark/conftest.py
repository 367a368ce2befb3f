"""A real standalone cluster on loopback, one master and one worker, and one session for all tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only where `-m spark` asks for them; then a missing Spark or Java is a skip that says what to install."""
    own = [each for each in items if HERE in each.path.parents]
    if "spark" not in str(config.option.markexpr):
        config.hook.pytest_deselected(items=own)
        items[:] = [each for each in items if each not in own]
    elif importlib.util.find_spec("pyspark") is None:
        _skip(own, "pyspark is missing: uv sync --group spark")
    elif shutil.which("java") is None:
        _skip(own, "Java 17 is missing: apt-get install openjdk-17-jre-headless")


def _skip(items: list[pytest.Item], reason: str) -> None:
    for each in items:
        each.add_marker(pytest.mark.skip(reason=reason))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nothing listens on port {port}")


@pytest.fixture(scope="session")
def spark_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a master and a worker in processes of their own and give the address of the master."""
    import pyspark  # noqa: PLC0415 - 450 MB that the other tests do without

    home = Path(pyspark.__file__).parent
    folder = tmp_path_factory.mktemp("cluster")
    port = _free_port()
    settings = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
    }
    master = [str(home / "bin/spark-class"), "org.apache.spark.deploy.master.Master"]
    worker = [str(home / "bin/spark-class"), "org.apache.spark.deploy.worker.Worker"]
    address = f"spark://127.0.0.1:{port}"
    commands = (
        [*master, "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(_free_port())],
        [*worker, "--host", "127.0.0.1", "-c", "2", "-m", "1g", "-d", str(folder / "work"),
         "--webui-port", str(_free_port()), address],
    )  # fmt: skip
    started = []
    try:
        for number, command in enumerate(commands):
            with (folder / f"{number}.log").open("w") as log:
                started.append(subprocess.Popen(command, env=settings, stdout=log, stderr=log, cwd=folder))
            if number == 0:
                _wait_for(port)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def spark(spark_address: str) -> Iterator[Any]:
    """Give one session on the cluster."""
    from lianjing.analysis.engine.spark import SparkEngine, session  # noqa: PLC0415 - as above

    engine = SparkEngine(
        session(
            spark_address,
            **{
                "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.executor.memory": "512m",
                "spark.driver.memory": "512m",
                "spark.sql.shuffle.partitions": "1",
                "spark.sql.adaptive.enabled": "false",
                "spark.sql.codegen.wholeStage": "false",
                "spark.sql.codegen.factoryMode": "NO_CODEGEN",
                "spark.sql.autoBroadcastJoinThreshold": "-1",
                "spark.sql.execution.arrow.pyspark.enabled": "true",
            },
        )
    )
    yield engine
    engine.close()
