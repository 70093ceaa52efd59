/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's thread: lets clients in, serves them, and ends each in time. */
#include "control/control.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/background.h"
#include "control/client.h"

/* After a failure that would come again at once, out of descriptors, say; and between ticks. */
#define PAUSE_MS 1000

/* What clients come in by. */
struct door {
	int fd;                   /* listens; -1: there is none */
	SSL_CTX *tls;             /* NULL: it is the unix socket */
	uint64_t grace_ms;        /* so long who has said something stays, whoever waits */
	uint64_t silent_ms;       /* and who has not */
	uint64_t gap_ms;          /* for which nobody is let in after a handshake began */
	uint64_t paused_until_ms; /* nobody is let in before */
	struct seep_control_client *clients; /* SEEP_CONTROL_CLIENTS; NULL without fd */
};

enum { DOOR_SOCKET, DOOR_REMOTE, DOORS };

struct seep_control {
	struct seep_control_source source;
	struct seep_control_file file;
	struct seep_control_remote remote;
	struct seep_counters base; /* of this socket's own stats */
	int wake;                  /* readable: the thread ends */
	pid_t pid;
	pthread_t thread;
	struct door doors[DOORS];
	bool is_ending; /* something is going to end by itself */
};

/* What is polled of a door: who waits, and each client. */
enum { POLL_WAITING, POLL_CLIENTS, POLL_DOOR = POLL_CLIENTS + SEEP_CONTROL_CLIENTS };
/* And of all: the doors, and the end. */
enum { POLL_WAKE = DOORS * POLL_DOOR, POLLED };

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* From when on a client may go for one that waits. */
static uint64_t grace_end_ms(const struct door *door, const struct seep_control_client *client)
{
	return client->since_ms + (client->is_heard ? door->grace_ms : door->silent_ms);
}

/* Is ONE to go before OTHER? Both are there. */
static bool goes_before(const struct door *door, const struct seep_control_client *one,
			const struct seep_control_client *other)
{
	if (one->is_known != other->is_known)
		return other->is_known;
	return grace_end_ms(door, one) < grace_end_ms(door, other);
}

/* A free place, or that of who is to go. */
static struct seep_control_client *find_place(struct door *door)
{
	struct seep_control_client *first = &door->clients[0];

	for (struct seep_control_client *at = door->clients;
	     at < door->clients + SEEP_CONTROL_CLIENTS; at++) {
		if (at->fd < 0)
			return at;
		if (goes_before(door, at, first))
			first = at;
	}
	return first;
}

/* Whether to let in who waits, and if not, when. */
static bool has_room(struct door *door, uint64_t now_ms, uint64_t *when_ms)
{
	const struct seep_control_client *place = find_place(door);

	*when_ms = door->paused_until_ms;
	if (place->fd >= 0 && grace_end_ms(door, place) > *when_ms)
		*when_ms = grace_end_ms(door, place);
	return now_ms >= *when_ms;
}

static void let_in(struct door *door, uint64_t now_ms)
{
	struct seep_interface from = { .size = sizeof(from.address) };
	struct seep_control_client *place;
	const int yes = 1;
	int fd = accept4(door->fd, (struct sockaddr *)&from.address, &from.size,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			door->paused_until_ms = now_ms + PAUSE_MS;
		return;
	}
	/* The end of an answer waits for no acknowledgement of what was before. */
	if (door->tls)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	place = find_place(door);
	seep_control_client_end(place);
	seep_control_client_begin(place, fd, door->tls, door->tls ? &from : NULL, now_ms);
}

/* Fills in what to wait for at DOOR, and ends who was there too long; until when at most. */
static uint64_t prepare_door(struct door *door, struct pollfd polled[POLL_DOOR], uint64_t now_ms)
{
	uint64_t room_ms, until_ms = UINT64_MAX;
	bool room;

	for (unsigned at = 0; at < POLL_DOOR; at++)
		polled[at] = (struct pollfd){ .fd = -1 };
	if (door->fd < 0)
		return until_ms;
	for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++) {
		struct seep_control_client *client = &door->clients[at];
		uint64_t end_ms = client->since_ms + SEEP_CONTROL_CLIENT_MS;

		if (client->fd >= 0 && now_ms >= end_ms)
			seep_control_client_end(client);
		if (client->fd >= 0 && end_ms < until_ms)
			until_ms = end_ms;
		polled[POLL_CLIENTS + at] =
			(struct pollfd){ .fd = client->fd, .events = client->waits_for };
	}
	room = has_room(door, now_ms, &room_ms);
	if (room)
		polled[POLL_WAITING] = (struct pollfd){ .fd = door->fd, .events = POLLIN };
	else if (room_ms < until_ms)
		until_ms = room_ms;
	return until_ms;
}

/* The same of all; returns for how long at most to wait, -1 for ever. */
static int prepare(struct seep_control *control, struct pollfd polled[POLLED])
{
	uint64_t now_ms = clock_ms(), until_ms = UINT64_MAX;

	polled[POLL_WAKE] = (struct pollfd){ .fd = control->wake, .events = POLLIN };
	for (unsigned at = 0; at < DOORS; at++) {
		uint64_t door_ms =
			prepare_door(&control->doors[at], polled + at * POLL_DOOR, now_ms);

		if (door_ms < until_ms)
			until_ms = door_ms;
	}
	if (control->is_ending && now_ms + PAUSE_MS < until_ms)
		until_ms = now_ms + PAUSE_MS;
	if (until_ms == UINT64_MAX)
		return -1;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* Serves one; if its handshake began by that, others wait before they are let in. */
static void serve(struct seep_control *control, struct door *door,
		  struct seep_control_client *client)
{
	bool had_begun = client->has_begun;
	uint64_t now_ms = clock_ms();

	seep_control_client_serve(client, &control->source, &control->base);
	/* It may be over by now; what was no handshake has cost nothing. */
	if (client->has_begun == had_begun)
		return;
	if (door->paused_until_ms < now_ms)
		door->paused_until_ms = now_ms;
	door->paused_until_ms += door->gap_ms;
}

static void serve_door(struct seep_control *control, struct door *door,
		       const struct pollfd polled[POLL_DOOR])
{
	uint64_t now_ms, when_ms;

	for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++) {
		if (polled[POLL_CLIENTS + at].revents)
			serve(control, door, &door->clients[at]);
	}
	if (!polled[POLL_WAITING].revents)
		return;
	/* Who was to go may have said something just now. */
	now_ms = clock_ms();
	if (has_room(door, now_ms, &when_ms))
		let_in(door, now_ms);
}

static void *run(void *context)
{
	struct seep_control *control = context;
	struct pollfd polled[POLLED];

	for (;;) {
		int timeout_ms;

		control->is_ending = seep_control_tick(&control->source);
		timeout_ms = prepare(control, polled);
		if (poll(polled, POLLED, timeout_ms) < 0) {
			/* Out of memory, say. Only the end is looked for, and at once again. */
			(void)poll(NULL, 0, PAUSE_MS / 10);
			for (unsigned at = 0; at < POLLED; at++)
				polled[at].revents = 0;
			(void)poll(&polled[POLL_WAKE], 1, 0);
		}
		if (polled[POLL_WAKE].revents)
			return NULL;
		for (unsigned at = 0; at < DOORS; at++)
			serve_door(control, &control->doors[at], polled + at * POLL_DOOR);
	}
}

static void close_door(struct door *door)
{
	for (unsigned at = 0; door->clients && at < SEEP_CONTROL_CLIENTS; at++)
		seep_control_client_end(&door->clients[at]);
	free(door->clients);
	*door = (struct door){ .fd = -1 };
}

static void destroy(struct seep_control *control)
{
	for (unsigned at = 0; at < DOORS; at++)
		close_door(&control->doors[at]);
	seep_control_unlisten(&control->file);
	seep_control_remote_unlisten(&control->remote);
	if (control->wake >= 0)
		close(control->wake);
	free(control);
}

/* Says why there is nothing, where it was wanted. */
static void say_error(const struct seep_control_setup *setup, int error)
{
	char text[SEEP_PATH_SIZE + 128];

	if (setup->path[0]) {
		snprintf(text, sizeof(text),
			 "%s: %s; nothing listens there: mend that, and reload Unbound",
			 setup->path, strerror(error));
		setup->say(setup->source.context, true, text);
	}
	if (setup->remote.conf) {
		snprintf(
			text, sizeof(text),
			"control-interface: %s: %s; nothing listens there: mend that, and reload Unbound",
			setup->remote.conf->control_interface, strerror(error));
		setup->remote.say(setup->remote.context, true, text);
	}
}

/* Opens DOOR to what FD listens for; false without memory. */
static bool open_door(struct door *door, int fd)
{
	door->clients = calloc(SEEP_CONTROL_CLIENTS, sizeof(*door->clients));
	if (!door->clients)
		return false;
	for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++)
		door->clients[at].fd = -1;
	door->fd = fd;
	return true;
}

/* Opens both doors, as far as they are wanted and can be: returns 0, or an errno. */
static int open_doors(struct seep_control *control, const struct seep_control_setup *setup)
{
	struct door *at_socket = &control->doors[DOOR_SOCKET];
	struct door *at_remote = &control->doors[DOOR_REMOTE];

	if (setup->path[0] && seep_control_listen(&control->file, setup->path, setup->group,
						  setup->say, setup->source.context)) {
		at_socket->grace_ms = at_socket->silent_ms = SEEP_CONTROL_GRACE_MS;
		if (!open_door(at_socket, control->file.fd))
			return ENOMEM;
	}
	if (setup->remote.conf && seep_control_remote_listen(&control->remote, &setup->remote)) {
		at_remote->tls = control->remote.tls;
		at_remote->grace_ms = SEEP_CONTROL_TLS_GRACE_MS;
		at_remote->silent_ms = SEEP_CONTROL_TLS_SILENT_MS;
		at_remote->gap_ms = SEEP_CONTROL_TLS_GAP_MS;
		if (!open_door(at_remote, control->remote.fd))
			return ENOMEM;
	}
	return 0;
}

struct seep_control *seep_control_start(const struct seep_control_setup *setup)
{
	struct seep_control *control = calloc(1, sizeof(*control));
	int error;

	if (!control) {
		say_error(setup, ENOMEM);
		return NULL;
	}
	control->source = setup->source;
	control->pid = getpid();
	control->file.fd = control->remote.fd = -1;
	for (unsigned at = 0; at < DOORS; at++)
		control->doors[at].fd = -1;
	control->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = control->wake < 0 ? errno : open_doors(control, setup);
	if (!error && control->doors[DOOR_SOCKET].fd < 0 && control->doors[DOOR_REMOTE].fd < 0) {
		destroy(control);
		return NULL;
	}
	if (!error)
		error = seep_background_start(&control->thread, run, control);
	if (!error)
		return control;
	destroy(control);
	say_error(setup, error);
	return NULL;
}

void seep_control_stop(struct seep_control *control)
{
	/* A worker that was forked has no thread to end, and its parent's file. */
	if (!control || control->pid != getpid())
		return;
	(void)eventfd_write(control->wake, 1);
	pthread_join(control->thread, NULL);
	destroy(control);
}
