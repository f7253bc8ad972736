import { serveRoutes } from './serve-routes.ts';
import { wirePorts } from './wire.ts';

/**
 * The routes that use the model: a function with a whole processor, so that they hold up nobody else. It reaches
 * nothing but the tables.
 */
export const handler = serveRoutes(wirePorts());
