// Model: io_uring
// Says: The kernel is asked to accept, to receive from each client and to send; it says what is done.
// Where: observe

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIECE = 65536, CLIENTS = 1024, ENTRIES = 2048 };

struct client {
    char *bytes;           // What it has sent and not got back;
    size_t size, room;
    size_t owed;           // the complete lines among them, which come first.
};

static struct client clients[CLIENTS];  // By descriptor.
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

// Of each client, one operation is under way: it is sent what it is owed, or received from.
static void ask_for_next(int fd)
{
    struct client *client = &clients[fd];

    if (client->owed > 0) {
        ask(IORING_OP_SEND, fd, client->bytes, client->owed);
        return;
    }
    if (client->room - client->size < PIECE)
        client->bytes = realloc(client->bytes, client->room = 2 * client->room + PIECE);
    ask(IORING_OP_RECV, fd, client->bytes + client->size, PIECE);
}

static void welcome(int fd, int listener)
{
    ask(IORING_OP_ACCEPT, listener, NULL, 0);
    if (fd >= CLIENTS)
        close(fd);
    else if (fd >= 0)
        ask_for_next(fd);
}

static void forget(int fd)
{
    close(fd);
    free(clients[fd].bytes);
    clients[fd] = (struct client){ 0 };
}

static void go_on(int fd, int opcode, int result)
{
    struct client *client = &clients[fd];

    if (result <= 0) {
        forget(fd);
        return;
    }
    if (opcode == IORING_OP_SEND) {
        client->owed -= result;
        client->size -= result;
        memmove(client->bytes, client->bytes + result, client->size);
    } else {
        char *newline = memrchr(client->bytes + client->size, '\n', result);

        client->owed = newline ? newline + 1 - client->bytes : 0;
        client->size += result;
    }
    ask_for_next(fd);
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
    ask(IORING_OP_ACCEPT, listener, NULL, 0);
    for (;;) {
        int taken = syscall(SYS_io_uring_enter, ring, unsubmitted, 1, IORING_ENTER_GETEVENTS, 0, 0);

        unsubmitted -= taken > 0 ? taken : 0;
        while (*cq_head != __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE)) {
            struct io_uring_cqe done = completions[*cq_head & *cq_mask];
            int opcode = done.user_data >> 32, fd = (int)done.user_data;

            __atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
            if (opcode == IORING_OP_ACCEPT)
                welcome(done.res, listener);
            else
                go_on(fd, opcode, done.res);
        }
    }
}
