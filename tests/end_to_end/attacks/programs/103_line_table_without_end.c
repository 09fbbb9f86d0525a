// Attack: 103, a line table without end
// Source: pyelftools issue 370 (a file whose tables never end)
// Tries: lets the assembler write four hundred thousand lines into the table from which the grader reads where the program sleeps.
// Meets: the table is read by a child with limits on time and memory; without it there are no line numbers, and the verdict stands.
// Script: connect A B
// Script: A sends "hel"
// Script: B sends "ping\n"
// Script: B receives "ping\n"
// Expect: verdict failed

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[count - 1]))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    __asm__(".rept 200000\n.loc 1 11\nnop\n.loc 1 12\nnop\n.endr");
    bind(listener, (struct sockaddr *)&place, sizeof place);
    listen(listener, 10);
    for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
        char piece[4096];
        for (ssize_t size; (size = read(client, piece, sizeof piece)) > 0;)
            write(client, piece, size);
    }
    return 0;
}
