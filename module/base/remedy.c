/* SPDX-License-Identifier: BSD-3-Clause */
/* From an errno to what helps against it. */
#include "base/remedy.h"

#include <errno.h>

const char *seep_remedy_write(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return "free space on its disk";
	case ENOENT:
	case ENOTDIR:
		return "make its directory, and let Unbound's user write there";
	case EACCES:
	case EPERM:
		return "let Unbound's user write in its directory; AppArmor or SELinux may forbid it, "
		       "too";
	case EROFS:
		return "choose a directory that Unbound may write to; systemd may have made this one "
		       "read-only";
	case EISDIR:
		return "name a file, not a directory";
	default:
		return "mend that";
	}
}
