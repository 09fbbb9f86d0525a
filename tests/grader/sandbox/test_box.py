from pathlib import Path

import pytest

from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox


def test_box_joins_output_and_errors_in_order(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of("import sys; print('one'); print('two', file=sys.stderr); print('three')")
        show(output=output_of(box))
    """)

    assert shown == {"output": "one\ntwo\nthree\n"}


@pytest.mark.parametrize(
    ("program", "code", "number"),
    [
        ("pass", 0, None),
        ("raise SystemExit(3)", 3, None),
        ("import os; os.kill(os.getpid(), 11)", None, 11),
        ("1 / 0", 1, None),
    ],
)
def test_box_tells_how_the_program_ended(
    driver: Driver, program: str, code: int | None, number: int | None
) -> None:
    shown = driver.run(f"""
        enter(slot=None)
        box = box_of({program!r})
        wait(box.pidfd)
        ended = box.close()
        show(code=ended.code, signal=ended.signal, again=box.close() == ended)
    """)

    assert shown == {"code": code, "signal": number, "again": True}


def test_box_shows_the_program_its_files_and_lets_it_change_none(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        program = '''
        from pathlib import Path
        print(Path("/w/data/greeting").read_text())
        try:
            Path("/w/data/greeting").write_text("bye")
        except OSError as error:
            print(error.strerror)
        '''
        files = {"p.py": textwrap.dedent(program).encode(), "data/greeting": b"hello"}
        box = start(["python3", "/w/p.py"], files=files, environment={}, limits=Limits())
        show(output=output_of(box))
    """)

    assert shown == {"output": "hello\nRead-only file system\n"}


def test_box_gives_the_program_a_clean_environment(driver: Driver) -> None:
    program = """
        import os, json
        print(json.dumps({"own": dict(os.environ), "of bubblewrap": os.listdir("/proc/1")}))
    """

    shown = driver.run(
        f"""
        enter(slot=None)
        show(**json.loads(output_of(box_of({program!r}, PORT="9000"))))
        """,
        environment={"SECRET_KEY": "a secret"},
    )

    assert shown == {
        "own": {
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "PORT": "9000",
            "PWD": "/tmp",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        },
        "of bubblewrap": [],
    }


def test_box_lists_the_processes_of_the_program_only(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of("import os, signal; os.fork(); print('x', flush=True); signal.pause()")
        first_line_of(box), first_line_of(box)
        names = [Path(f"/proc/{pid}/comm").read_text().strip() for pid in box.processes()]
        show(names=names, init=box.init_pid in box.processes(), count=box.usage().processes)
    """)

    assert shown == {"names": ["python3", "python3"], "init": False, "count": 2}


def test_box_counts_the_memory_that_is_touched(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of("import signal; x = b'x' * (64 << 20); print(flush=True); signal.pause()")
        first_line_of(box)
        usage = box.usage()
        show(mebibytes=usage.memory_bytes >> 20, over=exceeded(Limits(memory_bytes=1), usage))
    """)

    assert 64 <= shown["mebibytes"] < 96
    assert shown["over"] == "memory"


def test_box_counts_the_cpu_time_of_ended_children(driver: Driver) -> None:
    program = """
        import os, signal, time
        if (pid := os.fork()) == 0:
            while time.process_time() < 0.3:
                pass
            os._exit(0)
        os.waitpid(pid, 0)
        print(time.process_time_ns(), flush=True)
        signal.pause()
    """

    shown = driver.run(f"""
        enter(slot=None)
        box = box_of({program!r})
        own_ns = int(first_line_of(box))
        show(milliseconds=(box.usage().cpu_ns - own_ns) // 1_000_000)
    """)

    assert 290 <= shown["milliseconds"] < 1000


def test_box_kill_leaves_no_process(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        program = '''
        import os, signal
        for _ in range(5):
            if os.fork() == 0:
                os.setsid()
                os.fork()
                for number in (signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                print(flush=True)
                signal.pause()
        signal.pause()
        '''
        box = box_of(program)
        for _ in range(10):
            first_line_of(box)
        before = len(box.processes())
        box.kill()
        is_over = wait(box.pidfd)
        ended = box.close()
        left = sorted(path.name for path in Path("/proc").iterdir() if path.name.isdigit())
        show(before=before, is_over=is_over, left=left, signal=ended.signal)
    """)

    assert shown == {"before": 11, "is_over": True, "left": ["1"], "signal": 9}


def test_box_ends_with_the_first_process_of_the_program(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of("import os, signal; os.fork() or signal.pause()")
        is_over = wait(box.pidfd)
        show(is_over=is_over, code=box.close().code)
    """)

    assert shown == {"is_over": True, "code": 0}


def test_box_close_removes_its_files(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of("import pathlib; pathlib.Path('/tmp/x').write_text('x')")
        wait(box.pidfd)
        before = list(os.listdir("/run/iomodels-boxes"))
        box.close()
        mounts = Path("/proc/self/mountinfo").read_text().count("iomodels-boxes")
        show(before=before, after=os.listdir("/run/iomodels-boxes"), mounts=mounts)
    """)

    assert shown == {"before": ["0"], "after": [], "mounts": 0}


def test_boxes_follow_each_other_and_stand_side_by_side(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        boxes = [box_of(f"print({number})") for number in range(3)]
        outputs = [output_of(box) for box in boxes]
        for box in boxes:
            box.close()
        descriptors = len(os.listdir("/proc/self/fd"))
        show(outputs=outputs, again=output_of(box_of("print(3)")), descriptors=descriptors)
    """)

    # Three standard ones, and the one that lists them.
    assert shown == {"outputs": ["0\n", "1\n", "2\n"], "again": "3\n", "descriptors": 4}


def test_box_has_room_for_a_thousand_clients(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        program = "import socket; x = [socket.socket() for _ in range(1005)]; print(len(x))"
        show(output=output_of(box_of(program)))
    """)

    assert shown == {"output": "1005\n"}


def test_box_bounds_processes_files_and_space(driver: Driver) -> None:
    program = """
        import os, signal
        def refused(attempt):
            try:
                while True:
                    attempt()
            except OSError as error:
                return error.strerror
        def fork():
            if os.fork() == 0:
                signal.pause()
        def make_file(numbers=iter(range(10**6))):
            os.close(os.open(f"/tmp/{next(numbers)}", os.O_CREAT))
        big = os.open("/dev/shm/big", os.O_CREAT | os.O_WRONLY)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        print(refused(fork))
        print(refused(lambda: os.write(big, bytes(1 << 20))), os.fstat(big).st_size >> 20)
        print(refused(make_file))
    """

    shown = driver.run(f"""
        enter(slot=None)
        show(output=output_of(box_of({program!r})))
    """)

    assert shown["output"].splitlines() == [
        "Resource temporarily unavailable",
        "File too large 16",
        "No space left on device",
    ]


def test_close_repeats_what_bubblewrap_said(driver: Driver) -> None:
    shown = driver.run("""
        from grader.sandbox import view
        view._ISOLATION.extend(["--ro-bind", "/no/such/place", "/x"])
        enter(slot=None)
        box = box_of("print('never')")
        try:
            box.close()
        except SandboxUnavailable as error:
            show(error=str(error), has_started=box.has_started())
    """)

    assert "Can't find source path /no/such/place" in shown["error"]
    assert shown["has_started"] is False


def test_close_of_a_box_that_was_killed_early_is_no_failure(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = start(["sleep", "60"], files={}, environment={}, limits=Limits())
        box.kill()
        ended = box.close()
        show(code=ended.code)
    """)

    assert shown == {"code": None}


def test_program_cannot_read_the_project_even_below_usr(driver: Driver) -> None:
    shown = driver.run("""
        from grader.sandbox import view
        project = next(path for path in Path("/usr/share").iterdir() if any(path.iterdir()))
        view._PROJECT = project
        enter(slot=None)
        program = f"import os; p = {str(project)!r}; print(os.listdir(p)); open(p + '/x', 'w')"
        output = output_of(box_of(program)).splitlines()
        show(listed=output[0], written=output[-1].partition("]")[2].partition(":")[0])
    """)

    assert shown == {"listed": "[]", "written": " Read-only file system"}


def test_box_lets_everyday_programs_work(driver: Driver) -> None:
    program = Path(__file__).with_name("everyday.py").read_text(encoding="utf-8")

    shown = driver.run(f"""
        enter(slot=None)
        show(failed=json.loads(output_of(box_of({program!r}))))
    """)

    assert shown == {"failed": {}}


def test_box_that_fell_apart_at_once_repeats_what_bubblewrap_said(driver: Driver) -> None:
    shown = driver.run("""
        from grader.sandbox import launch, view

        class Late(launch.Status):
            def wait_for(self, name, *, at_most_ms):
                found = super().wait_for(name, at_most_ms=at_most_ms)
                looks = iter(range(5000))
                while os.path.exists(f"/proc/{found}") and next(looks) is not None:
                    select.poll().poll(1)  # Until bubblewrap has reaped it.
                return found

        launch.Status = Late
        view._ISOLATION.extend(["--ro-bind", "/no/such/place", "/x"])
        enter(slot=None)
        try:
            box_of("print('never')").close()
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    assert "Can't find source path /no/such/place" in shown["error"]
