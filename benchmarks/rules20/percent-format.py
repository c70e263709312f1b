# ruleid: percent-format
a = "%s" % name
# ok: percent-format
b = f"{name}"
