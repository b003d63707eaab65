"""How addresses of static files are made in production."""

from functools import cache

from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Looks an address up once in a process: the manifest does not change while it lives."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)
