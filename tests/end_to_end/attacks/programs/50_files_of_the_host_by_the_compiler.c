// Attack: 50, files of the host through the compiler
// Tries: to have the compiler put files of the host into the program, by #include, .incbin and a path out of its folder.
// Meets: a box of the compiler's own, in which none of these exist: it does not compile.
// Expect: verdict failed (compiles)
// Script: connect A
// Script: A receives "root"
#include <stdio.h>
#if __has_include("/etc/shadow") || __has_include("/root/.bashrc") || __has_include("/w/../run/iomodels-boxes/0/w/server.c")
int main(void) { return puts("root"); }
#else
__asm__(".incbin \"/etc/shadow\"");
__asm__(".incbin \"/proc/1/environ\"");
int main(void) { return puts("root"); }
#endif
