/** x², the same on every machine, which nobody promises of `**`. */
export function square(x: number): number {
  return x * x;
}
