# SPDX-License-Identifier: BSD-3-Clause
"""The plots, as SVG: the same results give the same bytes with the same matplotlib."""

import os

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter  # noqa: E402

from aims import FALSE_BLOCKS  # noqa: E402
from results import budget_rows, leaked, method_rows, per_1000, size_text  # noqa: E402

# Okabe and Ito's colours, which the colour-blind can tell apart. Markers tell them apart in grey.
# Rivals often let out the same: later lines are thinner, dashed, with smaller markers, so that
# those below show.
STYLES = (
    {"color": "#0072b2", "marker": "o", "linewidth": 2.8, "markersize": 7, "zorder": 4},
    {"color": "#d55e00", "marker": "s", "linewidth": 2.8, "markersize": 11},
    {"color": "#009e73", "marker": "^", "linewidth": 2.4, "markersize": 10,
     "linestyle": (0, (7, 2))},
    {"color": "#cc79a7", "marker": "D", "linewidth": 2.0, "markersize": 7,
     "linestyle": (0, (4, 4))},
    {"color": "#000000", "marker": "x", "linewidth": 1.2, "markersize": 6,
     "linestyle": (0, (1, 3))},
)
GREY = "#555555"

RATES = (("base32/10000s", 7.5e-4), ("base32/1000s", 7.5e-3), ("base32/100s", 0.075),
         ("base32/10s", 0.75), ("base32/1s", 7.5))
DOMAINS = (("base32/10s", 1), ("base32/10s/10d", 10), ("base32/10s/100d", 100),
           ("base32/10s/1000d", 1000))
# What none is drawn as on a logarithmic axis, in 1,000 user-days.
NONE = 0.01

matplotlib.rcParams.update({
    "svg.hashsalt": "seep",
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "figure.figsize": (7.6, 4.4),
})


def bytes_text(size_bytes, _position=None):
    """A tick: 100 B, 1 kB, 10 MB."""
    for unit, scale in (("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= scale:
            return "%g %s" % (size_bytes / scale, unit)
    return "%g B" % size_bytes


def axes_of(title, note, x_text, y_text):
    figure, axes = pyplot.subplots(layout="constrained")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_axisbelow(True)
    axes.set_xlabel(x_text)
    axes.set_ylabel(y_text)
    axes.set_title(title + "\n", loc="left", fontweight="bold", fontsize=12)
    axes.text(0, 1.03, note, transform=axes.transAxes, color=GREY, fontsize=9)
    axes.minorticks_off()
    return figure, axes


def save(folder, figure, axes, name):
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, handlelength=3.5,
                labelspacing=0.9)
    figure.savefig(os.path.join(folder, name + ".svg"), metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def leak_plot(results, points, name, title, note, x_text):
    """A line a method through the cases of POINTS that ran; less than a byte is drawn as one."""
    cases = {case["case"]: case for case in results["cases"] if case["ran"]}
    there = [(case, x) for case, x in points if case in cases]
    if not there:
        return None
    figure, axes = axes_of(title, note, x_text, "payload that left in %d days" % results["days"])
    for method, row in enumerate(method_rows(results)):
        axes.plot([x for _, x in there],
                  [max(leaked(cases[case], method), 1) for case, _ in there],
                  label=row["method"], markerfacecolor=None if method == 0 else "none",
                  **STYLES[method])
    axes.axhline(results["promise_bytes"], color=GREY, linestyle="--", linewidth=1.2,
                 label="Seep's promise, %s B" % size_text(results["promise_bytes"]))
    axes.set_xticks([x for _, x in there], ["%g" % x for _, x in there])
    axes.yaxis.set_major_formatter(FuncFormatter(bytes_text))
    axes.set_ylim(bottom=min(axes.get_ylim()[0], 10))
    return figure, axes, name


def by_rate(results):
    return leak_plot(results, RATES, "leak-by-rate", "What leaks, by the sender's rate",
                     "one machine, one domain, base32; all methods see the same traffic",
                     "payload offered, bytes a second")


def by_domains(results):
    return leak_plot(results, DOMAINS, "leak-by-domains", "What leaks, by the number of domains",
                     "one machine, base32, 0.75 bytes a second over all domains",
                     "domains of the tunnel")


def by_budget(results):
    rows = sorted((row for row in budget_rows(results) if row["budget_bytes"] is not None),
                  key=lambda row: row["budget_bytes"])
    budgets = [row["budget_bytes"] for row in rows]
    if not rows:
        return None
    figure, axes = axes_of("Ordinary users disturbed, by Seep's budget",
                           "one budget for all, %s bytes a day; no attack; %d user-days of people"
                           % (rows[0]["refill_bytes"], results["user_days"]),
                           "user-budget, bytes", "per 1,000 user-days")
    for style, key, label in zip(STYLES, ("people_days_refused", "alerts"),
                                 ("days with a refusal", "alerts")):
        axes.plot(budgets, [max(per_1000(row, key), NONE) for row in rows], label=label,
                  color=style["color"], marker=style["marker"])
    axes.axhline(FALSE_BLOCKS, color=GREY, linestyle="--", linewidth=1.2,
                 label="aim: %g refused" % FALSE_BLOCKS)
    axes.set_xticks(budgets, ["%d" % budget for budget in budgets])
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda rate, _: "%g" % rate if rate > NONE else "none"))
    return figure, axes, "blocks-by-budget"


def write(results, folder):
    """leak-by-rate.svg, leak-by-domains.svg and blocks-by-budget.svg, where there are figures."""
    os.makedirs(folder, exist_ok=True)
    for plot in filter(None, (by_rate(results), by_domains(results), by_budget(results))):
        save(folder, *plot)
