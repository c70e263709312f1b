class Case(TestCase):
    def test(self):
        # ruleid: unittest-assert-equals
        self.assertEqual(1, 1)
        # ok: unittest-assert-equals
        self.assertEqual(1, 1)
