import yaml

# ruleid: yaml-load-without-loader
yaml.load(text)
# ok: yaml-load-without-loader
yaml.load(text, Loader=yaml.SafeLoader)
