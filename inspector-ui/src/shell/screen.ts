/**
 * How wide the screen is.
 *
 * @module
 */
import { signal } from '@preact/signals';

const narrow = matchMedia('(max-width: 720px)');
const withPanel = matchMedia('(min-width: 1080px)');

/** Whether rows stand below each other in place of beside. Keep in step with the styles. */
export const isNarrow = signal(narrow.matches);

/** Whether there is room for a panel beside a conversation. Keep in step with the styles. */
export const hasRoomForPanel = signal(withPanel.matches);

narrow.addEventListener('change', () => {
  isNarrow.value = narrow.matches;
});
withPanel.addEventListener('change', () => {
  hasRoomForPanel.value = withPanel.matches;
});
