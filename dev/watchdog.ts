import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { join } from 'node:path'

let watchdog: ChildProcess | undefined

/** One watchdog process for this process, started at the first need; it must not keep this process alive. */
function tell(line: string): void {
  if (!watchdog || watchdog.exitCode !== null) {
    watchdog = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.mjs')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    watchdog.unref()
    const pipe = watchdog.stdin as Socket
    pipe.unref()
    pipe.on('error', () => undefined)
  }
  watchdog.stdin?.write(line + '\n')
}

/** The watchdog ends this process by the signal when we die; the function returned tells it that the process has ended. */
export function watchChild(pid: number, signal: NodeJS.Signals): () => void {
  tell(`+ ${pid} ${signal}`)
  return () => tell(`- ${pid}`)
}

/** The watchdog removes this temporary folder once we are gone. */
export function watchFolder(path: string): void {
  tell(`dir ${path}`)
}
