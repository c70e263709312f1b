import datetime

# ruleid: datetime-utcnow
now = datetime.datetime.utcnow()
# ok: datetime-utcnow
later = datetime.datetime.now(datetime.timezone.utc)
