import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Home } from '../home.ts'
import { logTail, startChild } from '../processes/processes.ts'

const root = dirname(dirname(import.meta.dirname))
/** What the bundle is made of: the workflows, the contracts and policies they import, and the SDK's version. */
const sources = ['workflows', 'src']

/**
 * The workflows' bundle, kept in the home folder under a name made from its sources, so that only the first start after a
 * change builds it. A process of its own does so: what bundling takes would stay in a worker's memory for good.
 * @returns the file, for `WORKFLOW_BUNDLE`
 */
export async function workflowBundle(home: Home): Promise<string> {
  const prefix = 'workflows-'
  const name = `${prefix}${contentHash()}.cjs`
  const file = home.file(name)
  if (existsSync(file)) return file
  const logFile = home.file('logs', 'bundle.log')
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'workers/build-bundle.ts'), `${file}.new`]
  const child = await startChild({ name: 'bundle', command: process.execPath, args, logFile, cwd: root })
  if ((await child.exited) !== 0) throw new Error(`the workflows could not be bundled:\n${logTail(logFile)}`)
  renameSync(`${file}.new`, file)
  for (const other of readdirSync(home.path)) {
    if (other.startsWith(prefix) && other !== name) rmSync(home.file(other), { force: true })
  }
  return file
}

function contentHash(): string {
  const hash = createHash('sha256')
  hash.update(readFileSync(join(root, 'package-lock.json')))
  for (const folder of sources) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    for (const name of names.filter(one => one.endsWith('.ts')).sort()) {
      hash.update(`${folder}/${name}\n`).update(readFileSync(join(root, folder, name)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}
