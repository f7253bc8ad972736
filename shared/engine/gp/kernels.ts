import { createKernels } from '../../numerics/kernels.ts';

/** One arena for the process: calls never overlap, since none of them waits. */
export const kernels = createKernels();
