"""%%xyz sweep: the body of a cell is a function, and what is stored outlives its changes."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import xyzpy_widgets as xyz
from tests.ipython import Notebook
from xyzpy_widgets.magics.sweep_cell import Swept


def swept(notebook: Notebook, line: str, body: str) -> Swept:
    """Run a cell, and return what it tells."""
    found = notebook.run(f"%%xyz sweep {line}\n{body}")
    assert isinstance(found, Swept)
    return found


def refused(notebook: Notebook, line: str, body: str, said: str) -> None:
    """Run a cell that is to be refused in one line."""
    with pytest.raises(UsageError, match=said) as found:
        notebook.shell.run_cell_magic("xyz", f"sweep {line}", body)  # type: ignore[no-untyped-call]
    assert "\n" not in str(found.value)


def test_the_last_expression_is_the_result(notebook: Notebook) -> None:
    """A cell as one writes it becomes a Harvester with named outputs and their units."""
    found = swept(notebook, "ising -o energy[J],mag", "x = T * L\n(x,\n x + 1)")
    ising: Any = notebook["ising"]
    assert isinstance(ising, xyz.Harvester)
    assert ising(T=2, L=3) == (6, 7)
    assert ising.runner.fn_args == ("T", "L")
    assert ising.runner.spec.var_attrs == {"energy": {"units": "J"}}
    assert repr(found) == "ising = Harvester of ising(T, L) → energy [J], mag\nin memory: 0 cases stored"


@pytest.mark.parametrize(
    ("body", "args", "result"),
    [
        ("return a * b", ("a", "b"), 6),
        ("a * b", ("a", "b"), 6),
        ("c = a; c * b", ("a", "b"), 6),
        ("if a:\n    return a * b\nelse:\n    return 0", ("a", "b"), 6),
        ("def inner(x):\n    return x * b\ninner(a)", ("b", "a"), 6),
        ("sum(x * b for x in [a])", ("b", "a"), 6),
        ("text = '''a\n  b'''\nlen(text) * a * b // len(text)", ("a", "b"), 6),
        ("import math as m\nm.floor(a * b)", ("a", "b"), 6),
        ("def product(a, b):\n    return a * b", ("a", "b"), 6),
        ("import math\ndef product(a, b=3):\n    return math.prod([a, b])", ("a", "b"), 6),
        ("a = a + 1\n(a - 1) * b", ("a", "b"), 6),
        ("for i in range(3):\n    b += i\na * (b - 3)", ("b", "a"), 6),
        ("a, b = b, a\na * b", ("a", "b"), 6),
        ("if a > 5:\n    a = 5\na * b", ("a", "b"), 6),
        ("total = sum(x for x in [a])\nx = total\nx * b", ("a", "b"), 6),
        ("c: float = a\n(d := c * b)", ("a", "b"), 6),
        ("größe = a\ngröße * b", ("a", "b"), 6),
        ("f'''{a}\n  x'''\na * b", ("a", "b"), 6),
    ],
)
def test_every_shape_of_a_body_is_a_function(notebook: Notebook, body: str, args: tuple[str, ...], result: int) -> None:
    """What a body does and names decides its arguments; texts over several lines stay what they are."""
    swept(notebook, "f -o out", body)
    f: Any = notebook["f"]
    assert f.runner.fn_args == args
    assert f(a=2, b=3) == result


def test_a_text_over_lines_keeps_its_blanks(notebook: Notebook) -> None:
    """Nothing is put into the user's own texts."""
    swept(notebook, "f -o out", "text = '''x\n  y\n'''\ntext + str(a)")
    f: Any = notebook["f"]
    assert f(a=1) == "x\n  y\n1"


def test_arguments_may_be_written_out(notebook: Notebook) -> None:
    """With a signature, names that the notebook has are arguments all the same, and defaults are kept."""
    notebook.run("T = 300\nfactor = 2")
    found = swept(notebook, "ising(T, L, p=0.5) -o e", "T * L * p * factor")
    ising: Any = notebook["ising"]
    assert ising.runner.fn_args == ("T", "L", "p")
    assert ising(1, 2) == 2
    assert "uses as they are in the notebook: factor" in repr(found)


@pytest.mark.parametrize("body", ["sum(factor * i for i in range(n))", "max(range(n), key=lambda i: factor * i)"])
def test_what_a_body_borrows_is_told_wherever_in_it_that_stands(notebook: Notebook, body: str) -> None:
    """A value of the notebook that only a comprehension or a lambda uses is told, too."""
    notebook.run("factor = 2")
    assert "uses as they are in the notebook: factor" in repr(swept(notebook, "f(n) -o out", body))


def test_a_body_may_define_a_function_with_a_decorator(notebook: Notebook) -> None:
    """What a decorator makes of a function need not be a function of Python's."""
    notebook.run("import functools\nfactor = 2")
    found = swept(notebook, "f -o out", "@functools.lru_cache\ndef f(a):\n    return factor * a")
    f: Any = notebook["f"]
    assert f(3) == 6
    assert "uses as they are in the notebook: factor" in repr(found)


def test_arguments_stay_arguments_when_the_cell_runs_again(notebook: Notebook) -> None:
    """A variable that came to bear the name of an argument changes no signature behind the user's back."""
    swept(notebook, "f -o out", "a * b")
    notebook.run("a = 7")
    swept(notebook, "f -o out", "a * b + 1")
    f: Any = notebook["f"]
    assert f.runner.fn_args == ("a", "b")


def test_lines_and_source_are_those_of_the_cell(notebook: Notebook) -> None:
    """A traceback points at the line of the cell, and the source is there for the version of the function."""
    swept(notebook, "f -o out", "b = 1\n1 / a + b")
    f: Any = notebook["f"]
    with pytest.raises(ZeroDivisionError) as found:
        f(0)
    assert found.traceback[-1].lineno + 1 == 3
    assert inspect.getsource(f.fn) == "def f(a):\n    b = 1\n    return 1 / a + b\n"


def test_a_changed_body_keeps_the_store_and_says_so(notebook: Notebook, tmp_path: Path) -> None:
    """The promise of a cell that is run again: stored cases stay, and are known to come from another version."""
    file = tmp_path / "f.h5"
    swept(notebook, f"f -o out -f '{file}'", "a * 2")
    first: Any = notebook["f"]
    notebook.run("%xyz run f a=1:3 --wait")
    assert "3 cases stored" in repr(swept(notebook, f"f -o out -f '{file}'", "a * 2  # the same"))
    assert "another version" not in repr(swept(notebook, f"f -o out -f '{file}'", "a * 2"))
    found = repr(swept(notebook, f"f -o out -f '{file}'", "a * 3"))
    assert "in f.h5: 3 cases stored\n3 of them come from another version of the function" in found
    assert "%xyz run f --stale" in found
    f: Any = notebook["f"]
    assert f is first
    assert f.full_ds["out"].values.tolist() == [2, 4, 6]
    preview: Any = notebook.run("%xyz plan f a=1:4")
    assert (preview.stale, preview.new) == (3, 1)
    notebook.run("%xyz run f a=... --stale --wait")
    assert xyz.load_ds(file)["out"].values.tolist() == [3, 6, 9]
    assert "another version" not in repr(swept(notebook, f"f -o out -f '{file}'", "a * 3"))


def test_what_is_in_memory_is_kept_too(notebook: Notebook) -> None:
    """Without a file, a changed body costs no result; another signature is refused while there are any."""
    swept(notebook, "f -o out", "a * 2")
    notebook.run("%xyz run f a=1:3 --wait")
    assert "3 of them come from another version" in repr(swept(notebook, "f -o out", "a * 3"))
    refused(notebook, "f -o out", "a * c", r"f holds 3 cases of f\(a\) in memory; give the cell another name, or -f")
    f: Any = notebook["f"]
    assert f.full_ds.sizes["a"] == 3
    assert f(a=1) == 3


def test_a_body_that_fails_leaves_what_was_there(notebook: Notebook) -> None:
    """A slip in the cell takes nothing away."""
    swept(notebook, "f -o out", "a * 2")
    f = notebook["f"]
    refused(notebook, "f -o out", "a *", "line 2 of the cell: invalid syntax: a \\*")
    refused(notebook, "f -o out", "def f(a):\n    return b\nf = 1 +", "line 4 of the cell")
    with pytest.raises(ZeroDivisionError):
        notebook.run("%%xyz sweep f -o out\nx = 1 / 0\ndef f(a):\n    return a")
    assert notebook["f"] is f


@pytest.mark.parametrize(
    ("line", "body", "said"),
    [
        ("f -o out", "b = a * 2", "the body has no result; end it with an expression"),
        ("f -o out", "# nothing", "the cell has no body"),
        ("f(a) -o out", "def g(a):\n    return a", "the body defines g with arguments of its own"),
        ("f(a b) -o out", "a * 2", "line 1 of the cell: invalid syntax"),
        ("3 -o out", "a * 2", "3 is no name; write %%xyz sweep ising"),
        ("f -o out,out", "a, a", "out stands twice; write -o energy"),
        ("f -o 3", "a, a", "3 is no output; write -o energy"),
        ("f -o out -f x.h5 --as runner", "a", "a runner keeps nothing in x.h5"),
        ("f -o out", "lambda a, b: a", "the body makes a function, and does not call it; say what varies"),
        ("f -o out", "def g(a):\n    return a\ng(1)", r"the body names nothing that is not defined; say what varies"),
        ("f -o out", "yield a", "line 2 of the cell: a body neither yields nor awaits"),
        ("f -o out", "x = 1\nawait a", "line 3 of the cell: a body neither yields nor awaits"),
        ("sum -o out", "a * 2", "sum is built into Python; give the sweep another name"),
        ("np -o out", "a * 2", "np is a module; give the sweep another name .at character 12"),
        ("class -o out", "a * 2", "class is a word of Python; give the sweep another name .at character 12"),
        ("f T L -o out", "a", r"T is too much; write %%xyz sweep NAME, for example %%xyz sweep ising\(T, L, p=0.5\)"),
        ("f --output x", "a", "--output is no option; did you mean --outputs"),
        ("", "a", "a name is missing; write %%xyz sweep NAME"),
    ],
)
def test_a_slip_in_the_cell_is_one_line(notebook: Notebook, line: str, body: str, said: str) -> None:
    """A mistake in the head or the body is told like one in a line."""
    refused(notebook, line, body, said)


def test_a_name_that_is_taken_is_not_taken_away(notebook: Notebook) -> None:
    """A sweep hides no function that its own body may call, and no data; only a sweep makes room for another."""
    notebook.run("def model(a):\n    return a\ndata = [1, 2]")
    refused(
        notebook, "model -o out", "model(a)", "model is a function; give the sweep another name, or write del model"
    )
    refused(notebook, "data -o out", "a", "data is of type list; give the sweep another name, or write del data before")
    assert notebook["data"] == [1, 2]
    notebook.run("del data")
    swept(notebook, "data -o out", "a")


def test_a_slip_leaves_no_function_in_the_way(notebook: Notebook) -> None:
    """The function of a cell that is refused does not keep the mended cell from its name."""
    refused(notebook, "g -o 3", "def g(a):\n    return a", "3 is no output")
    swept(notebook, "g -o out", "def g(a):\n    return a")


@pytest.mark.parametrize("file", ["s.pickle", "s.CSV", "s.pq", "draws/"])
def test_every_name_of_a_table_takes_draws(notebook: Notebook, tmp_path: Path, file: str) -> None:
    """A cell and a Sampler know tables by the same names, a folder of parts among them."""
    swept(notebook, f"s -o out -f {tmp_path}/{file}", "a * 2")
    assert isinstance(notebook["s"], xyz.Sampler)


def test_the_kind_follows_the_file_or_is_said(notebook: Notebook, tmp_path: Path) -> None:
    """A table takes draws, and a Runner keeps nothing."""
    swept(notebook, f"s -o out -f {tmp_path / 's.csv'}", "a * 2")
    s: Any = notebook["s"]
    assert isinstance(s, xyz.Sampler)
    assert "rows stored" in repr(swept(notebook, f"s -o out -f {tmp_path / 's.csv'}", "a * 3"))
    assert notebook["s"] is s
    assert "Runner of r(a)" in repr(swept(notebook, "r -o out --as runner", "a * 2"))
    assert isinstance(notebook["r"], xyz.Runner)
    assert "what it names itself" in repr(swept(notebook, "d --constants k=2", "dict(x=a * k)"))
    notebook.run("%xyz run d a=1:3 --wait")
    d: Any = notebook["d"]
    assert d.full_ds["x"].values.tolist() == [2, 4, 6]


def test_it_runs_in_processes(notebook: Notebook) -> None:
    """A function made of a cell goes to other processes with what it uses."""
    notebook.run("import numpy as np\noffset = 10")
    swept(notebook, "f -o out", "np.sin(a) * 0 + a + offset")
    notebook.run("%xyz run f a=1:3 --workers 2 --wait")
    f: Any = notebook["f"]
    assert np.array_equal(f.full_ds["out"], [11, 12, 13])


def test_a_body_stands_alone_without_the_notebook(notebook: Notebook) -> None:
    """The shell is the only thing that a body is made with."""
    from xyzpy_widgets.magics.body import made_of

    shell: InteractiveShell = notebook.shell
    made = made_of("a + 1", "f", None, shell)
    assert made.fn(1) == 2
    assert "f" not in shell.user_ns
