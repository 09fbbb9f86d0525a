"""Whether this machine can isolate programs: tried out, and told with what mends it."""
