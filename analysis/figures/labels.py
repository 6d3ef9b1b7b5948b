"""Labels that find a free spot: beside a point, off the lines, clear of one another and of the edge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from analysis.figures.style import MUTED, PAPER, note

# A plate under a label inside a coloured piece: white on these colours would be too faint for small letters.
PLATE = {"boxstyle": "round,pad=0.16,rounding_size=0.25", "facecolor": PAPER, "edgecolor": "none"}


def pixels(ax: Axes, words_: str, **options: Any) -> tuple[float, float]:
    """Width and height of a text, in pixels of the figure."""
    trial = ax.text(0, 0, words_, parse_math=False, **{"fontsize": 10, **options})
    box = trial.get_window_extent()
    trial.remove()
    return box.width, box.height


def free_note(
    ax: Axes,
    at: Sequence[tuple[float, float]],
    words_: str,
    taken: Sequence[Bbox],
    lines: Sequence[np.ndarray],
    prefer: tuple[float, float] = (-1, 1),
    **options: Any,
) -> list[Bbox]:
    """Label one of some points at the nearest spot that no other label, no line and no edge of the axes crosses.

    at:     the points that would do, best first, in data coordinates: one for a dot, several for a line
    taken:  boxes in pixels that must stay free
    lines:  polylines in data coordinates that the label must not cover
    prefer: direction from the point in which to look first
    Call it after `settle`. A label that had to go far gets a thin leader. Returns what is now taken.
    """
    size = np.array(pixels(ax, words_, **options))
    frame = ax.get_window_extent()
    dx, dy = np.meshgrid(np.arange(-size[0] - 200, 201, 10.0), np.arange(-size[1] - 140, 141, 6.0))
    points = ax.transData.transform(at)
    obstacles = np.concatenate([points, *(_dense(ax.transData.transform(line)) for line in lines)])
    cheapest = np.inf
    for point in points:
        low = np.column_stack([dx.ravel(), dy.ravel()]) + point
        high = low + size
        # Where the leader meets the label, and how far that is.
        ends = np.clip(point, low, high)
        far = np.hypot(*(ends - point).T)
        towards = (low + high) / 2 - point
        cost = far - 12 * (towards @ np.array(prefer)) / np.hypot(*towards.T)
        cost += 1e4 * (far < 7)
        cost += 2e3 * ((low < frame.p0 + 3).any(axis=1) | (high > frame.p1 - 3).any(axis=1))
        for box in taken:
            cost += 1e3 * ((low < box.p1 + 3) & (high > box.p0 - 3)).all(axis=1)
        # What a spot covers, and its leader crosses, is slow to find: the cheapest come first, until no other can win.
        order, best = np.argsort(cost, kind="stable"), -1
        for some in np.array_split(order, range(100, len(order), 100)):
            if best >= 0 and cost[some[0]] > cost[best] + 1e-6:
                break
            cost[some] += 1e3 * _holds(low[some] - 3, high[some] + 3, obstacles).any(axis=1)
            leaders = _leaders(point, ends[some])
            for box in taken:
                cost[some] += 3e2 * ((leaders > box.p0) & (leaders < box.p1)).all(axis=2).any(axis=1)
            # Rounded, so that no machine's last bit decides between two spots.
            best = min((*some, best) if best >= 0 else some, key=lambda spot: (cost[spot].round(6), spot))
        if cost[best] < cheapest - 1e-6:
            cheapest, spot, leader = cost[best], low[best], _leaders(point, ends[[best]])[0, : 20 * (far[best] > 16)]
        # Beside the point and in nobody's way: the other points need no search.
        if cheapest < 0:
            break
    back = ax.transData.inverted()
    if len(leader):
        ax.plot(*back.transform(leader).T, color=MUTED, linewidth=0.8, zorder=4, scalex=False, scaley=False)
    left, bottom = back.transform(spot)
    note(ax, left, bottom, words_, **{**options, "va": "bottom", "ha": "left", "zorder": 7})
    return [Bbox([spot, spot + size]), *(Bbox([step - 2, step + 2]) for step in leader)]


def _leaders(point: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The steps of a line from a point to each end."""
    return np.asarray(point + (ends - point)[:, None, :] * np.linspace(0.1, 1, 20)[:, None])


def _holds(low: np.ndarray, high: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which boxes (rows) hold which points (columns)."""
    near = points[((low.min(axis=0) < points) & (points < high.max(axis=0))).all(axis=1)]
    across = (low[:, :1] < near[:, 0]) & (near[:, 0] < high[:, :1])
    return np.asarray(across & (low[:, 1:] < near[:, 1]) & (near[:, 1] < high[:, 1:]))


def _dense(line: np.ndarray) -> np.ndarray:
    """The same line with a point at least every six pixels."""
    pieces = [
        np.linspace(start, end, max(int(np.hypot(*(end - start)) / 6), 1), endpoint=False)
        for start, end in pairwise(line)
    ]
    return np.concatenate([*pieces, line[-1:]])
