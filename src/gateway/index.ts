export {
  type Gateway,
  type GatewayOptions,
  instanceIdHeader,
  openGateway,
  requireFreePort,
} from "./server.ts";
