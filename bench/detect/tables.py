# SPDX-License-Identifier: BSD-3-Clause
"""The tables, as aligned text."""

from aims import all_aims
from results import (budget_rows, capped, leaked, method_rows, offered, per_1000, size_text)

# Bots: key of the results, and title.
CATCHERS = (("seep", "seep"), ("missing_names", "missing names an hour"))


def mean(counts):
    """Of lengths, from how often each was counted."""
    return sum(i * count for i, count in enumerate(counts)) / max(sum(counts), 1)


def median(counts):
    below = 0
    for length, count in enumerate(counts):
        below += count
        if 2 * below >= sum(counts):
            return length
    return 0


def office_rows(results):
    """Each office, and the refused user-days of every method."""
    for office in results.get("offices", ()):
        rates = ["%.3f" % per_1000(row, "people_days_refused") for row in office["methods"]]
        rates += ["-"] * (len(method_rows(results)) - len(rates))
        yield office, rates


def offices(results):
    """Who is disturbed in organisations of all sizes and shapes."""
    if not results.get("offices"):
        return []
    other = other_offices(results)
    titles = [row["method"] for row in method_rows(results)]
    lines = ["Refused user-days per 1000 of people, in networks of all shapes, after %d days of "
             "warm-up" % results["warm_days"],
             "  %-26s %6s %9s" % ("people, network", "days", "user-days")
             + "".join(" %10.10s" % title for title in titles)
             + (" | seed %d" % results["other"]["seed"] if other else "")]
    for office, rates in office_rows(results):
        key = (office["people"], office["shape"])
        lines.append("  %-26s %6d %9d" % (
            "%d%s, %s" % (office["people"], " at home" if office["home"] else "",
                          office["shape"]), office["days"], office["methods"][0]["user_days"])
            + "".join(" %10s" % rate for rate in rates)
            + (" | %s" % other.get(key, "-") if other else ""))
    return lines


def other_offices(results):
    """Seep's rate under the other seed, by people and shape."""
    if not results.get("other"):
        return {}
    return {(office["people"], office["shape"]): rates[0]
            for office, rates in office_rows(results["other"])}


def extras(results):
    """What is new in an office, or unlike people: queries refused of those sent."""
    lines = []
    for office in results.get("offices", ()):
        if not office["extras"]:
            continue
        lines += ["" if lines else "Devices, products and bursts, beside people: queries, and of "
                  "them refused; first on which day after the warm-up (Seep)",
                  "  %-26s %8s" % ("%d people, %s" % (office["people"], office["shape"]), "queries")
                  + "".join(" %10.10s" % row["method"] for row in office["methods"])
                  + " | first day"]
        for extra in office["extras"]:
            books = extra["methods"]
            first = books[0]["first_refused_day"]
            lines.append("  %-26s %8d" % (extra["extra"], books[0]["names"])
                         + "".join(" %10d" % book["refused"] for book in books)
                         + " | %s" % ("never" if not books[0]["refused"] else "%.1f" % first))
    return lines


def quantile(ordered, share):
    return ordered[int(len(ordered) * share)] if ordered else 0


def head(results):
    return ["Seep against its rivals: %d people%s, %d servers, %d days after %d of warm-up, "
            "seed %d%s%s%s"
            % (results["users"], " at home" if results["home"] else "", results["servers"],
               results["days"], results["warm_days"], results["seed"],
               ", real popular names" if results["names"] else "",
               ", common-list" if results["common_list"] else "",
               ", settings" if results["settings"] else "")]


def census(results):
    """The generated traffic's own statistics, beside what is published of real traffic."""
    counted = results["census"]
    labels, prefixes = counted["label_lengths"], counted["prefix_lengths"]
    sent = max(counted["sent"], 1)
    rows = (
        ("registrable domains (existing)", "%d" % results["domains"],
         "28,098 (a company, 18 days)"),
        ("of them with exactly one name", "%d" % results["domains_one_name"], "25,333 (90.2 %)"),
        ("", "%.1f%%" % (100 * results["domains_one_name"] / max(results["domains"], 1)),
         "90.2 %; 88 % (four people, one day, 625 domains)"),
        ("label length, mean", "%.1f" % mean(labels), "7.0"),
        ("labels of at most 10 characters",
         "%.1f%%" % (100 * sum(labels[:11]) / max(sum(labels), 1)), "over 90 %"),
        ("prefix length, median", "%d" % median(prefixes), "6 (an ISP)"),
        ("prefix length, mean", "%.1f" % mean(prefixes), "8.08 (an ISP)"),
        ("names sent that begin with www", "%.1f%%" % (100 * counted["www"] / sent), "-"),
        ("sent names that do not exist", "%.1f%%" % (100 * counted["missing"] / sent),
         "9 % of look-ups (a campus)"),
        ("queries, all days and users", "%d" % results["queries"], "-"),
        ("of these people and days, sent", "%d" % counted["sent"], "-"),
        ("answered from cache",
         "%.1f%%" % (100 * (results["queries"] - results["misses"]) / max(results["queries"], 1)),
         "-"),
    )
    return ["Traffic of %d people over %d days (servers left out), beside what is published"
            % (counted["people"], counted["days"]),
            "  %-44s %12s   %s" % ("", "generated", "published"),
            *("  %-44s %12s   %s" % row for row in rows)]


def trouble_row(row):
    """`-` where a method has no such meter, or is not tuned."""
    is_seep = "budget_bytes" in row
    rates = [("people_days_refused", True), ("people_days_by_user", is_seep),
             ("people_days_by_domain", is_seep), ("people_days_flagged", True),
             ("alerts", is_seep), ("domains_refused", True), ("domains_flagged", True)]
    texts = ["%.3f" % per_1000(row, key) if known else "-" for key, known in rates]
    texts.append("%d" % row["server_days_refused"])
    texts.append("%.1f" % row["threshold"] if "threshold" in row else "-")
    return "  %-24s" % row["method"] + "".join(" %9s" % text for text in texts)


def trouble(results):
    heads = (("refused", "by user", "by domain", "flagged", "alerts", "domains", "domains",
              "servers'", "threshold"),
             ("days", "meter", "meter", "days", "", "refused", "flagged", "days ref."))
    return ["Ordinary users disturbed, per 1000 user-days (%d user-days of people; rivals tuned "
            "to %g on the warm-up)" % (results["user_days"], results["rate"]),
            *(" " * 26 + "".join(" %9s" % text for text in line) for line in heads),
            *map(trouble_row, method_rows(results)),
            "  Seep with other budgets:",
            *map(trouble_row, budget_rows(results))]


def leak_row(case, others):
    if not case["ran"]:
        return "  %-26s needs more machines than there are" % case["case"]
    line = "  %-26s %8s" % (case["case"], size_text(offered(case)))
    for method, leak in enumerate(case["methods"]):
        before = (size_text(capped(case, leak["bytes_before_block"])) if leak["block_s"] >= 0
                  else "never")
        line += " | %7s %7s" % (before, size_text(leaked(case, method)))
    if case["case"] in others:
        line += " | %7s" % size_text(leaked(others[case["case"]], 0))
    return line


def leaks(results):
    if not results["cases"]:
        return []
    methods = [row["method"] for row in method_rows(results)]
    other = results.get("other") or {}
    others = {case["case"]: case for case in other.get("cases", ()) if case["ran"]}
    return ["Payload that leaves, in bytes: before the first refusal, and over %d days (`never`: "
            "not refused at all)" % results["days"],
            "  %-26s %8s" % ("case", "offered")
            + "".join(" | %-15.15s" % method for method in methods)
            + (" | seed %d" % other["seed"] if others else ""),
            "  %-26s %8s" % ("", "") + " |  before     all" * len(methods)
            + (" | seep all" if others else ""),
            *(leak_row(case, others) for case in results["cases"])]


def catcher_row(results, key, title):
    bots = results["bots"]
    wrongly = results["bots_wrongly"]
    caught = sorted(bot[key]["missing"] for bot in bots if bot[key]["caught"])
    refused = sorted(bot[key]["before_refusal"] for bot in bots if bot[key]["refused"])
    in_time = sum(bot[key]["in_time"] for bot in bots)
    return ("  %-24s %8.1f%% %8.1f%% %8d %8d %9.3f%%  %8.1f%% %8d"
            % (title, 100 * len(caught) / len(bots), 100 * in_time / len(bots),
               quantile(caught, 0.5), quantile(caught, 0.9),
               100 * wrongly[key] / wrongly["person_weeks"], 100 * len(refused) / len(bots),
               quantile(refused, 0.5)))


def bots(results):
    if not results["bots"]:
        return []
    families = {bot["family"] for bot in results["bots"]}
    lines = ["Bots with domain generation: %d families at 1 s, 30 s and 600 s a name, %d bots; "
             "published: 99.8 %% caught, 0.05 %% of hosts a week wrongly"
             % (len(families), len(results["bots"]))]
    if results["dga_cover"] > 0:
        lines.append("  Each name of theirs among %g domains that exist and nobody else uses"
                     % results["dga_cover"])
    form = "  %-24s %9s %9s %8s %8s %10s  %9s %8s"
    lines.append(form % ("", "caught", "in time", "after", "after", "wrongly", "refused", "after"))
    lines.append(form % ("", "", "", "median", "90 %", "a week", "(any way)", "median"))
    return lines + [catcher_row(results, key, title) for key, title in CATCHERS]


def costs(results):
    return ["Cost of one observation (batches of 16), and memory",
            "  %-24s %8s %8s %8s %12s %14s" % ("", "mean ns", "p50 ns", "p99 ns", "bytes/user",
                                              "bytes/domain"),
            *("  %-24s %8.0f %8.0f %8.0f %12d %14d"
              % (row["method"], row["ns_mean"], row["ns_p50"], row["ns_p99"], row["user_bytes"],
                 row["domain_bytes"]) for row in method_rows(results)),
            "  (compressed bytes: for each user and domain of the day, and its text beside)"]


def aims(results):
    rows = all_aims(results)
    if not rows:
        return []
    says = {True: "met", False: "MISSED", None: "-"}
    lines = ["The aims: worst case of each kind, payload bytes a machine over %d days; and whether "
             "Seep meets them" % results["days"],
             "  %-52s" % "" + "".join(" %10.10s" % row["method"] for row in method_rows(results))
             + "   Seep    aim" + other_head(results)]
    others = {aim.title: aim for aim in all_aims(results["other"])} if results.get("other") else {}
    for aim in rows:
        lines.append("  %-52s" % aim.title + "".join(" %10s" % value for value in aim.values)
                     + "   %-6s  %-34s" % (says[aim.met], aim.aim)
                     + other_value(others.get(aim.title), says))
    return lines


def other_head(results):
    return " " * 31 + "| seed %d" % results["other"]["seed"] if results.get("other") else ""


def other_value(aim, says):
    return "" if aim is None else "| %10s   %s" % (aim.values[0], says[aim.met])


def sweep_table(results, half):
    """One organisation under one start: budgets down, refills across."""
    columns = len(results["refills"])
    rows = half["rows"]
    lines = ["%d users%s, %s common-list, %s: refused days, alerts, flagged days per 1000 "
             "user-days (%d user-days)"
             % (half["users"], " at home" if half["home"] else "",
                "with" if half["common_list"] else "without", half["start"],
                rows[0]["user_days"]),
             "  %8s" % "budget"
             + "".join(" | refill %-19d" % refill for refill in results["refills"])]
    for at in range(0, len(rows), columns):
        budget = rows[at]["budget_bytes"]
        line = "  %8s" % ("auto" if budget is None else budget)
        for row in rows[at:at + columns]:
            line += " | %8.3f %7.3f %9.3f" % tuple(
                per_1000(row, key)
                for key in ("people_days_refused", "alerts", "people_days_flagged"))
        lines.append(line)
    return lines


def text(results):
    """Everything that there is in the results."""
    if "sweep" in results:
        parts = [sweep_table(results, half) for half in results["sweep"]]
    else:
        parts = [part(results)
                 for part in (head, census, trouble, offices, extras, leaks, bots,
                                      costs, aims)]
    parts.append(["%.0f seconds" % results["seconds"]])
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"
