/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks a resolver on 127.0.0.1 one load's questions, with a window of outstanding ones or at a
 * fixed rate, and prints what became of them as one line of JSON. dnsperf has one user an address,
 * and its names must be written to a file first; here are thousands, and names that nobody asked
 * for before.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "carry.h"

#define LOST_NS      UINT64_C(2000000000) /* without an answer by then */
#define LOOK_NS      UINT64_C(100000000)  /* between two looks for lost ones */
#define SAMPLES_MOST 4000000
#define WINDOW_MOST  20000
#define TCP_MOST     50 /* connections */
#define NUMBERS      65536

struct plan {
	struct question_load load;
	uint32_t window;
	uint64_t rate;  /* questions a second; 0: as the window lets */
	uint64_t count; /* 0: as long as SECONDS last */
	double seconds;
	bool tcp;
	uint16_t port;
};

struct sender {
	const struct plan *plan;
	struct question_load load;
	struct carry *carry;
	uint64_t sent_ns[NUMBERS]; /* 0: none of that number is under way */
	uint16_t next;
	uint32_t under_way;
	uint64_t now_ns; /* when the last answers came */
	uint64_t sent, answered, refused, failed, lost;
	uint32_t *samples_ns;
	size_t samples;
};

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A number that no question under way has. */
static uint16_t next_number(struct sender *sender)
{
	while (sender->sent_ns[sender->next])
		sender->next++;
	return sender->next++;
}

static void send_some(struct sender *sender, size_t count)
{
	static struct carry_question questions[CARRY_BATCH];
	uint64_t now_ns = clock_ns();

	for (size_t i = 0; i < count; i++) {
		struct carry_question *question = &questions[i];
		uint16_t number = next_number(sender);

		question->size = question_next(&sender->load, question->wire, &question->user);
		question->wire[0] = (uint8_t)(number >> 8);
		question->wire[1] = (uint8_t)number;
		sender->sent_ns[number] = now_ns;
	}
	carry_send(sender->carry, questions, count);
	sender->under_way += (uint32_t)count;
	sender->sent += count;
}

static void take(void *context, uint16_t id, uint8_t rcode)
{
	struct sender *sender = context;
	uint64_t sent_ns = sender->sent_ns[id];

	if (!sent_ns)
		return;
	if (!sender->now_ns)
		sender->now_ns = clock_ns();
	sender->sent_ns[id] = 0;
	sender->under_way--;
	sender->answered += rcode == 0 || rcode == 3;
	sender->refused += rcode == 5;
	sender->failed += rcode != 0 && rcode != 3 && rcode != 5;
	if (sender->samples < SAMPLES_MOST)
		sender->samples_ns[sender->samples++] = (uint32_t)(sender->now_ns - sent_ns);
}

static void forget_lost(struct sender *sender)
{
	uint64_t now_ns = clock_ns();

	for (size_t i = 0; i < NUMBERS; i++) {
		if (!sender->sent_ns[i] || now_ns - sender->sent_ns[i] < LOST_NS)
			continue;
		sender->sent_ns[i] = 0;
		sender->under_way--;
		sender->lost++;
	}
}

/* How many may be sent NOW, and in WAIT_NS how long to wait for answers if none may. */
static size_t count_due(const struct sender *sender, uint64_t passed_ns, uint64_t *wait_ns)
{
	const struct plan *plan = sender->plan;
	uint64_t due = sender->under_way < plan->window ? plan->window - sender->under_way : 0;

	*wait_ns = LOOK_NS;
	if (plan->rate) {
		uint64_t by_now = (uint64_t)((double)passed_ns * 1e-9 * (double)plan->rate) + 1;
		uint64_t next_ns = (uint64_t)((double)sender->sent * 1e9 / (double)plan->rate);

		due = by_now - sender->sent < due ? by_now - sender->sent : due;
		if (!due && next_ns > passed_ns)
			*wait_ns = next_ns - passed_ns;
	}
	if (plan->count && plan->count - sender->sent < due)
		due = plan->count - sender->sent;
	return due < CARRY_BATCH ? (size_t)due : CARRY_BATCH;
}

/* Sends until the time, or the count, is over, and waits for the last answers. */
static double run(struct sender *sender)
{
	const struct plan *plan = sender->plan;
	uint64_t began_ns = clock_ns(), looked_ns = began_ns, now_ns = began_ns;
	uint64_t last_ns = began_ns + (uint64_t)(plan->seconds * 1e9);
	bool is_over = false;

	while (!is_over || sender->under_way) {
		uint64_t wait_ns = LOOK_NS;
		size_t due;

		now_ns = clock_ns();
		is_over = is_over || now_ns >= last_ns ||
			  (plan->count && sender->sent == plan->count);
		due = is_over ? 0 : count_due(sender, now_ns - began_ns, &wait_ns);
		if (due)
			send_some(sender, due);
		sender->now_ns = 0;
		carry_receive(sender->carry, due == CARRY_BATCH ? 0 : wait_ns, take, sender);
		if (now_ns - looked_ns > LOOK_NS) {
			forget_lost(sender);
			looked_ns = now_ns;
		}
	}
	return (double)(now_ns - began_ns) * 1e-9;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile_us(const struct sender *sender, double share)
{
	size_t at = (size_t)(share * (double)sender->samples);

	if (!sender->samples)
		return 0;
	return sender->samples_ns[at < sender->samples ? at : sender->samples - 1] / 1000.0;
}

static void report(const struct sender *sender, double seconds)
{
	qsort(sender->samples_ns, sender->samples, sizeof(*sender->samples_ns), compare);
	printf("{\"sent\": %" PRIu64 ", \"answered\": %" PRIu64 ", \"refused\": %" PRIu64
	       ", \"failed\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"seconds\": %.6f, "
	       "\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f}\n",
	       sender->sent, sender->answered, sender->refused, sender->failed, sender->lost,
	       seconds, percentile_us(sender, 0.5), percentile_us(sender, 0.99),
	       percentile_us(sender, 0.999));
}

static int refuse(const char *why)
{
	fprintf(stderr,
		"send: %s\nusage: send --kind KIND [--users N] [--names N] [--domains N] "
		"[--share PERCENT] [--seed N]\n"
		"            [--start SERIAL] [--window N] [--rate QPS] [--seconds S | --count N] "
		"[--tcp] [--port P]\nKIND:",
		why);
	for (int kind = 0; kind < QUESTION_KINDS; kind++)
		fprintf(stderr, " %s", question_kinds[kind]);
	fputc('\n', stderr);
	return 2;
}

static bool read_kind(const char *text, enum question_kind *kind)
{
	for (int i = 0; i < QUESTION_KINDS; i++) {
		if (strcmp(text, question_kinds[i]) == 0) {
			*kind = (enum question_kind)i;
			return true;
		}
	}
	return false;
}

/* False if an option is none. */
static bool read_plan(int argc, char **argv, struct plan *plan)
{
	static const struct option options[] = {
		{ "kind", required_argument, NULL, 'k' },
		{ "users", required_argument, NULL, 'u' },
		{ "names", required_argument, NULL, 'n' },
		{ "domains", required_argument, NULL, 'd' },
		{ "share", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "start", required_argument, NULL, 'b' },
		{ "window", required_argument, NULL, 'w' },
		{ "rate", required_argument, NULL, 'q' },
		{ "seconds", required_argument, NULL, 'l' },
		{ "count", required_argument, NULL, 'c' },
		{ "tcp", no_argument, NULL, 't' },
		{ "port", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	bool has_kind = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;

		switch (option) {
		case 'k':
			has_kind = read_kind(optarg, &plan->load.kind);
			break;
		case 'u':
			plan->load.users = (uint32_t)number;
			break;
		case 'n':
			plan->load.names = (uint32_t)number;
			break;
		case 'd':
			plan->load.domains = (uint32_t)number;
			break;
		case 's':
			plan->load.share_percent = (uint32_t)number;
			break;
		case 'r': /* spread over the whole word, never 0 */
			plan->load.random = (number + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
			break;
		case 'b':
			plan->load.serial = number;
			break;
		case 'w':
			plan->window = (uint32_t)number;
			break;
		case 'q':
			plan->rate = number;
			break;
		case 'l':
			plan->seconds = strtod(optarg, NULL);
			break;
		case 'c':
			plan->count = number;
			break;
		case 't':
			plan->tcp = true;
			break;
		case 'p':
			plan->port = (uint16_t)number;
			break;
		default:
			return false;
		}
	}
	return has_kind && optind == argc && plan->load.users && plan->load.names &&
	       plan->load.domains && plan->window && plan->window <= WINDOW_MOST &&
	       plan->seconds > 0 && plan->seconds <= 600;
}

int main(int argc, char **argv)
{
	static struct sender sender;
	struct plan plan = {
		.load = { .users = 1000, .names = 1000, .domains = 20000, .random = 1 },
		.window = 100,
		.seconds = 60,
		.port = 53,
	};
	struct sockaddr_in server = { .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint32_t connections;

	if (!read_plan(argc, argv, &plan))
		return refuse("an option is wrong, or out of range");
	server.sin_port = htons(plan.port);
	connections = plan.load.users < TCP_MOST ? plan.load.users : TCP_MOST;
	sender.plan = &plan;
	sender.load = plan.load;
	sender.carry = carry_open(&server, plan.tcp ? connections : 0);
	sender.samples_ns = calloc(SAMPLES_MOST, sizeof(*sender.samples_ns));
	if (!sender.samples_ns)
		return 1;
	report(&sender, run(&sender));
	carry_close(sender.carry);
	free(sender.samples_ns);
	return 0;
}
