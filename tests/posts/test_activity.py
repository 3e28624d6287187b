"""What is counted of posts: against a slow count, against what the platforms' parsers count, and byte for byte."""

from __future__ import annotations

import datetime as dt
import os
import random
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent import posts as engine
from incumbent import schemas
from incumbent.errors import InputError
from incumbent.platforms.observing import Feed
from incumbent.posts.coded import bucket_of
from tests.posts.writing import AS_OF, NOW, Post, ago, oracle, read, table, write

EXAMPLES = int(os.environ.get("INCUMBENT_POSTS_EXAMPLES", "60"))
ZERO = {"posts": 0, "posts_30d": 0, "posts_90d": 0, "posts_365d": 0, "last_post": None, "median_gap_days": None}

accounts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=4) | st.sampled_from(
    ["a", "b", "did:plc:1", "did:plc:10", "Zoë", "z", "𝔸", "ｚ"]
)
#: Round numbers of seconds and the windows' very edges: what a rounding or an off-by-one gets wrong.
moments = st.one_of(
    st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(9999, 1, 1), timezones=st.just(dt.UTC)),
    st.integers(0, 400 * 86400).map(lambda seconds: NOW - dt.timedelta(seconds=seconds)),
    st.builds(
        lambda days, step: NOW - dt.timedelta(days=days, microseconds=step),
        st.sampled_from([0, 30, 90, 365, 366]), st.integers(-1, 1),
    ),
    st.integers(-3, 500).map(lambda step: NOW - dt.timedelta(seconds=step * 108)),
)  # fmt: skip
posts_of_anybody = st.lists(
    st.tuples(accounts, moments, st.sampled_from(["post", "post", "post", "repost", "pin"])), max_size=60
)


def run(posts: Path, output: Path | None = None, **options: Any) -> Path:
    target = output or posts.parent / "activity.parquet"
    engine.activity(posts, options.pop("as_of", AS_OF), target, **options)
    return target


@settings(max_examples=EXAMPLES, deadline=None)
@given(posts=posts_of_anybody, row_group=st.integers(1, 30), buckets=st.integers(1, 5))
def test_the_figures_are_those_of_a_slow_count(posts: list[Post], row_group: int, buckets: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = write(Path(folder) / "posts.parquet", posts, row_group=row_group)
        assert read(run(source, buckets=buckets)) == oracle(posts)


@settings(max_examples=EXAMPLES, deadline=None)
@given(posts=st.lists(st.tuples(st.sampled_from("abc"), moments, st.just("post")), max_size=40), data=st.data())
def test_a_post_that_is_there_again_counts_once(posts: list[Post], data: st.DataObject) -> None:
    numbered = [(*post, str(number)) for number, post in enumerate(posts)]
    again = data.draw(st.lists(st.sampled_from(numbered), max_size=20)) if numbered else []
    shuffled = data.draw(st.permutations(numbered + again))
    with tempfile.TemporaryDirectory() as folder:
        content = table([post[:3] for post in shuffled], [post[3] for post in shuffled])
        source = write(Path(folder) / "posts.parquet", content, row_group=7)
        assert read(run(source, buckets=2)) == oracle(posts)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(moments, max_size=30))
def test_the_figures_are_those_that_the_platforms_parsers_give(times: list[dt.datetime]) -> None:
    feed = Feed(posts=times, shown=times, first=True, last=True).figures(NOW)
    with tempfile.TemporaryDirectory() as folder:
        source = write(Path(folder) / "posts.parquet", [("a", moment, "post") for moment in times])
        listed = Path(folder) / "accounts.csv"
        listed.write_text("account_id\na\n")
        (row,) = read(run(source, accounts=listed))
    assert {name: row[name] for name in feed} == feed


def test_a_gap_that_lies_between_two_roundings_is_rounded_as_python_does(tmp_path: Path) -> None:
    # 29.60375 days, and 400 more such gaps: k + 1/2 ten-thousandths of a day
    gaps = [2_557_764, *range(108, 43_200, 216)]
    posts = [(f"{gap:07}", ago(1) - dt.timedelta(seconds=gap * number), "post") for gap in gaps for number in range(2)]
    assert read(run(write(tmp_path / "posts.parquet", posts))) == oracle(posts)


def some_posts(number: int = 3000, seed: int = 1) -> list[Post]:
    chance = random.Random(seed)
    return [
        (
            f"did:plc:{int(chance.random() ** 2 * 200)}",
            NOW - dt.timedelta(microseconds=int(chance.random() * 900 * 86400e6) - 10**9),
            chance.choices(["post", "repost", "pin"], [8, 2, 1])[0],
        )
        for _ in range(number)
    ]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("expected")
    source = write(folder / "posts.parquet", some_posts())
    assert read(run(source)) == oracle(some_posts())
    return {ending: run(source, folder / f"a{ending}").read_bytes() for ending in (".parquet", ".csv")}


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
@pytest.mark.parametrize("buckets", [1, 2, 3, 16, 500])
def test_the_bytes_do_not_depend_on_the_buckets(
    expected: dict[str, bytes], tmp_path: Path, buckets: int, ending: str
) -> None:
    source = write(tmp_path / "posts.parquet", some_posts(), row_group=250)
    assert run(source, tmp_path / f"a{ending}", buckets=buckets).read_bytes() == expected[ending]


def test_the_bytes_do_not_depend_on_the_order_of_rows_and_files(expected: dict[str, bytes], tmp_path: Path) -> None:
    shuffled = some_posts()
    random.Random(2).shuffle(shuffled)
    for number in range(7):
        write(tmp_path / "posts" / f"year={2020 + number % 2}" / f"{number}.parquet", shuffled[number::7], row_group=99)
    write(tmp_path / "posts" / "_temporary" / "half.parquet", shuffled[:10])
    write(tmp_path / "posts" / ".hidden.parquet", shuffled[:10])
    assert run(tmp_path / "posts").read_bytes() == expected[".parquet"]


def test_many_accounts_are_merged_in_order_into_row_groups_of_one_size(tmp_path: Path) -> None:
    posts = [(f"{number * 7919 % 250_007:06}", ago(number % 800), "post") for number in range(250_007)]
    source = write(tmp_path / "posts.parquet", posts, row_group=40_000)
    one, many = (run(source, tmp_path / f"{buckets}.parquet", buckets=buckets) for buckets in (1, 9))
    assert one.read_bytes() == many.read_bytes()
    assert pl.read_parquet(many).get_column("account_id").to_list() == sorted(post[0] for post in posts)
    metadata = pq.read_metadata(many)
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert sizes == [100_000, 100_000, 50_007]


def test_posts_that_are_partitioned_by_account_are_counted_where_they_lie(
    expected: dict[str, bytes], tmp_path: Path
) -> None:
    for bucket in range(4):
        own = [post for post in some_posts() if bucket_of(post[0], 4) == bucket]
        for part in range(2):
            write(tmp_path / "posts" / f"bucket={bucket}" / f"{part}.parquet", own[part::2], row_group=100)
    report = engine.activity(tmp_path / "posts", AS_OF, tmp_path / "a.parquet", buckets=3)
    assert report.buckets == 4
    assert (tmp_path / "a.parquet").read_bytes() == expected[".parquet"]


def test_an_account_in_two_buckets_is_refused(tmp_path: Path) -> None:
    for bucket in ("0", "1"):
        write(tmp_path / "posts" / f"bucket={bucket}" / "0.parquet", [("a", ago(1), "post"), (bucket, ago(1), "post")])
    with pytest.raises(InputError, match="two buckets") as raised:
        run(tmp_path / "posts", tmp_path / "a.parquet")
    assert raised.value.where == "account a"
    assert not (tmp_path / "a.parquet").exists()


@pytest.mark.parametrize("type_", [pa.timestamp("s"), pa.timestamp("ms", "Europe/Paris"), pa.timestamp("ns", "UTC")])
def test_every_unit_and_zone_of_time_is_the_same_moment(tmp_path: Path, type_: pa.DataType) -> None:
    posts = [
        ("a", NOW - dt.timedelta(seconds=number * 86400 * 3), kind) for number in range(50) for kind in ("post", "pin")
    ]
    source = write(tmp_path / "posts.parquet", table(posts, type_=type_))
    assert read(run(source)) == oracle(posts)


def test_times_may_be_text_and_accounts_numbers(tmp_path: Path) -> None:
    texts = [
        "2026-11-22T08:00:00Z", "2026-11-22T09:00:00.000+01:00", "2026-11-22 07:59:59", "2026-11-20t08:00:00.5z",
        "2026-11-22T08:00:01Z", "2026-11-22T08:00:00.0000009Z",
    ]  # fmt: skip
    content = pa.table({"account_id": pa.array([7] * 6, pa.int64()), "posted_at": texts, "kind": ["post"] * 6})
    (row,) = read(run(write(tmp_path / "posts.parquet", content)))
    assert (row["account_id"], row["posts"], row["last_post"]) == ("7", 5, "2026-11-22")


@pytest.mark.parametrize("text", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
def test_every_arrow_type_of_text_is_text(tmp_path: Path, text: pa.DataType) -> None:
    content = table(some_posts(300))
    for name in ("account_id", "kind"):
        column = content.column(name).cast(pa.large_string())
        column = column.dictionary_encode().cast(text) if pa.types.is_dictionary(text) else column.cast(text)
        content = content.set_column(content.schema.get_field_index(name), name, column)
    for dictionary in (True, False):
        source = write(tmp_path / "posts.parquet", content, use_dictionary=dictionary)
        assert read(run(source)) == oracle(some_posts(300))


def test_listed_accounts_have_a_row_also_without_posts(tmp_path: Path) -> None:
    posts = [("b", ago(1), "post"), ("c", ago(1), "repost"), ("e", ago(-1), "post"), ("f", ago(500), "post")]
    source = write(tmp_path / "posts.parquet", posts)
    listed = tmp_path / "accounts.parquet"
    pl.DataFrame({"account_id": ["d", "c", "b", "e", "a", "a"]}).write_parquet(listed)
    for buckets in (1, 3):
        rows = {row.pop("account_id"): row for row in read(run(source, accounts=listed, buckets=buckets))}
        assert list(rows) == ["a", "b", "c", "d", "e", "f"]
        assert rows["a"] == rows["c"] == rows["d"] == rows["e"] == {**ZERO, "observed_at": AS_OF}
        assert (rows["b"]["posts"], rows["f"]["posts"], rows["f"]["posts_365d"]) == (1, 1, 0)
    assert [row["account_id"] for row in read(run(source))] == ["b", "f"]


def test_no_posts_give_an_empty_table(tmp_path: Path) -> None:
    source = write(tmp_path / "posts.parquet", [])
    assert read(run(source)) == []
    assert run(source, tmp_path / "a.csv").read_bytes() == ",".join(engine.FIGURES).encode() + b"\r\n"
    assert pq.read_schema(tmp_path / "activity.parquet").names == list(engine.FIGURES)


def test_a_day_counts_to_its_end_and_a_moment_to_itself(tmp_path: Path) -> None:
    posts = [("a", dt.datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=dt.UTC), "post"), ("a", ago(0), "post")]
    source = write(tmp_path / "posts.parquet", [*posts, ("a", ago(-1), "post")])
    assert [row["posts"] for row in read(run(source, as_of="2026-11-22"))] == [2]
    assert [row["posts"] for row in read(run(source, as_of=AS_OF))] == [1]
    assert [row["observed_at"] for row in read(run(source, as_of="2026-11-22"))] == ["2026-11-22"]


@pytest.mark.parametrize(
    "as_of", ["", "2026-11", "2026-11-31", "2026-11-22T08:00Z", "22.11.2026", "2026-11-22T08:00:00"]
)
def test_what_is_no_moment_is_refused(tmp_path: Path, as_of: str) -> None:
    with pytest.raises(InputError, match="no moment"):
        run(write(tmp_path / "posts.parquet", []), as_of=as_of)


def test_what_was_left_out_is_told(tmp_path: Path) -> None:
    posts = [("a", ago(1), "post"), ("a", ago(1), "post"), ("a", ago(2), "pin"), ("a", ago(2), "repost"),
             ("b", ago(-1), "post"), ("b", ago(-1), "repost")]  # fmt: skip
    source = write(tmp_path / "posts.parquet", table(posts, ["1", "1", "2", "3", "4", "5"]))
    report = engine.activity(source, AS_OF, tmp_path / "a.parquet")
    assert report.tally == {"rows": 6, "posts": 1, "pin": 1, "repost": 2, "later": 1, "repeated": 1}
    assert report.sentence() == (
        f"1 accounts with 1 posts as of {AS_OF}; left out: 2 repost, 1 pin, 1 later, 1 repeated; 6 rows read"
    )


def test_rows_alike_without_ids_are_two_posts(tmp_path: Path) -> None:
    posts = [("a", ago(1), "post")] * 3
    (row,) = read(run(write(tmp_path / "posts.parquet", posts)))
    assert (row["posts"], row["posts_30d"], row["median_gap_days"]) == (3, 3, 0.0)


def test_the_names_and_types_are_those_of_the_published_table(repository: Path) -> None:
    published = schemas.load_schema(repository / "schemas" / "activity.json").types
    assert {name: published[name] for name in engine.FIGURES} == engine.FIGURES


def test_the_bucket_of_an_account_never_changes() -> None:
    assert [bucket_of(text, 1000) for text in ("did:plc:1", "Zoë", "")] == [BUCKET_1, BUCKET_2, 0]


# zlib's crc32, as `python -c "import zlib; print(zlib.crc32('did:plc:1'.encode()) % 1000)"` prints it
BUCKET_1, BUCKET_2 = 349, 378
