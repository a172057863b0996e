export { type Actor, type ErrorCode, errorKinds, isErrorCode, isSelvedgeError, SelvedgeError } from "./errors.ts";
