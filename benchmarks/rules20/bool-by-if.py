def f(a):
    # ruleid: bool-by-if
    if a > 1:
        return True
    else:
        return False


def g(a):
    # ok: bool-by-if
    return a > 1
