# SPDX-License-Identifier: BSD-3-Clause
"""The plots, as SVG: the same results give the same bytes with the same matplotlib."""

import os

import matplotlib

matplotlib.use("svg")
# pylint: disable=wrong-import-position
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter

from aims import FALSE_BLOCKS
from results import budget_rows, leaked, method_rows, per_1000, size_text

# Okabe and Ito's colours, which the colour-blind can tell apart; markers tell them apart in grey.
STYLES = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#e69f00", "v"))
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
    path = os.path.join(folder, name + ".svg")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return path


def leak_plot(results, points, name, title, note, x_text):
    """A line a method through the cases of POINTS that ran; less than a byte is drawn as one."""
    figure, axes = axes_of(title, note, x_text, "payload that left in %d days" % results["days"])
    cases = {case["case"]: case for case in results["cases"] if case["ran"]}
    there = [(case, x) for case, x in points if case in cases]
    for method, row in enumerate(method_rows(results)):
        colour, marker = STYLES[method % len(STYLES)]
        axes.plot([x for _, x in there],
                  [max(leaked(cases[case], method), 1) for case, _ in there],
                  color=colour, marker=marker, label=row["method"],
                  linewidth=2.6 if method == 0 else 1.4, zorder=3 if method == 0 else 2)
    axes.axhline(results["promise_bytes"], color=GREY, linestyle="--", linewidth=1.2,
                 label="Seep's promise, %s B" % size_text(results["promise_bytes"]))
    axes.set_xticks([x for _, x in there], ["%g" % x for _, x in there])
    axes.yaxis.set_major_formatter(FuncFormatter(bytes_text))
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
    figure, axes = axes_of("Ordinary users disturbed, by Seep's budget",
                           "people's days with a refusal, and alerts; no attack; %g stands for "
                           "none" % NONE,
                           "user-budget, bytes (user-refill: 128)", "per 1,000 user-days")
    rows = sorted((row for row in budget_rows(results) if row["budget_bytes"] is not None),
                  key=lambda row: row["budget_bytes"])
    budgets = [row["budget_bytes"] for row in rows]
    for (colour, marker), key, label in zip(STYLES, ("people_days_refused", "alerts"),
                                            ("days with a refusal", "alerts")):
        axes.plot(budgets, [max(per_1000(row, key), NONE) for row in rows], color=colour,
                  marker=marker, label=label)
    axes.axhline(FALSE_BLOCKS, color=GREY, linestyle="--", linewidth=1.2,
                 label="aim: %g refused" % FALSE_BLOCKS)
    axes.set_xticks(budgets, ["%d" % budget for budget in budgets])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: "%g" % rate))
    return figure, axes, "blocks-by-budget"


def write(results, folder):
    """leak-by-rate.svg, leak-by-domains.svg and blocks-by-budget.svg; the paths."""
    os.makedirs(folder, exist_ok=True)
    return [save(folder, *plot(results)) for plot in (by_rate, by_domains, by_budget)]
