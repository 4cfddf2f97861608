/**
 * The two ways to run a `redis-server`: a file on this machine, or a Docker image.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/**
 * Where the modules of a Redis lie, as its own file system names them.
 */
export interface ModuleFiles {
  /** RedisJSON. Absent when the server has JSON without loading a file. */
  json?: string;
  /** RediSearch. */
  search?: string;
}

/**
 * A Redis server file of this machine.
 */
export interface NativeProgram {
  kind: 'native';
  file: string;
  /** Folder with shared libraries that the system does not have. */
  libraries?: string;
  modules: ModuleFiles;
}

/**
 * A Docker image with a Redis in it.
 */
export interface DockerProgram {
  kind: 'docker';
  image: string;
  /** Whether containers can use this machine's network as it is. */
  hostNetwork: boolean;
  modules: ModuleFiles;
}

/**
 * Something that runs Redis servers.
 */
export type RedisProgram = NativeProgram | DockerProgram;

/**
 * How to spawn one server and how to reach it with signals.
 */
export interface Launch {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** The command that sends a signal to the server with this process id. */
  signalCommand(pid: number, signal: string): string[];
  signal(pid: number, signal: NodeJS.Signals): void;
}

/**
 * Works out how to spawn one server.
 *
 * @param program - What runs it.
 * @param dir - The server's folder.
 * @param port - The server's port.
 * @param serverArgs - Arguments of `redis-server`.
 * @returns How to spawn and signal it.
 */
export function launch(
  program: RedisProgram,
  dir: string,
  port: number,
  serverArgs: readonly string[],
): Launch {
  return program.kind === 'native'
    ? launchNative(program, serverArgs)
    : launchDocker(program, dir, port, serverArgs);
}

/**
 * The address a server must listen on to be reached at 127.0.0.1, and only there.
 *
 * @param program - What runs the server.
 * @returns The address.
 */
export function bindAddress(program: RedisProgram): string {
  const behindPublishedPort = program.kind === 'docker' && !program.hostNetwork;
  return behindPublishedPort ? '0.0.0.0' : '127.0.0.1';
}

function launchNative(program: NativeProgram, serverArgs: readonly string[]): Launch {
  const libraries = program.libraries === undefined ? {} : { LD_LIBRARY_PATH: program.libraries };
  return {
    command: program.file,
    args: [...serverArgs],
    env: { ...process.env, ...libraries },
    signalCommand: (pid, signal) => ['kill', `-${signal}`, String(pid)],
    signal: (pid, signal) => {
      process.kill(pid, signal);
    },
  };
}

function launchDocker(
  program: DockerProgram,
  dir: string,
  port: number,
  serverArgs: readonly string[],
): Launch {
  const name = `agents-json-session-${randomUUID()}`;
  const network = program.hostNetwork
    ? ['--network', 'host']
    : ['--publish', `127.0.0.1:${port}:${port}`];
  const kill = (signal: string): string[] => ['docker', 'kill', '--signal', signal, name];
  return {
    command: 'docker',
    // The image's own entry point would load all modules and change the owner of the folder.
    args: [
      ...['run', '--rm', '--name', name, ...network, ...sameUser()],
      ...['--volume', `${dir}:${dir}`, '--entrypoint', 'redis-server', program.image],
      ...serverArgs,
    ],
    env: process.env,
    signalCommand: (_pid, signal) => kill(signal),
    signal: (_pid, signal) => {
      const [command = 'docker', ...args] = kill(signal);
      spawnSync(command, args, { stdio: 'ignore' });
    },
  };
}

function sameUser(): string[] {
  const user = process.getuid?.();
  const group = process.getgid?.();
  return user === undefined || group === undefined ? [] : ['--user', `${user}:${group}`];
}
