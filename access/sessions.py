"""Sessions as Django keeps them, found by a statement that is not written anew each time."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as KeptInDatabase
from django.db import connection
from django.utils import timezone


class SessionStore(KeptInDatabase):
    """Every request reads its session, and asking for it as a model cost more than the query."""

    FOUND = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"

    def load(self) -> dict[str, Any]:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(self.FOUND, [self.session_key, now])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
