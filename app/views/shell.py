"""The phone's application shell: every file that `/m` is made of, and the service worker that keeps them.

The list is read from the sources: what the page links, what modules import (at once or later) and name, what
style sheets show. Each file stands with the SHA-256 of its content; a digest over all is the version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import PurePosixPath

import orjson

from app.i18n import LANGUAGES, translate
from app.routes.pages import basemaps
from app.settings import STATIC, Settings
from app.store.live import View
from app.views.phone import first_modules, phone_boot
from app.web import asset, environment
