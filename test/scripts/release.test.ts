/**
 * What runs on GitHub: that it is well-formed, asks for no more than it needs, and calls what there is.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

import manifest from '../../package.json' with { type: 'json' };
import { ROOT } from '../../scripts/project.ts';

const run = promisify(execFile);
const WORKFLOWS = join(ROOT, '.github/workflows');

/** The fields of a workflow that are read here. */
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    {
      readonly permissions?: Record<string, string>;
      readonly 'timeout-minutes': number;
      readonly steps: readonly {
        readonly uses?: string;
        readonly run?: string;
        readonly with?: Record<string, unknown>;
      }[];
    }
  >;
}

const names = await readdir(WORKFLOWS);
const workflows = await Promise.all(
  names.map(async (name) => {
    const source = await readFile(join(WORKFLOWS, name), 'utf8');
    return { name, source, workflow: parse(source) as Workflow };
  }),
);

/** The commands that the steps of a workflow run, one a line. */
function commandsOf({ jobs }: Workflow): string[] {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const scripts = steps.flatMap(({ run: script = '', with: inputs = {} }) => [
    script,
    ...Object.entries(inputs).flatMap(([name, value]) =>
      name.endsWith('-script') ? [String(value)] : [],
    ),
  ]);
  return scripts.flatMap((script) => script.split('\n')).filter((line) => line !== '');
}

/** Whether a command is there to be run. */
function isThere(command: string): boolean {
  const [program = '', ...args] = command.split(' ');
  if (program !== 'npm') return existsSync(join(ROOT, program));
  const [what, script = ''] = args;
  return what === 'install' || (what === 'run' && script in manifest.scripts);
}

describe.each(workflows)('the workflow $name', ({ source, workflow }) => {
  test('calls commands that are there', () => {
    const commands = commandsOf(workflow);

    expect(commands).not.toEqual([]);
    expect(commands.filter((command) => !isThere(command))).toEqual([]);
  });

  test('pins each action to a commit, and says which version that is', () => {
    const uses = source.split('\n').filter((line) => line.includes('uses:'));

    expect(uses).not.toEqual([]);
    for (const line of uses) expect(line).toMatch(/uses: [\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/u);
  });

  test('ends, and may write only in a job that says so', () => {
    expect(Object.values(workflow.permissions)).not.toContain('write');
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeLessThan(90);
  });
});

test('the release is signed with where it was built', () => {
  const { jobs } = workflows.find(({ name }) => name === 'release.yml')!.workflow;

  expect(jobs['release']?.permissions).toEqual({
    contents: 'write',
    'pull-requests': 'write',
    'id-token': 'write',
  });
  expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
});

test('a changeset becomes the next version and its part of the CHANGELOG', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'release-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = ['.changeset/config.json', '.oxfmtrc.json', 'package.json', 'CHANGELOG.md'];
  await Promise.all(files.map((file) => cp(join(ROOT, file), join(folder, file))));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const changeset = `---\n'${manifest.name}': minor\n---\n\n\`session.sing()\` sings.\n`;
  await writeFile(join(folder, '.changeset/a-song.md'), changeset);
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });

  await run(process.execPath, ['--run', 'release:version'], { cwd: folder });

  const released = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object;
  const [major, minor] = manifest.version.split('.').map(Number);
  const version = `${major}.${minor! + 1}.0`;
  expect(released).toEqual({ ...manifest, version });
  const changes = await readFile(join(folder, 'CHANGELOG.md'), 'utf8');
  expect(changes).toMatch(
    /^# Changelog\n\nAll changes .*\n\n## [\d.]+\n\n### Minor Changes\n\n- /u,
  );
  expect(changes).toContain(`## ${version}\n`);
  expect(changes).toContain('`session.sing()` sings.\n');
  expect(await readdir(join(folder, '.changeset'))).not.toContain('a-song.md');
});
