/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's thread: lets clients in, reads, answers, and ends each in time. */
#include "control/control.h"

#include <errno.h>
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

/* After a failure that would come again at once, out of descriptors, say. */
#define PAUSE_MS 1000

struct client {
	int fd; /* -1: nobody */
	bool is_answered;
	bool may_change;
	uid_t uid;
	uint64_t since_ms;
	size_t size; /* of the request, so far */
	size_t sent; /* of the answer */
	char request[SEEP_CONTROL_REQUEST_MAX];
	struct seep_control_answer answer;
};

struct seep_control {
	struct seep_control_source source;
	struct seep_control_file file;
	struct seep_counters base; /* of this socket's own stats */
	int wake;                  /* readable: the thread ends */
	pid_t pid;
	pthread_t thread;
	uint64_t paused_until_ms; /* nobody is let in before */
	struct client clients[SEEP_CONTROL_CLIENTS];
};

/* What is polled: the end, who waits, and each client. */
enum { POLL_WAKE, POLL_WAITING, POLL_CLIENTS, POLLED = POLL_CLIENTS + SEEP_CONTROL_CLIENTS };

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void end_client(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

/* A free place, or that of who has been here longest. */
static struct client *find_place(struct seep_control *control)
{
	struct client *oldest = &control->clients[0];

	for (struct client *at = control->clients; at < control->clients + SEEP_CONTROL_CLIENTS;
	     at++) {
		if (at->fd < 0)
			return at;
		if (at->since_ms < oldest->since_ms)
			oldest = at;
	}
	return oldest;
}

/* Whether to let in who waits, and if not, when. */
static bool has_room(struct seep_control *control, uint64_t now_ms, uint64_t *when_ms)
{
	const struct client *place = find_place(control);

	*when_ms = control->paused_until_ms;
	if (place->fd >= 0 && place->since_ms + SEEP_CONTROL_GRACE_MS > *when_ms)
		*when_ms = place->since_ms + SEEP_CONTROL_GRACE_MS;
	return now_ms >= *when_ms;
}

/* Who is it? Whoever is not known may change nothing. */
static void identify(struct client *client)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	bool is_known = getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;

	client->uid = is_known ? peer.uid : (uid_t)-1;
	client->may_change = is_known && (peer.uid == 0 || peer.uid == geteuid());
}

static void let_in(struct seep_control *control, uint64_t now_ms)
{
	struct client *place;
	int fd = accept4(control->file.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			control->paused_until_ms = now_ms + PAUSE_MS;
		return;
	}
	place = find_place(control);
	end_client(place);
	place->fd = fd;
	place->is_answered = false;
	identify(place);
	place->since_ms = now_ms;
	place->size = place->sent = 0;
}

/* Reads what has come; once that is a request, its answer is ready. */
static void read_request(struct seep_control *control, struct client *client)
{
	struct seep_control_request request;
	ssize_t got = recv(client->fd, client->request + client->size,
			   sizeof(client->request) - client->size, 0);

	if (got < 0) {
		if (errno != EAGAIN && errno != EINTR)
			end_client(client);
		return;
	}
	client->size += (size_t)got;
	request = (struct seep_control_request){ .bytes = client->request,
						 .size = client->size,
						 .is_end = got == 0,
						 .may_change = client->may_change,
						 .uid = client->uid };
	client->is_answered =
		seep_control_answer(&control->source, &control->base, &request, &client->answer);
}

static void send_answer(struct client *client)
{
	ssize_t sent = send(client->fd, client->answer.bytes + client->sent,
			    client->answer.size - client->sent, MSG_NOSIGNAL);

	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			end_client(client);
		return;
	}
	client->sent += (size_t)sent;
	if (client->sent == client->answer.size)
		end_client(client);
}

static void serve(struct seep_control *control, struct client *client)
{
	if (!client->is_answered)
		read_request(control, client);
	if (client->fd >= 0 && client->is_answered)
		send_answer(client);
}

/* Fills in what to wait for; returns for how long at most, -1 for ever. */
static int prepare(struct seep_control *control, struct pollfd polled[POLLED])
{
	uint64_t now_ms = clock_ms(), room_ms, until_ms = UINT64_MAX;
	bool room;

	polled[POLL_WAKE] = (struct pollfd){ .fd = control->wake, .events = POLLIN };
	for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++) {
		struct client *client = &control->clients[at];
		uint64_t end_ms = client->since_ms + SEEP_CONTROL_CLIENT_MS;

		if (client->fd >= 0 && now_ms >= end_ms)
			end_client(client);
		if (client->fd >= 0 && end_ms < until_ms)
			until_ms = end_ms;
		polled[POLL_CLIENTS + at] =
			(struct pollfd){ .fd = client->fd,
					 .events = client->is_answered ? POLLOUT : POLLIN };
	}
	room = has_room(control, now_ms, &room_ms);
	polled[POLL_WAITING] =
		(struct pollfd){ .fd = room ? control->file.fd : -1, .events = POLLIN };
	if (!room && room_ms < until_ms)
		until_ms = room_ms;
	if (until_ms == UINT64_MAX)
		return -1;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

static void *run(void *context)
{
	struct seep_control *control = context;
	struct pollfd polled[POLLED];

	for (;;) {
		int timeout_ms = prepare(control, polled);

		if (poll(polled, POLLED, timeout_ms) < 0) {
			/* Out of memory, say. Only the end is looked for, and at once again. */
			(void)poll(NULL, 0, PAUSE_MS / 10);
			for (unsigned at = 0; at < POLLED; at++)
				polled[at].revents = 0;
			(void)poll(polled, 1, 0);
		}
		if (polled[POLL_WAKE].revents)
			return NULL;
		for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++) {
			if (polled[POLL_CLIENTS + at].revents)
				serve(control, &control->clients[at]);
		}
		if (polled[POLL_WAITING].revents)
			let_in(control, clock_ms());
	}
}

static void destroy(struct seep_control *control)
{
	for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++)
		end_client(&control->clients[at]);
	seep_control_unlisten(&control->file);
	if (control->wake >= 0)
		close(control->wake);
	free(control);
}

struct seep_control *seep_control_start(const struct seep_control_setup *setup)
{
	struct seep_control *control = calloc(1, sizeof(*control));
	char text[SEEP_PATH_SIZE + 128];
	int error = control ? 0 : ENOMEM;

	if (control) {
		control->source = setup->source;
		control->pid = getpid();
		for (unsigned at = 0; at < SEEP_CONTROL_CLIENTS; at++)
			control->clients[at].fd = -1;
		control->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		error = control->wake < 0 ? errno : 0;
		control->file.fd = -1;
		if (!error && !seep_control_listen(&control->file, setup->path, setup->group,
						   setup->say, setup->source.context)) {
			destroy(control);
			return NULL;
		}
		if (!error)
			error = seep_background_start(&control->thread, run, control);
		if (!error)
			return control;
		destroy(control);
	}
	snprintf(text, sizeof(text), "%s: %s; nothing listens there", setup->path, strerror(error));
	setup->say(setup->source.context, true, text);
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
