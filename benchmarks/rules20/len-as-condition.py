# ruleid: len-as-condition
if len(things) == 0:
    pass
# ok: len-as-condition
if not things:
    pass
