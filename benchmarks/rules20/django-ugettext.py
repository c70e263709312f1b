# ruleid: django-ugettext
from django.utils.translation import ugettext
# ok: django-ugettext
from django.utils.translation import gettext
