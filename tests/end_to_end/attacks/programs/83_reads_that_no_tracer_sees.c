// Attack: 83, bytes that move by calls of which the tracer is not told
// Source: strace issue 303 (what a tracee does unseen)
// Tries: reads from and writes to its own connection by preadv2 and pwritev2 with offset -1, and reads by getsockopt with TCP_ZEROCOPY_RECEIVE.
// Meets: the first two are unknown in the box, so that the C library falls back to readv and writev, and the socket option is refused.
// Expect: contained
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct zerocopy {
    uint64_t address;
    uint32_t length, skip;
    uint32_t in_queue;
    int32_t error;
    uint64_t copy_to;
    int32_t copy_length;
    uint32_t flags;
    uint64_t control;
    uint64_t control_length;
    uint32_t message_flags, reserved;
};

int main(void) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (struct sockaddr *)&place, size);
    listen(listener, 1);
    getsockname(listener, (struct sockaddr *)&place, &size);
    connect(client, (struct sockaddr *)&place, size);
    int server = accept(listener, NULL, NULL);
    char bytes[] = "unseen", read_to[16] = "";
    struct iovec piece = {bytes, 6};
    if (syscall(SYS_pwritev2, client, &piece, 1, -1L, -1L, 0) > 0)
        puts("ESCAPED: pwritev2 has written");
    else
        write(client, bytes, 6);
    recv(server, read_to, 6, MSG_PEEK);
    struct zerocopy asked = {.copy_to = (uint64_t)read_to, .copy_length = sizeof read_to};
    size = sizeof asked;
    if (getsockopt(server, IPPROTO_TCP, 35, &asked, &size) == 0 && asked.copy_length == 6)
        return puts("ESCAPED: getsockopt has read"), 0;
    piece.iov_base = read_to;
    if (syscall(SYS_preadv2, server, &piece, 1, -1L, -1L, 0) > 0)
        return puts("ESCAPED: preadv2 has read"), 0;
    puts("contained");
    return 0;
}
