// Ends what its parent started when the parent is gone, however it went: the pipe on standard input closes even after
// SIGKILL. Lines: `+ PID SIGNAL` (that process is to end by that signal), `- PID` (it ended), `dir PATH` (to be removed).
// Plain JavaScript without imports of ours, so that it starts in a few milliseconds.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { killTree, isRunning } from './process-tree.mjs'

const graceMs = 8000
const children = new Map()
const folders = new Set()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...rest] = line.split(' ')
  if (verb === '+') children.set(Number(rest[0]), rest[1])
  else if (verb === '-') children.delete(Number(rest[0]))
  else if (verb === 'dir') folders.add(rest.join(' '))
}

for (const [pid, signal] of children) {
  try {
    process.kill(pid, 'SIGCONT')
    process.kill(pid, signal)
  } catch {
    children.delete(pid)
  }
}
const deadline = Date.now() + graceMs
while ([...children.keys()].some(isRunning) && Date.now() < deadline) await new Promise(done => setTimeout(done, 50))
for (const pid of children.keys()) if (isRunning(pid)) killTree(pid)
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
