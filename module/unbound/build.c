/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Guards against the wrong Unbound: a module sees Unbound's structures, whose
 * layout changes with its version and with the flags it was configured by, and
 * neither Unbound nor the linker checks that.
 */
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "unbound/ub.h"
#include "util/rbtree.h"

/* Is this text, with its final NUL, among the program's constants? */
struct search {
	const char *text;
	bool found;
};

/*
 * Segments are read whole, with whatever lies between the constants, all of it mapped and never
 * written: with AddressSanitizer these are gaps that its memmem, and checked code, stop at.
 */
__attribute__((no_sanitize("address"))) static bool holds(const char *at, size_t size,
							  const char *text)
{
	size_t length = strlen(text) + 1;
	size_t same;

	for (; size >= length; at++, size--) {
		if (*at != *text)
			continue;
		for (same = 1; same < length && at[same] == text[same];)
			same++;
		if (same == length)
			return true;
	}
	return false;
}

static int search_program(struct dl_phdr_info *info, size_t size, void *context)
{
	struct search *search = context;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R) ||
		    (segment->p_flags & PF_W))
			continue;
		if (holds((const char *)(info->dlpi_addr + segment->p_vaddr), segment->p_memsz,
			  search->text))
			search->found = true;
	}
	return 1; /* the program comes first; the libraries do not matter */
}

static bool program_holds(const char *text)
{
	struct search search = { .text = text };

	dl_iterate_phdr(search_program, &search);
	return search.found;
}

bool ub_build_matches(void)
{
	return program_holds(PACKAGE_STRING) && program_holds(CONFCMDLINE);
}

const char *ub_build_version(void)
{
	return PACKAGE_STRING;
}

/*
 * The end of struct module_qstate, which is the same in all versions from
 * 1.9 to 1.26; where it starts differs. It is found by its last member, for
 * a query state lies in its mesh state behind two tree nodes, and points back.
 */
struct qstate_tail {
	void *errinf;
	int curmod;
	int ext_state[MAX_MODULE];
	void *minfo[MAX_MODULE];
	void *env;
	void *mesh_info;
};

/* No version's query state is longer than this, and the mesh state is. */
#define QSTATE_MOST_BYTES 640

static struct qstate_tail *find_tail(struct module_qstate *qstate, int id)
{
	char *start = (char *)qstate;
	const char *mesh_state = start - 2 * sizeof(rbnode_type);

	for (size_t at = offsetof(struct qstate_tail, mesh_info); at < QSTATE_MOST_BYTES;
	     at += sizeof(void *)) {
		struct qstate_tail *tail =
			(void *)(start + at - offsetof(struct qstate_tail, mesh_info));

		if (*(char **)(void *)(start + at) == mesh_state && tail->curmod == id)
			return tail;
	}
	return NULL;
}

void ub_build_pass(struct module_qstate *qstate, enum module_ev event, int id)
{
	static atomic_bool told;
	struct qstate_tail *tail = find_tail(qstate, id);

	if (!tail) {
		if (!atomic_exchange(&told, true))
			log_err("seep: built for another Unbound, and cannot even pass queries on "
				"in this one: take dynlib out of module-config");
		return;
	}
	if (event == module_event_new || event == module_event_pass)
		tail->ext_state[id] = module_wait_module;
	else if (event == module_event_moddone)
		tail->ext_state[id] = module_finished;
	else
		tail->ext_state[id] = module_error;
}
