import * as z from 'zod';

/** The largest magnitude that a bound or a value may have. */
export const magnitudeMax = 1e300;

/** A finite number with |x| ≤ 1e300; `-0` becomes `0`, so that equal numbers are written equally. */
export const FiniteNumber = z
  .number()
  .min(-magnitudeMax)
  .max(magnitudeMax)
  .overwrite((x) => x + 0);
