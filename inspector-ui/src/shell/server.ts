/**
 * What is known of the server.
 *
 * @module
 */
import { signal } from '@preact/signals';
import { request } from '../api/client.ts';
import type { Info } from '../api/types.ts';

/** What the server says of itself, once it has. */
export const info = signal<Info | null>(null);

/** What kept it from saying it. */
export const infoError = signal<unknown>(null);

/** Asks it. */
export async function loadInfo(): Promise<void> {
  try {
    info.value = await request<Info>('info');
    infoError.value = null;
  } catch (error) {
    infoError.value = error;
  }
}
