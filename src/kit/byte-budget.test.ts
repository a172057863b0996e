import { assertEquals, assertRejects } from "../../test/assert.ts";
import { ByteBudget, ByteBudgetSpent } from "./byte-budget.ts";

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
}

Deno.test("two readers hold no more than the budget together, and what one gives back the other can take", async () => {
  const budget = new ByteBudget(10);
  using second = budget.open();
  {
    using first = budget.open();
    assertEquals((await Array.fromAsync(first.charge(chunks(3, 4)))).length, 2);
    await assertRejects(Array.fromAsync(second.charge(chunks(3, 1))), ByteBudgetSpent);
    assertEquals(budget.held, 10);
  }
  assertEquals(budget.held, 3);
  assertEquals((await Array.fromAsync(second.charge(chunks(7)))).length, 1);
});
