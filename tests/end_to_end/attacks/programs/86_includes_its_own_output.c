// Attack: 86, a header that never comes
// Source: sandlock issue 158 (opening a FIFO hangs the supervisor)
// Tries: includes the compiler's own standard output, which is a pipe: reading it waits for bytes that nobody writes.
// Meets: the compiler sleeps and nobody can wake it: it is ended after two seconds, as the source's own fault.
// Against: echo-select
// Expect: verdict failed (compiles)
#include "/proc/self/fd/1"
int main(void) { return 0; }
