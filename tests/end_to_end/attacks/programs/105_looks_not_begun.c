// Attack: 105, a program that looks as if it had not begun
// Source: bubblewrap itself, whose image stands for a program that has not begun
// Tries: becomes /usr/bin/bwrap at once, which waits for options that never come, so that what runs looks like the sandbox itself.
// Meets: an empty file in its place, so that it cannot be executed; the program ends and has not passed.
// Script: connect A
// Script: A sends "hello\n"
// Script: A receives "hello\n"
// Script: A receives nothing
// Expect: verdict failed
// Limits: wall_ns=4000000000
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    char number[16];
    if (pipe(ends))
        return 1;
    snprintf(number, sizeof number, "%d", ends[0]);
    execl("/usr/bin/bwrap", "bwrap", "--args", number, NULL);
    return 1;
}
