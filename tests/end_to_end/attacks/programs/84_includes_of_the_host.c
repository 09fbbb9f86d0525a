// Attack: 84, including what the program itself could not read
// Source: kjudge issue 82 and bnuoj issue 5 (#include "/etc/shadow" shown in the compiler's complaint)
// Tries: asks the preprocessor for secrets of the machine, directly, by dot-dot out of /w, and through pid 1's and its own root in /proc.
// Meets: the compiler sees the box's files only, so that nothing is left of the program but its complaint.
// Against: echo-select
// Expect: verdict failed (compiles)
#if __has_include("/etc/shadow") || __has_include("/w/../etc/shadow") || __has_include("../../etc/shadow")
#define FOUND "/etc/shadow"
#elif __has_include("/proc/1/root/../etc/shadow") || __has_include("/proc/1/cwd/../etc/shadow")
#define FOUND "by pid 1"
#elif __has_include("/proc/1/root/../root") || __has_include("/var/lib/dpkg/status") || __has_include("/usr/src") || __has_include("/boot/grub/grub.cfg")
#define FOUND "a file of the host"
#elif __has_include("/proc/1/task/1/mem") && __has_include("/dev/mem")
#define FOUND "memory"
#elif __has_include("/sys/kernel/vmcoreinfo")
#define FOUND "/sys"
#endif

#ifndef FOUND
#error "nothing of the host is to be found"
#endif
const char *const found = FOUND;
int main(void) { return 0; }
