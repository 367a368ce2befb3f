"""One row written four ways: bare, with Lianjing's trail, with django-simple-history, with django-auditlog."""
