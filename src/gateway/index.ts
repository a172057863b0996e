export { type Gateway, type GatewayOptions, openGateway, requireFreePort } from "./server.ts";
