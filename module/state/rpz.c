/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread that keeps the response policy zone. */
#include "state/rpz.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/background.h"
#include "base/remedy.h"
#include "base/replace.h"
#include "state/rpz_text.h"

/* Of the file, where its serial is. */
#define HEAD_BYTES 512
/* Others read it. */
#define MODE       0644

struct seep_rpz {
	struct seep_rpz_setup setup;
	char path[SEEP_PATH_SIZE];
	struct seep_spent spent;   /* of this look */
	struct seep_spent written; /* as the file has it, if is_written */
	bool is_written;
	bool is_failing;                      /* and that was said */
	uint32_t serial;                      /* of the file, when is_written */
	char problem[192 + SEEP_REMEDY_SIZE]; /* why it cannot be written */
	char *text;
	pid_t pid;
	pthread_t thread;
	pthread_mutex_t lock; /* of is_stopping */
	pthread_cond_t wake;
	bool is_stopping;
	struct {
		_Atomic uint64_t domains, left, failing;
	} shown;
};

static void say(const struct seep_rpz *rpz, bool problem, const char *what)
{
	char text[SEEP_PATH_SIZE + sizeof(rpz->problem)];

	snprintf(text, sizeof(text), "%s: %s", rpz->path, what);
	rpz->setup.say(rpz->setup.context, problem, text);
}

/* Leaves out what would be another trigger than the domain. */
static void leave_out(struct seep_spent *spent)
{
	size_t kept = 0;

	for (size_t at = 0; at < spent->count; at++)
		if (seep_rpz_can_name(spent->domains[at]))
			memmove(spent->domains[kept++], spent->domains[at],
				sizeof(spent->domains[0]));
	spent->left += spent->count - kept;
	spent->count = kept;
}

/* Is the file another than it should be, or gone? */
static bool is_changed(const struct seep_rpz *rpz)
{
	return !rpz->is_written || access(rpz->path, F_OK) != 0 ||
	       rpz->spent.count != rpz->written.count ||
	       memcmp(rpz->spent.domains, rpz->written.domains,
		      rpz->spent.count * sizeof(rpz->spent.domains[0])) != 0;
}

/* The serial of the file that is there; 0 where there is none. False if it is not Seep's. */
static bool read_serial(const char *path, uint32_t *serial)
{
	char head[HEAD_BYTES + 1];
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	ssize_t got;

	*serial = 0;
	if (file < 0)
		return errno == ENOENT;
	got = fstat(file, &status) == 0 && S_ISREG(status.st_mode) ? read(file, head, HEAD_BYTES)
								   : -1;
	close(file);
	if (got == 0)
		return true;
	head[got > 0 ? got : 0] = '\0';
	if (got > 0 && seep_rpz_serial_of(head, serial))
		return true;
	errno = EEXIST;
	return false;
}

/* Why the system did not let the zone be written, by errno, and what to do. */
static const char *fail_by_system(struct seep_rpz *rpz)
{
	int error = errno;

	snprintf(rpz->problem, sizeof(rpz->problem), "%s; it is tried again every %d seconds: %s",
		 strerror(error), SEEP_RPZ_PERIOD_MS / 1000, seep_remedy_write(error));
	return rpz->problem;
}

/* Writes what is spent now; returns NULL, or why it could not. */
static const char *write_zone(struct seep_rpz *rpz)
{
	uint64_t now_s = rpz->setup.now(rpz->setup.context).wall_ms / 1000;
	uint32_t serial;
	size_t size;

	if (!read_serial(rpz->path, &serial))
		return errno == EEXIST ? "is no zone of Seep's, and is left as it is; name "
					 "another file, or remove it"
				       : fail_by_system(rpz);
	/* Somebody may have put an older one back. */
	if (rpz->is_written && (int32_t)(rpz->serial - serial) > 0)
		serial = rpz->serial;
	serial = seep_rpz_next_serial(serial, now_s);
	size = seep_rpz_text(rpz->text, &rpz->spent, serial);
	if (!seep_replace_file(rpz->path, rpz->text, size, MODE))
		return fail_by_system(rpz);
	rpz->serial = serial;
	return NULL;
}

static void note_written(struct seep_rpz *rpz)
{
	memcpy(rpz->written.domains, rpz->spent.domains,
	       rpz->spent.count * sizeof(rpz->spent.domains[0]));
	rpz->written.count = rpz->spent.count;
	rpz->is_written = true;
	atomic_store(&rpz->shown.domains, rpz->spent.count);
}

/* Says once that it cannot be written, and once that it can again. */
static void tell(struct seep_rpz *rpz, const char *problem)
{
	if (problem && !rpz->is_failing)
		say(rpz, true, problem);
	if (!problem && rpz->is_failing)
		say(rpz, false, "is written again");
	rpz->is_failing = problem != NULL;
	atomic_store(&rpz->shown.failing, rpz->is_failing);
}

static void look(struct seep_rpz *rpz)
{
	const char *problem = NULL;

	seep_engine_list_spent(rpz->setup.engine, rpz->setup.now(rpz->setup.context).when_ms,
			       &rpz->spent);
	leave_out(&rpz->spent);
	atomic_store(&rpz->shown.left, rpz->spent.left);
	if (is_changed(rpz)) {
		problem = write_zone(rpz);
		if (!problem)
			note_written(rpz);
	}
	tell(rpz, problem);
}

/* Sleeps for a period; false if the end has come. */
static bool sleep_on(struct seep_rpz *rpz)
{
	struct timespec until;
	bool goes_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SEEP_RPZ_PERIOD_MS / 1000;
	pthread_mutex_lock(&rpz->lock);
	while (!rpz->is_stopping)
		if (pthread_cond_timedwait(&rpz->wake, &rpz->lock, &until) == ETIMEDOUT)
			break;
	goes_on = !rpz->is_stopping;
	pthread_mutex_unlock(&rpz->lock);
	return goes_on;
}

static void *run(void *context)
{
	do
		look(context);
	while (sleep_on(context));
	return NULL;
}

static void destroy(struct seep_rpz *rpz)
{
	if (!rpz)
		return;
	free(rpz->spent.domains);
	free(rpz->written.domains);
	free(rpz->text);
	pthread_cond_destroy(&rpz->wake);
	pthread_mutex_destroy(&rpz->lock);
	free(rpz);
}

/* All that it will ever need. */
static struct seep_rpz *create(const struct seep_rpz_setup *setup)
{
	struct seep_rpz *rpz = calloc(1, sizeof(*rpz));
	pthread_condattr_t attributes;

	if (!rpz)
		return NULL;
	rpz->setup = *setup;
	snprintf(rpz->path, sizeof(rpz->path), "%s", setup->path);
	rpz->pid = getpid();
	pthread_mutex_init(&rpz->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&rpz->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	rpz->spent.room = rpz->written.room = SEEP_RPZ_DOMAINS;
	rpz->spent.domains = calloc(SEEP_RPZ_DOMAINS, sizeof(rpz->spent.domains[0]));
	rpz->written.domains = calloc(SEEP_RPZ_DOMAINS, sizeof(rpz->written.domains[0]));
	rpz->text = malloc(SEEP_RPZ_TEXT_BYTES(SEEP_RPZ_DOMAINS));
	if (rpz->spent.domains && rpz->written.domains && rpz->text)
		return rpz;
	destroy(rpz);
	return NULL;
}

struct seep_rpz *seep_rpz_start(const struct seep_rpz_setup *setup)
{
	struct seep_rpz *rpz = create(setup);
	char text[SEEP_PATH_SIZE + 128];
	int error = rpz ? seep_background_start(&rpz->thread, run, rpz) : ENOMEM;

	if (!error)
		return rpz;
	destroy(rpz);
	snprintf(text, sizeof(text), "%s: %s; it is not written: free memory, and reload Unbound",
		 setup->path, strerror(error));
	setup->say(setup->context, true, text);
	return NULL;
}

void seep_rpz_read(const struct seep_rpz *rpz, struct seep_gauges *gauges)
{
	if (!rpz)
		return;
	gauges->rpz_domains = atomic_load(&rpz->shown.domains);
	gauges->rpz_left = atomic_load(&rpz->shown.left);
	gauges->rpz_failing = atomic_load(&rpz->shown.failing);
}

void seep_rpz_stop(struct seep_rpz *rpz)
{
	/* A worker that was forked has no thread to end. */
	if (!rpz || rpz->pid != getpid())
		return;
	pthread_mutex_lock(&rpz->lock);
	rpz->is_stopping = true;
	pthread_cond_signal(&rpz->wake);
	pthread_mutex_unlock(&rpz->lock);
	pthread_join(rpz->thread, NULL);
	destroy(rpz);
}
