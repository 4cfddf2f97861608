/**
 * The inspector: a page that shows conversations as they are stored, and as they go on.
 *
 * @module
 */
export { createInspector, type Inspector } from './create-inspector.ts';
export type { InspectorOptions } from './inspector-options.ts';
export {
  serveInspector,
  type ServedInspector,
  type ServeInspectorOptions,
} from './serving/serve-inspector.ts';
