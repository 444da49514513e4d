/* Kills the process at the n-th call that changes something under a folder; see kill_points.py.

   Loaded before everything else, it stands between the program (and the libraries in it, HDF5 too) and the C library. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls_left = 0;
static int torn = 0;
static char folder[PATH_MAX] = "";

/* From now on: die before the n-th change, or, if torn, in the middle of the n-th write. Zero disarms. */
void kill_at(long n, int in_the_middle, const char *under) {
    torn = in_the_middle;
    snprintf(folder, sizeof folder, "%s", under);
    __atomic_store_n(&calls_left, n, __ATOMIC_SEQ_CST);
}

static int is_here(const char *path) {
    return path && folder[0] && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_open_here(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_here(path);
}

static int is_last(int here) {
    return here && __atomic_load_n(&calls_left, __ATOMIC_SEQ_CST) > 0
        && __atomic_sub_fetch(&calls_left, 1, __ATOMIC_SEQ_CST) == 0;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

/* A change that happens as a whole or not at all. */
#define CHANGE(type, name, parameters, arguments, here)      \
    type name parameters {                                   \
        static type(*real) parameters;                       \
        if (!real) real = next(#name);                       \
        if (!torn && is_last(here)) die();                   \
        return real arguments;                               \
    }

/* A write, of which there may be a half. */
#define WRITE(name, parameters, arguments, half)             \
    ssize_t name parameters {                                \
        static ssize_t(*real) parameters;                    \
        if (!real) real = next(#name);                       \
        if (is_last(is_open_here(fd))) {                     \
            ssize_t done = torn ? real half : 0;             \
            (void)done;                                      \
            die();                                           \
        }                                                    \
        return real arguments;                               \
    }

WRITE(write, (int fd, const void *data, size_t size), (fd, data, size), (fd, data, size / 2))
WRITE(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), (fd, data, size / 2, at))
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), (fd, data, size / 2, at))
WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), (fd, parts, count / 2))

CHANGE(int, ftruncate, (int fd, off_t size), (fd, size), is_open_here(fd))
CHANGE(int, ftruncate64, (int fd, off64_t size), (fd, size), is_open_here(fd))
CHANGE(int, truncate, (const char *path, off_t size), (path, size), is_here(path))
CHANGE(int, truncate64, (const char *path, off64_t size), (path, size), is_here(path))
CHANGE(int, posix_fallocate, (int fd, off_t at, off_t size), (fd, at, size), is_open_here(fd))
CHANGE(int, posix_fallocate64, (int fd, off64_t at, off64_t size), (fd, at, size), is_open_here(fd))
CHANGE(int, fsync, (int fd), (fd), is_open_here(fd))
CHANGE(int, fdatasync, (int fd), (fd), is_open_here(fd))
CHANGE(int, rename, (const char *old, const char *new), (old, new), is_here(new))
CHANGE(int, renameat, (int a, const char *old, int b, const char *new), (a, old, b, new), is_here(new))
CHANGE(int, renameat2, (int a, const char *old, int b, const char *new, unsigned flags), (a, old, b, new, flags),
       is_here(new))
CHANGE(int, linkat, (int a, const char *old, int b, const char *new, int flags), (a, old, b, new, flags), is_here(new))
CHANGE(int, link, (const char *old, const char *new), (old, new), is_here(new))
CHANGE(int, symlink, (const char *old, const char *new), (old, new), is_here(new))
CHANGE(int, unlink, (const char *path), (path), is_here(path))
CHANGE(int, unlinkat, (int at, const char *path, int flags), (at, path, flags), is_here(path) || is_open_here(at))
CHANGE(int, mkdir, (const char *path, mode_t mode), (path, mode), is_here(path))
CHANGE(int, rmdir, (const char *path), (path), is_here(path))

#define MODE                                                 \
    mode_t mode = 0;                                         \
    if (flags & O_CREAT) {                                   \
        va_list rest;                                        \
        va_start(rest, flags);                               \
        mode = va_arg(rest, mode_t);                         \
        va_end(rest);                                        \
    }

#define OPEN(name)                                                                      \
    int name(const char *path, int flags, ...) {                                        \
        static int (*real)(const char *, int, ...);                                     \
        if (!real) real = next(#name);                                                  \
        MODE                                                                            \
        if (!torn && flags & (O_CREAT | O_TRUNC) && is_last(is_here(path))) die();      \
        return real(path, flags, mode);                                                 \
    }

OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                    \
    int name(int at, const char *path, int flags, ...) {                                \
        static int (*real)(int, const char *, int, ...);                                \
        if (!real) real = next(#name);                                                  \
        MODE                                                                            \
        if (!torn && flags & (O_CREAT | O_TRUNC) && is_last(is_here(path))) die();      \
        return real(at, path, flags, mode);                                             \
    }

OPENAT(openat)
OPENAT(openat64)
