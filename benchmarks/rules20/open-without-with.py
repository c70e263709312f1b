# ruleid: open-without-with
file = open("name")
# ok: open-without-with
with open("name") as other:
    pass
