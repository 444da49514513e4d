"""What stands in a notebook where no widget lives: a run or a store in words, as text and as a static card."""

from __future__ import annotations

from html import escape

from xyzpy_widgets.execution.progress import Progress, duration

__all__ = ["bundle", "progress_html", "progress_text", "said_html"]

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
    parts = [f"{progress.done} of {progress.total} done"]
    parts += [
        f"{count} {word}" for count, word in ((progress.failed, "failed"), (progress.cancelled, "cancelled")) if count
    ]
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
        for word, count in (("done", progress.done), ("failed", progress.failed))
        if count and progress.total
    ]
    bar = f'<div style="background: {_LINE}; display: flex; margin: 4px 0">{"".join(bars)}</div>'
    return _card(title, progress_text(progress), said, bar)


def said_html(title: str, text: str, said: str) -> str:
    """Return a card without a run."""
    return _card(title, text, said)


def _card(title: str, text: str, said: str, bar: str = "") -> str:
    faint = f'<div style="color: {_FAINT}; overflow-wrap: anywhere">{escape(said)}</div>' if said else ""
    head = f"<div><b>{escape(title)}</b></div><div>{escape(text)}</div>"
    return f'<div class="xyzpy-static" style="{_BOX}">{head}{bar}{faint}</div>'


def bundle(text: str, html: str) -> dict[str, str]:
    """Return what a notebook stores of something that is shown."""
    return {"text/plain": text, "text/html": html}
