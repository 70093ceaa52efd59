/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rows of seep_options.def are written with: units, sizes and the constants of choices. */
#ifndef SEEP_OPTIONS_H
#define SEEP_OPTIONS_H

#include <stdint.h>

#define SEEP_KIB   1024ULL
#define SEEP_MIB   (1024ULL * SEEP_KIB)
#define SEEP_GIB   (1024ULL * SEEP_MIB)
#define SEEP_DAY_S 86400ULL

/* The value of an auto_size field that stands at `auto`. */
#define SEEP_AUTO UINT64_MAX

/* Size of a path field, with the terminating NUL. */
#define SEEP_PATH_SIZE 1024

/* Size of a group field, with the terminating NUL. */
#define SEEP_GROUP_SIZE 64

/* The most bytes of an address with a port, with the NUL. */
#define SEEP_INTERFACE_SIZE 64

/* The option `action`, and `dga-action`. */
enum seep_action {
	SEEP_ACTION_REFUSE,
	SEEP_ACTION_FLAG,
};

/* The option `spoofable`. */
enum seep_spoofable {
	SEEP_SPOOFABLE_METER,
	SEEP_SPOOFABLE_NO_METER,
};

/* The option `privacy`. */
enum seep_privacy {
	SEEP_PRIVACY_NAMES,
	SEEP_PRIVACY_PSEUDONYMS,
};

/* The option `event-log`: the word for the system's log, and what stands before a socket's path. */
#define SEEP_EVENT_LOG_SYSLOG "syslog"
#define SEEP_EVENT_LOG_SOCKET "unix:"
/* The most bytes of a socket's path that the system takes. */
#define SEEP_SOCKET_PATH_MAX  107

#endif
