# ruleid: mutable-default
def first(a, b=[]):
    pass
# ok: mutable-default
def second(a, b=None):
    pass
