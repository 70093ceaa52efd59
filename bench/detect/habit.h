/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Benign names that look like a tunnel's: one row a habit, how often a day a
 * person of each role does it, and a function that asks.
 *
 * HABIT(name, office, developer, heavy, home, text)
 * Rates are times a day; most are assumed, for only shapes are published.
 */
#ifndef DETECT_HABIT_H
#define DETECT_HABIT_H

#include "org.h"

#define HABITS(HABIT)                                                                           \
	HABIT(av, 8, 8, 10, 6, "anti-virus reputation: a file's hash as a name")                \
	HABIT(safeframe, 3, 2, 8, 6, "advertisement frames: 32 hex digits, used once")          \
	HABIT(measure, 2, 2, 2, 1, "office suite's measurement: 32 hex digits")                 \
	HABIT(footprint, 1, 1, 1, 0.5, "operating system's measurement: 32 hex digits")         \
	HABIT(amp, 0.5, 0.3, 1.5, 1, "a page's mirror: its address in the name")                \
	HABIT(video, 4, 3, 10, 12, "nodes of a video network: hashed host names")               \
	HABIT(apnic, 0.005, 0.005, 0.01, 0.01, "one-time names of an advertisement experiment") \
	HABIT(probe, 2, 2, 3, 2, "browser's probes: three random single labels, and a suffix")  \
	HABIT(corp, 6, 6, 6, 0, "the organisation's own services, directory and GUID names")    \
	HABIT(storm, 0.08, 0.1, 0.08, 0, "search suffixes tried one after the other")           \
	HABIT(wpad, 3, 2, 3, 2, "proxy discovery, with and without suffix")                     \
	HABIT(portal, 8, 8, 8, 12, "captive-portal checks")                                     \
	HABIT(courier, 2, 2, 2, 4, "a push service's numbered hosts")                           \
	HABIT(dead, 45, 30, 90, 60, "trackers that are gone")                                   \
	HABIT(gone, 0.2, 0.2, 0.6, 0.3, "links to sites that are gone")                         \
	HABIT(typo, 0.25, 0.2, 0.5, 0.3, "mistyped addresses")                                  \
	HABIT(vendor, 2, 2, 2, 0, "a rare program's telemetry with names used once")            \
	HABIT(preview, 0, 2, 0, 0, "short-lived deployments: number and digest")                \
	HABIT(reverse, 0, 3, 0.2, 0.2, "addresses looked up backwards")

#define HABIT_DECLARE(name, ...) \
	void habit_##name(struct person *person, struct stage *stage, struct dice *dice);
HABITS(HABIT_DECLARE)
#undef HABIT_DECLARE

#endif
