// Attack: 106, as many mappings as a process may have
// Source: proc(5), /proc/PID/maps, and vm.max_map_count
// Tries: makes sixty thousand mappings of executable memory, so that who looks at where it sleeps has a list of megabytes to read each time.
// Meets: the list is read up to a limit; the server that reads one client at a time is found to do so.
// Script: connect A B
// Script: A sends "hel"
// Script: B sends "ping\n"
// Script: B receives "ping\n"
// Expect: verdict failed
#include <sys/mman.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[count - 1]))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    for (int i = 0; i < 60000; i++)
        mmap((void *)(0x100000000000 + i * 8192L), 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bind(listener, (struct sockaddr *)&place, sizeof place);
    listen(listener, 10);
    for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
        char piece[4096];
        for (ssize_t size; (size = read(client, piece, sizeof piece)) > 0;)
            write(client, piece, size);
    }
    return 0;
}
