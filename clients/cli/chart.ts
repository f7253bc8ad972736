import { numberText } from './number-text.ts';

/** Points in the terminal, eight to a character. */
export interface Chart {
  /** One or more series, each with a style of its own. */
  series: readonly Series[];
  xLabel: string;
  yLabel: string;
  isLogX?: boolean;
  width: number;
  height: number;
}

export interface Series {
  points: readonly (readonly [x: number, y: number])[];
  /** Whether its points are joined. */
  isLine: boolean;
  /** Draws its characters, in a colour for instance. */
  paint: (text: string) => string;
}

const labelWidth = 10;
const dotsAcross = 2;
const dotsDown = 4;
/** The dots of a Braille character, by column and row. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

/** Lines of text, none wider than the chart. Values far above or below the rest are left out, and counted. */
export function chartText({ series, xLabel, yLabel, isLogX = false, width, height }: Chart): string {
  const all = series.flatMap(({ points }) => points);
  const [low, high] = shownRange(all.map(([, y]) => y));
  const xOf = isLogX ? Math.log : (x: number): number => x;
  const xs = all.map(([x]) => xOf(x));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const columns = width - labelWidth - 1;
  const [across, down] = [columns * dotsAcross, height * dotsDown];
  const bits = new Uint8Array(columns * height);
  const owner = new Int16Array(columns * height).fill(-1);
  const set = (x: number, y: number, by: number): void => {
    const cell = Math.floor(y / dotsDown) * columns + Math.floor(x / dotsAcross);
    bits[cell] |= dotBits[x % dotsAcross][y % dotsDown];
    owner[cell] = by;
  };
  series.forEach(({ points, isLine }, by) => {
    const shown = points.filter(([, y]) => y >= low && y <= high);
    const dots = shown.map(
      ([x, y]) => [place(xOf(x), left, right, across), down - 1 - place(y, low, high, down)] as const,
    );
    dots.forEach((dot, i) => {
      if (isLine && i > 0) for (const [x, y] of between(dots[i - 1], dot)) set(x, y, by);
      else set(...dot, by);
    });
  });
  const rows = Array.from({ length: height }, (_, row) => {
    const label = row === 0 ? numberText(high) : row === height - 1 ? numberText(low) : '';
    const cells = Array.from({ length: columns }, (_, column) => {
      const cell = row * columns + column;
      return owner[cell] < 0 ? ' ' : series[owner[cell]].paint(String.fromCharCode(0x2800 + bits[cell]));
    });
    return `${label.padStart(labelWidth)}┤${cells.join('')}`.trimEnd();
  });
  const ends = all.map(([x]) => x);
  const [first, last] = [numberText(Math.min(...ends)), numberText(Math.max(...ends))];
  const axis = `${first}${last.padStart(Math.max(1, columns - first.length))}`;
  const leftOut = all.filter(([, y]) => y < low || y > high).length;
  return [
    yLabel,
    ...rows,
    `${' '.repeat(labelWidth)}└${'─'.repeat(columns)}`,
    `${' '.repeat(labelWidth + 1)}${axis}`,
    `${' '.repeat(labelWidth + 1)}${xLabel}${leftOut > 0 ? `; ${leftOut} values lie outside` : ''}`.slice(0, width),
  ].join('\n');
}

/** Which of so many dots a value falls on; of no width, the middle one. */
function place(value: number, from: number, to: number, dots: number): number {
  return to === from ? Math.floor(dots / 2) : Math.round(((value - from) / (to - from)) * (dots - 1));
}

/** Without values that would press all others into one line. */
function shownRange(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const spread = 5 * (at(0.75) - at(0.25));
  if (spread === 0) return [sorted[0], sorted.at(-1)!];
  const inside = sorted.filter((value) => value >= at(0.25) - spread && value <= at(0.75) + spread);
  return [inside[0], inside.at(-1)!];
}

/** The dots from one to another. */
function between(
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): (readonly [number, number])[] {
  const count = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1);
  return Array.from({ length: count + 1 }, (_, i) => [
    Math.round(fromX + ((toX - fromX) * i) / count),
    Math.round(fromY + ((toY - fromY) * i) / count),
  ]);
}
