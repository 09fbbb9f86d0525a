// Model: io_uring
// Says: A ring with one operation under way at a time: while one client is silent, nobody is served.
// Wrong: accepts-everybody
// Call: io_uring_enter
// Client: A
// Line: 79
// Scenario: silent
// Where: observe

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIECE = 65536, ENTRIES = 8 };

static unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
static struct io_uring_sqe *entries;
static struct io_uring_cqe *completions;
static int ring;
static unsigned unsubmitted;

static void open_ring(void)
{
    struct io_uring_params params = { 0 };

    ring = syscall(SYS_io_uring_setup, ENTRIES, &params);
    if (ring < 0) {
        perror("io_uring_setup");
        exit(EXIT_FAILURE);
    }
    // Since Linux 5.4 one mapping holds both queues (IORING_FEAT_SINGLE_MMAP), io_uring_setup(2).
    size_t size = params.cq_off.cqes + params.cq_entries * sizeof *completions;
    size_t sq_size = params.sq_off.array + params.sq_entries * sizeof *sq_array;
    int protection = PROT_READ | PROT_WRITE;
    char *queues = mmap(NULL, size > sq_size ? size : sq_size, protection, MAP_SHARED, ring,
                        IORING_OFF_SQ_RING);
    entries = mmap(NULL, params.sq_entries * sizeof *entries, protection, MAP_SHARED, ring,
                   IORING_OFF_SQES);
    sq_tail = (unsigned *)(queues + params.sq_off.tail);
    sq_mask = (unsigned *)(queues + params.sq_off.ring_mask);
    sq_array = (unsigned *)(queues + params.sq_off.array);
    cq_head = (unsigned *)(queues + params.cq_off.head);
    cq_tail = (unsigned *)(queues + params.cq_off.tail);
    cq_mask = (unsigned *)(queues + params.cq_off.ring_mask);
    completions = (struct io_uring_cqe *)(queues + params.cq_off.cqes);
}

// Ask for an operation on a descriptor; its completion says which by user_data.
static void ask(int opcode, int fd, void *bytes, size_t size)
{
    unsigned tail = *sq_tail, which = tail & *sq_mask;

    entries[which] = (struct io_uring_sqe){
        .opcode = opcode,
        .fd = fd,
        .addr = (uintptr_t)bytes,
        .len = size,
        .msg_flags = opcode == IORING_OP_SEND ? MSG_NOSIGNAL : 0,
        .user_data = (uint64_t)opcode << 32 | fd,
    };
    sq_array[which] = which;
    __atomic_store_n(sq_tail, tail + 1, __ATOMIC_RELEASE);
    unsubmitted++;
}

// Have one operation done, and return its result.
static int result_of(int opcode, int fd, void *bytes, size_t size)
{
    ask(opcode, fd, bytes, size);
    while (*cq_head == __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE))
        if (syscall(SYS_io_uring_enter, ring, unsubmitted, 1, IORING_ENTER_GETEVENTS, 0, 0) > 0)
            unsubmitted = 0;
    int result = completions[*cq_head & *cq_mask].res;
    __atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
    return result;
}

// Echo one client's lines until it ends or is gone.
static void serve(int fd)
{
    char *bytes = malloc(PIECE);
    size_t size = 0;
    int got, sent = 0;

    while (sent >= 0 && (got = result_of(IORING_OP_RECV, fd, bytes + size, PIECE)) > 0) {
        char *newline = memrchr(bytes + size, '\n', got);
        size_t owed = newline ? newline + 1 - bytes : 0;

        size += got;
        for (; owed > 0; owed -= sent, size -= sent) {
            if ((sent = result_of(IORING_OP_SEND, fd, bytes, owed)) < 0)
                break;
            memmove(bytes, bytes + sent, size - sent);
        }
        bytes = realloc(bytes, size + PIECE);
    }
    close(fd);
    free(bytes);
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, 128) < 0) {
        perror("cannot listen");
        exit(EXIT_FAILURE);
    }
    return listener;
}

int main(int argc, char **argv)
{
    int listener = listen_on(argc > 1 ? argv[1] : getenv("PORT"));

    open_ring();
    for (;;) {
        int fd = result_of(IORING_OP_ACCEPT, listener, NULL, 0);

        if (fd >= 0)
            serve(fd);
    }
}
