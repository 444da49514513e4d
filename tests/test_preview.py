"""Previews: what is told before a run is what the run does, and telling it runs nothing."""

from __future__ import annotations

import tracemalloc
from itertools import product
from pathlib import Path
from threading import Event
from typing import Any

import dask
import numpy as np
import pytest
from dask.local import get_sync
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_views_card import Reader
from xyzpy_widgets import preview as preview_module
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.errors import MergeError, OptionError, SpaceError
from xyzpy_widgets.execution.options import as_run_options
from xyzpy_widgets.harvest import Asked, Wishes
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.job import Job
from xyzpy_widgets.labelling.coverage import STALE
from xyzpy_widgets.preview import Preview, previewed
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler

KINDS = ("new", "stored", "failed", "stale")
VALUES = range(4)


def of(fn: Any, **given: Any) -> Runner:
    """A runner without a bar."""
    return Runner(fn, "y", verbosity=0, **given)


def never(a: int, b: int) -> float:
    """A function that must not be called."""
    msg = "a preview has run the function"
    raise AssertionError(msg)


def listed(preview: Preview, which: Any) -> set[tuple[int, int]]:
    """The cases of one kind."""
    frame = preview.cases(which)
    return set(zip(frame["a"].tolist(), frame["b"].tolist(), strict=True)) if len(frame) else set()


cells = st.sets(st.tuples(st.sampled_from(VALUES), st.sampled_from(VALUES)))
WISHES = ("missing_only", "retry_failed", "stale")


@given(cells, cells, cells, st.sets(st.sampled_from(WISHES)), st.data())
@settings(deadline=None, max_examples=60)
def test_every_point_is_of_one_kind_and_the_plan_is_what_runs(
    older: set[Any], done: set[Any], bad: set[Any], wishes: set[str], data: st.DataObject
) -> None:
    """Whatever is stored, failed or outdated and whatever is wished: counts, lists and the run say the same."""
    kinds: dict[tuple[int, int], str] = dict.fromkeys(older, "stale")
    kinds |= dict.fromkeys(bad - older, "failed")
    kinds |= dict.fromkeys(done, "stored")
    ran: list[tuple[int, int]] = []

    def fails(a: int, b: int) -> float:
        raise ValueError((a, b))

    def now(a: int, b: int) -> float:
        ran.append((a, b))
        return a + b

    harvester = Harvester(of(lambda a, b: 1.0 * (a + b)))
    if older:
        harvester.harvest_cases(sorted(older))
    harvester.runner = of(fails)
    if bad - older:
        harvester.harvest_cases(sorted(bad - older), on_error="continue")
    harvester.runner = of(now)
    if done:
        harvester.harvest_cases(sorted(done), overwrite=True)
    ran.clear()
    combos = {name: data.draw(st.lists(st.integers(0, 5), min_size=1, unique=True)) for name in "ba"}
    wished: dict[str, Any] = dict.fromkeys(wishes, True)
    preview = harvester.plan(combos, **wished)
    asked = {(a, b) for b, a in product(*combos.values())}
    assert not ran
    assert preview.total == len(asked) == preview.new + preview.stored + preview.failed + preview.stale
    for kind in KINDS:
        expected = {case for case in asked if kinds.get(case, "new") == kind}
        assert getattr(preview, kind) == len(expected)
        assert listed(preview, kind) == expected
    planned = [(point.args["a"], point.args["b"]) for point in preview.plan.points()]
    assert planned == [tuple(row) for row in preview.cases("run")[["a", "b"]].to_numpy().tolist()]
    harvester.harvest_combos(combos, overwrite=True, **wished)
    assert ran == planned


def test_no_door_runs_the_function() -> None:
    """A runner, a harvester and a sampler plan a function that raises when it is called, in every form of asking."""
    runner = of(never)
    assert runner.plan({"a": [1, 2], "b": [3]}).new == 2
    assert runner.plan(cases=[(1, 2)], num_workers=2).workers == 2
    assert Harvester(runner).plan({"a": [1]}, cases=[{"b": 2}, {"b": 3}], missing_only=True).new == 2
    assert Sampler(runner, default_combos={"a": [1], "b": [2, 3]}).plan(7).new == 7


def test_what_cannot_run_is_refused_as_the_run_would() -> None:
    """A plan is no promise that the run then breaks: it raises the same errors."""
    with pytest.raises(SpaceError, match="twice"):
        of(never).plan({"a": [1, 1], "b": [2]})
    with pytest.raises(OptionError, match="order='shortest'"):
        Harvester(of(never)).plan({"a": [1], "b": [2]}, order="shortest")
    with pytest.raises(SpaceError, match="n=-1"):
        Sampler(of(never), default_combos={"a": [1], "b": [2]}).plan(-1)
    grown = Harvester(of(lambda a, b=2, c=3: a * b * c))
    grown.harvest_combos({"a": [1, 2]}, {"b": 4})
    for combos, constants, said in (
        ({"a": [1], "c": [7]}, {"b": 4}, r"the stored data has no dimension 'c'; add it before: expand_dims\('c', 3\)"),
        ({"a": [1, 5]}, {"b": 5}, "b=5, and the stored data was made with b=4"),
    ):
        for door in (grown.plan, grown.submit):
            with pytest.raises(MergeError, match=said):
                door(combos, constants, missing_only=True)


def test_what_is_learnt_is_kept_until_there_is_more_to_learn() -> None:
    """A second plan does not fit again; one after another harvest does."""
    harvester = Harvester(of(lambda a: 0.5 * a))
    harvester.harvest_combos({"a": [1, 2, 3]})
    jobs = [harvester._job(Asked({"a": [4]}), Wishes(), {}) for _ in range(2)]  # noqa: SLF001 - what a plan is made of
    assert jobs[0].cost is jobs[1].cost is not None
    harvester.harvest_combos({"a": [4]})
    later = harvester._job(Asked({"a": [5]}), Wishes(), {}).cost  # noqa: SLF001
    assert later is not None
    assert later is not jobs[0].cost
    assert later.known == 4


def test_a_sampler_draws_what_it_has_planned() -> None:
    """The cases of a preview are those of the next call; previews change nothing, a given generator included."""
    sampler = Sampler(of(lambda a, b: a * b), default_combos={"a": [1, 2, 3], "b": lambda rng: rng.normal()}, seed=1)
    given = np.random.default_rng(5)
    for seed in (None, 3, given):
        planned = [sampler.plan(6, seed=seed).cases() for _ in range(2)]
        drawn = sampler.sample_combos(6, seed=seed)[["a", "b"]]
        for one in planned:
            assert one.to_numpy().tolist() == drawn.to_numpy().tolist()


def test_unknown_is_said_with_its_reason() -> None:
    """Without a timed case, a result or a file there is no number but the reason; after one case there is one."""
    harvester = Harvester(of(lambda a: 2.0 * a))
    before = harvester.plan({"a": [1, 2, 3]})
    assert (before.seconds, before.memory_bytes, before.memory_added, before.disk_bytes) == (None, None, None, None)
    assert set(before.unknown) == {"seconds", "memory_bytes", "disk_bytes"}
    assert "unknown: no case is timed yet" in repr(before)
    harvester.harvest_combos({"a": [1]})
    after = harvester.plan({"a": [1, 2, 3]}, missing_only=True)
    assert set(after.unknown) == {"disk_bytes"}
    assert after.seconds is not None
    assert 0 < after.seconds[0] < after.seconds[1]
    assert after.timings == 1
    assert harvester.plan({"a": [1]}, missing_only=True).seconds == (0.0, 0.0)


class Wild:
    """A model of the time that knows nothing, and says so."""

    known = 3

    def total(self, plan: Plan, workers: int) -> tuple[float, float]:
        """Return an interval of forty decades."""
        return 1e-9, 1e30 * workers * len(plan)


def test_a_time_that_nothing_tells_is_unknown() -> None:
    """Cases far from those that are timed may take any time, which is said in words."""
    told = of(lambda a: a).plan({"a": [4]})
    job = Job(told.spec, told.plan, as_run_options(), Never, cost=Wild())  # type: ignore[arg-type]
    preview = previewed(job)
    assert preview.seconds is None
    assert "too far from these to tell" in preview.unknown["seconds"]
    assert "time: unknown" in repr(preview)


class Never:
    """What results would be placed in."""

    def __init__(self) -> None:
        msg = "a preview has begun a run"
        raise AssertionError(msg)


def test_sizes_are_those_of_the_data_that_comes(tmp_path: Path) -> None:
    """Memory and file are told beforehand as large as they are afterwards, within a tenth."""
    runner = Runner(lambda a, b: (1.0 * a, np.full(20, b), "text"), ["x", "y", "z"], var_dims={"y": "t"}, verbosity=0)
    harvester = Harvester(runner, tmp_path / "file.h5")
    harvester.harvest_combos({"a": range(30), "b": range(30)})
    preview = harvester.plan({"a": range(60), "b": range(30)}, missing_only=True)
    harvester.harvest_combos({"a": range(60), "b": range(30)}, missing_only=True)
    full = harvester.full_ds
    assert full is not None
    assert preview.memory_bytes is not None
    assert preview.disk_bytes is not None
    memory = full.nbytes + 19 * 60 * 30  # bytes of the account of a case
    assert preview.memory_bytes == pytest.approx(memory, rel=0.1)
    assert preview.memory_added == pytest.approx(memory / 2, rel=0.1)
    assert preview.disk_bytes == pytest.approx((tmp_path / "file.h5").stat().st_size, rel=0.25)


def test_a_table_has_a_size_and_a_time_too(tmp_path: Path) -> None:
    """A sampler tells them from the rows that are there."""
    sampler = Sampler(of(lambda a: 2.0 * a), tmp_path / "table.pkl", {"a": [1.0, 2.0]})
    assert set(sampler.plan(5).unknown) == {"seconds", "memory_bytes", "disk_bytes"}
    sampler.sample_combos(1000)
    preview = sampler.plan(3000)
    sampler.sample_combos(3000)
    assert sampler.full_df is not None
    assert preview.memory_bytes == sampler.full_df.memory_usage(index=False).sum()
    assert preview.disk_bytes == pytest.approx((tmp_path / "table.pkl").stat().st_size, rel=0.1)
    assert preview.seconds is not None
    assert preview.timings == 1000


def test_a_preview_reads_well() -> None:
    """Text and card tell the counts, what would run, and the argument axes; nothing in them is markup of the user's."""
    harvester = Harvester(of(lambda a, b: a))
    harvester.harvest_combos({"a": [1, 2], "b": ["<x>"]})
    preview = harvester.plan({"a": [1, 2, 3], "b": ["<x>", "y"]}, missing_only=True, num_workers=3)
    text = repr(preview)
    assert "<Preview of <lambda>(a, b)>" in text
    assert "cases: 6 = 2 stored + 4 new" in text
    assert "would run: 4 on 3 workers" in text
    assert "from 2 timed cases" in text
    card = Reader(preview._repr_html_())
    for part in ("6 = 2 stored + 4 new", "4 on 3 workers", "<x>, y", "1 … 3"):
        assert part in card.text
    assert set(card.tags) <= {"div", "b", "span", "table", "tr", "th", "td"}
    assert "cases: none" in repr(of(never).plan({"a": [], "b": [1]}))


def test_what_stands_is_what_does_not_run() -> None:
    """A map that begins with these states shows what is stored as stored, and what runs as not yet run."""
    harvester = Harvester(of(lambda a, b: a))
    assert harvester.plan({"a": [1, 2], "b": [1]}).standing().tolist() == [0, 0]
    harvester.harvest_combos({"a": [2], "b": [1]})
    assert harvester.plan({"a": [1, 2], "b": [1]}, missing_only=True).standing().tolist() == [0, 1]
    assert harvester.plan({"a": [1, 2], "b": [1]}, overwrite=True).standing().tolist() == [0, 0]


@given(st.lists(st.sampled_from([0, 1, 2, STALE]), min_size=1, max_size=30), st.integers(0, 12), st.integers(0, 12))
@settings(deadline=None)
def test_lists_are_found_in_blocks(states: list[int], offset: int, limit: int) -> None:
    """Any window of the cases of a kind is that of the whole list, over the borders of blocks too."""
    whole = Runner(lambda a: a, "y").plan({"a": range(len(states))})
    preview = Preview(
        **{name: getattr(whole, name) for name in Preview.__slots__ if name != "states"},
        states=np.array(states, dtype=np.int8),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preview_module, "_BLOCK", 4)
        for kind, code in zip(KINDS, (0, 1, 2, STALE), strict=True):
            expected = [number for number, state in enumerate(states) if state == code][offset : offset + limit]
            found = preview.cases(kind, offset=offset, limit=limit)  # type: ignore[arg-type]
            assert found.index.tolist() == found["a"].tolist() == expected


def test_a_word_that_is_no_kind_is_refused() -> None:
    """A misspelt kind is an error with the choices, not an empty list."""
    preview = of(never).plan({"a": [1], "b": [2]})
    with pytest.raises(OptionError, match="which='faild'; choose one of"):
        preview.cases("faild")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="limit=-1"):
        preview.cases(limit=-1)


def test_a_plan_of_ten_million_points_takes_a_few_bytes_for_each() -> None:
    """Half of them stored: neither the points nor their numbers are listed."""
    harvester = Harvester(of(lambda a, b, c: 1.0, parallel=False))
    harvester.harvest_combos({"a": range(10), "b": range(10), "c": range(1000)})
    combos = {"a": range(100), "b": range(100), "c": range(1000)}
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    preview = harvester.plan(combos, missing_only=True)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (preview.total, preview.stored, len(preview.plan)) == (10**7, 10**5, 10**7 - 10**5)
    assert after - before < 2.1 * preview.total
    assert peak - before < 5 * preview.total
    assert preview.cases("stored", offset=99_999)["c"].tolist() == [999]
    assert str(preview.plan.point(int(preview.plan.numbers(0, 1)[0]))) == "a=0, b=10, c=0"


def test_the_longest_run_first_and_keep_their_labels() -> None:
    """Sizes that took longer so far come first, also larger ones than seen, and every result stands at its case."""
    ran: list[int] = []

    def work(size: int, shift: int) -> float:
        ran.append(size)
        return size + 0.5 * shift

    harvester = Harvester(of(work))
    harvester.harvest_combos({"size": [1, 2, 3], "shift": [0, 1]})
    full = harvester._stored()  # noqa: SLF001 - times of our own making
    full.ledger["seconds"][:] = (np.array([[1], [2], [3]]) ** 2.0).astype(np.float32)
    ran.clear()
    combos = {"size": [1, 2, 4, 3, 6, 5], "shift": [0, 1, 2]}
    preview = harvester.plan(combos, missing_only=True, order="longest")
    harvester.harvest_combos(combos, missing_only=True, order="longest")
    assert ran == [6, 6, 6, 5, 5, 5, 4, 4, 4, 3, 2, 1]
    assert ran == preview.cases("run")["size"].tolist()
    assert harvester.full_ds is not None
    for size, shift in product(combos["size"], combos["shift"]):
        assert harvester.full_ds["y"].sel(size=size, shift=shift) == size + 0.5 * shift


def test_a_run_tells_the_time_left_before_a_case_is_done() -> None:
    """What is stored tells it, and keeps telling which of the cases that are left are long."""
    begun, go_on = Event(), Event()

    def waits(size: int) -> int:
        begun.set()
        go_on.wait()
        return size

    harvester = Harvester(of(lambda size: size))
    harvester.harvest_combos({"size": [10, 20, 30, 40]})
    full = harvester._stored()  # noqa: SLF001 - times of our own making
    full.ledger["seconds"][:] = np.array([1e4, 2e4, 3e4, 4e4], dtype=np.float32)
    harvester.runner = of(waits)
    preview = harvester.plan({"size": [15, 25, 35]})
    run = harvester.submit({"size": [15, 25, 35]})
    begun.wait()
    left = run.progress.left
    go_on.set()
    run.result()
    assert left is not None
    assert preview.seconds is not None
    assert left == pytest.approx(preview.seconds, abs=100)
    assert 6e4 < left[1] < 9e4


def test_a_shuffled_plan_is_shown_in_the_order_of_the_run() -> None:
    """A seed names one order, for the preview and for the run, also where some cases are left out."""
    ran: list[int] = []

    def noted(a: int) -> float:
        ran.append(a)
        return 0.0

    harvester = Harvester(of(noted))
    harvester.harvest_combos({"a": range(0, 40, 2)})
    ran.clear()
    preview = harvester.plan({"a": range(40)}, missing_only=True, shuffle=7)
    harvester.harvest_combos({"a": range(40)}, missing_only=True, shuffle=7)
    assert ran == preview.cases()["a"].tolist() != sorted(ran)


def test_a_plan_that_runs_nothing_adds_nothing() -> None:
    """Cases that are asked for and not run make the dataset no larger."""
    harvester = Harvester(of(lambda a: 0.5 * a))
    harvester.harvest_combos({"a": [1, 2]})
    preview = harvester.plan({"a": [1, 2, 3]}, retry_failed=True)
    assert (len(preview.plan), preview.new, preview.memory_added, preview.seconds) == (0, 1, 0, (0.0, 0.0))


def test_a_dataset_that_is_opened_lazily_is_not_loaded(tmp_path: Path) -> None:
    """A plan looks at types, shapes and the account, not at the values."""
    Harvester(of(lambda a: np.full(5, a), var_dims={"y": "t"}), tmp_path / "f.h5").harvest_combos({"a": range(50)})
    harvester = Harvester(of(lambda a: np.full(5, a), var_dims={"y": "t"}), tmp_path / "f.h5", chunks={"a": 1})
    computed: list[Any] = []

    def noting(graph: Any, keys: Any, **how: Any) -> Any:
        computed.append(keys)
        return get_sync(graph, keys, **how)

    with dask.config.set(scheduler=noting):
        preview = harvester.plan({"a": range(60)}, missing_only=True)
    assert preview.memory_bytes == 60 * (5 * 8 + 19)
    assert len(computed) <= 2


def test_draws_of_any_kind_are_listed_and_shown() -> None:
    """A sampler may draw what is no label: lists, arrays, objects."""
    sampler = Sampler(of(lambda a, b: len(a)), default_combos={"a": lambda rng: [1, 2], "b": lambda rng: {}})
    sampler.sample_combos(3)
    preview = sampler.plan(2)
    assert preview.cases()["a"].tolist() == [[1, 2], [1, 2]]
    assert "2 new" in Reader(preview._repr_html_()).text
    assert preview.seconds is not None


def test_without_times_the_order_is_as_given() -> None:
    """Nothing is known to be long: asking for the longest first is no error."""
    preview = of(never).plan({"a": [3, 1, 2], "b": [0]}, order="longest")
    assert preview.cases("run")["a"].tolist() == [3, 1, 2]
    with pytest.raises(OptionError, match="two orders"):
        of(never).plan({"a": [1], "b": [0]}, order="longest", shuffle=True)
