/* A wrong clock for the programs that are started with this in LD_PRELOAD (Linux, glibc); tests/same_bytes.py builds it.
   The time of day is REPORT_TEST_WRONG_CLOCK seconds ahead for ten seconds, as many behind for the next ten, and so on. How long
   something takes, file times and time limits stay those of the machine. libfaketime does not serve: with it time.sleep fails. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long wrong_seconds(void) {
  const char *given = getenv("REPORT_TEST_WRONG_CLOCK");
  struct timespec since_start;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &since_start);
  return (since_start.tv_sec / 10 % 2 ? -1 : 1) * (given ? atol(given) : 0);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = syscall(SYS_clock_gettime, clock, now);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += wrong_seconds();
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int failed = syscall(SYS_gettimeofday, now, zone);
  if (!failed) now->tv_sec += wrong_seconds();
  return failed;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
