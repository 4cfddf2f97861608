/**
 * All commands of `json-session`.
 *
 * @module
 */
import type { Command } from 'commander';

import { addBench } from './bench.ts';
import { addCopy } from './copy.ts';
import { addDelete } from './delete.ts';
import { addDoctor } from './doctor.ts';
import { addExport } from './export.ts';
import { addFork } from './fork.ts';
import { addImport } from './import.ts';
import { addInspect } from './inspect.ts';
import { addList } from './list.ts';
import { addQuery } from './query.ts';
import { addRewrap } from './rewrap.ts';
import { addReindex } from './reindex.ts';
import { addSearch } from './search.ts';
import { addShow } from './show.ts';
import { addStats } from './stats.ts';
import { addTrim } from './trim.ts';
import type { Runner } from './command.ts';

/**
 * What adds each command to the program, in the order of the help.
 */
export const COMMANDS: readonly ((program: Command, run: Runner) => void)[] = [
  addList,
  addShow,
  addQuery,
  addSearch,
  addStats,
  addInspect,
  addFork,
  addExport,
  addImport,
  addCopy,
  addTrim,
  addRewrap,
  addDelete,
  addReindex,
  addDoctor,
  addBench,
];
