// Attack: 53, reads by an option of the socket
// Source: found here
// Tries: to read by getsockopt(TCP_ZEROCOPY_RECEIVE), which copies what fits into a buffer and is in no list of calls to trace, and so to be a server that nobody has seen reading.
// Meets: the filter: EPERM for this option.
// Expect: verdict failed
// Asks: select
// Script: connect A B
// Script: A sends "one\n"
// Script: A receives "one\n"
// Script: B sends "two\n"
// Script: B receives "two\n"
// Script: A sends "three\n"
// Script: A receives "three\n"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct receive {
    uint64_t address;
    uint32_t length, recv_skip_hint, inq;
    int32_t err;
    uint64_t copybuf_address;
    int32_t copybuf_len;
    uint32_t flags;
    uint64_t msg_control, msg_controllen;
    uint32_t msg_flags, reserved;
};

static void *serve(void *number)
{
    int client = (int)(intptr_t)number;
    char room[1000];
    for (;;) {
        struct receive wanted = {.length = 0, .copybuf_address = (uintptr_t)room, .copybuf_len = sizeof room};
        socklen_t size = sizeof wanted;
        if (getsockopt(client, IPPROTO_TCP, 35, &wanted, &size))
            exit(1);
        if (wanted.copybuf_len > 0 && wanted.copybuf_len <= (int)sizeof room)
            send(client, room, wanted.copybuf_len, 0);
        else
            usleep(1000);
    }
}

int main(int count, char **arguments)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[count - 1]))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 100))
        return 1;
    for (;;) {
        pthread_t thread;
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)accept(listener, NULL, NULL));
    }
}
