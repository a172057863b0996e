import { wellKnownIn } from "./source-scan.ts";
import { wellKnownImport } from "./well-known-imports.ts";
import { assertEquals, assertMatch } from "../../test/assert.ts";

Deno.test("packages that exist on npm are taken from there", () => {
  const expected = {
    "jsr:@supabase/supabase-js@2": "npm:@supabase/supabase-js@2",
    "jsr:@supabase/supabase-js": "npm:@supabase/supabase-js",
    "https://esm.sh/@supabase/supabase-js@2.39.7": "npm:@supabase/supabase-js@2.39.7",
    "https://esm.sh/v135/stripe@14.14.0?target=deno": "npm:stripe@14.14.0",
    "https://esm.sh/stripe@14?target=denonext&no-check": "npm:stripe@14",
    "https://esm.sh/date-fns@3/format": "npm:date-fns@3/format",
    "https://esm.sh/zod": "npm:zod",
  };
  for (const [specifier, target] of Object.entries(expected)) {
    assertEquals(wellKnownImport(specifier), target);
  }
});

Deno.test("modules of types alone and the old server are ours", () => {
  for (
    const specifier of [
      "jsr:@supabase/functions-js/edge-runtime.d.ts",
      "jsr:@supabase/functions-js@^2.4.1/edge-runtime.d.ts",
      "https://esm.sh/@supabase/functions-js@2/src/edge-runtime.d.ts",
    ]
  ) assertMatch(wellKnownImport(specifier)!, /^file:.*\/no-code\.ts$/);
  assertMatch(wellKnownImport("https://deno.land/std@0.177.0/http/server.ts")!, /std-http-server\.ts$/);
});

Deno.test("what would be other code than on npm is left to its host", () => {
  for (
    const specifier of [
      "https://esm.sh/react-dom@18?deps=react@18",
      "https://esm.sh/swr?alias=react:preact/compat",
      "https://esm.sh/gh/owner/repository",
      "https://esm.sh/jsr/@std/encoding",
      "https://deno.land/std@0.177.0/encoding/base64.ts",
      "https://deno.land/x/oak/mod.ts",
      "jsr:@std/encoding@1/base64",
      "https://example.com/a.ts",
    ]
  ) assertEquals(wellKnownImport(specifier), undefined, specifier);
});

Deno.test("specifiers are found in any quotes, and by way of the user's prefixes", () => {
  const source = `
    import "@supabase/functions-js/edge-runtime.d.ts";
    export * from 'https://esm.sh/zod@3';
    const { a } = await import(\`https://esm.sh/*hono@4\`);
    import { serve } from "std/http/server.ts";
    import b from "./local.ts"; // https://esm.sh/not-quoted`;
  const found = wellKnownIn(source, [
    ["@supabase/functions-js/", "jsr:/@supabase/functions-js@^2/"],
    ["std/", "https://deno.land/std@0.177.0/"],
  ]);
  assertEquals(Object.keys(found), [
    "@supabase/functions-js/edge-runtime.d.ts",
    "https://esm.sh/zod@3",
    "https://esm.sh/*hono@4",
    "std/http/server.ts",
  ]);
  assertEquals(found["https://esm.sh/*hono@4"], "npm:hono@4");
});
