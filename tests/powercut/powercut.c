/* A disk that forgets: preloaded into a process, it keeps beside the tree POWERCUT_ROOT what is durable of it, in
 * POWERCUT_SHADOW, and nothing else becomes durable:
 *
 *   shadow/data/<inode>-<birth>   the octets of a file as they were when it was synced last
 *   shadow/dirs/<inode>-<birth>   the entries of a directory as they were when it was synced last: key, kind, name a line
 *
 * A directory entry that was not synced is not durable even when its file was; a file that was never synced is empty.
 * That is what POSIX promises, and less than what most file systems do. After SIGKILL the tester puts the tree together
 * from the shadow (tests/spec/power.rs). Nothing reaches the disk: what counts is the shadow.
 *
 * POWERCUT_SWALLOW=wal|database|folder|blob|leaf|branch|checkpoint|secret|beside: syncs of that class do nothing, as if
 * they were commented out.
 * POWERCUT_FULL=<path of a flag file>: while it is there, writes that need space fail with ENOSPC, for those files whose
 * path holds the text in the flag file.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return -1;
    path[length] = 0;
    return 0;
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Where this path lies below the root; NULL for what is elsewhere. */
static const char *below_root(const char *path) {
    const char *root = getenv("POWERCUT_ROOT");
    if (!root) return NULL;
    size_t length = strlen(root);
    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != 0)) return NULL;
    return path + length;
}

/* Which of the product's syncs this is, by what is synced. */
static const char *class_of(const char *path, int is_directory) {
    if (!is_directory) {
        if (ends_with(path, "-wal")) return "wal";
        if (ends_with(path, ".db")) return "database";
        if (strstr(path, "/blobs/")) return "blob";
        if (strstr(path, ".checkpoint-")) return "checkpoint";
        /* A secret while it is made. */
        if (ends_with(path, ".new")) return "secret";
        return "other";
    }
    const char *blobs = strstr(path, "/blobs");
    /* Secrets and the checkpoint lie in a folder of their own. */
    if (!blobs) return ends_with(path, "/operator") ? "beside" : "folder";
    /* /blobs/ab/cd holds blobs; /blobs/ab and /blobs hold directories. */
    return strlen(blobs) >= strlen("/blobs/ab/cd") ? "leaf" : "branch";
}

static void key_of(int directory, const char *name, int flags, char *key, size_t size) {
    struct statx info;
    key[0] = 0;
    if (statx(directory, name, flags | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &info) != 0) return;
    snprintf(key, size, "%llu-%lld.%09u", (unsigned long long)info.stx_ino, (long long)info.stx_btime.tv_sec,
             info.stx_btime.tv_nsec);
}

static int write_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t done = syscall(SYS_write, fd, bytes, count);
        if (done < 0) return -1;
        bytes += done;
        count -= (size_t)done;
    }
    return 0;
}

static int copy_file(int fd, int to) {
    static char octets[1 << 20];
    off_t at = 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    /* The descriptor may be for writing only, or its offset shared. */
    int from = open(link, O_RDONLY | O_CLOEXEC);
    if (from < 0) return -1;
    for (;;) {
        ssize_t count = pread(from, octets, sizeof octets, at);
        if (count < 0 || (count > 0 && write_all(to, octets, (size_t)count) != 0)) { close(from); return -1; }
        if (count == 0) { close(from); return 0; }
        at += count;
    }
}

struct entry { unsigned long long ino; long long off; unsigned short length; unsigned char type; char name[]; };

static int copy_directory(int fd, int to) {
    static char octets[4 << 20];
    char line[NAME_MAX + 128], key[96], link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int from = open(link, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0) return -1;
    for (;;) {
        long count = syscall(SYS_getdents64, from, octets, sizeof octets);
        if (count <= 0) { close(from); return (int)count; }
        for (long at = 0; at < count;) {
            struct entry *entry = (struct entry *)(octets + at);
            at += entry->length;
            if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
            key_of(from, entry->name, 0, key, sizeof key);
            if (!key[0]) continue;
            int length = snprintf(line, sizeof line, "%s %c %s\n", key, entry->type == DT_DIR ? 'd' : 'f', entry->name);
            if (write_all(to, line, (size_t)length) != 0) { close(from); return -1; }
        }
    }
}

/* Makes what is behind the descriptor durable: whole, or as it was. */
static int make_durable(int fd) {
    char path[PATH_MAX], key[96], half[PATH_MAX], whole[PATH_MAX];
    struct stat info;
    const char *shadow = getenv("POWERCUT_SHADOW"), *swallow = getenv("POWERCUT_SWALLOW");
    if (!shadow || path_of(fd, path) != 0 || !below_root(path)) return 0;
    if (fstat(fd, &info) != 0) return -1;
    int is_directory = S_ISDIR(info.st_mode);
    if (swallow && strcmp(swallow, class_of(path, is_directory)) == 0) return 0;
    key_of(fd, "", AT_EMPTY_PATH, key, sizeof key);
    pthread_mutex_lock(&one_at_a_time);
    snprintf(half, sizeof half, "%s/half-%d", shadow, (int)getpid());
    snprintf(whole, sizeof whole, "%s/%s/%s", shadow, is_directory ? "dirs" : "data", key);
    int to = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to >= 0) fchmod(to, info.st_mode & 07777);
    int done = to < 0 ? -1 : is_directory ? copy_directory(fd, to) : copy_file(fd, to);
    if (to >= 0) close(to);
    if (done == 0) done = (int)syscall(SYS_rename, half, whole);
    pthread_mutex_unlock(&one_at_a_time);
    if (done != 0) {
        /* Not to be overlooked: the test would blame the product. */
        fprintf(stderr, "powercut: %s is not kept: %s\n", path, strerror(errno));
        abort();
    }
    return 0;
}

int fsync(int fd) { return make_durable(fd); }
int fdatasync(int fd) { return make_durable(fd); }

/* Ways past the shadow, which the product does not go. */
static int refuse(const char *what) {
    fprintf(stderr, "powercut: %s is not known here\n", what);
    abort();
}
int syncfs(int fd) { (void)fd; return refuse("syncfs"); }
int msync(void *at, size_t length, int flags) { (void)at; (void)length; (void)flags; return refuse("msync"); }
int sync_file_range(int fd, off_t from, off_t count, unsigned flags) {
    (void)fd; (void)from; (void)count; (void)flags;
    return refuse("sync_file_range");
}

/* Whether the disk is full for this file now. */
static int is_full(int fd) {
    const char *flag = getenv("POWERCUT_FULL");
    char path[PATH_MAX], which[256];
    if (!flag || access(flag, F_OK) != 0 || path_of(fd, path) != 0 || !below_root(path)) return 0;
    int from = open(flag, O_RDONLY | O_CLOEXEC);
    if (from < 0) return 0;
    ssize_t count = read(from, which, sizeof which - 1);
    close(from);
    if (count <= 0) return 0;
    which[count] = 0;
    if (!strstr(path, which)) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (is_full(fd)) return -1;
    return syscall(SYS_write, fd, bytes, count);
}
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    if (is_full(fd)) return -1;
    return syscall(SYS_writev, fd, pieces, count);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    if (is_full(fd)) return -1;
    return syscall(SYS_pwrite64, fd, bytes, count, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    if (is_full(fd)) return -1;
    return syscall(SYS_pwrite64, fd, bytes, count, at);
}
