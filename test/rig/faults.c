/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allocations that fail (faults.h).
 *
 * An allocation counts if it is made by the module, or below it by whatever it calls: that is
 * told by the return addresses on the stack. Threads that the module starts are its own as well.
 */
#include "faults.h"

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unwind.h>

static _Atomic uintptr_t module_start, module_end;
static _Thread_local bool inside; /* the unwinder and the search allocate, too */

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);
static int (*real_pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
static void *(*real_dlopen)(const char *, int);

/* dlsym allocates before there is anything to allocate with. */
static char first_bytes[65536];
static size_t first_used;

static void *first_alloc(size_t size)
{
	void *at = first_bytes + first_used;

	first_used += (size + 15) & ~(size_t)15;
	return first_used <= sizeof(first_bytes) ? at : NULL;
}

static bool is_first(const void *at)
{
	return (const char *)at >= first_bytes &&
	       (const char *)at < first_bytes + sizeof(first_bytes);
}

__attribute__((constructor)) static void start(void)
{
	find(&real_calloc, "calloc");
	find(&real_malloc, "malloc");
	find(&real_realloc, "realloc");
	find(&real_aligned_alloc, "aligned_alloc");
	find(&real_posix_memalign, "posix_memalign");
	find(&real_mmap, "mmap");
	find(&real_pthread_create, "pthread_create");
	find(&real_dlopen, "dlopen");
}

/* The module's addresses, once it is loaded. */
static int look_for_module(struct dl_phdr_info *info, size_t size, void *context)
{
	const char *name = strrchr(info->dlpi_name, '/');

	(void)size, (void)context;
	if (!name || strcmp(name, "/seep.so") != 0)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		atomic_store(&module_end, info->dlpi_addr + segment->p_vaddr + segment->p_memsz);
		atomic_store(&module_start, info->dlpi_addr + segment->p_vaddr);
	}
	return 1;
}

static _Unwind_Reason_Code look_at_frame(struct _Unwind_Context *frame, void *context)
{
	bool *found = context;
	uintptr_t at = _Unwind_GetIP(frame);

	*found = at >= atomic_load(&module_start) && at < atomic_load(&module_end);
	return *found ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* Is this one to fail? */
static bool fails(void)
{
	int64_t at, chosen;
	bool ours = false;

	chosen = atomic_load(&fault_words[FAIL_AT]);
	if (!chosen || inside || !atomic_load(&module_start))
		return false;
	inside = true;
	_Unwind_Backtrace(look_at_frame, &ours);
	inside = false;
	if (!ours)
		return false;
	at = atomic_fetch_add(&fault_words[COUNTED], 1) + 1;
	return at == chosen || (at > chosen && atomic_load(&fault_words[FAIL_ALL]));
}

static void *no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *malloc(size_t size)
{
	if (!real_malloc)
		return first_alloc(size);
	return fails() ? no_memory() : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	if (!real_calloc)
		return first_alloc(count * size);
	return fails() ? no_memory() : real_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	if (is_first(old)) {
		void *made = malloc(size);

		return made ? memcpy(made, old, size) : NULL;
	}
	return fails() ? no_memory() : real_realloc(old, size);
}

void free(void *old)
{
	static void (*real_free)(void *);

	if (is_first(old))
		return;
	if (!real_free)
		find(&real_free, "free");
	real_free(old);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? no_memory() : real_aligned_alloc(alignment, size);
}

int posix_memalign(void **made, size_t alignment, size_t size)
{
	return fails() ? ENOMEM : real_posix_memalign(made, alignment, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (!real_mmap)
		find(&real_mmap, "mmap");
	if (fails()) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return real_mmap(at, size, protection, flags, fd, offset);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *),
		   void *context)
{
	return fails() ? EAGAIN : real_pthread_create(thread, how, run, context);
}

void *dlopen(const char *path, int flags)
{
	void *made = real_dlopen(path, flags);

	atomic_store(&module_start, 0);
	dl_iterate_phdr(look_for_module, NULL);
	return made;
}
