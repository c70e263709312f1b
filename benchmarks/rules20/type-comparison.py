# ruleid: type-comparison
if type(value) == int:
    pass
# ok: type-comparison
if isinstance(value, int):
    pass
