/* SPDX-License-Identifier: BSD-3-Clause */
/* The plots: leak against rate, leak against domains, blocks against budget. */
#include "lab.h"

#include <string.h>

#include "plot.h"

static const struct leak *leak_of(const struct lab *lab, const char *name, unsigned m)
{
	for (size_t i = 0; i < lab->case_count; i++) {
		if (lab->ran[i] && strcmp(lab->cases[i].name, name) == 0)
			return &lab->leaks[i * lab->method_count + m];
	}
	return NULL;
}

static void write_plot(const struct plot *plot, const char *folder, const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s.svg", folder, name);
	if (!plot_write(plot, path))
		util_die("%s: cannot be written", path);
}

/* What Seep promises for one machine. */
static double promised(const struct lab *lab)
{
	return method_seep_promise(lab->options->budgets[0], lab->options->refills[0],
				   lab->options->days);
}

static void plot_rates(const struct lab *lab, const char *folder)
{
	static const struct {
		const char *name;
		double bytes_s;
	} points[] = { { "base32/10000s", 7.5e-4 },
		       { "base32/1000s", 7.5e-3 },
		       { "base32/100s", 0.075 },
		       { "base32/10s", 0.75 },
		       { "base32/1s", 7.5 } };
	struct plot plot = {
		.title = "What leaks, by the sender's rate",
		.note = "one machine, one domain, base32; all methods see the same traffic",
		.x_text = "payload offered, bytes a second",
		.y_text = "payload that left, bytes",
		.x_log = true,
		.y_log = true,
		.y_floor = 1,
	};
	struct plot_series *series;

	for (unsigned m = 0; m < lab->method_count; m++) {
		series = plot_add(&plot, lab->titles[m]);
		for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
			const struct leak *leak = leak_of(lab, points[i].name, m);

			if (leak)
				plot_point(series, points[i].bytes_s, leak->bits / 8);
		}
	}
	series = plot_add(&plot, "Seep's promise");
	series->dashed = true;
	plot_point(series, points[0].bytes_s, promised(lab));
	plot_point(series, 7.5, promised(lab));
	write_plot(&plot, folder, "leak-by-rate");
}

static void plot_domains(const struct lab *lab, const char *folder)
{
	static const struct {
		const char *name;
		double domains;
	} points[] = { { "base32/10s", 1 },
		       { "base32/10s/10d", 10 },
		       { "base32/10s/100d", 100 },
		       { "base32/10s/1000d", 1000 } };
	struct plot plot = {
		.title = "What leaks, by the number of domains",
		.note = "one machine, base32, 0.75 bytes a second over all domains",
		.x_text = "domains of the tunnel",
		.y_text = "payload that left, bytes",
		.x_log = true,
		.y_log = true,
		.y_floor = 1,
	};

	for (unsigned m = 0; m < lab->method_count; m++) {
		struct plot_series *series = plot_add(&plot, lab->titles[m]);

		for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
			const struct leak *leak = leak_of(lab, points[i].name, m);

			if (leak)
				plot_point(series, points[i].domains, leak->bits / 8);
		}
	}
	write_plot(&plot, folder, "leak-by-domains");
}

/* Budgets are not in order: the first is the tables' own. */
static unsigned next_budget(const struct lab_options *options, uint64_t above)
{
	unsigned best = options->budget_count;

	for (unsigned i = 0; i < options->budget_count; i++) {
		if (options->budgets[i] > above && options->budgets[i] != METHOD_AUTO &&
		    (best == options->budget_count || options->budgets[i] < options->budgets[best]))
			best = i;
	}
	return best;
}

static void plot_budgets(const struct lab *lab, const char *folder)
{
	const struct lab_options *options = lab->options;
	struct plot plot = {
		.title = "Ordinary users disturbed, by Seep's budget",
		.note = "people's days with a refusal, and alerts; no attack; 0.01 stands for none",
		.x_text = "user-budget, bytes",
		.y_text = "per 1000 user-days",
		.x_log = true,
		.y_log = true,
		.y_floor = 0.01,
	};
	struct plot_series *refused = plot_add(&plot, "days refused");
	struct plot_series *flagged = plot_add(&plot, "alerts");
	struct plot_series *aim = plot_add(&plot, "aim: 0.1 refused");
	uint64_t budget = 0;
	unsigned i;

	aim->dashed = true;
	while ((i = next_budget(options, budget)) < options->budget_count) {
		const struct trouble *trouble = &lab->trouble[lab->budget_first + i];
		double days = (double)(trouble->user_days + !trouble->user_days);

		budget = options->budgets[i];
		plot_point(refused, (double)budget,
			   1000.0 * (double)trouble->people_days_refused / days);
		plot_point(flagged, (double)budget, 1000.0 * (double)trouble->alerts / days);
		plot_point(aim, (double)budget, 0.1);
	}
	write_plot(&plot, folder, "blocks-by-budget");
}

void report_plots(const struct lab *lab, const char *folder)
{
	plot_rates(lab, folder);
	plot_domains(lab, folder);
	plot_budgets(lab, folder);
}
