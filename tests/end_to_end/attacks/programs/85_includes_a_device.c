// Attack: 85, a header without an end
// Source: EchoJudge issue 10 (#include </dev/random>)
// Tries: includes a device that always has more to read.
// Meets: the compiler's memory fills, and it is ended for that or gives up.
// Against: echo-select
// Expect: verdict failed (compiles)
#include "/dev/zero"
int main(void) { return 0; }
