import { BodyTooLarge, readBounded } from "./bounded-body.ts";
import { assertEquals, assertRejects } from "../../test/assert.ts";

Deno.test("reads a body of exactly the limit and refuses one byte more", async () => {
  const body = () => new Response("é23").body!;
  assertEquals(await readBounded(body(), 4), "é23");
  await assertRejects(readBounded(body(), 3), BodyTooLarge);
});
