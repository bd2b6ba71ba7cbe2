// Guidance on live frames: by the worker, or by the service where WebAssembly is missing.

import type { Schemas } from "../shared/api";
import { authorization } from "../shared/session";
import type { Guidance, HintCode } from "./guidance/hint";
import { eachCorner, type Point } from "./locator/geometry";
import type { Answer, Request } from "./worker";

const FRAME_SIDE_PX = 640;
const JPEG_QUALITY = 0.8;

/** Looks at one frame at a time. */
export interface Guide {
  look(frame: ImageData, stillScale: number): Promise<Guidance>;
  close(): void;
}

/** Start the guide that this browser can run; resolves when it is ready. */
export async function startGuide(settings: Schemas["GuidanceRulesOut"]): Promise<Guide> {
  if (typeof WebAssembly === "object") {
    const local = await startWorker(settings);
    if (local !== null) return local;
  }
  return serverGuide();
}

function startWorker({ rules, locator }: Schemas["GuidanceRulesOut"]): Promise<Guide | null> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const ask = (request: Request, moved: Transferable[] = []) => worker.postMessage(request, moved);
  return new Promise((resolve) => {
    const giveUp = () => {
      worker.terminate();
      resolve(null);
    };
    worker.onerror = giveUp;
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind !== "ready") return giveUp();
      resolve({
        look: (frame, stillScale) =>
          new Promise((done, fail) => {
            worker.onmessage = (event: MessageEvent<Answer>) =>
              event.data.kind === "guidance"
                ? done(event.data.guidance)
                : fail(new Error("the guide failed"));
            const { width, height } = frame;
            const pixels = frame.data.buffer as ArrayBuffer;
            ask({ kind: "frame", pixels, width, height, stillScale }, [pixels]);
          }),
        close: () => worker.terminate(),
      });
    };
    ask({ kind: "load", rules, weights: new URL(locator.href, location.href).href });
  });
}

function serverGuide(): Guide {
  const canvas = document.createElement("canvas");
  return {
    async look(frame, stillScale) {
      canvas.width = frame.width;
      canvas.height = frame.height;
      canvas.getContext("2d")!.putImageData(frame, 0, 0);
      const body = await new Promise<Blob | null>((done) =>
        canvas.toBlob(done, "image/jpeg", JPEG_QUALITY),
      );
      const response = await fetch(`/v1/guidance?still_scale=${stillScale}`, {
        method: "POST",
        headers: { "content-type": "image/jpeg", ...authorization() },
        body,
      });
      if (!response.ok) throw new Error("the service gave no guidance");
      const { corners_xy, measures, hint }: Schemas["GuidanceOut"] = await response.json();
      return {
        corners: corners_xy === null ? null : eachCorner((k) => corners_xy[k] as Point),
        measures,
        hint: hint === null ? null : { code: hint.code as HintCode, place: hint.where },
      };
    },
    close: () => undefined,
  };
}

/** Return a frame of a video, small enough to look at. */
export function grabFrame(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(FRAME_SIDE_PX / Math.max(videoWidth, videoHeight), 1);
  canvas.width = Math.max(8, Math.round(videoWidth * scale));
  canvas.height = Math.max(8, Math.round(videoHeight * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
