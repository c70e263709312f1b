export function run(items: string[], cursor: Cursor): void {
  // ruleid: js-async-foreach
  items.forEach(async (item: string): Promise<void> => {
    await save(item);
  });
  // ruleid: js-async-foreach
  items.forEach(async item => save(item));
  // ruleid: js-async-foreach
  items.filter(Boolean).forEach(async function (item, index) {
    await save(item, index);
  }, this);
  // ruleid: js-async-foreach
  items?.forEach(async function named(item) { await save(item); });
  Promise.all(items.map(async (item) => {
    // ruleid: js-async-foreach
    parts(item).forEach(async ({ name }, [first], ...rest) => { await save(name); });
  }));
}

export async function good(items: string[], cursor: Cursor): Promise<void> {
  // ok: js-async-foreach
  items.forEach((item) => { print(item); });
  // ok: js-async-foreach
  items.forEach(function (item) { print(item); });
  // ok: js-async-foreach
  items.forEach((item) => { later(async () => { await save(item); }); });
  // ok: js-async-foreach
  items.forEach(asyncish => print(asyncish));
  // ok: js-async-foreach
  items.forEach(async(save));
  // ok: js-async-foreach
  await cursor.forEach(async (item) => { await save(item); });
  // ok: js-async-foreach
  await Promise.all(items.map(async (item) => { await save(item); }));
  // ok: js-async-foreach
  for (const item of items) { await save(item); }
}
