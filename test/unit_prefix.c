/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is one user: an IPv6 prefix, and no part of another's. */
#include "fixture_engine.h"

static struct seep_address address_v6(const uint8_t *bytes)
{
	struct seep_address address = { .size_bytes = 16 };

	memcpy(address.bytes, bytes, 16);
	return address;
}

/* Which addresses are one user: counted by the gauge, and by a budget that they share. */
static void test_user_prefix(void)
{
	static const struct {
		const char *conf;
		unsigned size;
		unsigned bit; /* the first in which the two addresses differ */
		bool same;
	} cases[] = {
		{ "", 4, 31, false },
		{ "", 4, 0, false },
		{ "user-prefix-v4: 31\n", 4, 31, true },
		{ "user-prefix-v4: 31\n", 4, 30, false },
		{ "user-prefix-v4: 24\n", 4, 24, true },
		{ "user-prefix-v4: 24\n", 4, 23, false },
		{ "user-prefix-v4: 20\n", 4, 20, true },
		{ "user-prefix-v4: 20\n", 4, 19, false },
		{ "user-prefix-v4: 8\n", 4, 8, true },
		{ "user-prefix-v4: 8\n", 4, 7, false },
		{ "user-prefix-v6: 128\n", 4, 31, false },
		{ "", 16, 127, false },
		{ "", 16, 64, false },
		{ "user-prefix-v6: 64\n", 16, 64, true },
		{ "user-prefix-v6: 64\n", 16, 127, true },
		{ "user-prefix-v6: 64\n", 16, 63, false },
		{ "user-prefix-v6: 128\n", 16, 127, false },
		{ "user-prefix-v6: 127\n", 16, 127, true },
		{ "user-prefix-v6: 56\n", 16, 56, true },
		{ "user-prefix-v6: 56\n", 16, 55, false },
		{ "user-prefix-v6: 60\n", 16, 60, true },
		{ "user-prefix-v6: 60\n", 16, 59, false },
		{ "user-prefix-v6: 16\n", 16, 16, true },
		{ "user-prefix-v6: 16\n", 16, 15, false },
		{ "user-prefix-v4: 8\n", 16, 63, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xa5, 0x5a, 0xc3, 0x3c,
					    0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0 };
		struct seep_address addresses[2] = { address_v6(bytes), address_v6(bytes) };
		struct wire wire = wire_of("www.far.com");
		struct rig rig;
		char conf[256];

		snprintf(conf, sizeof(conf), USER_ONLY "%s", cases[i].conf);
		rig_open(&rig, conf);
		for (int a = 0; a < 2; a++) {
			struct seep_observation observation = { .name = wire.bytes,
								.name_size = wire.size,
								.qclass = SEEP_QCLASS_IN,
								.when_ms = rig.now_ms };
			struct seep_reservation reservation;
			struct seep_name name;

			if (cases[i].size == 4) {
				memset(addresses[a].bytes + 4, 0, 12);
				addresses[a].size_bytes = 4;
			}
			/* the bit, and in the second all after it */
			for (unsigned bit = cases[i].bit; a && bit < 8 * cases[i].size; bit++)
				addresses[a].bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			observation.client = addresses[a];
			seep_engine_ask(rig.thread, &observation, &reservation, &name);
			seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		}
		is_int(rig_stat(&rig, "users"), cases[i].same ? 1 : 2,
		       "IPv%u, bit %u differs, %s: %s", cases[i].size == 4 ? 4 : 6, cases[i].bit,
		       *cases[i].conf ? cases[i].conf : "the defaults",
		       cases[i].same ? "one user" : "two");
		rig_close(&rig);
	}

	struct rig rig;
	rig_open(&rig, USER_ONLY "user-prefix-v4: 24\n");
	send_all(&rig, 1, "far.com", 1000);
	is_verdict(rig_send(&rig, 200, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "one user's other address");
	is_verdict(rig_send(&rig, 256, rig_fresh(&rig, "else.com")), SEEP_PASS, SEEP_METER_NONE,
		   "another user");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_user_prefix);
	return done();
}
