import { dirname, resolve } from 'node:path'
import pg from 'pg'
import { type Home, type Secrets, openHome } from './home.ts'
import { type Postgres, startPostgres } from './postgres/postgres.ts'
import { type Child, startChild } from './processes/processes.ts'
import { type Receiver, startReceiver } from './receiver/receiver.ts'
import { type SandboxProcess, startSandboxProcess } from './sandbox/process.ts'
import type { SandboxSettings } from './sandbox/settings.ts'
import { type Temporal, type TemporalOptions, startTemporal } from './temporal/temporal.ts'
import { workflowBundle } from './temporal/workflow-bundle.ts'

const database = 'causeway'
const root = dirname(import.meta.dirname)

export interface StackOptions extends Pick<TemporalOptions, 'searchAttributes' | 'dynamicConfig' | 'say'> {
  /** Default: `.causeway` in the working folder. */
  home?: string
  /** Removes what an earlier start kept. */
  fresh?: boolean
  /** Off: takes any ports, as tests do that run beside each other. */
  usualPorts?: boolean
  sandboxSettings?: Partial<SandboxSettings>
  /** Has the workflows' bundle in the environment, as workers will run here: one that is made for the home, or this file. */
  bundle?: true | string
}

/** A process of the product, running on the stack. */
export interface StackProcess {
  readonly name: string
  readonly pid: number
  readonly running: boolean
  readonly logFile: string
  /** Settles when the process that runs now ends: exit code or signal. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** SIGTERM, and SIGKILL after the deadline. */
  stop(): Promise<void>
  kill(): Promise<void>
  /** Stops it where it runs, and starts it again. */
  restart(): Promise<void>
}

export interface Stack {
  readonly home: string
  readonly secrets: Secrets
  readonly databaseUrl: string
  readonly postgres: Postgres
  readonly temporal: Temporal
  readonly sandbox: SandboxProcess
  readonly receiver: Receiver
  /** What the API and the workers need in their environment to run on this stack. */
  readonly environment: Readonly<Record<string, string>>
  /** A port for a part of the caller's own, the same at each start where it is free. */
  port(name: string, preferred: number): Promise<number>
  /**
   * Starts `node FLAGS SCRIPT` (a path from the repository's root) with the stack's environment and the one given. Its output
   * goes to `logs/NAME.log` in the home folder. Whether it is ready is the caller's to ask.
   */
  spawnProcess(
    name: string,
    script: string,
    env?: Record<string, string>,
    flags?: readonly string[],
  ): Promise<StackProcess>
  /** Stops everything, what was started last first. */
  stop(): Promise<void>
}

/** Starts Postgres, Temporal, the provider sandbox and a webhook receiver, all with their data in one folder. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const home = await openHome(options.home ?? '.causeway', options.fresh ?? false, options.usualPorts)
  const log = (name: string) => home.file('logs', `${name}.log`)
  const ports = {
    postgres: await home.port('postgres', 5439),
    temporal: await home.port('temporal', 7233),
    ui: await home.port('temporal-ui', 8233),
    sandbox: await home.port('sandbox', 8490),
    receiver: await home.port('receiver', 8491),
  }
  const { searchAttributes, dynamicConfig, say, sandboxSettings } = options
  const starting = [
    startPostgres({ dataDir: home.file('postgres'), port: ports.postgres }),
    startTemporal({
      ...{ dataFile: home.file('temporal.db'), port: ports.temporal, uiPort: ports.ui, logFile: log('temporal') },
      ...(searchAttributes && { searchAttributes }),
      ...(dynamicConfig && { dynamicConfig }),
      ...(say && { say }),
    }),
    startSandboxProcess({
      ...{ file: home.file('sandbox.db'), port: ports.sandbox, logFile: log('sandbox') },
      ...(sandboxSettings && { settings: sandboxSettings }),
    }),
    startReceiver({ port: ports.receiver }),
  ] as const
  const bundling = Promise.allSettled([options.bundle === true ? workflowBundle(home) : options.bundle])
  const outcomes = await Promise.allSettled(starting)
  const [bundled] = await bundling
  const failed = [...outcomes, bundled].find(outcome => outcome.status === 'rejected')
  if (failed) {
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.stop()
    home.release()
    throw failed.reason
  }
  const [postgres, temporal, sandbox, receiver] = await Promise.all(starting)
  home.remember('sandbox', sandbox.pid, 'sandbox/main.ts')
  await ensureDatabase(postgres)

  const databaseUrl = postgres.url(database)
  const environment = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespaces[0] ?? 'default',
    ...(temporal.uiUrl && { TEMPORAL_UI_URL: temporal.uiUrl }),
    ENCRYPTION_KEYS: home.secrets.encryptionKeys,
    ADMIN_KEY: home.secrets.adminKey,
    ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8', // where the sandbox and the receiver are
    ...(bundled.status === 'fulfilled' && bundled.value !== undefined && { WORKFLOW_BUNDLE: bundled.value }),
  }
  const processes: StackProcess[] = []
  return {
    home: home.path,
    secrets: home.secrets,
    ...{ databaseUrl, postgres, temporal, sandbox, receiver, environment },
    port: (name, preferred) => home.port(name, preferred),
    async spawnProcess(name, script, env = {}, flags = []) {
      const started = await spawnProcess(home, name, script, { ...process.env, ...environment, ...env }, flags)
      processes.push(started)
      return started
    },
    async stop() {
      for (const started of processes.reverse()) await started.stop()
      await Promise.allSettled([receiver.stop(), sandbox.stop(), temporal.stop()])
      await postgres.stop()
      home.release()
    },
  }
}

async function spawnProcess(
  home: Home,
  name: string,
  script: string,
  env: NodeJS.ProcessEnv,
  flags: readonly string[],
): Promise<StackProcess> {
  const logFile = home.file('logs', `${name}.log`)
  const start = async () => {
    const args = ['--disable-warning=ExperimentalWarning', ...flags, resolve(root, script)]
    const child = await startChild({
      ...{ name, command: process.execPath, args, logFile, env, cwd: root },
      stopTimeoutMs: 30_000,
    })
    home.remember(name, child.pid, script)
    return child
  }
  let child: Child = await start()
  return {
    name,
    logFile,
    get pid() {
      return child.pid
    },
    get running() {
      return child.running
    },
    get exited() {
      return child.exited
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
    async restart() {
      await child.stop()
      child = await start()
    },
  }
}

async function ensureDatabase(postgres: Postgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url() })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (!rowCount) await client.query(`CREATE DATABASE ${database}`)
  } finally {
    await client.end()
  }
}
