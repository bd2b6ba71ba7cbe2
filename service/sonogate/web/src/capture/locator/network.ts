// The locator's ONNX file on onnxruntime-web: WebAssembly, one thread.

import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import type { Network } from "./glance";

/** Load the network, from bytes or from where the service has it. */
export async function loadNetwork(weights: string | Uint8Array, wasm?: string): Promise<Network> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: wasm ?? new URL(wasmUrl, location.href).href };
  const session = await ort.InferenceSession.create(weights as string, {
    executionProviders: ["wasm"],
  });
  return async (pixels, [width, height]) => {
    const picture = new ort.Tensor("float32", pixels, [1, 3, height, width]);
    const { corners, masks, facts } = await session.run({ picture });
    const [, , rows, columns] = corners!.dims;
    return {
      corners: corners!.data as Float32Array,
      masks: masks!.data as Float32Array,
      facts: facts!.data as Float32Array,
      size: [columns!, rows!],
    };
  };
}
