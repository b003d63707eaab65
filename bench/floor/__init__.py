"""The floor: a Django project of three views, served as the service is served."""
