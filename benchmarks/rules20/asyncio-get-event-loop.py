import asyncio

# ruleid: asyncio-get-event-loop
loop = asyncio.get_event_loop()
# ok: asyncio-get-event-loop
asyncio.run(main())
