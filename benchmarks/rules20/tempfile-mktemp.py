import tempfile

# ruleid: tempfile-mktemp
name = tempfile.mktemp()
# ok: tempfile-mktemp
file = tempfile.NamedTemporaryFile()
