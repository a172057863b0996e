/**
 * The throw-away process of a check: `graph-check-main.ts JOB`. Prints one answer as JSON. Whatever goes wrong in
 * it, nothing else is harmed.
 */
import ort from "onnxruntime-node";
import type { CheckJob, CheckReply, GraphValue } from "./graph-check-messages.ts";
import { probeModel, Unsound } from "./model-probe.ts";

/** The first byte of a protobuf message whose first field is a number: every ONNX file begins with its version. */
const onnxStart = 0x08;

async function answer(job: CheckJob): Promise<CheckReply> {
  const session = await load(job.graph);
  const described = {
    type: "sound",
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
  } as const;
  return job.text === undefined
    ? described
    : { ...described, dimensions: await probeModel(session, job.text) };
}

async function load(path: string): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, {
      executionProviders: ["cpu"],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (error) {
    const [first] = await Deno.readFile(path);
    const guess = first === onnxStart ? "it is cut short or damaged" : "it is no ONNX file";
    const said = error instanceof Error ? error.message : String(error);
    throw new Unsound(`ONNX Runtime cannot load it (${said.trim()}); most likely ${guess}`);
  }
}

function describe(value: ort.InferenceSession.ValueMetadata): GraphValue {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: [...value.shape] }
    : { name: value.name, type: "no tensor", shape: [] };
}

async function answerOrReason(job: CheckJob): Promise<CheckReply> {
  try {
    return await answer(job);
  } catch (error) {
    if (error instanceof Unsound) return { type: "unsound", reason: error.message };
    return { type: "unsound", reason: error instanceof Error ? error.message : String(error) };
  }
}

console.log(JSON.stringify(await answerOrReason(JSON.parse(Deno.args[0]!))));
