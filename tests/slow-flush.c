/* A disk that takes its time: each fdatasync of the process takes FLUSH_MICROS microseconds longer. Loaded before the C library
   by tests/with-postgres, to measure what the journal does on disks slower than the one at hand. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int file)
{
    static int (*real)(int);
    static long micros = -1;
    if (micros < 0) {
        const char *told = getenv("FLUSH_MICROS");
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
        micros = told ? atol(told) : 0;
    }
    struct timespec longer = {micros / 1000000, micros % 1000000 * 1000};
    nanosleep(&longer, NULL);
    return real(file);
}
