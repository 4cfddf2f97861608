/**
 * The settings that every case of this folder is run in.
 *
 * @module
 */
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import type { Setting } from './setting.ts';

/**
 * Every store that several processes can use at once, with runs that are streamed and runs that are
 * not; `newSetting` gives a conversation of its own.
 */
export const EVERY_SETTING: readonly { title: string; newSetting: () => Setting }[] =
  SHARED_STORES.flatMap(([store, newUrl]) =>
    [false, true].map((stream) => ({
      title: stream ? `streamed, in ${store}` : `in ${store}`,
      newSetting: () => ({
        url: newUrl(),
        keyPrefix: ownPrefix(),
        sessionId: 'trip',
        ttl: 600,
        stream,
      }),
    })),
  );
