"""Buckets, users and their rights in MinIO: each stage and each department can do its own work only."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urlsplit

from citylake.department import departments
from citylake.settings import STAGE_ROLES
from citylake.stack.minio import ROOT_USER
from citylake.stack.site import Site, ensure_secret, write_private

BUCKETS = ("inbox", "landing", "lake", "reports", "exports")

_READ = ("s3:GetObject",)
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_DELETE = ("s3:DeleteObject",)
_ALL = _READ + _WRITE + _DELETE

# What each stage may do, by pattern of bucket and key. Landing is write-once: nobody but retention deletes
# from it, and nobody but erasure writes over what is there.
# The lake's tables are below admitted, quarantine and conformed; `*` also covers `admitted.<department>`.
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "land": {"inbox/*": _READ + _DELETE, "landing/*": _READ + _WRITE},
    "admit": {"landing/*": _READ, "lake/admitted*": _ALL, "lake/quarantine*": _ALL},
    "conform": {"lake/admitted*": _READ, "lake/conformed*": _ALL},
    "publish": {"lake/conformed*": _READ, "reports/*": _READ + _WRITE, "exports/*": _ALL},
    "retain": {
        "landing/*": _DELETE,
        "lake/admitted*": _ALL,
        "lake/quarantine*": _ALL,
        "lake/conformed*": _ALL,
    },
    "erase": {"landing/*": _READ + _WRITE},
    "steward": {"landing/*": _READ, "lake/*": _READ, "reports/*": _ALL},
}


def policy(rights: dict[str, tuple[str, ...]]) -> dict:
    """An S3 policy document: the actions given, and listing the buckets they are in."""
    buckets = sorted({pattern.partition("/")[0] for pattern in rights})
    statements = [
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
            "Resource": [f"arn:aws:s3:::{bucket}" for bucket in buckets],
        }
    ]
    for pattern, actions in sorted(rights.items()):
        statements.append(
            {"Effect": "Allow", "Action": sorted(actions), "Resource": [f"arn:aws:s3:::{pattern}"]}
        )
    return {"Version": "2012-10-17", "Statement": statements}


def department_policy(department: str) -> dict:
    """Putting files into the department's own part of the inbox, and nothing else: not even a look."""
    resource = [f"arn:aws:s3:::inbox/{department}/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": sorted(_WRITE), "Resource": resource}],
    }


def policies() -> dict[str, dict]:
    """The policy of every user, by user name."""
    stages = {role: policy(RIGHTS[role]) for role in STAGE_ROLES}
    return stages | {f"department-{name}": department_policy(name) for name in departments()}


def make_secrets(site: Site) -> dict[str, str]:
    """The secret key of every user, made where it is missing. Safe to repeat."""
    return {user: ensure_secret(site, f"s3.{user}") for user in policies()}


def provision(site: Site) -> None:
    """Make buckets, users and rights as they should be. Safe to repeat; quick when nothing changed."""
    wanted = policies()
    secrets = make_secrets(site)
    digest = hashlib.sha256(json.dumps([BUCKETS, wanted, secrets], sort_keys=True).encode()).hexdigest()
    stamp = site.server_folder("minio") / "provisioned"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    _make_buckets(site)
    _make_users(site, wanted, secrets)
    write_private(stamp, digest)


def _make_buckets(site: Site) -> None:
    from minio import Minio
    from minio.credentials import StaticProvider

    root = StaticProvider(ROOT_USER, site.settings.secret("s3.root"))
    address = urlsplit(site.settings.s3_endpoint).netloc
    client = Minio(endpoint=address, credentials=root, secure=False, region=site.settings.s3_region)
    present = {bucket.name for bucket in client.list_buckets()}
    for bucket in BUCKETS:
        if bucket not in present:
            client.make_bucket(bucket_name=bucket)


def _make_users(site: Site, wanted: dict[str, dict], secrets: dict[str, str]) -> None:
    from minio.credentials import StaticProvider
    from minio.minioadmin import MinioAdmin

    root = StaticProvider(ROOT_USER, site.settings.secret("s3.root"))
    address = urlsplit(site.settings.s3_endpoint).netloc
    admin = MinioAdmin(endpoint=address, credentials=root, secure=False, region=site.settings.s3_region)
    for user, document in wanted.items():
        admin.policy_add(user, policy=document)
        admin.user_add(user, secrets[user])
        admin.policy_set(user, user=user)
    for gone in set(json.loads(admin.user_list())) - set(wanted):
        admin.user_remove(gone)
