// Plane geometry, as in sonogate/onnx/views.py and sonogate/screen/geometry.py: pixel centres
// are at whole numbers.

export type Point = readonly [x: number, y: number];
/** Top-left, top-right, bottom-right, bottom-left. */
export type Quad = readonly [Point, Point, Point, Point];
/** Row by row. */
export type Matrix = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
export type Size = readonly [width: number, height: number];

export const UNIT_SQUARE: Quad = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

/** Return a quad made corner by corner. */
export function eachCorner(make: (k: number) => Point): Quad {
  return [make(0), make(1), make(2), make(3)];
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

export function middle(quad: Quad): Point {
  return [
    (quad[0][0] + quad[1][0] + quad[2][0] + quad[3][0]) / 4,
    (quad[0][1] + quad[1][1] + quad[2][1] + quad[3][1]) / 4,
  ];
}

/** Return the quad with its corner `turn` first. */
export function rolled(quad: Quad, turn: number): Quad {
  return eachCorner((k) => quad[(k + turn) % 4]!);
}

export function project(m: Matrix, [x, y]: Point): Point {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  const at = (row: number, column: number) =>
    a[3 * row]! * b[column]! + a[3 * row + 1]! * b[3 + column]! + a[3 * row + 2]! * b[6 + column]!;
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

export function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    (e * i - f * h) / det,
    (c * h - b * i) / det,
    (b * f - c * e) / det,
    (f * g - d * i) / det,
    (a * i - c * g) / det,
    (c * d - a * f) / det,
    (d * h - e * g) / det,
    (b * g - a * h) / det,
    (a * e - b * d) / det,
  ];
}

/** Return the homography that takes four points to four others, or null where there is none. */
export function homography(from: Quad, to: Quad): Matrix | null {
  const rows: number[][] = [];
  for (let k = 0; k < 4; k += 1) {
    const [x, y] = from[k]!;
    const [u, v] = to[k]!;
    rows.push([x, y, 1, 0, 0, 0, -x * u, -y * u, u]);
    rows.push([0, 0, 0, x, y, 1, -x * v, -y * v, v]);
  }
  const solution = solve(rows);
  if (solution === null) return null;
  const [a, b, c, d, e, f, g, h] = solution as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [a, b, c, d, e, f, g, h, 1];
}

/** Solve linear equations, each row its coefficients and its right side, by Gauss's method. */
function solve(rows: number[][]): number[] | null {
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    const head = rows[pivot]!;
    if (Math.abs(head[column]!) < 1e-12) return null;
    [rows[column], rows[pivot]] = [head, rows[column]!];
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = rows[row]![column]! / head[column]!;
      for (let k = column; k <= size; k += 1) rows[row]![k]! -= factor * head[k]!;
    }
  }
  return rows.map((row, k) => row[size]! / row[k]!);
}

/** Return twice the z component of (b − a) × (c − b). */
export function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
}

/** Return a polygon's area; positive when it runs clockwise on the screen. */
export function signedArea(polygon: readonly Point[]): number {
  let sum = 0;
  polygon.forEach(([x, y], k) => {
    const [nextX, nextY] = polygon[(k + 1) % polygon.length]!;
    sum += x * nextY - nextX * y;
  });
  return sum / 2;
}

/** Return the share of a quad's area that is inside a picture, 0–1. */
export function visibleFraction(quad: Quad, [width, height]: Size): number {
  const whole = Math.abs(signedArea(quad));
  if (whole < 1e-9) return 0;
  let polygon: Point[] = [...quad];
  const planes = [
    [0, -0.5, 1],
    [0, width - 0.5, -1],
    [1, -0.5, 1],
    [1, height - 0.5, -1],
  ] as const;
  for (const [axis, limit, sign] of planes) {
    polygon = clip(polygon, axis, limit, sign);
    if (polygon.length < 3) return 0;
  }
  return Math.min(Math.abs(signedArea(polygon)) / whole, 1);
}

/** Cut a polygon by a half-plane parallel to an axis (Sutherland & Hodgman 1974). */
function clip(polygon: readonly Point[], axis: 0 | 1, limit: number, sign: 1 | -1): Point[] {
  const kept: Point[] = [];
  polygon.forEach((here, k) => {
    const there = polygon[(k + 1) % polygon.length]!;
    const d0 = sign * (here[axis] - limit);
    const d1 = sign * (there[axis] - limit);
    if (d0 >= 0) kept.push(here);
    if (d0 < 0 !== d1 < 0) {
      const share = d0 / (d0 - d1);
      kept.push([here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share]);
    }
  });
  return kept;
}
