# ruleid: none-comparison
if value == None:
    pass
# ok: none-comparison
if value is None:
    pass
