import { controlSocketVariable, type FunctionBoot, type FunctionListening } from "../contract/index.ts";

/**
 * The connection to the host. It does not keep the process alive, so a function that has nothing left to do
 * ends by itself; and when the host ends it, however it ended, the process ends too.
 */
export class Control {
  readonly #connection: Deno.UnixConn;
  readonly #decoder = new TextDecoder();
  #pending = "";

  private constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  /**
   * Connects to the socket that the environment names, and gives up the right to it: code that runs later
   * cannot speak to the host.
   */
  static async open(): Promise<Control> {
    const path = Deno.env.get(controlSocketVariable)!;
    const connection = await Deno.connect({ transport: "unix", path });
    for (const name of ["read", "write"] as const) Deno.permissions.revokeSync({ name, path });
    return new Control(connection);
  }

  /** Reads what to run. Waits for the host, which speaks first. */
  async boot(): Promise<FunctionBoot> {
    const line = await this.#line();
    if (line === null) Deno.exit(0);
    return JSON.parse(line);
  }

  /** Tells the host that requests are accepted. */
  async listening(): Promise<void> {
    const message: FunctionListening = { type: "listening" };
    await this.#connection.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
  }

  /** Resolves when the host asks for the end; ends the process at once when the host itself has gone. */
  async stopAsked(exit: () => never): Promise<void> {
    this.#connection.unref();
    if (await this.#line() === null) exit();
  }

  async #line(): Promise<string | null> {
    const buffer = new Uint8Array(4096);
    while (!this.#pending.includes("\n")) {
      const length = await this.#connection.read(buffer).catch(() => null);
      if (length === null) return null;
      this.#pending += this.#decoder.decode(buffer.subarray(0, length), { stream: true });
    }
    const end = this.#pending.indexOf("\n");
    const line = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end + 1);
    return line;
  }
}
