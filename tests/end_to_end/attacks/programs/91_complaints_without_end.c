// Attack: 91, complaints without end
// Source: vijos/malicious-code, rand_err.cpp
// Tries: warnings, each with a note for every macro it came out of, hundreds of thousands in all, and one error so that they are shown.
// Meets: the compiler is heard to its end or its limit, and 64 KiB of what it says are kept.
// Against: echo-select
// Expect: verdict failed (compiles)
#define W _Pragma("GCC warning \"\\033]0;owned\\007<script>alert(1)</script>\"")
#define X W W W W W W W W
#define Y X X X X X X X X
#define Z Y Y Y Y Y Y Y Y
Z Z Z Z Z Z Z Z
int main(void) { return nothing; }
