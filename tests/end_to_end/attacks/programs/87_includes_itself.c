// Attack: 87, a source that includes itself, twice
// Source: vijos/malicious-code, include_self.cpp
// Tries: two includes of itself in each of two hundred levels: more work than there is time.
// Meets: the compiler gives up at its own depth or is ended by its limits; what it says is cut.
// Against: echo-select
// Expect: verdict failed (compiles)
#if __INCLUDE_LEVEL__ < 190
#include __FILE__
#include __FILE__
#endif
int main(void) { return 0; }
