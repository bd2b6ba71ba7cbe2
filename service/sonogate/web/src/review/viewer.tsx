// The masked picture with what is known of its places drawn over it, and rectangles to add.

import { useEffect, useRef, useState } from "preact/hooks";
import { fill } from "../shared/i18n";
import type { Picture, Region, Report } from "./client";
import { type Box, boxOf, HEAT_LAYERS, type HeatLayer, LEAST_SHARE } from "./geometry";
import { usePicture } from "./parts";
import { useSpeech, writeMoment } from "./speech";

type Layer = HeatLayer | "masked" | "kept" | "scan";

interface Props {
  picture: Picture;
  report: Report | null;
  /** Rectangles that are being added; null when none are. */
  boxes: Box[] | null;
  add: (box: Box) => void;
}

export function Viewer({ picture, report, boxes, add }: Props) {
  const { words, language } = useSpeech();
  const there = picture.state !== "deleted";
  const { url, gone } = usePicture(there ? picture.id : null, false);
  const [shown, setShown] = useState<ReadonlySet<Layer>>(new Set<Layer>(["masked", "kept"]));
  const [width, height] = report?.screen?.size_wh ?? [4, 3];
  const measures = report?.quality?.measures;
  const heats = HEAT_LAYERS.filter((name) => measures?.[name].heat != null);
  const regions = report?.identifiers?.regions ?? [];
  const layers: Layer[] = [...heats, "masked", "kept", "scan"];

  const toggle = (layer: Layer) => {
    const next = new Set(shown);
    if (!next.delete(layer)) next.add(layer);
    setShown(next);
  };

  return (
    <figure class="viewer card">
      <div class="frame" dir="ltr">
        {url === null ? (
          <p class="gone small">{there && !gone ? words.list.loading : words.detail.noPicture}</p>
        ) : (
          <>
            <img
              src={url}
              width={width}
              height={height}
              alt={fill(words.detail.picture, { when: writeMoment(language, picture.created_at) })}
            />
            {heats.map((name) => (
              <Heat key={name} name={name} shown={shown.has(name)} heat={measures![name].heat!} />
            ))}
            <svg
              class="overlay"
              viewBox={`-0.5 -0.5 ${width} ${height}`}
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              {shown.has("scan") && report?.scan_area != null && (
                <polygon class="scan" points={points(report.scan_area)} />
              )}
              {regions.map((region, index) => (
                <Place key={index} region={region} shown={shown.has(layerOf(region))} />
              ))}
            </svg>
            {boxes !== null && <Drawing boxes={boxes} add={add} />}
          </>
        )}
      </div>
      {url !== null && (
        <fieldset class="layers">
          <legend class="visually-hidden">{words.detail.layers}</legend>
          {layers.map((layer) => (
            <label key={layer} class={`layer ${layer}`}>
              <input type="checkbox" checked={shown.has(layer)} onChange={() => toggle(layer)} />
              <i aria-hidden="true" />
              {words.layers[layer]}
            </label>
          ))}
        </fieldset>
      )}
    </figure>
  );
}

function layerOf(region: Region): Layer {
  return region.action === "kept" ? "kept" : "masked";
}

function Place({ region, shown }: { region: Region; shown: boolean }) {
  if (!shown || region.kind === "surround") return null;
  return <polygon class={region.action} points={points(region.polygon)} />;
}

function points(polygon: readonly (readonly number[])[]): string {
  return polygon.map(([x, y]) => `${x},${y}`).join(" ");
}

/** How bad it is where, from the report's small grid: red, green, blue of each layer. */
const COLOURS: Record<HeatLayer, [number, number, number]> = {
  glare: [255, 179, 0],
  sharpness: [88, 166, 255],
  moire: [233, 108, 214],
  exposure: [255, 110, 90],
};

interface HeatProps {
  name: HeatLayer;
  shown: boolean;
  heat: number[][];
}

function Heat({ name, shown, heat }: HeatProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = heat.length;
  const columns = heat[0]?.length ?? 0;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context == null || columns === 0) return;
    const image = context.createImageData(columns, rows);
    heat.flat().forEach((value, at) => {
      image.data.set([...COLOURS[name], Math.round(200 * value)], 4 * at);
    });
    context.putImageData(image, 0, 0);
  }, [heat, name, rows, columns, shown]);
  if (!shown) return null;
  return <canvas ref={canvas} class="heat" width={columns} height={rows} />;
}

/** Rectangles drawn with a finger, a pen or a mouse. Their numbers are fields beside it. */
function Drawing({ boxes, add }: { boxes: Box[]; add: (box: Box) => void }) {
  const [start, setStart] = useState<[number, number] | null>(null);
  const [now, setNow] = useState<Box | null>(null);
  const at = (event: PointerEvent): [number, number] => {
    const frame = (event.currentTarget as Element).getBoundingClientRect();
    const share = (value: number) => Math.min(1, Math.max(0, value));
    return [
      share((event.clientX - frame.left) / frame.width),
      share((event.clientY - frame.top) / frame.height),
    ];
  };
  const end = () => {
    if (now !== null && now.width >= LEAST_SHARE && now.height >= LEAST_SHARE) add(now);
    setStart(null);
    setNow(null);
  };
  return (
    <svg
      class="drawing"
      viewBox="0 0 1 1"
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerDown={(event) => {
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        setStart(at(event));
      }}
      onPointerMove={(event) => {
        if (start !== null) setNow(boxOf(start, at(event)));
      }}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {[...boxes, ...(now === null ? [] : [now])].map((box, index) => (
        <rect key={index} x={box.left} y={box.top} width={box.width} height={box.height} />
      ))}
    </svg>
  );
}
