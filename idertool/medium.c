/* SPDX-License-Identifier: MIT */
/* Image files and block devices: see medium.h. */
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <linux/fs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "idertool/medium.h"
#include "lib/err.h"

void
medium_init(struct medium *m)
{
	*m = (struct medium){ .fd = -1 };
}

/* Bytes of a file or block device. */
static int
measure(int fd, const char *name, uint64_t *size, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, ERR_LOCAL, "%s", name);
	if (S_ISREG(st.st_mode)) {
		*size = (uint64_t)st.st_size;
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return err_set(e, ERR_LOCAL, "%s is neither a file nor a "
		    "block device", name);
	if (ioctl(fd, BLKGETSIZE64, size) == -1)
		return err_sys(e, ERR_LOCAL, "%s: asking for its size", name);
	return 0;
}

/* A reader shares with readers; a writer has it alone. */
static int
lock(int fd, const char *name, bool writable, struct err *e)
{
	if (flock(fd, (writable ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_LOCAL, "%s is in use: another program "
		    "has locked it%s", name, writable ? "" : " for writing");
	return err_sys(e, ERR_LOCAL, "%s: locking it", name);
}

static int
examine(struct medium *m, enum scsi_kind kind, int fd, const char *name,
    bool writable, struct err *e)
{
	unsigned block = scsi_block_size(kind);
	uint64_t size;
	int mode = fcntl(fd, F_GETFL);

	if (measure(fd, name, &size, e) == -1)
		return -1;
	if (mode == -1 || (mode & O_PATH) != 0 || (writable ?
	    (mode & O_ACCMODE) != O_RDWR : (mode & O_ACCMODE) == O_WRONLY))
		return err_set(e, ERR_LOCAL, "%s is not open for reading%s",
		    name, writable ? " and writing" : "");
	if (size < block)
		return err_set(e, ERR_LOCAL, "%s has %llu bytes, less than "
		    "one block of %u", name, (unsigned long long)size, block);
	if (size / block > SCSI_BLOCKS_MAX)
		return err_set(e, ERR_LOCAL, "%s is larger than the %llu "
		    "bytes a drive can have", name, (unsigned long long)
		    SCSI_BLOCKS_MAX * block);
	if (lock(fd, name, writable, e) == -1)
		return -1;
	medium_init(m);
	m->writable = writable;
	m->blocks = size / block;
	m->tail = size % block;
	(void)snprintf(m->name, sizeof m->name, "%s", name);
	return 0;
}

int
medium_adopt(struct medium *m, enum scsi_kind kind, int fd, const char *name,
    bool writable, struct err *e)
{
	if (examine(m, kind, fd, name, writable, e) == -1) {
		(void)close(fd);	/* the error is another one */
		return -1;
	}
	m->fd = fd;
	return 0;
}

/* O_NONBLOCK: a FIFO would keep us waiting here; files do not care. */
int
medium_open(struct medium *m, enum scsi_kind kind, const char *path,
    bool writable, struct err *e)
{
	int fd = open(path, O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
	    (writable ? O_RDWR | O_NOFOLLOW : O_RDONLY));

	if (fd == -1 && writable && errno == ELOOP)
		return err_set(e, ERR_LOCAL, "%s is a symbolic link, and "
		    "nothing is written through one; name the file itself",
		    path);
	if (fd == -1)
		return err_sys(e, ERR_LOCAL, "%s", path);
	return medium_adopt(m, kind, fd, path, writable, e);
}

int
medium_close(struct medium *m, struct err *e)
{
	int rc = 0;

	if (m->fd == -1)
		return 0;
	if (m->unsynced)
		rc = medium_sync(m, e);
	if (close(m->fd) == -1 && rc == 0)
		rc = err_sys(e, ERR_LOCAL, "%s", m->name);
	medium_init(m);
	return rc;
}

int
medium_read(struct medium *m, const struct iovec *iov, int parts,
    uint64_t offset, struct err *e)
{
	size_t want = 0;
	ssize_t n;
	int i;

	for (i = 0; i < parts; i++)
		want += iov[i].iov_len;
	do {
		n = preadv(m->fd, iov, parts, (off_t)offset);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return err_sys(e, ERR_LOCAL, "%s: reading at byte %llu",
		    m->name, (unsigned long long)offset);
	if ((size_t)n != want)
		return err_set(e, ERR_LOCAL, "%s ends at byte %llu: it was "
		    "made shorter while it was served", m->name,
		    (unsigned long long)offset + (unsigned long long)n);
	return 0;
}

/* A file that was made shorter is not made longer again. */
static int
check_end(const struct medium *m, uint64_t end, struct err *e)
{
	uint64_t size;

	if (measure(m->fd, m->name, &size, e) == -1)
		return -1;
	if (end > size)
		return err_set(e, ERR_LOCAL, "%s ends at byte %llu: it was "
		    "made shorter while it was served", m->name,
		    (unsigned long long)size);
	return 0;
}

int
medium_write(struct medium *m, const void *p, size_t n, uint64_t offset,
    struct err *e)
{
	ssize_t done;

	if (check_end(m, offset + n, e) == -1)
		return -1;
	do {
		done = pwrite(m->fd, p, n, (off_t)offset);
	} while (done == -1 && errno == EINTR);
	if (done > 0)
		m->unsynced = true;
	if (done == -1)
		return err_sys(e, ERR_LOCAL, "%s: writing at byte %llu",
		    m->name, (unsigned long long)offset);
	if ((size_t)done != n)
		return err_set(e, ERR_LOCAL, "%s: only %zd of %zu bytes "
		    "could be written at byte %llu", m->name, done, n,
		    (unsigned long long)offset);
	return 0;
}

int
medium_sync(struct medium *m, struct err *e)
{
	if (m->unsynced && fsync(m->fd) == -1)
		return err_sys(e, ERR_LOCAL, "%s: flushing what was written",
		    m->name);
	m->unsynced = false;
	return 0;
}
