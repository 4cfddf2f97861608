/**
 * What a store runs on, for those who watch its calls.
 *
 * @module
 */

/**
 * What a store runs on, in the words of OpenTelemetry. It holds no user name and no password.
 */
export interface StoreSystem {
  /** `'redis'`, `'sqlite'`, or another value of `db.system.name`. */
  readonly name: string;
  /** The database in it: the number of one in Redis, the name of a file. Left out: not known. */
  readonly namespace?: string;
  /** Host of the server. Left out: there is none, or several, or it is not known. */
  readonly address?: string;
  /** Port of the server. */
  readonly port?: number;
}
