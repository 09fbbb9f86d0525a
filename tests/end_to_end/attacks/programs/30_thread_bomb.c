// Attack: 30, a thread bomb
// Tries: to start threads without end, each with a small stack, in several processes.
// Meets: EAGAIN below 64 threads and processes together.
// Expect: ended by wall time or CPU time
// Limits: wall_ns=700000000 cpu_s=1
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *idle(void *unused)
{
    pause();
    return unused;
}

int main(void)
{
    int made = 0;
    fork();
    fork();
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 << 10);
    for (;;) {
        pthread_t thread;
        if (pthread_create(&thread, &small, idle, NULL) == 0 && ++made > 64) {
            printf("ESCAPED: %d threads\n", made);
            fflush(stdout);
        }
    }
}
