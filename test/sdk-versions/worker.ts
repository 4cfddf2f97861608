/**
 * A process that tells which version of the SDK it uses.
 *
 * @module
 */
import { sdkInUse } from './sdk-in-use.ts';

process.send?.(await sdkInUse());
