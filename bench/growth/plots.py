# SPDX-License-Identifier: BSD-3-Clause
"""The plots, as one SVG: the same figures give the same bytes with the same matplotlib."""

import os

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullLocator  # noqa: E402

import fit  # noqa: E402

# Okabe and Ito's colours, which the colour-blind can tell apart. Markers tell them apart in grey.
STYLES = (
    {"color": "#0072b2", "marker": "o"},
    {"color": "#d55e00", "marker": "s"},
    {"color": "#009e73", "marker": "^"},
    {"color": "#cc79a7", "marker": "D"},
)
GREY = "#555555"

matplotlib.rcParams.update({
    "svg.hashsalt": "seep",
    "svg.fonttype": "none",  # text stays text
    "figure.facecolor": "white",  # on a dark page, too
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": False,
    "legend.fontsize": 8,
})

NAMES = {"known_ns": "known names", "novel_ns": "novel names"}
CASES = {"threads_own": "all of their own", "threads_cdn": "one domain",
         "threads_one": "one user, one domain"}
# Panels of time: the curve, and what its axis says.
TIMES = (("names", "distinct names"), ("users", "users"), ("domains", "domains"),
         ("bytes", "bytes of a name"))
STATE = {"synced_ms": "checkpoint, synced", "started_ms": "start-up",
         "journal_10000_ms": "journal, 10,000 names"}


def title(axes, text, x_text, y_text):
    axes.set_title(text, loc="left", fontweight="bold", fontsize=10)
    axes.set_xlabel(x_text)
    axes.set_ylabel(y_text)
    axes.set_axisbelow(True)


def logarithmic(axes, text=fit.size_text):
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: text(round(x)).replace("m", "M")))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: "%g" % y))
    axes.xaxis.set_minor_locator(NullLocator())


def ticks(axes, xs, text):
    axes.set_xticks(xs, [text(x) for x in xs])
    axes.xaxis.set_minor_locator(NullLocator())


def apart(xs):
    """Those of XS that have room for their labels on a logarithmic axis."""
    kept = []
    for x in xs:
        if not kept or x >= 1.25 * kept[-1]:
            kept.append(x)
    return kept


def draw(axes, rows, key, label, style, scale=1, **more):
    """A line, with its exponent in the legend."""
    points = fit.curve(rows, key)
    slope = fit.exponent(points)
    if slope is not None:
        label += ", exponent %.2f" % slope
    if points:
        axes.plot([x for x, _ in points], [y / scale for _, y in points], label=label, **style,
                  **more)


def time_panel(axes, rows, x_text):
    logarithmic(axes)
    for style, (key, label) in zip(STYLES, NAMES.items()):
        draw(axes, rows, key, label, style)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 100), max(high, 10000))	# flat looks flat
    if x_text.startswith("bytes"):
        ticks(axes, apart([row["x"] for row in rows]), str)
    title(axes, "An observation, by " + x_text, x_text, "ns")


def memory_panel(axes, results):
    logarithmic(axes)
    for style, curve in zip(STYLES, ("names", "users", "domains")):
        draw(axes, results.get(curve, []), "needed_bytes", curve + ": needed", style, 1 << 20)
        axes.plot(*zip(*((x, y / (1 << 20)) for x, y in
                         fit.curve(results.get(curve, []), "resident_bytes"))),
                  color=style["color"], linestyle=":", linewidth=1.2)
    title(axes, "Memory; dotted: resident", "names, users or domains", "MiB")


def threads_panel(axes, results, key, text, y_text):
    counts = set()
    for style, (curve, label) in zip(STYLES, CASES.items()):
        for kind, line in (("known", "-"), ("novel", "--")):
            points = fit.curve(results.get(curve, []), kind + key)
            counts.update(x for x, _ in points)
            if points:
                axes.plot([x for x, _ in points], [y for _, y in points], linestyle=line, **style,
                          label=label if kind == "known" else None)
    if key == "_ratio" and counts:
        axes.plot(sorted(counts), sorted(counts), color=GREY, linewidth=1, label="in proportion")
    axes.set_ylim(bottom=0)
    ticks(axes, sorted(counts), str)
    title(axes, text + "; dashed: novel", "threads", y_text)


def state_panel(axes, results):
    logarithmic(axes, fit.bytes_text)
    for style, (key, label) in zip(STYLES, STATE.items()):
        draw(axes, results.get("state", []), key, label, style)
    draw(axes, results.get("turn", []), "longest_us", "longest observation", STYLES[3], 1000)
    ticks(axes, sorted({row["x"] for curve in ("state", "turn") for row in results.get(curve, [])}),
          fit.bytes_text)
    axes.set_ylim(bottom=0.0005)	# the legend is below all
    title(axes, "State file, and a turn of the memory", "memory-size", "ms")


def write(results, folder):
    """growth.svg: a panel for each thing; one without figures is empty."""
    figure, grid = pyplot.subplots(4, 2, figsize=(10, 14), layout="constrained")
    panels = list(grid.flat)
    for axes, (curve, x_text) in zip(panels, TIMES):
        time_panel(axes, results.get(curve, []), x_text)
    memory_panel(panels[4], results)
    state_panel(panels[5], results)
    threads_panel(panels[6], results, "_ratio", "Threads", "throughput of one")
    threads_panel(panels[7], results, "_taken", "Locks found taken", "an observation")
    for axes in panels:
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    os.makedirs(folder, exist_ok=True)
    figure.savefig(os.path.join(folder, "growth.svg"), metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
