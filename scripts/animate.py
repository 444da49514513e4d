"""Join the frames of ``npm run animation`` into the animated picture of README: ``python scripts/animate.py``.

The name of a frame tells for how many milliseconds it is shown.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
FRAMES = ROOT / "ui-tests" / "results" / "animation"
PICTURE = ROOT / "docs" / "animation.webp"
WIDTH = 960


def main() -> None:
    """Read the frames, shrink them, and write the picture."""
    paths = sorted(FRAMES.glob("*.png"))
    frames = [shrunk(path) for path in paths]
    height = max(frame.height for frame in frames)
    padded = [on_white(frame, height) for frame in frames]
    held = [int(path.stem.partition("-")[2]) for path in paths]
    padded[0].save(
        PICTURE,
        save_all=True,
        append_images=padded[1:],
        duration=held,
        loop=0,
        quality=70,
        method=6,
        minimize_size=True,
    )


def shrunk(path: Path) -> Image.Image:
    """Return a frame in the width of the picture."""
    with Image.open(path) as frame:
        height = round(frame.height * WIDTH / frame.width)
        return frame.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)


def on_white(frame: Image.Image, height: int) -> Image.Image:
    """Return a frame of a height, with white below what it shows."""
    sheet = Image.new("RGB", (WIDTH, height), "white")
    sheet.paste(frame, (0, 0))
    return sheet


if __name__ == "__main__":
    main()
