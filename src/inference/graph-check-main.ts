/** `graph-check-main.ts PATH`: prints the inputs and outputs of an ONNX file as JSON, or fails, or crashes. */
import ort from "onnxruntime-node";

try {
  const session = await ort.InferenceSession.create(Deno.args[0]!, { executionProviders: ["cpu"] });
  const ports = (metadata: readonly ort.InferenceSession.ValueMetadata[]) =>
    metadata.map((value) =>
      value.isTensor ? { name: value.name, type: value.type, shape: value.shape } : unusable(value)
    );
  console.log(
    JSON.stringify({ inputs: ports(session.inputMetadata), outputs: ports(session.outputMetadata) }),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message.replaceAll("\n", " ") : error);
  Deno.exit(1);
}

function unusable({ name }: ort.InferenceSession.ValueMetadata): never {
  throw new Error(`"${name}" is not a tensor`);
}
