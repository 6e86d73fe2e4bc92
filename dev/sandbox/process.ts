import { join } from 'node:path'
import { freePort } from '../processes/ports.ts'
import { type Child, logTail, startChild, waitUntil } from '../processes/processes.ts'
import { type SandboxControl, sandboxControl } from './control-client.ts'
import type { SandboxSettings } from './settings.ts'

export interface SandboxProcess {
  readonly url: string
  readonly control: SandboxControl
  readonly pid: number
  stop(): Promise<void>
  kill(): Promise<void>
  /** Starts again on the same port and file, after `stop` or `kill`. */
  start(): Promise<void>
}

/** Starts the sandbox as a process of its own, and returns once it answers. */
export async function startSandboxProcess(options: {
  logFile: string
  port?: number
  file?: string
  settings?: Partial<SandboxSettings>
}): Promise<SandboxProcess> {
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const control = sandboxControl(url)
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts'), '--port', String(port)]
  if (options.file !== undefined) args.push('--file', options.file)
  if (options.settings) args.push('--settings', JSON.stringify(options.settings))
  let server: Child
  const start = async () => {
    server = await startChild({ name: 'sandbox', command: process.execPath, args, logFile: options.logFile })
    const answers = () => {
      if (!server.running) throw new Error(`the sandbox ended while starting:\n${logTail(options.logFile)}`)
      return control.health().then(
        () => true,
        () => false,
      )
    }
    await waitUntil(answers, 20_000, () => `the sandbox did not answer on ${url}:\n${logTail(options.logFile)}`)
  }
  await start()
  return {
    url,
    control,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    start,
  }
}
