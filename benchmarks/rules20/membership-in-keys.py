# ruleid: membership-in-keys
if key in table.keys():
    pass
# ok: membership-in-keys
if key in table:
    pass
