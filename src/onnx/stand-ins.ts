/** No package's name looks so. Where a package is required and not imported, Deno makes it the end of a path. */
const scheme = "selvedge-stand-in:";

/**
 * From now on, whoever imports one of the packages gets the value of its expression: JavaScript that is evaluated
 * then. `node:module` is loaded here and not at the top because it costs a process 20 ms.
 */
export function standIn(packages: Readonly<Record<string, string>>): void {
  globalThis.process.getBuiltinModule("node:module").registerHooks({
    resolve: (specifier, context, next) =>
      Object.hasOwn(packages, specifier)
        ? { url: scheme + specifier, format: "module", shortCircuit: true }
        : next(specifier, context),
    load(url, context, next) {
      const [before, name] = url.split(scheme);
      const expression = name === undefined ? undefined : packages[name];
      if (expression === undefined) return next(url, context);
      return before === ""
        ? { format: "module", source: `export default ${expression};`, shortCircuit: true }
        : { format: "commonjs", source: `module.exports = ${expression};`, shortCircuit: true };
    },
  });
}
