import os
import socket
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import addresses


def test_database_in_a_file() -> None:
    assert addresses.database("sqlite:////var/lib/with%20space/site.sqlite3") == {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/var/lib/with space/site.sqlite3",
        "OPTIONS": addresses.SQLITE_OPTIONS,
    }


def test_database_on_a_server() -> None:
    assert addresses.database("postgresql://ada:p%40ss@db.example:5433/site?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "site",
        "USER": "ada",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {"connect_timeout": "5", "tcp_user_timeout": "10000", "sslmode": "require"},
    }


def test_connections_are_shared_where_pages_are_served() -> None:
    site = addresses.database("postgresql://ada@/site?connect_timeout=9", is_pooled=True)

    assert site["CONN_HEALTH_CHECKS"]
    assert site["OPTIONS"] == {
        "connect_timeout": "9",
        "tcp_user_timeout": "10000",
        "pool": addresses.POOL,
    }


def test_database_of_another_kind_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="begins with 'mysql'"):
        addresses.database("mysql://localhost/site")


def test_embedded_socket_lies_in_var() -> None:
    assert addresses.embedded_socket(Path("/srv/site/var")) == Path("/srv/site/var/broker.sock")


def test_embedded_socket_of_a_deep_folder_can_be_bound(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)

    path = addresses.embedded_socket(deep)

    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(path))
    path.unlink()
    path.parent.rmdir()
    assert addresses.embedded_socket(deep) == path
    assert addresses.embedded_socket(tmp_path / ("e" * 100)) != path


def test_server_is_spelt_the_same_for_both() -> None:
    assert addresses.celery_url("redis://broker.example:6379/1") == "redis://broker.example:6379/1"
