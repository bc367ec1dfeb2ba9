/* Preloaded into a server, moves its wall clock by the seconds that stand in the file CLOCK_AWAY. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec real;
  clock_gettime(CLOCK_REALTIME, &real);
  long seconds = 0;
  const char *path = getenv("CLOCK_AWAY");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  if (file != NULL) {
    if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
    fclose(file);
  }
  now->tv_sec = real.tv_sec + seconds;
  now->tv_usec = real.tv_nsec / 1000;
  return 0;
}
