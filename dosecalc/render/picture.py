"""A retention curve as a picture: readings, fit and phases, what is extrapolated, and the residuals below.

It needs matplotlib, which comes with ``pip install 'dosecalc[pictures]'``.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

from dosecalc.dosimetry.result import Dosimetry, Estimate
from dosecalc.errors import InputError
from dosecalc.files import disk
from dosecalc.render.dosimetry import with_uncertainty

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("svg", "png")
_POINTS = 400
_BEYOND = 0.35
"""How far the curve is drawn behind the last reading, as a part of the time to it."""
_FRAME = {"left": 0.11, "right": 0.985, "bottom": 0.09, "top": 0.945, "hspace": 0.07}
"""Fixed margins: a solver of layouts orders its constraints by address, and the last pixel may change between draws."""
_INK, _FIT, _PHASE, _TAIL = "#1b1b1b", "#0b5fa5", "#8aa9c4", "#e8eef4"


def write(dosimetry: Dosimetry, path: str) -> None:
    """Write the picture of a fit. InputError without matplotlib, without a fit, or for another kind of file."""
    kind = os.path.splitext(path)[1].lstrip(".").lower()
    if kind not in FORMATS:
        raise InputError(f"read {path!r}, expected the name of a file that ends in .svg or .png", where="--plot")
    if dosimetry.fit is None:
        raise InputError("a stated residence time has no curve to draw", where="--plot")
    try:
        disk.write(path, draw(dosimetry, kind))
    except InputError as error:
        raise error.at("--plot") from None


def draw(dosimetry: Dosimetry, kind: str) -> bytes:
    """The picture as bytes; the same fit gives the same bytes."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("pictures need matplotlib: pip install 'dosecalc[pictures]'", where="--plot") from None
    with mpl.rc_context({"svg.hashsalt": "dosecalc", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(figsize=(7.2, 5.4))
        FigureCanvasAgg(figure)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1), gridspec_kw=_FRAME)
        _curve(above, dosimetry)
        _residuals(below, dosimetry)
        picture = io.BytesIO()
        metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(picture, format=kind, dpi=150, metadata=metadata)
    return picture.getvalue()


def _curve(axes: Axes, dosimetry: Dosimetry) -> None:
    fit, retention = dosimetry.fit, dosimetry.retention
    assert fit is not None
    assert retention is not None
    times = [float(each.time) for each in retention.readings]
    last = times[-1]
    drawn = [last * (1 + _BEYOND) * i / _POINTS for i in range(_POINTS + 1)]
    axes.axvspan(last, drawn[-1], color=_TAIL, zorder=0)
    for i, phase in enumerate(fit.phases if len(fit.phases) > 1 else ()):
        name = f"phase {i + 1}: {100 * phase.amplitude:.3g} %, half-life {phase.half_life:.3g} h"
        axes.plot(drawn, fit.curve(drawn, phase), "--", color=_PHASE, linewidth=1, label=name, dashes=(6 - 2 * i, 2))
    inside = [time for time in drawn if time <= last]
    outside = [inside[-1], *(time for time in drawn if time > last)]
    axes.plot(inside, fit.at(inside), color=_FIT, linewidth=1.8, label=dosimetry.model)
    percent = dosimetry.extrapolated_percent
    part = "" if percent is None else f", {percent:.2g} % of the residence time"
    axes.plot(outside, fit.at(outside), ":", color=_FIT, linewidth=1.8, label=f"extrapolated{part}")
    values = [float(each.retention) for each in retention.readings]
    axes.plot(times, values, "o", color=_INK, markersize=5, label="readings", zorder=5)
    axes.set_yscale("log")
    lowest = min([*(value for value in values if value > 0), float(fit.at([drawn[-1]])[0])])
    axes.set_ylim(lowest * 0.6, max(1.2, *values))
    axes.set_ylabel("retention, part of what was administered")
    axes.set_title(_title(dosimetry), loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)


def _residuals(axes: Axes, dosimetry: Dosimetry) -> None:
    fit, retention = dosimetry.fit, dosimetry.retention
    assert fit is not None
    assert retention is not None
    times = [float(each.time) for each in retention.readings]
    fitted = zip(retention.readings, fit.at(times), strict=True)
    off = [100 * (float(reading.retention) / float(model) - 1) for reading, model in fitted]
    axes.axhline(0, color=_FIT, linewidth=1)
    axes.vlines(times, 0, off, color=_INK, linewidth=0.8)
    axes.plot(times, off, "o", color=_INK, markersize=4)
    largest = max(*map(abs, off), 1.0)
    axes.set_ylim(-1.3 * largest, 1.3 * largest)
    axes.set_ylabel("residual, %")
    axes.set_xlabel("hours after administration")
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)


def _title(dosimetry: Dosimetry) -> str:
    tau, dose = dosimetry.residence_time, dosimetry.dose
    text = f"{dosimetry.nuclide}: residence time {_shown(tau)} h"
    return text if dose is None else f"{text}, whole-body dose {_shown(dose)} Gy"


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.4g}" if estimate.u is None else with_uncertainty(estimate.value, estimate.u)
