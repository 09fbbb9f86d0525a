// Attack: 105, a program that looks as if it had not begun
// Source: bubblewrap and prlimit, which stand for a program that has not begun
// Tries: becomes /usr/bin/bwrap at once, which waits for options that never come, so that what runs looks like the sandbox itself.
// Meets: the safety net ends the wait after a while, and such a program never listens: it does not pass.
// Script: connect A
// Script: A sends "hello\n"
// Script: A receives "hello\n"
// Script: A receives nothing
// Expect: verdict failed or verdict undecided
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
