import wavefile from "wavefile";
import { invalid, kindOf } from "./inputs.ts";

/** Samples a second that speech models hear. */
const samplesPerSecond = 16_000;

/**
 * Mono samples at 16 kHz: such samples as they are, or those of a WAV file.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` for what is no sound, or holds none
 */
export function readSound(given: unknown): Float32Array {
  if (!(given instanceof Uint8Array) && !(given instanceof Float32Array)) {
    throw invalid(
      `sound: give a Float32Array at 16 kHz, or a WAV file as a Blob or a Uint8Array, not ${kindOf(given)}`,
    );
  }
  const sound = given instanceof Float32Array ? given : readWav(given);
  if (sound.length === 0) throw invalid("sound: it is empty");
  if (!sound.every(Number.isFinite)) throw invalid("sound: not every sample is a finite number");
  return sound;
}

function readWav(bytes: Uint8Array): Float32Array {
  try {
    const wave = new wavefile.WaveFile(bytes);
    wave.toBitDepth("32f");
    wave.toSampleRate(samplesPerSecond);
    return mixed(wave.getSamples());
  } catch (error) {
    throw invalid(`sound: ${bytes.byteLength} bytes are no WAV file that can be read (${error})`);
  }
}

/** The mean of the channels. A file of one channel has no list of them. */
function mixed(samples: Float64Array | readonly Float64Array[]): Float32Array {
  if (samples instanceof Float64Array) return Float32Array.from(samples);
  const [first, ...others] = samples;
  if (first === undefined) return new Float32Array();
  return Float32Array.from(
    first,
    (value, index) => others.reduce((sum, channel) => sum + channel[index]!, value) / samples.length,
  );
}
