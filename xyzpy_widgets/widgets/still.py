"""What stands in a notebook where no widget lives: a run or a store in words, as text and as a static card."""

from __future__ import annotations

from html import escape

from xyzpy_widgets.execution.progress import Progress, duration
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.summary import called, defined_at
from xyzpy_widgets.views.card import AxisRow, Card, card_html
from xyzpy_widgets.widgets.protocol import Verdict
from xyzpy_widgets.widgets.subject import Subject

__all__ = ["bundle", "panel_card", "progress_html", "progress_text"]

_FAINT = "var(--jp-ui-font-color2, GrayText)"
_LINE = "var(--jp-border-color2, #8886)"
_COLOURS = {"done": "var(--jp-success-color1, #388e3c)", "failed": "var(--jp-error-color1, #d32f2f)"}
_BOX = (
    f"border: 1px solid {_LINE}; border-radius: 4px; box-sizing: border-box; "
    "color: var(--jp-ui-font-color1, CanvasText); display: inline-block; min-width: min(28em, 100%); "
    "font: 13px/1.5 var(--jp-ui-font-family, system-ui, sans-serif); max-width: 100%; padding: 8px 12px"
)


def progress_text(progress: Progress) -> str:
    """Return a run in one line: ``812 of 960 done, 3 failed, stopped after 12 s``."""
    parts = [f"{progress.done} of {progress.total} done", *progress.others]
    if progress.over:
        ending = "" if progress.state == "done" else f"{progress.state} "
        parts.append(f"{ending}after {duration(progress.elapsed)}")
    elif progress.state != "running":
        parts.append(progress.state)
    return ", ".join(parts)


def progress_html(title: str, progress: Progress, said: str = "") -> str:
    """Return a run as a card: its title, the line of `progress_text` and a bar, without scripts."""
    bars = [
        f'<div style="background: {_COLOURS[word]}; height: 6px; width: {100 * count / progress.total:.2f}%"></div>'
        for word, count in (("done", progress.done + progress.elsewhere), ("failed", progress.failed))
        if count and progress.total
    ]
    bar = f'<div style="background: {_LINE}; display: flex; margin: 4px 0">{"".join(bars)}</div>'
    faint = f'<div style="color: {_FAINT}; overflow-wrap: anywhere">{escape(said)}</div>' if said else ""
    head = f"<div><b>{escape(title)}</b></div><div>{escape(progress_text(progress))}</div>"
    return f'<div class="xyzpy-static" style="{_BOX}">{head}{bar}{faint}</div>'


def panel_card(subject: Subject, verdict: Verdict, preview: Preview | None, run: Run | None) -> str:
    """Return a panel as a card: what is chosen, what is planned and what has run, as it stands now."""
    spec = subject.runner.spec
    axes = [AxisRow(name, one["count"] or 0, one["span"]) for name, one in verdict["rows"].items() if one["span"]]
    plan = "" if preview is None else f"{preview.total} cases, {len(preview.plan)} of them would run"
    rows = (
        ("data", subject.place),
        ("plan", plan),
        ("run", "" if run is None else progress_text(run.progress)),
        ("note", "as it stood when this cell ran; run the cell again to see the panel"),
    )
    card = card_html(Card("Panel", called(spec), defined_at(spec.fn), rows, tuple(axes)))
    return f'<div class="xyzpy-static">{card}</div>'


def bundle(text: str, html: str) -> dict[str, str]:
    """Return what a notebook stores of something that is shown."""
    return {"text/plain": text, "text/html": html}
