/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a replay is: one line that is drawn over. */
#include "cmd_replay.h"

#include "base/plural.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define ROWS_A_LOOK 4096 /* rows between two looks at the clock */
#define DRAW_MS     100
#define BAR_WIDTH   40

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void replay_progress_start(struct replay_progress *progress, const char *doing)
{
	*progress = (struct replay_progress){
		.doing = doing,
		.shown = isatty(STDERR_FILENO) == 1,
		.began_ms = now_ms(),
	};
	progress->last_ms = progress->began_ms;
}

static void draw(struct replay_progress *progress, struct trace_merge *merge)
{
	uint64_t rows = trace_merge_counts(merge).rows;
	uint64_t spent_ms = progress->last_ms - progress->began_ms;
	uint64_t done, total;

	trace_merge_progress(merge, &done, &total);
	fputc('\r', stderr);
	if (progress->doing)
		fprintf(stderr, "%s  ", progress->doing);
	if (total > 0) {
		double share = done < total ? (double)done / (double)total : 1;
		int full = (int)(share * BAR_WIDTH);

		fputc('[', stderr);
		for (int at = 0; at < BAR_WIDTH; at++)
			fputc(at < full ? '#' : ' ', stderr);
		fprintf(stderr, "] %3.0f %%  ", 100 * share);
	}
	fprintf(stderr, "%" PRIu64 " %s, %" PRIu64 " a second\033[K", rows,
		seep_plural(rows, "row", "rows"), rows * 1000 / (spent_ms ? spent_ms : 1));
	fflush(stderr);
	progress->drawn = true;
}

void replay_progress_step(struct replay_progress *progress, struct trace_merge *merge)
{
	uint64_t now;

	if (!progress->shown || ++progress->rows < ROWS_A_LOOK)
		return;
	progress->rows = 0;
	now = now_ms();
	if (now - progress->last_ms < DRAW_MS)
		return;
	progress->last_ms = now;
	draw(progress, merge);
}

void replay_progress_clear(struct replay_progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}
