# ruleid: bare-except
try:
    work()
except:
    pass
# ok: bare-except
try:
    work()
except ValueError:
    pass
