/* Lets one call of the system fail: the Nth of a kind, on files below a folder. Loaded before the C library by a
   test that looks what a program does then.

   DAYFOLD_FAULT=KIND:NUMBER:ERRNO:ROLE:FOLDER   ROLE is the program's first argument, such as run or worker
   DAYFOLD_FAULT_COUNT=FILE                      all processes count together in this file's first 8 bytes */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char kind[16], role[16], folder[4096];
static unsigned long number;
static int error;
static unsigned long *count; /* null where nothing is to fail */

__attribute__((constructor)) static void begin(void) {
    const char *fault = getenv("DAYFOLD_FAULT"), *file = getenv("DAYFOLD_FAULT_COUNT");
    char line[8192];
    if (!fault || !file ||
        sscanf(fault, "%15[^:]:%lu:%d:%15[^:]:%4095s", kind, &number, &error, role, folder) != 5)
        return;
    int own = syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY);
    long length = syscall(SYS_read, own, line, sizeof line - 1);
    syscall(SYS_close, own);
    if (length <= 0) return;
    line[length] = 0;
    if (strlen(line) + 1 >= (size_t)length || strcmp(line + strlen(line) + 1, role)) return;
    int shared = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT, 0644);
    if (shared < 0) return;
    syscall(SYS_ftruncate, shared, 4096L);
    void *page = (void *)syscall(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_WRITE), (long)MAP_SHARED, (long)shared, 0L);
    syscall(SYS_close, shared);
    if (page != MAP_FAILED) count = page;
}

static int is_below(const char *path) { return !strncmp(path, folder, strlen(folder)); }

/* Whether this call is the one; which file it is about is told by a path or a descriptor. */
static int fails(const char *what, const char *path, int file) {
    char link[64], found[4096];
    if (!count || strcmp(what, kind)) return 0;
    int before = errno;
    if (!path || path[0] != '/') {
        if (path) file = AT_FDCWD;
        if (file == AT_FDCWD) strcpy(link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        long length = syscall(SYS_readlinkat, AT_FDCWD, link, found, sizeof found - 1);
        errno = before;
        if (length <= 0) return 0;
        found[length] = 0;
        path = found;
    }
    if (!is_below(path)) return 0;
    if (__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST) != number) return 0;
    errno = error;
    return 1;
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = dlsym(RTLD_NEXT, #name)

ssize_t write(int f, const void *b, size_t n) { NEXT(write); return f > 2 && fails("write", 0, f) ? -1 : next(f, b, n); }
ssize_t pwrite64(int f, const void *b, size_t n, off64_t o) { NEXT(pwrite64); return fails("write", 0, f) ? -1 : next(f, b, n, o); }
ssize_t read(int f, void *b, size_t n) { NEXT(read); return f > 2 && fails("read", 0, f) ? -1 : next(f, b, n); }
ssize_t pread64(int f, void *b, size_t n, off64_t o) { NEXT(pread64); return fails("read", 0, f) ? -1 : next(f, b, n, o); }
int fsync(int f) { NEXT(fsync); return fails("sync", 0, f) ? -1 : next(f); }
int fdatasync(int f) { NEXT(fdatasync); return fails("sync", 0, f) ? -1 : next(f); }
int ftruncate64(int f, off64_t o) { NEXT(ftruncate64); return fails("truncate", 0, f) ? -1 : next(f, o); }
int rename(const char *a, const char *b) { NEXT(rename); return fails("rename", b, 0) ? -1 : next(a, b); }
int unlink(const char *p) { NEXT(unlink); return fails("unlink", p, 0) ? -1 : next(p); }
int mkdir(const char *p, mode_t m) { NEXT(mkdir); return fails("mkdir", p, 0) ? -1 : next(p, m); }
int fstat64(int f, struct stat64 *s) { NEXT(fstat64); return fails("stat", 0, f) ? -1 : next(f, s); }
int stat64(const char *p, struct stat64 *s) { NEXT(stat64); return fails("stat", p, 0) ? -1 : next(p, s); }
int lstat64(const char *p, struct stat64 *s) { NEXT(lstat64); return fails("stat", p, 0) ? -1 : next(p, s); }
int statx(int d, const char *restrict p, int o, unsigned m, struct statx *restrict s) {
    NEXT(statx);
    return fails("stat", *p ? p : 0, d) ? -1 : next(d, p, o, m, s);
}
void *mmap64(void *a, size_t l, int p, int o, int f, off64_t at) {
    NEXT(mmap64);
    return f > 2 && fails("mmap", 0, f) ? MAP_FAILED : next(a, l, p, o, f, at);
}
/* the file is closed all the same, as it is where a server's last word was an error */
int close(int f) {
    NEXT(close);
    int is_it = f > 2 && fails("close", 0, f), wanted = errno;
    int closed = next(f);
    if (!is_it) return closed;
    errno = wanted;
    return -1;
}
#define MODE(flags) \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *p, int o, ...) { NEXT(open); MODE(o) return fails("open", p, 0) ? -1 : next(p, o, mode); }
int open64(const char *p, int o, ...) { NEXT(open64); MODE(o) return fails("open", p, 0) ? -1 : next(p, o, mode); }
int openat(int d, const char *p, int o, ...) { NEXT(openat); MODE(o) return fails("open", p, d) ? -1 : next(d, p, o, mode); }
int openat64(int d, const char *p, int o, ...) { NEXT(openat64); MODE(o) return fails("open", p, d) ? -1 : next(d, p, o, mode); }
