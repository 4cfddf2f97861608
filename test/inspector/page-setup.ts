/**
 * The page of the inspector, for a whole run of the tests.
 *
 * @module
 */
import { buildPage } from '../../scripts/build-page.ts';

/**
 * Builds it where that has to be done.
 */
export default buildPage;
