"""Whether the service can reach its database, for whatever watches it."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """`{"database": true}` with 200, or `{"database": false}` with 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("The database cannot be reached: %s", type(error).__name__)
        return JsonResponse({"database": False}, status=503)
    return JsonResponse({"database": True})
