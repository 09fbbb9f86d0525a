/* A clock of the day that can be set: preloaded into every process of a site under test.
 *
 * $CLOCK_FILE holds a 64-bit number of seconds by which CLOCK_REALTIME is wrong; it is mapped, so that
 * one write steps the clock of all of them at once. CLOCK_MONOTONIC stays as it is, as it does when an
 * administrator or NTP sets the time: clock_settime(2).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *wrong_by_s;

__attribute__((constructor)) static void map(void)
{
    const char *path = getenv("CLOCK_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *memory = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *wrong_by_s, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        abort();
    wrong_by_s = memory;
    close(file);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    int failed = syscall(SYS_clock_gettime, id, now);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += *wrong_by_s;
    return failed;
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *here)
{
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (here)
        *here = exact.tv_sec;
    return exact.tv_sec;
}
