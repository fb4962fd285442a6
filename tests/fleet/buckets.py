"""Buckets of an S3 on loopback, and what it asks of who comes."""

from __future__ import annotations

from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
import s3fs


def new_bucket(server: str, none: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make one, and put what is needed for it into the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(none / "none"))
    bucket = f"fleet-{uuid4().hex[:12]}"
    s3fs.S3FileSystem().mkdir(bucket)
    return f"s3://{bucket}"


def asks_for_rights(server: str, after: str) -> None:
    """Have the S3 ask for valid credentials after so many calls."""
    said = {"Content-Type": "text/plain"}
    asked = Request(f"{server}/moto-api/reset-auth", after.encode(), said, method="POST")
    urlopen(asked).close()
