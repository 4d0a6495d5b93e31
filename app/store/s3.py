"""Photos as objects of an S3-compatible store, through obstore (decision 015)."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from app.errors import Refused, Unavailable
from app.settings import Settings

log = logging.getLogger("minsheng")
# Somebody waits for the answer, and photos of forms are written while other writers wait, too.
PATIENCE = {"connect_timeout": "3s", "timeout": "15s"}
RETRY_SECONDS = 5
PROBE = "photos/.probe"
_NO_BUCKET = "NoSuchBucket"
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")


class S3Blobs:
    """Objects in one bucket."""

    def __init__(self, store: S3Store, shown: str) -> None:
        self._store, self._shown = store, shown

    @classmethod
    def of(cls, settings: Settings) -> S3Blobs:
        """The bucket that the settings name; nothing is asked of it yet."""
        endpoint = settings.s3_endpoint or ""
        store = S3Store(
            settings.s3_bucket,
            endpoint=endpoint,
            region=settings.s3_region,
            access_key_id=settings.s3_key.get_secret_value() if settings.s3_key else "",
            secret_access_key=settings.s3_secret.get_secret_value() if settings.s3_secret else "",
            virtual_hosted_style_request=False,
            client_options={"allow_http": endpoint.startswith("http://"), **PATIENCE},
            retry_config={
                "max_retries": 1,
                "retry_timeout": timedelta(seconds=RETRY_SECONDS),
                "backoff": {
                    "base": 2,
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=1),
                },
            },
        )
        return cls(store, f"{endpoint} {settings.s3_bucket}")

    def put(self, name: str, raw: bytes) -> None:
        """One request: the store has the whole object or nothing."""
        try:
            obstore.put(
                self._store, name, raw, attributes={"Content-Type": "image/jpeg"}, use_multipart=False
            )
        except (BaseError, OSError) as error:
            log.error("cannot keep a photo at %s: %s", self._shown, _told(error))
            raise Unavailable(
                "照片存储暂时无法访问，未保存；请稍后再试，或先不带照片提交。",
                "Where photos are kept cannot be reached just now; nothing was saved. Try again later, "
                "or send it without photos.",
            ) from error

    def read(self, name: str) -> bytes | None:
        """The object's bytes."""
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except (BaseError, OSError) as error:
            if isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
                return None
            log.error("cannot read %s at %s: %s", name, self._shown, _told(error))
            raise Unavailable(
                "照片存储暂时无法访问，请稍后再试。",
                "Where photos are kept cannot be reached just now; try again later.",
            ) from error

    def check(self) -> None:
        """Write and read a probe. Errors: Refused when address, bucket or key are wrong; a store that is only
        away for the moment is noted, since the map does not need it."""
        try:
            obstore.put(self._store, PROBE, b"minsheng", use_multipart=False)
            obstore.get(self._store, PROBE).bytes()
        except (PermissionDeniedError, UnauthenticatedError, FileNotFoundError) as error:
            said = _told(error)
            raise Refused(
                f"对象存储 {self._shown} 不能使用，请检查 MINSHENG_S3_BUCKET、MINSHENG_S3_KEY、"
                f"MINSHENG_S3_SECRET 和存储桶的读写权限。它说：{said}",
                f"The object storage {self._shown} cannot be used: check MINSHENG_S3_BUCKET, "
                f"MINSHENG_S3_KEY, MINSHENG_S3_SECRET and the right to write. It said: {said}",
            ) from error
        except (BaseError, OSError) as error:
            log.error("the object storage %s does not answer: %s", self._shown, _told(error))


def _told(error: Exception) -> str:
    """What the library says on one line; the store's own code (``NoSuchBucket``) stands in an XML answer."""
    words = " ".join(str(error).partition("Debug source")[0].split())
    code = _CODE.search(words)
    return code[1] if code else words[:200]
