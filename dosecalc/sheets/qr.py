"""The plan's code as a QR code, an SVG picture. It is in the alphabet of a QR's alphanumeric mode."""

from __future__ import annotations

import io


def svg(code: str, *, border: int = 4) -> str:
    """The picture, black on white, with the quiet zone that readers need."""
    import segno

    made = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        made, kind="svg", border=border, xmldecl=False, omitsize=True, light="#fff"
    )
    return made.getvalue().decode("utf-8").strip()


def lines(code: str, width: int = 76) -> tuple[str, ...]:
    """The code in lines, so that it fits on paper; blanks and line ends are no part of it."""
    return tuple(code[i : i + width] for i in range(0, len(code), width))
