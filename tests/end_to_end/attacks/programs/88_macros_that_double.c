// Attack: 88, macros that double
// Source: vijos/malicious-code, macro.c
// Tries: one name that expands to 2 to the power of 32 expressions.
// Meets: the compiler is over its memory or time and is ended.
// Against: echo-select
// Expect: verdict failed (compiles)
#define A(x) x + x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(B(B(x))))
int main(void) { return C(C(1)); }
