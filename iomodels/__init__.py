"""The science: from system calls to models, waits and figures. Plain Python, without I/O."""
