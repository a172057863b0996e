export { type Keys, openKeys } from "./keys.ts";
export { defaultFunctionConfig, type FunctionConfig, type ProjectConfig } from "./project-config.ts";
export { type ProjectFlags, readSettings, type Settings } from "./settings.ts";
