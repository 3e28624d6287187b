"""The engine on a Dask cluster of two worker processes: the same bytes, whatever becomes of a worker."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import LocalCluster

from incumbent import cli, machine
from incumbent import posts as engine
from incumbent.errors import InputError
from incumbent.posts import executors
from incumbent.posts.executors import ClusterError
from tests.posts import accidents
from tests.posts.test_activity import some_posts
from tests.posts.writing import AS_OF, oracle, read, write

pytestmark = pytest.mark.slow
LONG = 120.0  # seconds: a machine that is busy with other things starts a worker in 20


def local_cluster(workers: int) -> LocalCluster:
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with local_cluster(2) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posts")
    for number in range(3):
        write(folder / f"{number}.parquet", some_posts()[number::3], row_group=100)
    return folder


@pytest.fixture(scope="module")
def expected(posts: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("expected")
    found = {}
    for ending in (".parquet", ".csv"):
        engine.activity(posts, AS_OF, folder / f"a{ending}")
        found[ending] = (folder / f"a{ending}").read_bytes()
    assert read(folder / "a.parquet") == oracle(some_posts())
    return found


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_the_bytes_are_those_of_the_embedded_run(
    address: str, posts: Path, expected: dict[str, bytes], tmp_path: Path, ending: str
) -> None:
    output = tmp_path / f"a{ending}"
    pids: set[int] = set()
    with engine.cluster(address, deadline=LONG) as run:
        report = engine.activity(posts, AS_OF, output, buckets=5, run=run)
        pids.update(run(accidents.process, range(20)))
    assert output.read_bytes() == expected[ending]
    assert report == engine.activity(posts, AS_OF, tmp_path / f"b{ending}", buckets=5)
    assert len(pids) == 2, "there were no two worker processes"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a{ending}", f"b{ending}"]


@pytest.mark.parametrize("step", ["sort_portion", "count_bucket"])
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(
    address: str, posts: Path, expected: dict[str, bytes], tmp_path: Path, step: str
) -> None:
    doomed = {"sort_portion": accidents.sort_or_be_killed, "count_bucket": accidents.count_or_be_killed}
    output, mark = tmp_path / "out" / "a.parquet", tmp_path / "killed"
    output.parent.mkdir()
    with engine.cluster(address, deadline=LONG) as plain:

        def run(function: Any, given: Sequence[Any]) -> list[Any]:
            if function.__name__ != step:
                return plain(function, given)
            marks = ["" if number != 1 else str(mark) for number in range(len(given))]
            return plain(doomed[step], [accidents.Doomed(job, each) for job, each in zip(given, marks, strict=True)])

        report = engine.activity(posts, AS_OF, output, buckets=3, run=run)
    assert mark.exists(), "no worker was killed"
    assert output.read_bytes() == expected[".parquet"]
    assert report == engine.activity(posts, AS_OF, tmp_path / "b.parquet", buckets=3)
    assert list(output.parent.iterdir()) == [output]


def test_a_job_that_kills_every_worker_is_told() -> None:
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        local_cluster(1) as cluster,
        engine.cluster(cluster.scheduler_address, deadline=LONG) as run,
        pytest.raises(ClusterError, match="ended every worker"),
    ):
        run(accidents.be_killed, [1])


def test_an_error_comes_back_with_file_and_row_group(address: str, tmp_path: Path) -> None:
    wrong = [*some_posts(250), ("a", some_posts(1)[0][1], "like")]
    posts = write(tmp_path / "posts.parquet", wrong, row_group=100)
    with engine.cluster(address, deadline=LONG) as run, pytest.raises(InputError, match="kind is not known") as raised:
        engine.activity(posts, AS_OF, tmp_path / "a.csv", run=run)
    assert raised.value.where == f"{posts}, row group 2, row 50"
    assert list(tmp_path.iterdir()) == [posts]


def test_what_a_workers_machine_refuses_is_told(address: str, tmp_path: Path) -> None:
    with engine.cluster(address, deadline=LONG) as run:
        with pytest.raises(OSError, match="No space") as raised:
            run(accidents.meet_a_full_disk, ["posts/0"])
        refusal = machine.refusal(raised.value)
        assert refusal is not None
        assert refusal.where == "posts/0"
        with pytest.raises(ClusterError, match="does not see a file") as unseen:
            run(accidents.look_for, [str(tmp_path / "absent")])
        assert "absent" in unseen.value.what


def test_the_command_takes_a_cluster(
    address: str, posts: Path, expected: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "a.parquet"
    command = ["activity", str(posts), "--as-of", AS_OF, "--cluster", address, "--output", str(output), "--quiet"]
    with pytest.raises(SystemExit) as ended:
        cli.main(command)
    assert (ended.value.code, capsys.readouterr()) == (0, ("", ""))
    assert output.read_bytes() == expected[".parquet"]


def test_a_cluster_that_does_not_answer_is_told_in_time(
    posts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "DEADLINE", 2.0)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    began = time.monotonic()
    command = ["activity", str(posts), "--as-of", AS_OF, "--cluster", dead, "--output", str(tmp_path / "a.csv")]
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--json"])
    assert ended.value.code == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["error"], told["where"]) == ("ClusterError", dead)
    assert told["expected"] == "a Dask scheduler that answers within 2 s"
    assert time.monotonic() - began < 30
    assert not list(tmp_path.iterdir())


def test_what_answers_but_is_no_scheduler_is_told(address: str) -> None:
    mute = socket.create_server(("127.0.0.1", 0))
    with mute, pytest.raises(ClusterError, match="no answer within"), engine.cluster(_address(mute), deadline=1):
        pass
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=_talk, args=(other,), daemon=True).start()
        with pytest.raises(ClusterError, match="cannot be reached"), engine.cluster(_address(other), deadline=5):
            pass
    with engine.cluster(address, deadline=LONG) as run:
        (worker,) = run(accidents.worker, [1])
    with pytest.raises(ClusterError, match="is no scheduler"), engine.cluster(worker, deadline=LONG):
        pass
    for wrong in ("", "scheduler", "tcp://scheduler", "carrier-pigeon://scheduler:1"):
        with pytest.raises(ClusterError, match="cannot be reached"), engine.cluster(wrong, deadline=1):
            pass


def _address(server: socket.socket) -> str:
    return f"tcp://127.0.0.1:{server.getsockname()[1]}"


def _talk(server: socket.socket) -> None:
    talker, _ = server.accept()
    talker.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 9)
    talker.close()


def test_a_worker_of_another_version_gets_no_work(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "__version__", "99.0")
    with pytest.raises(ClusterError, match="cannot do the work") as raised, engine.cluster(address, deadline=LONG):
        pass
    assert raised.value.expected == "incumbent 99.0 on every worker"


def test_a_cluster_without_workers_and_one_that_loses_them_are_told() -> None:
    with LocalCluster(n_workers=0, processes=True, host="127.0.0.1", dashboard_address=None) as cluster:
        with pytest.raises(ClusterError, match="has no worker"), engine.cluster(cluster.scheduler_address, deadline=1):
            pass
        cluster.scale(1)
        cluster.wait_for_workers(1, timeout=LONG)
        threading.Timer(2, lambda: cluster.scale(0)).start()
        with pytest.raises(ClusterError, match="lost all its workers"), engine.cluster(
            cluster.scheduler_address, deadline=10
        ) as run:  # fmt: skip
            run(accidents.sleep, [1])


def test_a_scheduler_that_goes_away_is_told() -> None:
    with local_cluster(1) as cluster:
        threading.Timer(3, cluster.close).start()
        with pytest.raises(ClusterError), engine.cluster(cluster.scheduler_address, deadline=10) as run:
            run(accidents.sleep, [1])


def test_without_dask_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="not installed") as raised, engine.cluster("tcp://127.0.0.1:1"):
        pass
    assert "incumbent[dask]" in raised.value.do
