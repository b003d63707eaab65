"""What a WSGI server runs: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()


def refuse_without_guards() -> None:
    """WSGI runs no system checks, and a record that can be changed in silence is not served."""
    from django.db import connection

    from ledger import guards

    try:
        guards.require()
    finally:
        connection.close()  # a server that forks afterwards has connections of its own


refuse_without_guards()
