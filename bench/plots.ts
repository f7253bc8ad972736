import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Estimate } from './regret/statistics.ts';

/** A line of a plot; its band where there is one. */
export interface Line {
  name: string;
  points: [x: number, y: number][];
  band?: [low: number, high: number][];
}

interface Scale {
  low: number;
  high: number;
  isLog: boolean;
  ticks: number[];
}

const plotsFolder = join(import.meta.dirname, '..', 'docs', 'plots');
const [width, height] = [640, 400];
const margin = { left: 56, right: 150, top: 34, bottom: 44 };
/** Told apart by people who do not see all colours (Okabe and Ito). Ours is the black one. */
const colours = [
  '#000000',
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c6d31',
  '#999999',
  '#7b3294',
];

export function writePlot(name: string, svg: string): void {
  mkdirSync(plotsFolder, { recursive: true });
  writeFileSync(join(plotsFolder, `${name}.svg`), svg);
}

/** Mean log10 regret after each trial; ours with the band of its interval. */
export function regretPlot(title: string, methods: readonly { name: string; curve: Estimate[] }[]): string {
  const lines = methods.map(({ name, curve }): Line => ({
    name,
    points: curve.map(({ value }, i) => [i + 1, value]),
    band: curve.map(({ low, high }) => [low, high]),
  }));
  const all = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const bottom = Math.floor(2 * Math.min(...all)) / 2;
  const ticks = Array.from({ length: Math.round(-2 * bottom) + 2 }, (_, i) => bottom + i / 2);
  const y = { low: bottom, high: ticks.at(-1)!, isLog: false, ticks };
  const x = { low: 1, high: lines[0].points.length, isLog: false, ticks: [1, 15, 30, 45, 60] };
  return plot(title, 'trials', 'mean log10 regret', x, y, lines);
}

/** The share of targets that are hit by evaluations a dimension. */
export function ecdfPlot(title: string, lines: readonly Line[]): string {
  const x = { low: 0.5, high: 50, isLog: true, ticks: [0.5, 1, 2, 5, 10, 20, 50] };
  const y = { low: 0, high: 1, isLog: false, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] };
  return plot(title, 'evaluations / d', 'share of targets hit', x, y, lines);
}

/** Milliseconds by how long the history is, both by their logs: a power of it is a straight line. */
export function growthPlot(title: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const [x, y] = [0, 1].map((axis) => powersAround(all.map((point) => point[axis])));
  return plot(title, 'results', 'ms', x, y, lines);
}

function powersAround(values: readonly number[]): Scale {
  const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return { low: ticks[0], high: ticks.at(-1)!, isLog: true, ticks };
}

function plot(title: string, xName: string, yName: string, x: Scale, y: Scale, lines: readonly Line[]): string {
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  const xAt = (value: number): number => placed(x, value, margin.left, right);
  const yAt = (value: number): number => placed(y, value, bottom, margin.top);
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${fixed(xAt(a))} ${fixed(yAt(b))}`).join('');
  const inside = lines.map((line) => ({ ...line, points: line.points.filter(([at]) => at >= x.low && at <= x.high) }));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(margin.left, 20, title, 'font-size="13" font-weight="bold"'),
    ...x.ticks.flatMap((tick) => [
      `<path d="M${fixed(xAt(tick))} ${margin.top}V${bottom}" stroke="#ddd"/>`,
      text(xAt(tick), bottom + 15, String(tick), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((tick) => [
      `<path d="M${margin.left} ${fixed(yAt(tick))}H${right}" stroke="#ddd"/>`,
      text(margin.left - 6, yAt(tick) + 4, String(tick), 'text-anchor="end"'),
    ]),
    text((margin.left + right) / 2, height - 10, xName, 'text-anchor="middle"'),
    `<text transform="translate(14 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${yName}</text>`,
    ...inside.flatMap(({ points, band }, i) =>
      band ? [`<path d="${path(around(points, band))}Z" fill="${colourOf(i)}" opacity="0.08"/>`] : [],
    ),
    ...inside.map(({ points }, i) => `<path d="${path(points)}" fill="none" ${strokeOf(i)}/>`),
    ...inside.flatMap(({ name }, i) => [
      `<path d="M${right + 12} ${margin.top + 10 + 17 * i}h18" ${strokeOf(i)}/>`,
      text(right + 36, margin.top + 14 + 17 * i, name),
    ]),
    '</svg>',
  ].join('\n')}\n`;
}

/** Along the lower ends and back along the upper ones. */
function around(points: Line['points'], band: NonNullable<Line['band']>): [number, number][] {
  const lower = points.map(([x], i): [number, number] => [x, band[i][0]]);
  const upper = points.map(([x], i): [number, number] => [x, band[i][1]]);
  return [...lower, ...upper.reverse()];
}

function placed({ low, high, isLog }: Scale, value: number, start: number, end: number): number {
  const on = isLog ? Math.log : (one: number): number => one;
  return start + ((on(value) - on(low)) / (on(high) - on(low))) * (end - start);
}

function text(x: number, y: number, words: string, style = ''): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${style}>${words}</text>`;
}

/** Ours, the first, is the thick one. */
function strokeOf(i: number): string {
  return `stroke="${colourOf(i)}" stroke-width="${i === 0 ? 2.4 : 1.4}"`;
}

function colourOf(i: number): string {
  return colours[i % colours.length];
}

function fixed(value: number): string {
  return value.toFixed(1);
}
