// Draws what was found over the photo, in the photo's own pixels.

const SVG = "http://www.w3.org/2000/svg";
const LEAST_GLARE = 0.12;

/** Make an SVG element with attributes. */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/**
 * Return the function that takes a rectified pixel to the photo, lens distortion included.
 * Coordinates count from pixel centres; SVG counts from the corner, hence the half pixel.
 */
export function projector(screen, sizeWh) {
  const [a, b, c] = screen.homography;
  const k1 = screen.distortion_k1 ?? 0;
  const [width, height] = sizeWh;
  const centre = [(width - 1) / 2, (height - 1) / 2];
  const half = Math.hypot(width, height) / 2;
  return ([x, y]) => {
    const w = c[0] * x + c[1] * y + c[2];
    let px = (a[0] * x + a[1] * y + a[2]) / w;
    let py = (b[0] * x + b[1] * y + b[2]) / w;
    const dx = (px - centre[0]) / half;
    const dy = (py - centre[1]) / half;
    const stretch = 1 + k1 * (dx * dx + dy * dy);
    px = centre[0] + dx * stretch * half;
    py = centre[1] + dy * stretch * half;
    return [px + 0.5, py + 0.5];
  };
}

const written = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
const path = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;

/** Draw a report over a photo. */
export function draw(svg, report) {
  const [width, height] = report.photo.size_wh;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const { screen } = report;
  if (!screen) return;
  const toPhoto = projector(screen, [width, height]);
  svg.append(definitions(width));
  svg.append(maskedLayer(report, toPhoto), keptLayer(report, toPhoto));
  svg.append(glareLayer(report, toPhoto), screenLayer(report, toPhoto, width));
}

function group(layer) {
  return element("g", { "data-layer": layer });
}

function definitions(width) {
  const step = Math.max(width / 110, 6);
  const defs = element("defs", {});
  const pattern = element("pattern", {
    id: "hatch",
    width: step,
    height: step,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  });
  pattern.append(
    element("line", {
      class: "hatch-line",
      x1: 0,
      y1: 0,
      x2: 0,
      y2: step,
      "stroke-width": step * 0.35,
      "stroke-opacity": 0.55,
    }),
  );
  // The heat map is coarse: its cells are blurred into one another.
  const soft = element("filter", { id: "soft" });
  soft.append(element("feGaussianBlur", { stdDeviation: width / 120 }));
  defs.append(pattern, soft);
  return defs;
}

/** Everything that is filled: the surround but for the scan and kept text, and masked text. */
function maskedLayer(report, toPhoto) {
  const layer = group("masked");
  const { identifiers, screen, scan_area: scan } = report;
  if (!identifiers) return layer;
  const [width, height] = screen.size_wh;
  const frame = [
    [-0.5, -0.5],
    [width - 0.5, -0.5],
    [width - 0.5, height - 0.5],
    [-0.5, height - 0.5],
  ];
  const shown = identifiers.complete && scan ? [scan] : [];
  const kept = identifiers.regions.filter((region) => region.action === "kept");
  // Kept text inside the scan area would be hatched again by the even-odd rule.
  const outside = kept.filter((region) => !scan || !inside(middle(region.polygon), scan));
  let shape = path(frame.map(toPhoto));
  for (const polygon of [...shown, ...outside.map((region) => region.polygon)]) {
    shape += path(polygon.map(toPhoto));
  }
  layer.append(element("path", { fill: "url(#hatch)", d: shape, "fill-rule": "evenodd" }));
  for (const region of identifiers.regions) {
    if (region.action !== "masked" || region.kind === "surround") continue;
    layer.append(
      element("polygon", { class: "hidden-text", points: written(region.polygon.map(toPhoto)) }),
    );
  }
  return layer;
}

function keptLayer(report, toPhoto) {
  const layer = group("kept");
  for (const region of report.identifiers?.regions ?? []) {
    if (region.action !== "kept") continue;
    layer.append(
      element("polygon", { class: "kept", points: written(region.polygon.map(toPhoto)) }),
    );
  }
  return layer;
}

function glareLayer(report, toPhoto) {
  const layer = group("glare");
  const heat = report.quality?.measures.glare.heat;
  if (!heat) return layer;
  layer.setAttribute("filter", "url(#soft)");
  const [width, height] = report.screen.size_wh;
  const rows = heat.length;
  const columns = heat[0].length;
  heat.forEach((line, row) => {
    line.forEach((value, column) => {
      if (value < LEAST_GLARE) return;
      const [x0, x1] = [(column * width) / columns - 0.5, ((column + 1) * width) / columns - 0.5];
      const [y0, y1] = [(row * height) / rows - 0.5, ((row + 1) * height) / rows - 0.5];
      const cell = [
        [x0, y0],
        [x1, y0],
        [x1, y1],
        [x0, y1],
      ];
      layer.append(
        element("polygon", {
          class: "glare",
          points: written(cell.map(toPhoto)),
          "fill-opacity": (0.15 + 0.5 * value).toFixed(2),
        }),
      );
    });
  });
  return layer;
}

function screenLayer(report, toPhoto, width) {
  const layer = group("screen");
  const corners = report.screen.corners_xy.map(([x, y]) => [x + 0.5, y + 0.5]);
  layer.append(element("polygon", { class: "quad-under", points: written(corners) }));
  layer.append(element("polygon", { class: "quad", points: written(corners) }));
  if (report.scan_area) {
    layer.append(
      element("polygon", { class: "scan", points: written(report.scan_area.map(toPhoto)) }),
    );
  }
  for (const [x, y] of corners) {
    layer.append(element("circle", { class: "corner", cx: x, cy: y, r: width / 110 }));
  }
  return layer;
}

function middle(polygon) {
  const sum = polygon.reduce(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
  return [sum[0] / polygon.length, sum[1] / polygon.length];
}

/** Whether a point is in a polygon (crossing number). */
function inside([x, y], polygon) {
  let odd = false;
  polygon.forEach(([x1, y1], index) => {
    const [x2, y2] = polygon[(index + 1) % polygon.length];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  });
  return odd;
}
