/** How a program says its result, for a sentence. */
export function resultExample(metrics: readonly string[]): string {
  const json = `{"values": {${metrics.map((metric, i) => `"${metric}": 0.${4 - i}`).join(', ')}}}`;
  return metrics.length === 1 ? `0.4 or ${json}` : json;
}
