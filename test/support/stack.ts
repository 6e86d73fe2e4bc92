import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type SandboxControl, sandboxControl } from '../../dev/sandbox/control-client.ts'

/** What global-setup.ts started for the whole run. */
export interface RunningStack {
  /** Maintenance database of the Postgres server. */
  postgresUrl: string
  temporalAddress: string
  namespaces: string[]
  sandboxUrl: string
}

export const stackFileVariable = 'CAUSEWAY_TEST_STACK'
/** The workflows' bundle, beside the file that the environment names. */
export const bundleFile = 'workflows.cjs'

/** Where global-setup.ts has put the workflows' bundle. */
export function bundlePath(): string {
  return join(dirname(process.env[stackFileVariable]!), bundleFile)
}

let running: RunningStack | undefined

/** The servers that the whole run shares. Throws outside of a run. */
export function stack(): RunningStack & { sandbox: SandboxControl } {
  const file = process.env[stackFileVariable]
  if (!file) throw new Error('no test stack: run the tests with npm test')
  running ??= JSON.parse(readFileSync(file, 'utf8')) as RunningStack
  return { ...running, sandbox: sandboxControl(running.sandboxUrl) }
}
