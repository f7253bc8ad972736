import { noObjects } from './no-objects.ts';
import { serveRoutes } from './serve-routes.ts';
import { wireTraining } from './wire-training.ts';
import { wirePorts } from './wire.ts';

/**
 * The routes that do without the model. Those about managed studies send messages and start sweeps; what starts jobs are
 * other functions.
 */
export const handler = serveRoutes({ ...wirePorts(), training: wireTraining(noObjects) });
