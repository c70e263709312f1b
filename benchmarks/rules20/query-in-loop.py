for number in numbers:
    # ruleid: query-in-loop
    book = Book.objects.get(pk=number)
# ok: query-in-loop
books = Book.objects.in_bulk(numbers)
