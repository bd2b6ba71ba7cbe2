// The phone's camera: its preview, and stills at its full resolution, in memory alone.

import { measureBlur } from "./guidance/measures";

const BURST = 3;
const COMPARED_SIDE_PX = 960;
const STILL_QUALITY = 0.95;

export type CameraTrouble = "denied" | "none" | "failed";

export interface Camera {
  readonly stream: MediaStream;
  /** Longer side of a still, pixels. */
  readonly stillSidePx: number;
  /** Take a still; of three the sharpest where the hand shakes. */
  shoot(video: HTMLVideoElement, shaking: boolean): Promise<Blob>;
  close(): void;
}

/** Open the camera on the back, or say why it cannot be. */
export async function openCamera(): Promise<Camera | CameraTrouble> {
  if (navigator.mediaDevices === undefined) return "none";
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        facingMode: { ideal: "environment" },
        width: { ideal: 1920 },
        height: { ideal: 1440 },
      },
    });
    return await cameraOf(stream);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") return "denied";
    return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "failed";
  }
}

async function cameraOf(stream: MediaStream): Promise<Camera> {
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw new DOMException("no video", "NotFoundError");
  const { width = 0, height = 0 } = track.getSettings();
  const capture = "ImageCapture" in window ? new ImageCapture(track) : null;
  const largest = await capture?.getPhotoCapabilities().catch(() => null);
  const stillSidePx = Math.max(
    width,
    height,
    largest?.imageWidth?.max ?? 0,
    largest?.imageHeight?.max ?? 0,
  );
  const still = async (video: HTMLVideoElement): Promise<Blob> =>
    (await capture?.takePhoto().catch(() => null)) ?? frameOf(video);
  return {
    stream,
    stillSidePx,
    async shoot(video, shaking) {
      if (!shaking) return still(video);
      const burst: Blob[] = [];
      for (let k = 0; k < BURST; k += 1) burst.push(await still(video));
      return sharpest(burst);
    },
    close: () => {
      for (const one of stream.getTracks()) one.stop();
    },
  };
}

/** Where the browser takes no stills, the video's own frame is the best there is. */
function frameOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")!.drawImage(video, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error("no frame")) : resolve(blob)),
      "image/jpeg",
      STILL_QUALITY,
    ),
  );
}

/** Return the photo that loses most when it is blurred again. */
export async function sharpest(photos: readonly Blob[]): Promise<Blob> {
  const blurs = await Promise.all(photos.map(blurOfPhoto));
  return photos[blurs.indexOf(Math.min(...blurs))]!;
}

async function blurOfPhoto(photo: Blob): Promise<number> {
  const bitmap = await createImageBitmap(photo);
  const scale = Math.min(COMPARED_SIDE_PX / Math.max(bitmap.width, bitmap.height), 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return measureBlur(context.getImageData(0, 0, canvas.width, canvas.height));
}
