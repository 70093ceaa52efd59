/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Users are addresses in 127.0.0.0/8, which are all this host's. One socket sends for all of them:
 * each datagram says what address it comes from.
 */
#include "carry.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MOST_BYTES 1500
#define STREAM_BYTES      65536
#define SOCKET_BYTES      (4 << 20)
#define FIRST_USER        0x7f400000u /* 127.64.0.0 */

struct stream {
	uint8_t bytes[STREAM_BYTES];
	size_t size;
};

struct carry {
	struct sockaddr_in server;
	uint32_t count;         /* of sockets */
	struct pollfd *polls;   /* the sockets */
	struct stream *streams; /* NULL: datagrams */
	uint8_t answers[CARRY_BATCH][ANSWER_MOST_BYTES];
};

static void must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(1);
}

static int open_datagrams(void)
{
	int size = SOCKET_BYTES, made = socket(AF_INET, SOCK_DGRAM, 0);

	must(made >= 0, "socket");
	/* More than the system's limit, if root asks. */
	if (setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(made, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return made;
}

static struct in_addr address_of(uint32_t user)
{
	return (struct in_addr){ htonl(FIRST_USER + user) };
}

static int open_stream(const struct sockaddr_in *server, uint32_t user)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr = address_of(user) };
	int one = 1, made = socket(AF_INET, SOCK_STREAM, 0);

	must(made >= 0, "socket");
	must(bind(made, (void *)&own, sizeof(own)) == 0, "bind");
	must(connect(made, (const void *)server, sizeof(*server)) == 0, "connect");
	(void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return made;
}

struct carry *carry_open(const struct sockaddr_in *server, uint32_t connections)
{
	struct carry *carry = calloc(1, sizeof(*carry));

	must(carry != NULL, "memory");
	carry->server = *server;
	carry->count = connections ? connections : 1;
	carry->polls = calloc(carry->count, sizeof(*carry->polls));
	must(carry->polls != NULL, "memory");
	if (connections) {
		carry->streams = calloc(connections, sizeof(*carry->streams));
		must(carry->streams != NULL, "memory");
	}
	for (uint32_t i = 0; i < carry->count; i++)
		carry->polls[i] = (struct pollfd){
			.fd = connections ? open_stream(server, i) : open_datagrams(),
			.events = POLLIN,
		};
	return carry;
}

void carry_close(struct carry *carry)
{
	for (uint32_t i = 0; i < carry->count; i++)
		close(carry->polls[i].fd);
	free(carry->polls);
	free(carry->streams);
	free(carry);
}

static void send_datagrams(struct carry *carry, struct carry_question *questions, size_t count)
{
	static union {
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr aligned;
	} control[CARRY_BATCH];
	struct mmsghdr messages[CARRY_BATCH];
	struct iovec parts[CARRY_BATCH];
	size_t sent = 0;

	memset(messages, 0, sizeof(messages));
	for (size_t i = 0; i < count; i++) {
		struct msghdr *message = &messages[i].msg_hdr;
		struct in_pktinfo from = { .ipi_spec_dst = address_of(questions[i].user) };
		struct cmsghdr *more;

		parts[i] = (struct iovec){ questions[i].wire, questions[i].size };
		message->msg_name = &carry->server;
		message->msg_namelen = sizeof(carry->server);
		message->msg_iov = &parts[i];
		message->msg_iovlen = 1;
		message->msg_control = control[i].bytes;
		message->msg_controllen = sizeof(control[i].bytes);
		more = CMSG_FIRSTHDR(message);
		more->cmsg_level = IPPROTO_IP;
		more->cmsg_type = IP_PKTINFO;
		more->cmsg_len = CMSG_LEN(sizeof(from));
		memcpy(CMSG_DATA(more), &from, sizeof(from));
	}
	while (sent < count) {
		int done =
			sendmmsg(carry->polls[0].fd, messages + sent, (unsigned)(count - sent), 0);

		must(done > 0 || errno == EINTR, "sendmmsg");
		sent += done > 0 ? (size_t)done : 0;
	}
}

static void send_stream(int stream, struct carry_question *question)
{
	uint8_t bytes[2 + QUESTION_MOST_BYTES];
	size_t size = 2 + question->size;

	bytes[0] = (uint8_t)(question->size >> 8);
	bytes[1] = (uint8_t)question->size;
	memcpy(bytes + 2, question->wire, question->size);
	must(send(stream, bytes, size, MSG_NOSIGNAL) == (ssize_t)size, "send");
}

void carry_send(struct carry *carry, struct carry_question *questions, size_t count)
{
	if (!carry->streams) {
		send_datagrams(carry, questions, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		send_stream(carry->polls[questions[i].user % carry->count].fd, &questions[i]);
}

static void take_answer(const uint8_t *wire, size_t size, carry_take *take, void *context)
{
	if (size >= 12)
		take(context, (uint16_t)(wire[0] << 8 | wire[1]), wire[3] & 15);
}

static void receive_datagrams(struct carry *carry, carry_take *take, void *context)
{
	struct mmsghdr messages[CARRY_BATCH];
	struct iovec parts[CARRY_BATCH];
	int got;

	memset(messages, 0, sizeof(messages));
	for (size_t i = 0; i < CARRY_BATCH; i++) {
		parts[i] = (struct iovec){ carry->answers[i], ANSWER_MOST_BYTES };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	got = recvmmsg(carry->polls[0].fd, messages, CARRY_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++)
		take_answer(carry->answers[i], messages[i].msg_len, take, context);
}

/* Takes the whole answers off the front. */
static void take_stream(struct stream *stream, carry_take *take, void *context)
{
	size_t at = 0;

	while (stream->size - at >= 2) {
		size_t size = (size_t)(stream->bytes[at] << 8 | stream->bytes[at + 1]);

		if (stream->size - at - 2 < size)
			break;
		take_answer(stream->bytes + at + 2, size, take, context);
		at += 2 + size;
	}
	memmove(stream->bytes, stream->bytes + at, stream->size - at);
	stream->size -= at;
}

static void receive_stream(int fd, struct stream *stream, carry_take *take, void *context)
{
	ssize_t got = recv(fd, stream->bytes + stream->size, sizeof(stream->bytes) - stream->size,
			   MSG_DONTWAIT);

	must(got > 0 || (got < 0 && errno == EAGAIN), "a connection was closed");
	stream->size += got > 0 ? (size_t)got : 0;
	take_stream(stream, take, context);
}

void carry_receive(struct carry *carry, uint64_t wait_ns, carry_take *take, void *context)
{
	const struct timespec wait = { (time_t)(wait_ns / 1000000000),
				       (long)(wait_ns % 1000000000) };

	if (ppoll(carry->polls, carry->count, &wait, NULL) <= 0)
		return;
	if (!carry->streams)
		receive_datagrams(carry, take, context);
	for (uint32_t i = 0; carry->streams && i < carry->count; i++)
		if (carry->polls[i].revents)
			receive_stream(carry->polls[i].fd, &carry->streams[i], take, context);
}
